"""Whether a reader may read the whole article: free, metered, paywalled, registration or unknown."""

from __future__ import annotations

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields.body import Body
from storage.records import Access


def choose(document: Document, body: Body) -> Choice[Access]:
    """The access of ``document``, by its linked data and its text."""
    del body
    found: list[Candidate[Access]] = []
    found += [
        Candidate(value="free" if node.is_accessible_for_free else "paywalled", source=node.origin)
        for node in document.evidence.articles
        if node.is_accessible_for_free is not None
    ]
    found.append(Candidate(value="unknown", source="default"))
    return Choice(field="access", winner=found[0], candidates=tuple(found), why="first")
