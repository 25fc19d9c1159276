"""Whether a reader may read the whole article: free, metered, paywalled, registration or unknown.

What a page declares is often about its visitors at large, or plainly wrong; so a declaration is weighed against the
text that is there: a wall below a short text tells more than any flag, and a long text without one is not paywalled.
"""

from __future__ import annotations

from typing import Final

from pipelines import cues, walls
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields.body import Body
from pipelines.layout import size
from storage.records import Access

# Characters of body from which on a text counts as whole when nothing says that there is more.
_WHOLE: Final = 2500
# A text that has less than this share of the words that the page declares is cut.
_CUT: Final = 0.6
# A longer block is a paragraph about walls.
_WALL_TEXT: Final = 400
# Where every page of a site offers its subscription.
_ELSEWHERE: Final = (
    cues.NAVIGATION | cues.FOOTER | cues.HEADER | cues.COMMENTS | cues.ASIDE | cues.RELATED | cues.ADVERT
    | cues.NEWSLETTER | cues.OVERLAY | cues.CONSENT | cues.LINK
)  # fmt: skip
_TIERS: Final[dict[str, Access]] = {
    "free": "free",
    "metered": "metered",
    "locked": "paywalled",
    "paid": "paywalled",
    "premium": "paywalled",
    "registration": "registration",
}


def choose(document: Document, body: Body) -> Choice[Access]:
    """The access of ``document``, whose body is ``body``; the warning ``truncated`` where the text breaks off."""
    length = sum(map(size, body.paragraphs))
    declared = _declared(document)
    cut = _cut(document, body)
    wall = _wall(document) if length < _WHOLE else None
    found: list[Candidate[Access]] = []
    if wall is not None:
        found.append(wall)
    for candidate in declared:
        if candidate.value == "paywalled" and not cut and length >= _WHOLE:
            found.append(Candidate(value="metered", source=candidate.source, raw=candidate.raw))
        else:
            found.append(candidate)
    found.append(Candidate(value="unknown", source="default"))
    winner = found[0]
    closed = winner.value in ("paywalled", "registration")
    return Choice(
        field="access",
        winner=winner,
        candidates=tuple(found),
        why="wall" if wall is not None else "declared" if len(found) > 1 else "silent",
        warnings=("truncated",) if cut or (closed and length < _WHOLE) else (),
    )


def _declared(document: Document) -> list[Candidate[Access]]:
    evidence = document.evidence
    found: list[Candidate[Access]] = []
    for name in ("article:content_tier", "og:article:content_tier"):
        found += [
            Candidate(value=_TIERS[tier], source=name, raw=raw)
            for raw in evidence.meta.get(name, ())
            if (tier := raw.strip().lower()) in _TIERS
        ]
    for node in evidence.articles:
        if node.is_accessible_for_free is not None:
            free = node.is_accessible_for_free
            found.append(Candidate(value="free" if free else "paywalled", source=node.origin, raw=str(free)))
    return found


def _cut(document: Document, body: Body) -> bool:
    """Whether the page declares a longer text than it shows."""
    words = sum(len(text.split()) for text in body.paragraphs)
    counted = max((node.word_count or 0 for node in document.evidence.articles), default=0)
    return 100 < counted < 50_000 and 0 < words < _CUT * counted


def _wall(document: Document) -> Candidate[Access] | None:
    """A wall that stands on the page: a box named so, or a short block that says so."""
    shown = [
        block
        for block in document.layout.blocks
        if len(block.text) <= _WALL_TEXT and (block.cues & cues.PAYWALL or not block.cues & _ELSEWHERE)
    ]
    everything = "\n".join(block.text for block in shown).casefold()
    if walls.said(everything, walls.PAYWALL):
        raw = next((block.text for block in shown if walls.said(block.text.casefold(), walls.PAYWALL)), None)
        return Candidate(value="paywalled", source="wall", raw=raw)
    named = [block.text for block in shown if block.cues & cues.PAYWALL]
    if named and walls.said("\n".join(named).casefold(), walls.REGISTRATION):
        return Candidate(value="registration", source="wall", raw=named[0])
    return None
