"""Checks of single values: each returns the value in its final form or raises ValueError with ``problem; remedy``."""

from __future__ import annotations

import re
import zoneinfo
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from crawler.config.errors import suggestion

PLACEHOLDER_CONTACT = "mailto:archive@your-institute.org"
# RFC 2606 reserves these three; nobody reads mail there. `.example` and `.test` stay open for demos and tests.
_NOBODY = ("example.com", "example.org", "example.net", "your-institute.org")
_CONTACT_REMEDY = 'write how to reach you, such as contact = "mailto:you@your-paper.example" or a page about the crawl'

# The longest URL that Internet Explorer took, and since then the de facto bound of sitemaps, caches and crawlers.
MAX_URL = 2083

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9.-]{1,253})")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
# RFC 5646, section 2.1: a primary subtag and further subtags of at most eight characters.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,7}")
_XPATH_STARTS = ("/", "./", "(")


class BadValue(ValueError):
    """A value that cannot stand: ``problem`` and ``remedy`` as in :class:`crawler.config.ConfigError`."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy


def slug(value: str) -> str:
    """A source's name: lower-case letters, digits, dots, underscores and hyphens, at most 64."""
    if not _SLUG.fullmatch(value):
        raise BadValue(
            f"{value!r} is not a usable name",
            'write lower-case letters, digits, ".", "_" and "-", at most 64, such as "daily-example"',
        )
    return value


def contact(value: str) -> str:
    """Whom a site may write to: a mail address (with or without ``mailto:``) or an http(s) URL, and somebody's own."""
    value = value.strip()
    if not value:
        raise BadValue("it is empty", _CONTACT_REMEDY)
    if value == PLACEHOLDER_CONTACT:
        raise BadValue(f"{value!r} is the placeholder that `broadsheet init` wrote", _CONTACT_REMEDY)
    domain = _contact_domain(value)
    if domain is None or not value.isprintable():
        raise BadValue(f"{value!r} is neither a mail address nor an http(s) URL", _CONTACT_REMEDY)
    if any(domain == nobody or domain.endswith("." + nobody) for nobody in _NOBODY):
        raise BadValue(f"{value!r} is nobody's address", _CONTACT_REMEDY)
    return value


def _contact_domain(value: str) -> str | None:
    if value.lower().startswith(("http://", "https://")):
        try:
            domain = urlsplit(value).hostname or ""
        except ValueError:
            return None
        mail = None
    else:
        mail = _MAIL.fullmatch(re.sub("^mailto:", "", value, flags=re.IGNORECASE).partition("?")[0])
        domain = mail[1] if mail else ""
    domain = domain.lower().rstrip(".")
    local = domain == "localhost" and mail is None
    return domain if _HOST.fullmatch(domain) and ("." in domain or local) and " " not in value else None


def entrance(value: str) -> str:
    """An absolute http(s) URL without credentials and fragment."""
    remedy = 'write the whole address, such as "https://www.paper.example/feed.xml"'
    text = value.strip()
    if len(text) > MAX_URL:
        raise BadValue(f"{text[:60]!r}… is longer than {MAX_URL:,} characters", remedy)
    try:
        host_of(text)
        parts = urlsplit(text)
    except ValueError:
        raise BadValue(f"{value!r} is not an absolute http(s) URL", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise BadValue(
            f"the URL for {parts.hostname!r} holds a user name or password",
            "write it without; secrets do not belong into the configuration",
        )
    return parts._replace(fragment="").geturl()


def host(value: str) -> str:
    """A host name, with a port where it is not the usual one, in lower case and IDNA form."""
    try:
        if "/" in value or "@" in value:
            raise ValueError(value)
        return host_of(f"http://{value.strip()}")
    except ValueError:
        raise BadValue(
            f"{value!r} is not a host", 'write a name without "https://" and path: "m.paper.example"'
        ) from None


def host_of(url: str) -> str:
    """The host of an http(s) URL, lower case, IDNA, with a port other than the scheme's; else ValueError."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    if usual is None or not name or any(c.isspace() for c in parts.netloc):
        raise ValueError("not an http(s) URL with a host")
    if ":" in name:
        name = f"[{name}]"
    elif not name.isascii():
        name = name.encode("idna").decode("ascii")
    if not (_HOST.fullmatch(name) or _IPV6.fullmatch(name)):
        raise ValueError("no host name")
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"


def timezone(value: str) -> str:
    """An IANA name of a time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        zones = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
        ends = next((zone for zone in zones if zone.endswith("/" + value.lower())), None)
        near = zones.get(ends or suggestion(value, zones) or "", "Europe/Berlin")
        raise BadValue(f"{value!r} is no time zone of the IANA database", f'write a name such as "{near}"') from None
    return value


def language(value: str) -> str:
    """A language tag of BCP 47's shape."""
    if not _LANGUAGE.fullmatch(value):
        raise BadValue(f"{value!r} is not a language tag (BCP 47)", 'write one such as "de" or "pt-BR"')
    return value


def selector(value: str) -> str:
    """A CSS selector, or an XPath where it begins with ``/``, ``./`` or ``(``, that compiles and selects something."""
    text = value.strip()
    if not text:
        raise BadValue("a selector is empty", 'write CSS such as "h1.headline", or leave the key out')
    if text.startswith(_XPATH_STARTS):
        try:
            selected: object = etree.XPath(text)(etree.Element("html"))
        except (etree.XPathError, ValueError) as error:
            raise BadValue(f"the XPath {text!r} is broken ({error})", "mend it, or write a CSS selector") from None
        if not isinstance(selected, (list, str)):
            raise BadValue(
                f"the XPath {text!r} yields a {type(selected).__name__}", 'write one that selects elements: "//h1"'
            )
        return text
    try:
        CSSSelector(text, translator="html")
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise BadValue(
            f"the CSS selector {text!r} is broken ({error})", 'mend it, or write an XPath that begins with "/"'
        ) from None
    return text
