"""What came back, told from the bytes: a feed, a sitemap, a list of URLs, a page, or nothing of use."""

from __future__ import annotations

import re
from dataclasses import replace

from crawler.discovery import feeds, fronts, jsonfeed, sitemaps
from crawler.discovery.decode import decoded
from crawler.discovery.model import Discovery, Reason
from crawler.discovery.unpack import unpacked
from crawler.discovery.xml import without_prolog

# Bytes of one entrance, unpacked: the sitemap protocol allows 50 MiB.
MAX_SIZE = 60_000_000

# Where the first element may begin: behind a licence in a comment, or the warnings of a broken template.
_HEAD = 20_000
_ROOT = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9]{0,20}:)?(rss|rdf|feed|channel|urlset|sitemapindex|html|head|body)[\s>/]", re.IGNORECASE
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s{1,9}html", re.IGNORECASE)
_BLANK = "\ufeff \t\r\n\0"
_SITEMAPS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "rdf", "feed", "channel")


def discover(body: bytes, *, url: str, content_type: str | None = None, max_size: int = MAX_SIZE) -> Discovery:
    """What the entrance at ``url`` announces, read from its ``body`` (gzip is opened) and ``Content-Type``.

    At most ``max_size`` bytes of it, unpacked, are looked at. Never raises, whatever the bytes.
    """
    body, more, broken = unpacked(body, max_size)
    found = _read(body, url, content_type)
    if more:
        return replace(found, reason="too_large", detail=f"more than {max_size:,} bytes")
    if broken:
        reason: Reason = "broken_xml_recovered" if found.links or found.entrances else "unreadable"
        return replace(found, reason=reason, detail="its gzip is damaged or breaks off")
    return found


def _read(body: bytes, url: str, content_type: str | None) -> Discovery:
    text = decoded(body, content_type).lstrip(_BLANK)
    if not text:
        return Discovery(kind=None, reason="empty", detail="nothing but blanks")
    if text[0] in "{[":
        return jsonfeed.read(text, url)
    name = _root_name(text)
    if name in _SITEMAPS:
        return sitemaps.read(text, url)
    if name in _FEEDS:
        return feeds.read(text, url)
    if sitemaps.is_text(text):
        return sitemaps.read_text(text, url)
    if "<" in text[:_HEAD]:
        return fronts.read(text, url)
    return Discovery(kind=None, reason="not_an_entrance", detail="neither XML nor HTML nor JSON nor a list of URLs")


def _root_name(text: str) -> str:
    """The first element that tells the kind, in lower case; "" where there is none or the page says that it is HTML."""
    if _HTML_DOCTYPE.match(text):
        return ""
    root = _ROOT.search(_without_comments(without_prolog(text)[:_HEAD]))
    return root[1].lower() if root else ""


def _without_comments(text: str) -> str:
    parts = text.split("<!--")
    return parts[0] + "".join(part.partition("-->")[2] for part in parts[1:])
