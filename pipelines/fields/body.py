"""The body: an article's paragraphs and subheadings in reading order, and what was left out of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipelines import blocks, features, places, scoring
from pipelines.blocks import HEADINGS, Block, Layout
from pipelines.document import Document
from pipelines.features import Known, Words, words
from pipelines.normalise import plain
from pipelines.weights import SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A block of text that stands near or in the article and is not part of its body, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The paragraphs of an article, what was dropped, and quality codes (see :mod:`pipelines.codes`)."""

    paragraphs: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()


# The probability that a block must reach; a label needs more than a paragraph. Read off the development half of the
# saved pages, where the figures are flat between 0.5 and 0.7.
_LIKELY: Final = 0.5
_LIKELY_LABEL: Final = 0.65
_SHORT: Final = 100
# A text below this many characters is poor: other ways are tried.
_POOR: Final = 250
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

    A site's own selectors come first; then the two readings of :mod:`pipelines.scoring`; where these find next to
    nothing, the text that the page's linked data gives (warning ``body_from_json_ld``).
    """
    warnings: list[str] = []
    known = frozenset(map(words, (*bullets, " ".join(bullets), *authors, title or ""))) - {()}
    site = document.page.site
    if site is not None and site.body:
        chosen = document.select(site.body)
        if chosen:
            layouts = [blocks.read(element) for element in chosen]
            return _selected([block for layout in layouts for block in layout.blocks], known)
        warnings.append("selector_unmatched:body")
    statement = max((node.article_body or "" for node in document.evidence.articles), key=len, default="")
    about = features.known(title, description, (*bullets, *authors), statement)
    paragraphs, dropped = _read(document.layout, about, known)
    if sum(map(len, paragraphs)) < _POOR:
        stated = tuple(text for line in statement.splitlines() if (text := plain(line)))
        if sum(map(len, stated)) > max(_POOR, 2 * sum(map(len, paragraphs))):
            paragraphs = list(stated)
            warnings.append("body_from_json_ld")
    return Body(paragraphs=tuple(paragraphs), dropped=tuple(dropped), warnings=tuple(warnings))


def _selected(found: Iterable[Block], known: frozenset[Words]) -> Body:
    """The body that a site's selectors point at: all of their text but what other fields hold."""
    kept: list[str] = []
    dropped: list[Dropped] = []
    for block in found:
        if words(block.text) in known:
            dropped.append(Dropped(text=block.text, reason="known"))
        else:
            kept.append(block.text)
    return Body(paragraphs=tuple(kept), dropped=tuple(dropped))


def _read(layout: Layout, about: Known, known: frozenset[Words]) -> tuple[list[str], list[Dropped]]:
    reading = scoring.read(layout, about)
    region = layout.regions[reading.main]
    start, end = places.scope(layout, reading.main)
    kept: list[Block] = []
    dropped: list[Dropped] = []
    seen: set[Words] = set()
    for block in layout.blocks[start:end]:
        inside = region.first <= block.index < region.last
        needed = _LIKELY_LABEL if len(block.text) < _SHORT else _LIKELY
        if reading.likely[block.index] <= needed:
            if inside:
                dropped.append(Dropped(text=block.text, reason=_reason(reading.looks[block.index - start])))
            continue
        key = words(block.text)
        if key in known:
            dropped.append(Dropped(text=block.text, reason="known"))
        elif key in seen and len(block.text) > _REPEATED:
            dropped.append(Dropped(text=block.text, reason="repeated"))
        else:
            seen.add(key)
            kept.append(block)
    while kept and kept[-1].tag in HEADINGS and len(kept[-1].text) < _SHORT:
        dropped.append(Dropped(text=kept.pop().text, reason="heading_without_text"))
    return [block.text for block in kept], dropped


def _reason(look: features.Features) -> str:
    """The feature that speaks most against a block."""
    return min(look, key=lambda name: SECOND.get(name, 0.0) * look[name], default="unlikely")
