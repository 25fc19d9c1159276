"""The language of the text, as declared and as detected."""

from __future__ import annotations

import re

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?![A-Za-z])")


def tag(text: str) -> str | None:
    """``text`` as a BCP 47 tag in its usual case (``de-AT``, ``zh-Hant-TW``), or None where it is none."""
    match = _TAG.match(text.strip())
    if match is None or match[1].lower() in {"und", "mul", "zxx", "xx"}:
        return None
    parts = [match[1].lower()]
    if match[2]:
        parts.append(match[2].title())
    if match[3]:
        parts.append(match[3].upper())
    return "-".join(parts)


def declared(document: Document) -> list[Candidate[str]]:
    """What the page, its entrance and its source's rules say of its language, in order of trust."""
    evidence, page = document.evidence, document.page
    pairs = [
        *((node.origin, node.language) for node in evidence.articles[:1]),
        ("html", evidence.language),
        ("meta:og:locale", evidence.first_meta("og:locale")),
        (
            "meta:content-language",
            evidence.first_meta("content-language", "language", "dc.language", "dcterms.language"),
        ),
        ("header", page.header("content-language")),
        ("entrance", page.announcement.language if page.announcement else None),
        ("site", page.site.language if page.site else None),
    ]
    return [Candidate(value=value, source=source, raw=raw) for source, raw in pairs if raw and (value := tag(raw))]


def choose(document: Document, text: str) -> Choice[str]:
    """The language of ``document``, whose body is ``text``."""
    del text
    found = declared(document)
    return Choice(field="language", winner=found[0] if found else None, candidates=tuple(found), why="first")
