"""Reading broken XML as far as it goes: entry by entry, field by field, whatever stands between.

A break in one entry costs at most that entry. The entries come out as elements without namespaces, otherwise like
those of :mod:`crawler.discovery.xml`, so that the same code reads both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from crawler.discovery.collector import MAX_LINKS

# What entries of feeds and sitemaps say. Of one entry no more than this many fields are read.
_FIELDS = (
    "link",
    "origLink",
    "guid",
    "id",
    "title",
    "pubDate",
    "published",
    "issued",
    "created",
    "date",
    "updated",
    "modified",
    "language",
    "loc",
    "lastmod",
    "publication_date",
)
_MAX_FIELDS = 40
_MAX_FIELD = 20_000
_CANONICAL = {name.lower(): name for name in _FIELDS}
# Without ASCII, the long s of "i\u017f\u017fued" would match too.
_FLAGS = re.IGNORECASE | re.ASCII
_PREFIX = r"(?:(?P<prefix>[A-Za-z][\w-]{0,30}):)?"
_FIELD = re.compile(rf"<{_PREFIX}(?P<name>{'|'.join(_FIELDS)})(?P<attributes>\s[^<>]{{0,4000}})?>", _FLAGS)
_ATTRIBUTE = re.compile(r"""([A-Za-z][\w:-]{0,40})\s{0,9}=\s{0,9}("[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)""", re.ASCII)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Modules that speak of a picture or film, not of the entry.
_OTHER_SUBJECTS = frozenset(("image", "video", "media", "itunes", "geo", "georss", "thr", "slash", "podcast"))
_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"
_INHERITED = re.compile(r"""\sxml:(lang|base)\s{0,9}=\s{0,9}["']([^"'<>]{1,2000})["']""")


def elements(text: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Each entry whose name is in ``tags``, below an element that holds the head's fields."""
    text = _without_comments(_NOT_XML.sub("", text))
    starts = re.compile(rf"<{_PREFIX}(?P<name>{'|'.join(tags)})(?P<attributes>\s[^<>]{{0,4000}})?>", _FLAGS)
    entries = (match for match in starts.finditer(text) if (match["prefix"] or "").lower() not in _OTHER_SUBJECTS)
    found = list(islice(entries, MAX_LINKS + 1))
    head = etree.Element("channel")
    before = text[: found[0].start()] if found else ""
    _fill(head, before[:_MAX_FIELD])
    for match in _INHERITED.finditer(before[:_MAX_FIELD]):
        head.set(_XML_NAMESPACE + match[1], html.unescape(match[2]))
    for position, match in enumerate(found):
        stop = found[position + 1].start() if position + 1 < len(found) else len(text)
        entry = etree.SubElement(head, match["name"].lower())
        for own in _INHERITED.finditer(match["attributes"] or ""):
            entry.set(_XML_NAMESPACE + own[1], html.unescape(own[2]))
        _fill(entry, text[match.end() : stop])
        yield entry
        head.remove(entry)


def _fill(entry: etree._Element, text: str) -> None:
    """Append a child to ``entry`` for each field that is found in ``text``."""
    lowered = text.lower() if text.isascii() else text
    at = count = 0
    news: etree._Element | None = None
    while count < _MAX_FIELDS and (match := _FIELD.search(text, at)):
        at = match.end()
        count += 1
        prefix = (match["prefix"] or "").lower()
        if prefix in _OTHER_SUBJECTS:
            continue
        attributes = match["attributes"] or ""
        content: str | None = ""
        if not attributes.rstrip().endswith("/"):
            closing = f"</{match[0][1:].split()[0].rstrip('>')}"
            content, at = _content(text, lowered, closing, at)
        if content is None:
            continue
        if prefix == "news":
            news = etree.SubElement(entry, "news") if news is None else news
        child = etree.SubElement(
            news if news is not None and prefix == "news" else entry, _CANONICAL[match["name"].lower()]
        )
        child.text = content
        for name, value in _ATTRIBUTE.findall(attributes):
            if ":" not in name:
                child.set(name, _unescaped(value.strip("\"'")))


def _content(text: str, lowered: str, closing: str, at: int) -> tuple[str | None, int]:
    """What stands between ``at`` and ``closing``, and where it ends; None where the text breaks off within."""
    end = text.find(closing, at, at + _MAX_FIELD)
    if end < 0:
        end = lowered.find(closing.lower(), at, at + _MAX_FIELD)
    if end < 0:
        end = text.find("<", at, at + _MAX_FIELD)
    if end < 0:
        return None, at
    raw = text[at:end].strip()
    if raw.startswith("<![CDATA["):
        return raw[9:].partition("]]>")[0], end
    return _unescaped(raw), end


def _unescaped(text: str) -> str:
    """``text`` with references resolved that end in a semicolon, as XML's do: ``?a=1&copy=2`` stays what it is."""
    return _NOT_XML.sub("", _REFERENCE.sub(lambda reference: html.unescape(reference[0]), text))


def _without_comments(text: str) -> str:
    """``text`` without closed comments; one that is never closed hides nothing."""
    first, *parts = text.split("<!--")
    kept = [first]
    for part in parts:
        inside, closed, after = part.partition("-->")
        kept.append(after if closed else inside)
    return "".join(kept)
