"""The body: an article's paragraphs and subheadings in reading order, and what was left out of them."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines import blocks, cues, scoring
from pipelines.blocks import Layout
from pipelines.document import Document


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


_REASONS = (
    (cues.COMMENTS, "comments"),
    (cues.CAPTION, "caption"),
    (cues.RELATED, "related"),
    (cues.SHARE, "share"),
    (cues.NEWSLETTER, "newsletter"),
    (cues.NAVIGATION, "navigation"),
    (cues.FOOTER, "footer"),
    (cues.CONSENT, "consent"),
    (cues.ADVERT, "advert"),
    (cues.BYLINE, "byline"),
    (cues.TAGS, "tags"),
    (cues.ASIDE, "aside"),
    (cues.BIOGRAPHY, "biography"),
    (cues.HIDDEN, "hidden"),
    (cues.FORM, "form"),
    (cues.PAYWALL, "paywall"),
)


def extract(
    document: Document,
    *,
    title: str | None,
    description: str | None,
    bullets: tuple[str, ...],
    authors: tuple[str, ...],
) -> Body:
    """The body of ``document``, without what the other fields hold already."""
    layout = blocks.read(document.tree)
    main = scoring.main_region(layout)
    return _choose(layout, main, title, description, bullets, authors)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _choose(
    layout: Layout,
    main: int,
    title: str | None,
    description: str | None,
    bullets: tuple[str, ...],
    authors: tuple[str, ...],
) -> Body:
    region = layout.regions[main]
    own = region.cues | region.inherited
    known = {_fold(text) for text in (*bullets, *authors)}
    if title:
        known.add(_fold(title))
    if description:
        known.add(_fold(description))
    paragraphs: list[str] = []
    dropped: list[Dropped] = []
    for block in layout.blocks[region.first : region.last]:
        reason = None
        found = block.cues & ~own
        if _fold(block.text) in known:
            reason = "known"
        elif block.tag == "h1":
            reason = "headline"
        else:
            reason = next((name for cue, name in _REASONS if found & cue), None)
        if reason is None and block.linked * 3 > 2 * len(block.text):
            reason = "links"
        if reason:
            dropped.append(Dropped(text=block.text, reason=reason))
        else:
            paragraphs.append(block.text)
    return Body(paragraphs=tuple(paragraphs), dropped=tuple(dropped))
