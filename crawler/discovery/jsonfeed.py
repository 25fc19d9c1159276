"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json

from crawler.discovery.collector import Collector
from crawler.discovery.dates import MAX_DATE, instant
from crawler.discovery.model import Discovery, Link
from crawler.discovery.text import plain, tag

# A JSON document takes about ten times its size once it is read.
MAX_JSON = 20_000_000


def read(text: str, url: str) -> Discovery:
    """The announcements of the JSON Feed in ``text``, which came from ``url``."""
    if len(text) > MAX_JSON:
        return Discovery(kind=None, reason="too_large", detail=f"JSON of more than {MAX_JSON:,} characters")
    try:
        feed: object = json.loads(text)
    except (ValueError, RecursionError):
        return Discovery(kind=None, reason="unreadable", detail="broken JSON")
    version = _text(feed, "version") or ""
    items = feed.get("items") if isinstance(feed, dict) else None
    if "jsonfeed.org/version/" not in version or not isinstance(items, list):
        return Discovery(kind=None, reason="not_an_entrance", detail="JSON, but no JSON Feed")
    collector = Collector(url)
    collector.language = tag(_text(feed, "language"))
    if following := _text(feed, "next_url"):
        collector.set_next(following, url)
    for item in items:
        _item(item, collector)
        if collector.full:
            break
    return collector.discovery("feed")


def _item(item: object, collector: Collector) -> None:
    number = _text(item, "id") or ""
    link = _text(item, "url") or (number if number.lower().startswith(("http://", "https://")) else None)
    if link is None:
        collector.drop("no_url")
        return
    published = _text(item, "date_published")
    said = Link(
        url="",
        title=plain(_text(item, "title"), markup=False),
        date=instant(published),
        date_raw=published[:MAX_DATE] if published else None,
        modified=instant(_text(item, "date_modified")),
        language=tag(_text(item, "language")) or collector.language,
    )
    collector.add(link, collector.url, said)


def _text(node: object, key: str) -> str | None:
    value = node.get(key) if isinstance(node, dict) else None
    return value.strip() or None if isinstance(value, str) else None
