"""What a page states of itself as a whole: its description and its publisher."""

from __future__ import annotations

import re
from collections.abc import Iterable

import lxml.html

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, plain

#: A standfirst on the page: shorter is a label, longer a paragraph of the body.
SHORTEST, LONGEST = 40, 700
#: A description with fewer characters is a last resort.
SCRAP = 20


def _choice(field: str, found: list[Candidate[str]]) -> Choice[str]:
    return Choice(
        field=field, winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def texts(pairs: Iterable[tuple[str, str | None]]) -> list[Candidate[str]]:
    """The candidates among ``pairs`` of source and raw text that hold any text once cleaned."""
    return [Candidate(value=text, source=source, raw=raw) for source, raw in pairs if raw and (text := plain(raw))]


_STANDFIRST = re.compile(
    r"stand-?first|\bdek\b|(?:^|[\s_-])(?:deck|lead|lede|intro|chapo|chapeau|ingress|summary|subtitle"
    r"|sub-?head(?:line|ing)?"
    r"|sub-?title|teaser-?text|vorspann|unterzeile|sommario|occhiello|entradilla|bajada|excerpt|kicker-?text"
    r"|perex|zajawka)(?:$|[\s_-])",
    re.IGNORECASE,
)


def description(document: Document) -> Choice[str]:
    """The standfirst: what the page states, else the short text so marked that stands by the headline."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [("meta:og:description", evidence.first_meta("og:description"))]
    pairs += [(node.origin, node.description) for node in evidence.articles[:2]]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("description", "twitter:description", "dc.description", "dcterms.abstract", "abstract")
    ]
    found = texts(pairs)
    # A scrap that a template left ("| World News", "Description") gives way to a sentence from another place.
    found.sort(key=lambda candidate: len(candidate.value.strip(" |-–—·")) < SCRAP)
    if not found and (text := _standfirst(document)):
        found.append(Candidate(value=text, source="standfirst", raw=text))
    return _choice("description", found)


def _standfirst(document: Document) -> str | None:
    """The first marked element after the headline whose text has the length of a standfirst."""
    headline = document.headline
    seen = headline is None
    for element in document.tree.iter("h1", "h2", "h3", "p", "div", "span"):
        if element is headline:
            seen = True
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if seen and len(marks) > 1 and len(marks) < 300 and _STANDFIRST.search(marks):
            text = _short(element)
            if text is not None:
                return text
    return None


def _short(element: lxml.html.HtmlElement) -> str | None:
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        size += len(part)
        if size > LONGEST * 2:
            return None
        parts.append(part)
    text = clean("".join(parts))
    return text if SHORTEST <= len(text) <= LONGEST else None


def publisher(document: Document) -> Choice[str]:
    """The name that the page gives its publisher."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.publisher.name) for node in evidence.articles[:2] if node.publisher
    ]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("og:site_name", "application-name", "publisher", "dc.publisher", "dcterms.publisher", "copyright")
    ]
    pairs += [
        (node.origin, node.name)
        for node in evidence.others
        if node.is_a("NewsMediaOrganization", "WebSite", "Organization")
    ]
    return _choice("publisher", [c for c in texts(pairs) if not c.value.startswith("http") and len(c.value) <= 200])
