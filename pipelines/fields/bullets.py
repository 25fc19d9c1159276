"""The key points: the short list that some publishers print between the headline and the body."""

from __future__ import annotations

from pipelines import blocks, cues
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document


def choose(document: Document, *, title: str | None) -> Choice[tuple[str, ...]]:
    """The key points of ``document``; the winner is None where it has none."""
    del title
    layout = blocks.read(document.tree)
    found: list[Candidate[tuple[str, ...]]] = []
    for region in layout.regions:
        if region.tag not in ("ul", "ol") or not (region.cues | region.inherited) & cues.BULLETS:
            continue
        items = tuple(b.text for b in layout.blocks[region.first : region.last] if b.linked * 2 < len(b.text))
        if 2 <= len(items) <= 5 and all(16 <= len(item) <= 400 for item in items):
            found.append(Candidate(value=items, source="class"))
    return Choice(field="bullets", winner=found[0] if found else None, candidates=tuple(found), why="first")
