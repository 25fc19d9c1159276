"""The key points: the short list that some publishers print between the headline and the body.

A list may be an ``<ul>``, several sibling elements alike, or lines of one element. Three things speak for one: a label
above it, a class or id that names it, and its place right below the headline. The first suffices; a class needs a
place before the text has begun; a place alone needs a list of unlinked sentences. A live blog's points are links into
it, and no key points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from pipelines import cues, phrases, tokens, walk
from pipelines.blocks import HEADINGS, Block, Layout, Region
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.features import dated, words
from pipelines.fields import kind
from pipelines.labels import KEY_POINT_CLASSES, KEY_POINT_HINTS, is_label
from pipelines.layout import size
from pipelines.normalise import fold

# What was seen on real pages: two to five points of one or two sentences.
_FEWEST: Final = 2
_MOST: Final = 5
_SHORTEST: Final = 16
_LONGEST: Final = 400
# Blocks that may stand between a label and the first point (a note that a machine wrote them, a button).
_REACH: Final = 3
_NOTE: Final = 160
# A label is short.
_LABEL: Final = 60
# Running text below the headline that may precede the points: a standfirst, not a text that has begun.
_PARAGRAPH: Final = 100
# Points that are no list are a few lines in all; more is text.
_WHOLE: Final = 600
# A list without label or class stands at most this many blocks below the headline, and text as many below it.
_BELOW: Final = 30
# A heading that shares this part of its words with the title is the headline in another version.
_ALIKE: Final = 0.5
# Share bars, pictures and the like stand between the points and the text.
_SOON: Final = 80
_MARKS: Final = "-–—•*▪■●· "
# Lines that only breaks separate stand closer.
_NEAR: Final = 16
# What ends a sentence, perhaps within quotes.
_SENTENCE_END: Final = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]]?$")
_LISTS: Final = frozenset(("ul", "ol"))
_LEAVES: Final = frozenset(("h2", "h3", "h4", "p", "div", "li"))
# What no label redeems, and what speaks against a list without a label.
_NEVER: Final = cues.COMMENTS | cues.NAVIGATION | cues.FOOTER | cues.CONSENT
_AGAINST: Final = (
    _NEVER | cues.RELATED | cues.SHARE | cues.NEWSLETTER | cues.TAGS | cues.ADVERT | cues.BIOGRAPHY | cues.CAPTION
    | cues.BYLINE | cues.OVERLAY
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _List:
    """A run of items that may be key points: their texts, the blocks it spans and the region that holds it."""

    items: tuple[str, ...]
    first: int
    last: int
    region: Region
    listed: bool
    headings: bool = False
    broken: bool = False
    labelled: bool = False
    marked: bool = False


def choose(document: Document, *, title: str | None) -> Choice[tuple[str, ...]]:
    """The key points of ``document``; the winner is None where it has none."""
    warnings: tuple[str, ...] = ()
    site = document.page.site
    if site is not None and site.bullets:
        chosen = document.select(site.bullets)
        items = tuple(text for element in chosen for text in _texts(element) if not is_label(text))
        if items:
            only = Candidate(value=items, source="selector")
            return Choice(field="bullets", winner=only, candidates=(only,), why="selector")
        warnings = ("selector_unmatched:bullets",)
    layout = document.layout
    headline = _headline(layout, title)
    known = words(title) if title else None
    ranked: list[tuple[int, int, Candidate[tuple[str, ...]]]] = []
    end = _text_begun(layout, headline)
    for found in (*_lists(layout, end), *_broken(layout, end)):
        source = _source(layout, found, headline)
        if source is not None and not (known and any(words(item) == known for item in found.items)):
            rank = _ORDER.index(source)
            ranked.append((rank, found.first, Candidate(value=found.items, source=source)))
    ranked.sort(key=lambda entry: entry[:2])
    if ranked and kind.choose(document).value == "liveblog":
        ranked.clear()
    candidates = tuple(entry[2] for entry in ranked)
    return Choice(
        field="bullets",
        winner=candidates[0] if candidates else None,
        candidates=candidates,
        why="first",
        warnings=warnings,
    )


# A short item like these makes a list one of credits, dates, notes or offers.
_NO_POINT: Final = frozenset(
    ("lead.byline", "lead.date", "word.caption", "word.newsletter", "word.share", "word.consent")
)
_ORDER: Final = ("label", "class", "place")


def _texts(element: HtmlElement) -> Iterator[str]:
    yield from (block.text for block in walk.read(element).blocks)


def _headline(layout: Layout, title: str | None) -> int:
    """The index of the block that the article begins with, or -1.

    That is the ``h1`` that reads as the title does, else the first heading that shares at least half of its words,
    else any block that reads so, else the first ``h1``.
    """
    heads = [block for block in layout.blocks if block.tag in HEADINGS]
    if title:
        key = words(title)
        titled = set(tokens.split(fold(title)))
        alike: int | None = None
        for block in heads:
            if block.tag == "h1" and words(block.text) == key:
                return block.index
            if alike is None:
                mine = set(tokens.split(fold(block.text)))
                if words(block.text) == key or len(titled & mine) >= _ALIKE * len(titled | mine) > 0:
                    alike = block.index
        if alike is not None:
            return alike
        near = range(len(title) - 8, len(title) + 9)
        for block in layout.blocks:
            if block.tag not in HEADINGS and len(block.text) in near and words(block.text) == key:
                return block.index
    return next((block.index for block in heads if block.tag == "h1"), -1)


def _lists(layout: Layout, end: int) -> Iterator[_List]:
    """Every run of two to five short texts that are set alike."""
    children: dict[int, list[Region]] = {}
    for region in layout.regions[1:]:
        children.setdefault(region.parent, []).append(region)
    for region in layout.regions:
        if region.first > end:
            break
        count = region.last - region.first
        if (region.cues | region.inherited) & _NEVER:
            continue
        if count < _FEWEST:
            continue
        if region.tag in _LISTS:
            yield from _list(layout, [c for c in children.get(region.index, ()) if c.tag == "li"], region, listed=True)
            continue
        below = children.get(region.index)
        if below is None:
            if count <= _MOST + 1:
                yield from _lines(layout, region)
            continue
        run: list[Region] = []
        for child in [*below, None]:
            alike = child is not None and run and _alike(child, run[-1])
            if alike and child is not None:
                run.append(child)
                continue
            if len(run) >= _FEWEST:
                yield from _list(layout, run, region, listed=False)
            run = [child] if child is not None and child.tag in _LEAVES and child.last - child.first == 1 else []


def _alike(child: Region, before: Region) -> bool:
    return (
        child.tag == before.tag
        and child.last - child.first == 1
        and child.first == before.last
        and child.name == before.name
    )


def _list(layout: Layout, members: list[Region], region: Region, *, listed: bool) -> Iterator[_List]:
    if not members or len(members) > 2 * _MOST:
        return
    items: list[str] = []
    promoted = 0
    for member in members:
        held = layout.blocks[member.first : member.last]
        if not held:
            continue
        text = " ".join(block.text for block in held)
        if 2 * sum(block.linked for block in held) > len(text):
            promoted += 1
        else:
            items.append(text)
    items, labelled = _unlabelled(items)
    if len(items) > _FEWEST and _promotes(items[-1]):
        items.pop()
    if _FEWEST <= len(items) <= _MOST and promoted < len(items) and _sized(items):
        headings = members[0].tag in HEADINGS
        yield _List(tuple(items), members[0].first, members[-1].last, region, listed, headings, labelled=labelled)


def _promotes(item: str) -> bool:
    """Whether the last item of a list is an invitation to read on elsewhere."""
    return len(item) < _LABEL and not item.endswith(".") and "lead.related" in phrases.found(item)


def _lines(layout: Layout, region: Region) -> Iterator[_List]:
    held = layout.blocks[region.first : region.last]
    items = [block.text.lstrip(_MARKS) for block in held]
    if _FEWEST <= len(items) <= _MOST and not any(block.linked for block in held) and _sized(items):
        yield _List(tuple(items), region.first, region.last, region, listed=False)


def _broken(layout: Layout, end: int) -> Iterator[_List]:
    """Lines that only ``<br>`` separate; the first may be the label."""
    for block in layout.blocks[: end + 1]:
        if block.continues or not (block.lines or _continued(layout, block)) or block.cues & _NEVER:
            continue
        last = block.index + 1
        while last < len(layout.blocks) and layout.blocks[last].continues:
            last += 1
        held = layout.blocks[block.index : last]
        if len(held) > _MOST + 1 or any(one.linked for one in held):
            continue
        texts = [line for one in held for line in (one.lines or (one.text,)) if line.strip(_MARKS)]
        items, labelled = _unlabelled([text.lstrip(_MARKS) for text in texts])
        whole = sum(map(size, items))
        if not labelled and any(map(dated, items)):
            continue
        if _FEWEST <= len(items) <= _MOST and whole <= _WHOLE and _sized(items):
            yield _List(
                tuple(items),
                block.index,
                last,
                layout.regions[block.region],
                listed=False,
                broken=True,
                labelled=labelled,
                marked=all(text[:1] in _MARKS for text in texts[-len(items) :]),
            )


def _continued(layout: Layout, block: Block) -> bool:
    return block.index + 1 < len(layout.blocks) and layout.blocks[block.index + 1].continues


def _unlabelled(items: list[str]) -> tuple[list[str], bool]:
    """``items`` without a label that stands as the first, and whether it did."""
    if items and is_label(items[0]):
        return items[1:], True
    return items, False


def _sized(items: list[str]) -> bool:
    return all(size(item) >= _SHORTEST and len(item) <= _LONGEST for item in items)


def _source(layout: Layout, found: _List, headline: int) -> str | None:
    """What speaks for a list, or None where that is not enough: a list with pictures is a gallery, one that a sentence
    introduces is a part of the text."""
    begun = _begun(layout, found, headline)
    if begun > 1:
        return None
    if found.labelled or _labelled(layout, found):
        return "label"
    if (found.region.cues | found.region.inherited) & _AGAINST:
        return None
    names = KEY_POINT_CLASSES | KEY_POINT_HINTS if found.listed else KEY_POINT_CLASSES
    if _named(layout, found, names) and (found.listed or sum(map(size, found.items)) <= _WHOLE):
        return "class"
    if begun or found.region.media or not (found.listed or found.headings or found.broken):
        return None
    below = 0 <= headline < found.first <= headline + (_NEAR if found.broken else _BELOW)
    introduced = layout.blocks[found.first - 1].text.endswith((":", "："))
    return "place" if below and not introduced and _followed(layout, found) and _sentences(found) else None


def _text_begun(layout: Layout, headline: int) -> int:
    """The index of the last block before which :func:`_begun` finds less than two paragraphs."""
    blocks = layout.blocks
    if headline >= 0:
        passed = 0
        for block in blocks[headline + 1 :]:
            passed += _paragraph(layout, block)
            if passed > 1:
                return block.index
    return len(blocks)


def _begun(layout: Layout, found: _List, headline: int) -> int:
    """How many paragraphs of running text stand between the headline and the list."""
    start = headline + 1 if 0 <= headline < found.first else max(0, found.first - 12)
    return sum(_paragraph(layout, block) for block in layout.blocks[start : found.first])


def _paragraph(layout: Layout, block: Block) -> bool:
    """Whether ``block`` is running text of the article; a standfirst is not yet."""
    unlike = _AGAINST | cues.STANDFIRST
    return layout.prose[block.index] >= _PARAGRAPH and block.tag not in HEADINGS and not block.cues & unlike


def _labelled(layout: Layout, found: _List) -> bool:
    """Whether a label stands above the list, with no more than a note between them."""
    for block in reversed(layout.blocks[max(0, found.first - _REACH) : found.first]):
        if is_label(block.text):
            return True
        if block.tag == "li" or len(block.text) > _NOTE:
            return False
    return False


def _named(layout: Layout, found: _List, names: frozenset[str]) -> bool:
    """Whether the list or a box that holds little else has one of ``names``."""
    region = found.region
    most = found.last - found.first + 4
    while region.last - region.first <= most:
        for value in (region.name, *region.ids):
            if value and not names.isdisjoint(cues.words(value)):
                return True
        if region.parent < 0:
            break
        region = layout.regions[region.parent]
    return False


def _followed(layout: Layout, found: _List) -> bool:
    """Whether running text follows soon."""
    return any(_paragraph(layout, block) for block in layout.blocks[found.last : found.last + _SOON])


def _sentences(found: _List) -> bool:
    """Whether the items of a list that only its place speaks for read as points.

    In a list they are sentences. Lines between breaks are points if marks begin them, or if they end like headlines;
    as sentences they are the text itself, set by someone who parts paragraphs so.
    """
    if any(len(item) < _LABEL and _NO_POINT.intersection(phrases.found(item)) for item in found.items):
        return False
    if found.broken:
        return found.marked or not any(map(_SENTENCE_END.search, found.items))
    return sum(map(size, found.items)) >= 40 * len(found.items)
