"""RSS 0.9x to 2.0, RDF (RSS 1.0) and Atom, by one reader that goes by local names."""

from __future__ import annotations

from lxml import etree

from crawler.discovery import xml
from crawler.discovery.collector import Collector
from crawler.discovery.dates import MAX_DATE, instant
from crawler.discovery.model import Discovery, Link
from crawler.discovery.text import plain, tag
from crawler.discovery.urls import BadLink, absolute

_XML = "{http://www.w3.org/XML/1998/namespace}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DECLARED_PREFIX = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
# Modules whose <title> or <link> speak of a picture, a film or a place, not of the item.
_OTHER_SUBJECTS = ("media", "itunes", "image", "geo", "georss", "thr", "slash", "source", "podcast")

# What an item says, by local name. Published first in the order of trust; the rest are changes.
_PUBLISHED = ("pubDate", "published", "issued", "created", "date", "pubdate")
# RFC 5005: the following page of a paged feed, and the document before this one of an archived feed.
_FURTHER = ("next", "prev-archive")
_MODIFIED = ("updated", "modified", "lastBuildDate")


def read(text: str, url: str) -> Discovery:
    """The announcements of the feed in ``text``, which came from ``url``."""

    collector, broken = xml.gathered(text, ("item", "entry"), lambda: Collector(url), _item)
    return collector.discovery("feed", "broken_xml_recovered" if broken else None)


def _item(item: etree._Element, collector: Collector) -> None:
    if not collector.begun:
        collector.begun = True
        _head(item, collector)
    fields: dict[str, etree._Element] = {}
    links: list[etree._Element] = []
    for child in item:
        name = xml.local(child)
        if not name or _prefix(child) in _OTHER_SUBJECTS:
            continue
        if name == "link":
            links.append(child)
        fields.setdefault(name, child)
    found = _link(item, fields, links)
    if found is None:
        collector.drop("no_url")
        return
    raw, holder = found
    published = _first(fields, _PUBLISHED)
    modified = _first(fields, _MODIFIED)
    collector.add(
        raw,
        _base(holder, collector.url),
        Link(
            url="",
            title=_title(fields.get("title")),
            date=instant(published),
            date_raw=published[:MAX_DATE] if published else None,
            modified=instant(modified),
            language=_language(item, fields.get("language")),
        ),
    )


def _link(
    item: etree._Element, fields: dict[str, etree._Element], links: list[etree._Element]
) -> tuple[str, etree._Element] | None:
    """The address of the item's page as it stands, and the element that holds it."""
    original = _text(fields.get("origLink"))
    if original:
        return original, fields["origLink"]
    for link in links:
        if text := _text(link):
            return text, link
    alternates = [link for link in links if link.get("href") and link.get("rel", "alternate").strip() == "alternate"]
    alternates.sort(key=lambda link: link.get("type", "text/html") not in ("text/html", "application/xhtml+xml"))
    if alternates:
        return alternates[0].get("href", ""), alternates[0]
    for name in ("guid", "id"):
        element = fields.get(name)
        text = _text(element)
        if element is None or not text or element.get("isPermaLink", "true").strip().lower() == "false":
            continue
        if text.lower().startswith(("http://", "https://")):
            return text, element
    about = item.get(f"{_RDF}about")
    return (about, item) if about else None


def _base(element: etree._Element, url: str) -> str:
    """What relative links in ``element`` are relative to: ``xml:base``, else the channel's own link, else ``url``."""
    chain = [element, *element.iterancestors()]
    written = [base for node in reversed(chain) if (base := node.get(f"{_XML}base"))]
    if not written:
        channel = next((node for node in chain if xml.local(node) in ("channel", "RDF")), None)
        holder = channel if channel is None or xml.local(channel) == "channel" else channel.find("{*}channel")
        if holder is not None:
            written = [text for child in holder if xml.local(child) == "link" and (text := _text(child))][:1]
    base = url
    for step in written[-8:]:
        try:
            base = absolute(step, base)
        except BadLink:
            continue
    return base


def _head(item: etree._Element, collector: Collector) -> None:
    """Language and next page of the whole feed, from what stands above the first item."""
    root = item.getroottree().getroot()
    channel = root.find("{*}channel")
    heads = [root] if channel is None else [channel, root]
    for head in heads:
        for child in head:
            if xml.local(child) == "link" and child.get("rel") in _FURTHER and child.get("href"):
                collector.set_next(child.get("href", ""), _base(child, collector.url))
    collector.language = _language(heads[0], heads[0].find("{*}language"))


def _language(element: etree._Element, stated: etree._Element | None) -> str | None:
    """``dc:language`` of the item, else the nearest ``xml:lang``, else the channel's ``language``."""
    if found := tag(_text(stated)):
        return found
    for node in (element, *element.iterancestors()):
        if found := tag(node.get(f"{_XML}lang")):
            return found
        if xml.local(node) == "channel" and (found := tag(_text(node.find("{*}language")))):
            return found
        if xml.local(node) == "RDF" and (found := tag(_text(node.find("{*}channel/{*}language")))):
            return found
    return None


def _title(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    # RFC 4287, section 3.1: an Atom text construct is markup only where its type says so. In RSS it may always be.
    atom = _prefix(element) == "atom"
    return plain(xml.inner_text(element), markup=not atom or element.get("type", "text") != "text")


def _first(fields: dict[str, etree._Element], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(fields.get(name)))), None)


def _text(element: etree._Element | None) -> str | None:
    text = None if element is None else (element.text if len(element) == 0 else xml.inner_text(element))
    return " ".join(text[:20_000].split()) or None if text else None


def _prefix(element: etree._Element) -> str:
    """The usual prefix of the element's namespace, or the one that is written where none is declared."""
    name = str(element.tag)
    if name.startswith("{"):
        return _DECLARED_PREFIX.get(name[1:].partition("}")[0], element.prefix or "")
    return name.rpartition(":")[0]
