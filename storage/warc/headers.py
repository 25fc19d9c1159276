"""Header blocks: made safe, rid of secrets, written and parsed.

HTTP header text is Latin-1, as HTTP libraries decode it, so every byte of a header comes back as it was; text that
cannot have come from the wire is written as UTF-8. A line never holds a control character, whatever a server sent,
so no header can begin another one, end the block or forge a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import Final
from urllib.parse import quote

from warcio.statusandheaders import (
    StatusAndHeaders,
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from storage.warc.exchange import Exchange, Headers

SECRET_WORDS: Final = frozenset(
    {
        "apikey",
        "auth",
        "authenticate",
        "authentication",
        "authorization",
        "cookie",
        "cookie2",
        "credential",
        "credentials",
        "key",
        "passwd",
        "password",
        "secret",
        "session",
        "sessionid",
        "token",
    }
)
"""A header is left out where one of the words of its name is one of these: ``Cookie``, ``Set-Cookie``,
``Authorization``, ``Proxy-Authorization``, ``WWW-Authenticate``, ``Authentication-Info`` (RFC 6265, RFC 9110 section
11), and the names that programming interfaces use, such as ``X-Api-Key`` and ``X-Auth-Token``."""

ORIGINAL: Final = "X-Archive-Orig-"
"""Prefix for a header that described the transfer and not what is stored; pywb and warcprox use the same."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_TOKEN: Final = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_NOT_IN_URL: Final = re.compile("[\x00-\x20\x7f<>\ud800-\udfff]|\\s")
_USERINFO: Final = re.compile(r"(?<=[/\\]{2})[^/?#\\\s<>\"]*@")
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE: Final = re.compile(r"HTTP/[0-9](?:\.[0-9])? +([0-9]{3})(?: (.*))?", re.ASCII)
_WARC_VERSIONS: Final = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]


REVISIT: Final = "revisit"
NOT_MODIFIED: Final = 304
IDENTICAL: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
UNMODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""What a ``revisit`` record stands for: WARC 1.1, section 6.7."""
CONVERSION: Final = "conversion"
RENDERED_TYPE: Final = "text/html; charset=utf-8"
_OF_THE_BODY: Final = frozenset(
    {"content-encoding", "content-length", "content-type", "transfer-encoding", "content-md5", "digest"}
)


class BlockError(ValueError):
    """The bytes are not the header block that they should be."""


def without_userinfo(text: str) -> str:
    """The text with ``user:password@`` taken out of every URL in it."""
    return _USERINFO.sub("", text)


def clean_url(url: str) -> str:
    """A URL for one header line: without userinfo; white space, controls and ``<>`` percent-encoded as UTF-8."""
    return without_userinfo(_NOT_IN_URL.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), url))


# A crawl meets few names, and each with every page.
@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Whether a header of that name may carry credentials or a session."""
    return not SECRET_WORDS.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def kept(headers: Headers) -> Headers:
    """The headers that are kept, in order, made safe: names are tokens, values hold no controls and no userinfo."""
    return tuple(
        (_NO_TOKEN.sub("_", name) or "_", without_userinfo(_line(value)))
        for name, value in headers
        if not is_secret(name)
    )


def rendered_headers(headers: Headers) -> Headers:
    """An answer's headers for the page that became of it: without those that describe its bytes, with our type."""
    rest = tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_BODY)
    return (("Content-Type", RENDERED_TYPE), *rest)


def response_block(exchange: Exchange) -> bytes:
    """Status line and headers of a response, up to and with the blank line.

    Where the server sent ``Content-Length`` or ``Transfer-Encoding``, one ``Content-Length`` with the stored
    payload's length stands in the place of the first; a value that differs is kept under :data:`ORIGINAL`.
    """
    length = str(len(exchange.payload))
    headers: list[tuple[str, str]] = []
    told = False
    for name, value in kept(exchange.response_headers):
        lower = name.lower()
        if lower not in ("content-length", "transfer-encoding"):
            headers.append((name, value))
            continue
        if not told:
            told = True
            headers.append((name if lower == "content-length" else "Content-Length", length))
        if lower == "transfer-encoding" or value != length:
            headers.append((ORIGINAL + name, value))
    version = exchange.protocol if exchange.protocol in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
    return _block(f"{version} {exchange.status:03d} {_line(exchange.reason)}", headers)


def request_block(exchange: Exchange) -> bytes:
    """Request line and headers, up to and with the blank line; ``Host`` is added where it was left to the library."""
    host, _, rest = clean_url(exchange.url).partition("://")[2].partition("#")[0].partition("/")
    host, question, query = host.partition("?")
    target = f"/{question}{query}" + (f"/{rest}" if question else rest)
    headers = list(kept(exchange.request_headers or ()))
    if not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ("Host", host))
    return _block(f"{exchange.method} {target} HTTP/1.1", headers)


def warc_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """A WARC record's header in UTF-8, up to and with the blank line. Values are made one line each."""
    headers = [(name, _line(value)) for name, value in fields]
    block: bytes = StatusAndHeaders("", headers, protocol="WARC/1.1").to_bytes(encoding="utf-8")
    return block


def parse_warc(data: bytes) -> tuple[Headers, bytes]:
    """A record's bytes to its WARC header fields and what follows them. Raises :class:`BlockError`."""
    head, rest = _split(data)
    try:
        parsed = StatusAndHeadersParser(_WARC_VERSIONS).parse(BytesIO(head))
    except (StatusAndHeadersParserException, EOFError):
        raise BlockError("no WARC header") from None
    return tuple(parsed.headers), rest


def parse_response(block: bytes) -> tuple[int, str, Headers, bytes]:
    """A response record's block to status, reason phrase, headers and payload. Raises :class:`BlockError`."""
    head, payload = _split(block)
    lines = head.decode("latin-1").split("\n")
    status = _STATUS_LINE.fullmatch(lines[0].rstrip("\r"))
    if status is None:
        raise BlockError("no HTTP status line")
    headers: list[tuple[str, list[str]]] = []
    for line in lines[1:]:
        text = line.rstrip("\r")
        if text[:1] in (" ", "\t") and headers:
            headers[-1][1].append(text.strip(" \t"))
        elif ":" in text:
            name, _, value = text.partition(":")
            headers.append((name.strip(" \t"), [value.strip(" \t")]))
    return int(status[1]), (status[2] or "").strip(" \t"), tuple((n, " ".join(v)) for n, v in headers), payload


def first(headers: Headers, name: str) -> str | None:
    """The first header of that name, compared without case, or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip(" \t")


def _block(first_line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [first_line, *(f"{name}: {value}" for name, value in headers), "", ""]
    return b"\r\n".join(_bytes(line) for line in lines)


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", errors="replace")


def _split(data: bytes) -> tuple[bytes, bytes]:
    end = _BLANK_LINE.search(data)
    return (data[: end.start()], data[end.end() :]) if end else (data, b"")
