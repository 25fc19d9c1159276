"""Sitemaps (sitemaps.org 0.9): ``urlset`` with the news extension, ``sitemapindex``, and plain lists of URLs."""

from __future__ import annotations

from lxml import etree

from crawler.discovery import xml
from crawler.discovery.collector import Collector
from crawler.discovery.dates import MAX_DATE, instant
from crawler.discovery.model import Discovery, Link
from crawler.discovery.text import plain, tag


def read(text: str, url: str) -> Discovery:
    """The announcements of the sitemap in ``text``, which came from ``url``; children of an index as ``entrances``."""

    collector, broken = xml.gathered(text, ("url", "sitemap"), lambda: Collector(url), _entry)
    return collector.discovery("sitemap", "broken_xml_recovered" if broken else None)


def read_text(text: str, url: str) -> Discovery:
    """The announcements of a text sitemap: one URL a line."""
    collector = Collector(url)
    for line in text.splitlines():
        if line.strip():
            collector.add(line.strip(), url, Link(url=""))
            if collector.full:
                break
    return collector.discovery("sitemap")


def is_text(text: str) -> bool:
    """Whether ``text`` is a list of URLs: every line among the first that is not blank."""
    lines = [line.strip() for line in text[:8000].splitlines()[:40] if line.strip()]
    # The last line of what was looked at may be cut anywhere.
    return bool(lines) and all(line.lower().startswith(("http://", "https://")) and " " not in line for line in lines)


def _entry(element: etree._Element, collector: Collector) -> None:
    fields: dict[str, str] = {}
    for child in element:
        name = xml.local(child)
        if name == "news":
            for part in child.iterdescendants():
                _keep(fields, f"news:{xml.local(part)}", part)
        else:
            _keep(fields, name, child)
    location = fields.get("loc")
    if location is None:
        collector.drop("no_url")
        return
    modified = instant(fields.get("lastmod"))
    if xml.local(element) == "sitemap":
        collector.add_entrance(location, modified)
        return
    published = fields.get("news:publication_date")
    said = Link(
        url="",
        title=plain(fields.get("news:title")),
        date=instant(published),
        date_raw=published[:MAX_DATE] if published else None,
        modified=modified,
        language=tag(fields.get("news:language")),
    )
    collector.add(location, collector.url, said)


def _keep(fields: dict[str, str], name: str, element: etree._Element) -> None:
    text = " ".join((element.text or "").split())
    if text:
        fields.setdefault(name, text)
