"""Who wrote it: people as readers read their names, agencies kept as such."""

from __future__ import annotations

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document


def choose(document: Document) -> Choice[tuple[str, ...]]:
    """The authors of ``document``, in the page's order, each name once."""
    found: list[Candidate[tuple[str, ...]]] = []
    for node in document.evidence.articles[:3]:
        names = tuple(dict.fromkeys(agent.name for agent in node.authors))
        if names:
            found.append(Candidate(value=names, source=node.origin))
    metas = tuple(
        v
        for n in ("author", "article:author", "parsely-author", "sailthru.author")
        for v in document.evidence.meta.get(n, ())
        if not v.startswith("http")
    )
    if metas:
        found.append(Candidate(value=metas[:1], source="meta"))
    return Choice(field="authors", winner=found[0] if found else None, candidates=tuple(found), why="first")
