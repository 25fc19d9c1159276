"""Addresses: one key for an article, and which of a page's claims about its own address to believe."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import tldextract

# The suffix list that ships with tldextract; never fetched.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

# Parameters that name where a reader came from, never what is shown. From the public lists of ClearURLs and Brave's
# query filter, reduced to those met on news links.
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid igshid igsh mc_cid mc_eid mkt_tok mibextid
    _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id rb_clickid s_cid
    ml_subscriber ml_subscriber_hash _openstat ref_src ref_url twsrc twgr ocid ncid cmpid cmp icid ito
    smid smtyp sr_share xtor ns_mchannel ns_source ns_campaign
    ns_linkname ns_fee ftag wt_mc wt_zmc wt_zsrc feature_src guccounter guce_referrer guce_referrer_sig
    spm_id_from scm_id trk trkcampaign wickedid _ga _gl tduid srsltid epik sc_cid dm_i ef_id
    jsessionid phpsessid aspsessionid cfid cftoken
    """.split()  # noqa: SIM905 - a list of words is easier to keep as words
)
# These name a session only where the value looks like one: as ``sid=1042`` they are an article's number.
_SESSION = frozenset({"sid", "sessionid", "session_id", "session"})
_SESSION_LENGTH = 16
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "ga_", "wtmc_", "at_")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]{0,200}", re.IGNORECASE)
# ASP.NET's cookieless sessions, ``/(S(lit3py55t21z5v55vlm25s55))/`` and ``/(X(1)A(…)S(…))/``: a part by itself, made of
# one-letter keys with their values (Microsoft's documentation of SessionStateSection.Cookieless).
_SESSION_PART = re.compile(r"/\((?:[A-Za-z]\([A-Za-z0-9_\-]{0,2000}\))+\)(?=/|$)")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")

# Addresses that are canonical as they stand, where TRACKED does not match too. In the syntax that RE2 and Python share,
# for millions are asked at once.
PLAIN = (
    r"^https?://[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?:/[A-Za-z0-9\-_~!$&'*+,:=@][A-Za-z0-9\-_.~!$&'()*+,:=@]*)*"
    r"(?:/|/[A-Za-z0-9\-_~][A-Za-z0-9\-_.~]*(?:\?[A-Za-z0-9\-_.~]+=[A-Za-z0-9\-_.~]*(?:&[A-Za-z0-9\-_.~]+=[A-Za-z0-9\-_.~]*)*)?)$"
)
TRACKED = "(?i)[?&](?:(?:" + "|".join(sorted(_TRACKING | _SESSION)) + ")=|" + "|".join(_TRACKING_PREFIXES) + ")"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = frozenset(b"!$&'()*+,/:;=?@%[]") | _UNRESERVED
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_FRONT_PATH = re.compile(r"/(?:(?:index|home|default)(?:\.[a-z]{2,5})?/?)?(?:[a-z]{2}(?:-[a-z]{2})?/?)?", re.IGNORECASE)


def _quote(text: str) -> str:
    """RFC 3986 6.2.2: upper-case escapes, unreserved characters unescaped, anything unsafe escaped as UTF-8."""
    if "%" in text:
        text = _PERCENT.sub(_normal_escape, text)
    if text.isascii() and not _UNSAFE.search(text):
        return text
    out = []
    data = text.encode("utf-8", "replace")
    for position, byte in enumerate(data):
        whole_escape = byte != 0x25 or _is_hex(data[position + 1 : position + 3])
        out.append(chr(byte) if byte in _SAFE and whole_escape else f"%{byte:02X}")
    return "".join(out)


_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,/:;=?@%\[\]]|%(?![0-9A-Fa-f]{2})")


def _is_hex(pair: bytes) -> bool:
    return len(pair) == 2 and all(byte in b"0123456789ABCDEFabcdef" for byte in pair)


def _normal_escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"


def _host(netloc: str) -> str:
    host = netloc.rpartition("@")[2].strip().lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = _quote(host)
    return _quote("".join(host.split())).lower()


def _is_tracking(pair: str) -> bool:
    key, _, value = pair.partition("=")
    key = key.lower()
    if key in _SESSION:
        return len(value) >= _SESSION_LENGTH and value.isalnum() and not value.isdigit()
    return key in _TRACKING or key.startswith(_TRACKING_PREFIXES)


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """``url`` as a key: scheme and host in lower case, no default port, user, fragment, tracking or session part.

    Percent-escapes are normalised by RFC 3986, dot segments removed, parameters kept in the page's order. What cannot
    be read as an http(s) address comes back stripped but otherwise as it is. Idempotent.
    """
    url = "".join(url.split()).encode("utf-8", "replace").decode("utf-8")
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        return url
    host, _, port = _host(parts.netloc).rpartition(":") if re.search(r":\d*$", parts.netloc) else (
        _host(parts.netloc), "", ""
    )  # fmt: skip
    host = host.rstrip(".")
    if not host:
        return url
    netloc = f"{host}:{port}" if port and port != _DEFAULT_PORTS[scheme] else host
    path = _remove_dots(_SESSION_PART.sub("", _SESSION_PATH.sub("", _quote(parts.path)))) or "/"
    pairs = [_quote(pair) for pair in parts.query.split("&") if pair and not _is_tracking(pair)]
    query = f"?{'&'.join(pairs)}" if pairs else ""
    return f"{scheme}://{netloc}{path}{query}"


def _remove_dots(path: str) -> str:
    if "/." not in path and "//" not in path:
        return path
    out: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in {".", ".."}:
        out.append("")
    return "/".join(out)


# Ways of showing an article that are no other article: mobile hosts, AMP and print, as news sites spell them.
_MOBILE_HOST = re.compile(r"(?:www|m|mobile|mobil|amp|touch)\.")
_TWIN_END = re.compile(r"(?:[./](?:amp|print)(?P<type>\.html?)?|/(?:amp|print)/)$", re.IGNORECASE)
_TWIN_START = re.compile(r"^/(?:amp|print|mobile)(?=/.*[^/].*)", re.IGNORECASE)
_TWIN_MIDDLE = re.compile(r"\.(?:amp|print)(?=\.html?$)", re.IGNORECASE)
_TWIN_PAIRS = re.compile(
    r"(?:amp|print|mobile)(?:=(?:1|true|yes|amp|print)?)?|(?:output|outputtype|view|display|mode|layout|format|type)="
    r"(?:amp|print|mobile)",
    re.IGNORECASE,
)


def article_id(url: str) -> str:
    """The id of the article at ``url``: 128 bits of BLAKE2b of its :func:`identity`, as 32 hexadecimal digits."""
    return hashlib.blake2b(identity(url).encode("utf-8", "replace"), digest_size=16).hexdigest()


@lru_cache(maxsize=4096)
def identity(url: str) -> str:
    """What is the same of all addresses of one article: its canonical one without scheme, ``www.`` or mobile host, and
    without the marks of AMP and print versions. It names an article, and need not lead anywhere. Idempotent."""
    name, slash, rest = canonical(url).partition("://")[2].partition("/")
    if not slash:
        return canonical(url)
    domain = registered_domain(url)
    while (bare := _MOBILE_HOST.sub("", name, count=1)) != name and (f".{bare}").endswith(f".{domain}"):
        name = bare
    path, _, query = rest.partition("?")
    path = _TWIN_START.sub("", f"/{path}")
    path = _TWIN_MIDDLE.sub("", path)
    found = _TWIN_END.search(path)
    if found is not None and found.start() > 0:
        path = path[: found.start()] + (found["type"] or "")
    path = path.rstrip("/")
    pairs = [pair for pair in query.split("&") if pair and not _TWIN_PAIRS.fullmatch(pair)]
    return f"{name}{path}{'?' + '&'.join(pairs) if pairs else ''}"


def plain_twins(url: str) -> tuple[str, ...]:
    """Where the article may stand that ``url`` shows as a mobile, AMP or print version; () where it marks none."""
    plain = identity(url)
    scheme, _, rest = canonical(url).partition("://")
    if plain == rest.removeprefix("www.").rstrip("/") or not plain.partition("/")[2]:
        return ()
    end = "" if "?" in plain else "/"
    return tuple(f"{scheme}://{www}{plain}{slash}" for www in ("www.", "") for slash in dict.fromkeys(("", end)))


@lru_cache(maxsize=4096)
def host(url: str) -> str:
    """The host name of ``url`` in lower case without port or trailing dot; ``""`` where it has none."""
    try:
        netloc = urlsplit(url.strip()).netloc
    except ValueError:
        return ""
    return re.sub(r":\d*$", "", _host(netloc)).rstrip(".")


@lru_cache(maxsize=4096)
def registered_domain(url: str) -> str:
    """The domain that somebody registered (``example.co.uk``), or the bare host (an address, ``localhost``).

    A suffix that the public list does not know counts as one label, as the list itself lays down.
    """
    name = host(url)
    known = _SUFFIXES.extract_str(name).top_domain_under_public_suffix if name else ""
    if known or _ADDRESS.fullmatch(name):
        return known or name
    return ".".join(name.split(".")[-2:])


_ADDRESS = re.compile(r"\[.*\]|[\d.]+")


# A page names the same pictures several times.
@lru_cache(maxsize=256)
def join(base: str, url: str) -> str | None:
    """``url`` made absolute against ``base``, where the result is http(s) and has a host; else None."""
    try:
        absolute = urljoin(base, url.strip())
        parts = urlsplit(absolute)
    except ValueError:
        return None
    return absolute if parts.scheme in _DEFAULT_PORTS and parts.netloc else None


def is_front(url: str) -> bool:
    """Whether the path of ``url`` is that of a site's front page (``/``, ``/index.html``, ``/en/``) without a query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.query and bool(_FRONT_PATH.fullmatch(parts.path or "/"))


def same_article_canonical(declared: str, url: str) -> str | None:
    """The canonical key of ``declared`` where it may be believed for the page at ``url``, else None.

    A declared address counts only within the same registered domain (RFC 6596 allows more, pages abuse it), and not
    where it is a front page while the page itself is not one.
    """
    absolute = join(url, declared)
    if absolute is None or registered_domain(absolute) != registered_domain(url):
        return None
    if is_front(absolute) and not is_front(url):
        return None
    return canonical(absolute)
