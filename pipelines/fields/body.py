"""The body: an article's paragraphs and subheadings in reading order, and what was left out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from pipelines import features, grounds, places, reader, rows, scoring, state, walk
from pipelines.blocks import HEADINGS, Block, Layout
from pipelines.document import Document
from pipelines.features import Known, Words, words
from pipelines.labels import is_label
from pipelines.layout import size
from pipelines.normalise import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A block of text that stands near or in the article and is not part of its body.

    ``rule`` names why, where one rule decided; else ``look`` and ``likely`` are the reading's features and answer.
    """

    text: str
    rule: str = ""
    look: features.Features = field(default_factory=dict)
    likely: float = 0.0

    @property
    def reason(self) -> str:
        """Why, in words; found when it is asked for, which is when a person inspects one page."""
        return self.rule or grounds.of(self.look, self.likely)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The paragraphs of an article, what was dropped, and quality codes (see :mod:`pipelines.codes`).

    ``way`` says how they were found: ``blocks`` (our own reading), ``selector``, ``json-ld``, ``scripts`` or
    ``trafilatura``.
    """

    paragraphs: tuple[str, ...]
    way: str = "blocks"
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()


# The probability that a block must reach; a label needs more than a paragraph. Read off the development half of the
# saved pages, where the figures are flat between 0.5 and 0.7.
_LIKELY: Final = 0.5
_LIKELY_LABEL: Final = 0.65
# A line below the region that holds the article is a footer's or a teaser's.
_LIKELY_LAST: Final = 0.9
_SHORT: Final = 100
# A text below this many characters is poor: other ways are tried.
_POOR: Final = 250
# A text of fewer letters that is little of what the page shows is looked at a second time. On the development half of
# the saved pages this changes none of the news pages and mends four pages of other kinds for one that it spoils.
_THIN: Final = 600
# A page that shows less than this many characters in all is drawn by its scripts.
_SHELL: Final = 1_500
# A sentence ends somewhere in a paragraph; code and labels that stand in a script do not read so.
_ENDS: Final = re.compile(r"[.!?…。！？؟।]")
_THIN_SHARE: Final = 0.25
# What stands above the headline is masthead or teaser, unless it is more than this part of the text.
_ABOVE: Final = 5
# Blocks between the label of key points and the first of them, itself counted.
_NOTES: Final = 3
# So many words of a text, looked for in so many characters, open it.
_OPENING: Final = 4
_HEAD: Final = 80
# A paragraph that stands twice is a caption or a teaser; a shorter line may well be said twice.
_REPEATED: Final = 40


def extract(
    document: Document,
    *,
    title: str | None,
    description: str | None,
    bullets: tuple[str, ...],
    authors: tuple[str, ...],
) -> Body:
    """The body of ``document``, without what the other fields hold already.

    A site's own selectors come first; then the two readings of :mod:`pipelines.scoring`. Where these find next to
    nothing, the text that the page's linked data gives (warning ``body_from_json_ld``) or its scripts carry
    (``body_from_state``); where that is thin too, what trafilatura finds, if it is twice as much
    (``body_from_fallback``).
    """
    warnings: list[str] = []
    known = frozenset(map(words, (*bullets, " ".join(bullets), *authors, title or ""))) - {()}
    site = document.page.site
    if site is not None and site.body:
        chosen = document.select(site.body)
        layouts = [walk.read(element) for element in chosen]
        if any(layout.blocks for layout in layouts):
            return _selected([block for layout in layouts for block in layout.blocks], known)
        warnings.append("selector_unmatched:body")
    statement = max((node.article_body or "" for node in document.evidence.articles), key=len, default="")
    about = features.known(title, description, (*bullets, *authors), statement)
    way = "blocks"
    paragraphs, dropped = _read(document.layout, about, known)
    if document.layout.cut:
        warnings.append("too_large")
    if sum(map(len, paragraphs)) < _POOR:
        stated = tuple(text for line in statement.splitlines() if (text := plain(line)))
        if sum(map(len, stated)) > max(_POOR, 2 * sum(map(len, paragraphs))):
            paragraphs = list(stated)
            warnings.append("body_from_json_ld")
            way = "json-ld"
    shown = sum(len(block.text) for block in document.layout.blocks)
    if sum(map(len, paragraphs)) < _POOR and shown < _SHELL:
        drawn = [text for text in state.read(document.tree) if words(text) not in known and _ENDS.search(text)]
        if sum(map(len, drawn)) > _THIN:
            paragraphs = drawn
            warnings.append("body_from_state")
            way = "scripts"
    length = sum(map(len, paragraphs))
    if length < _THIN_SHARE * shown and sum(map(size, paragraphs)) < _THIN and _may_be_more(document.layout, length):
        second = [text for text in reader.read(document.tree) if words(text) not in known]
        if sum(map(len, second)) > max(_THIN, 2 * length):
            paragraphs = second
            warnings.append("body_from_fallback")
            way = "trafilatura"
    return Body(paragraphs=tuple(paragraphs), way=way, dropped=tuple(dropped), warnings=tuple(warnings))


def _may_be_more(layout: Layout, length: int) -> bool:
    """Whether a page shows so much text outside links that another reading may find twice ``length`` characters."""
    unlinked = sum(len(block.text) - block.linked for block in layout.blocks)
    return unlinked >= max(_THIN, 2 * length)


def _selected(found: Iterable[Block], known: frozenset[Words]) -> Body:
    """The body that a site's selectors point at: all of their text but what other fields hold."""
    kept: list[str] = []
    dropped: list[Dropped] = []
    for block in found:
        if words(block.text) in known:
            dropped.append(Dropped(text=block.text, rule="stands in another field"))
        else:
            kept.append(block.text)
    return Body(paragraphs=tuple(kept), way="selector", dropped=tuple(dropped))


def _read(layout: Layout, about: Known, known: frozenset[Words]) -> tuple[list[str], list[Dropped]]:
    reading = scoring.read(layout, about)
    start, end = places.scope(layout, reading.main)
    region = layout.regions[reading.main]
    looks = dict(zip(range(start, end), reading.looks, strict=True))
    rowwise = rows.kept(layout, layout.blocks[start:end], reading.likely)
    kept: list[Block] = []
    dropped: list[Dropped] = []
    seen = _Seen()
    # A longer block has so many more letters than all that is known that its words need not be compared.
    longest = 2 * max((len(" ".join(key)) for key in known), default=0) + 20
    for block in layout.blocks[start:end]:
        short, below = len(block.text) < _SHORT, block.index >= region.last
        needed = _LIKELY_LAST if short and below else _LIKELY_LABEL if short or below else _LIKELY
        enough = rowwise.get(block.index, reading.likely[block.index] > needed)
        if not enough and not _subheading(reading, looks, block):
            if region.first <= block.index < region.last:
                dropped.append(Dropped(text=block.text, look=looks[block.index], likely=reading.likely[block.index]))
            continue
        same = len(block.text) <= longest and words(block.text) in known
        reason = _double(block, looks[block.index], known, same=same)
        if reason is None and is_label(block.text) and _heads_known(layout, block, known):
            reason = "label of the key points"
        if reason is None and len(block.text) > _REPEATED and block.text in seen:
            reason = "stands there already"
        if reason is None:
            seen.add(block.text)
            kept.append(_without_title(block, known))
        else:
            dropped.append(Dropped(text=block.text, rule=reason))
    kept, above = _below_headline(kept, looks)
    dropped += above
    while kept and kept[-1].tag in HEADINGS and len(kept[-1].text) < _SHORT:
        dropped.append(Dropped(text=kept.pop().text, rule="heading without text"))
    return _rows(layout, kept), dropped


class _Seen:
    """Texts by their words; only those that open with the same words are taken apart further."""

    def __init__(self) -> None:
        # The first text of each opening, until a second has it too.
        self.first: dict[Words, str] = {}
        self.keys: set[Words] = set()

    def __contains__(self, text: str) -> bool:
        opening = _opening(text)
        other = self.first.get(opening)
        if other is None:
            return False
        if other:
            self.keys.add(words(other))
            self.first[opening] = ""
        return words(text) in self.keys

    def add(self, text: str) -> None:
        """Remember ``text``."""
        if self.first.setdefault(_opening(text), text) != text:
            self.keys.add(words(text))


def _opening(text: str) -> Words:
    """The first words of ``text``."""
    head = words(text[:_HEAD])
    return (head if len(head) > _OPENING else words(text))[:_OPENING]


def _double(block: Block, look: features.Features, known: frozenset[Words], *, same: bool) -> str | None:
    """Why a block repeats what another field holds (``same``: as a whole) or leads away from the text, or None."""
    if same or (block.lines and all(words(line) in known or is_label(line) for line in block.lines)):
        return "stands in another field"
    if block.lines and words(block.lines[0]) in known and features.dated(" ".join(block.lines[1:])[:_SHORT]):
        return "headline"
    if "label" in look and "after" in look:
        return "links"
    if "description.same" in look and ("outside.before" in look or "share<.05" in look or "share<.2" in look):
        return "standfirst"
    return None


def _heads_known(layout: Layout, block: Block, known: frozenset[Words]) -> bool:
    """Whether what stands below ``block``, perhaps after a note, is held by another field: the label of key points."""
    below = layout.blocks[block.index + 1 : block.index + 1 + _NOTES]
    return any(words(other.text) in known or any(words(line) in known for line in other.lines) for other in below)


def _without_title(block: Block, known: frozenset[Words]) -> Block:
    """``block`` without a first line that another field holds."""
    if block.lines and words(block.lines[0]) in known:
        return replace(block, text=" ".join(block.lines[1:]))
    return block


def _below_headline(kept: list[Block], looks: dict[int, features.Features]) -> tuple[list[Block], list[Dropped]]:
    """``kept`` without the few lines that stand above the headline, where the text stands below it."""
    above = [block for block in kept if "headline.above" in looks[block.index]]
    below = [block for block in kept if "headline.above" not in looks[block.index]]
    if _ABOVE * sum(len(block.text) for block in above) > sum(len(block.text) for block in below):
        return kept, []
    return below, [Dropped(text=block.text, rule="above the headline") for block in above]


def _subheading(reading: scoring.Reading, looks: dict[int, features.Features], block: Block) -> bool:
    """Whether a heading that was found unlikely stands among paragraphs, right above one of them."""
    look = looks[block.index]
    if block.tag not in HEADINGS or block.linked or "home" not in look or "lead.related.short" in look:
        return False
    below = block.index + 1
    return "before" not in look and below in looks and "home" in looks[below] and reading.likely[below] > _LIKELY


def _rows(layout: Layout, kept: list[Block]) -> list[str]:
    """The texts of ``kept``; the short cells of a table's row are one paragraph."""
    texts: list[str] = []
    row = -1
    for block in kept:
        own = rows.row_of(layout, block)
        if own >= 0 and own == row:
            texts[-1] += f" {block.text}"
        else:
            texts.append(block.text)
        row = own
    return texts
