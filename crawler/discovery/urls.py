"""From a link as it stands in a document to an absolute http(s) URL."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from crawler.config.values import MAX_URL, host_of

_PLAIN = re.compile(r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}/(?:[A-Za-z0-9/_.,;:=&?+~!*()-]|%[0-9A-F]{2})*")
_BLANK = re.compile(r"[\t\n\r\x00-\x1f\x7f\ud800-\udfff]+")


class BadLink(ValueError):
    """A link that announces nothing; ``code`` is one of those in :attr:`crawler.discovery.Discovery.dropped`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def absolute(raw: str, base: str) -> str:
    """``raw`` resolved against ``base``: http(s), percent-encoded, no fragment, no blanks; BadLink if it cannot be."""
    if len(raw) > 4 * MAX_URL:
        raise BadLink("too_long")
    url = _BLANK.sub("", raw).strip()
    if not url:
        raise BadLink("no_url")
    if not _PLAIN.fullmatch(url):
        url = _resolved(url, base)
    if len(url) > MAX_URL:
        raise BadLink("too_long")
    return url


def _resolved(url: str, base: str) -> str:
    try:
        joined = urljoin(base, url).partition("#")[0]
        if not joined.lower().startswith(("http://", "https://")):
            raise BadLink("not_http")
        safe = safe_url_string(joined)
        parts = urlsplit(safe)
        if "@" in parts.netloc:
            raise BadLink("credentials")
        host = host_of(safe)
    except BadLink:
        raise
    except ValueError:
        raise BadLink("bad_url") from None
    return parts._replace(netloc=host, path=parts.path or "/").geturl()


def host_or_none(url: str) -> str | None:
    """The host of ``url`` as :func:`crawler.config.values.host_of` gives it, or None."""
    try:
        return host_of(url)
    except ValueError:
        return None
