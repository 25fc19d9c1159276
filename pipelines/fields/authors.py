"""Who wrote it: people as readers read their names, agencies kept as such."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines import bylines, headlines, names
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields.headline import element as headline_element
from pipelines.normalise import fold
from pipelines.urls import registered_domain

# Metas that name writers, most specific first; addresses among their values are profiles, not names.
_METAS = (
    "article:author", "author", "parsely-author", "sailthru.author", "byl", "article:author_name", "og:article:author", "dc.creator",
    "dcterms.creator", "dc.contributor", "cxenseparse:author", "citation_author", "rnews:author", "article.author", "authors", "creator",
    "article_author", "vr:author", "bt:author", "shareaholic:article_author_name",
)  # fmt: skip


def choose(document: Document) -> Choice[tuple[str, ...]]:
    """The authors of ``document``, in the page's order, each name once; the winner is None where nothing names one.

    Persons stated for machines come first, then a byline near the headline; the site's own name comes last.
    """
    found = list(_stated(document))
    sites = _sites(document)
    people = next((c for c in found if not _all_sites(c.value, sites)), None)
    if people is not None and people.source == "json-ld":
        return Choice(field="authors", winner=people, candidates=tuple(found), why="first")
    visible = [
        Candidate(value=byline.names, source="byline", raw=byline.raw)
        for byline in bylines.collect(document.tree, headline_element(document))
        if byline.score >= bylines.TRUSTED
    ]
    found += visible[:5]
    seen = next((c for c in visible if not _all_sites(c.value, sites)), None)
    winner = people or seen or (found[0] if found else None)
    if people is not None and seen is not None and people.source.startswith("meta"):
        winner = people
    return Choice(field="authors", winner=winner, candidates=tuple(found), why="first" if winner else "")


def _stated(document: Document) -> Iterable[Candidate[tuple[str, ...]]]:
    evidence = document.evidence
    for node in evidence.articles[:3]:
        people = _named(agent.name for agent in node.authors)
        if people:
            yield Candidate(value=people, source=node.origin, raw="; ".join(agent.name for agent in node.authors))
    for name in _METAS:
        values = evidence.meta.get(name, ())
        people = _named(value for value in values[:20] if not value.startswith(("http", "/", "@")))
        if people:
            yield Candidate(value=people, source=f"meta:{name}", raw="; ".join(values[:20]))


def _named(texts: Iterable[str]) -> tuple[str, ...]:
    out: dict[str, str] = {}
    for text in texts:
        for name in names.stated(text):
            out.setdefault(fold(name), name)
    return tuple(out.values())


def _sites(document: Document) -> frozenset[str]:
    evidence = document.evidence
    given = [
        evidence.first_meta("og:site_name"),
        evidence.first_meta("application-name"),
        evidence.first_meta("publisher"),
    ]
    given += [node.publisher.name for node in evidence.articles if node.publisher]
    given += [node.name for node in evidence.others if node.is_a("WebSite", "NewsMediaOrganization", "Organization")]
    return headlines.site_keys(given, registered_domain(document.page.url))


def _all_sites(people: tuple[str, ...], sites: frozenset[str]) -> bool:
    return all(headlines.is_site(name, sites) for name in people)
