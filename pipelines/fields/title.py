"""The headline as a reader sees it, without the site's name, section or kicker around it."""

from __future__ import annotations

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, plain

MAX_TITLE = 1_000


def choose(document: Document) -> Choice[str]:
    """The headline of ``document``; the winner is None where nothing names one."""
    evidence = document.evidence
    found: list[Candidate[str]] = []

    def add(source: str, raw: str | None) -> None:
        if raw and (text := plain(raw[:MAX_TITLE])):
            found.append(Candidate(value=text, source=source, raw=raw))

    add("meta:og:title", evidence.first_meta("og:title"))
    for node in evidence.articles[:2]:
        add(node.origin, node.headline)
    for h1 in list(document.tree.iter("h1"))[:3]:
        add("h1", clean("".join(h1.itertext())[:MAX_TITLE]))
    add("title", evidence.html_title)
    announcement = document.page.announcement
    warnings: tuple[str, ...] = ()
    if not found and announcement and announcement.title:
        add("entrance", announcement.title)
        warnings = ("title_from_entrance",)
    return Choice(
        field="title", winner=found[0] if found else None, candidates=tuple(found), why="first", warnings=warnings
    )
