"""Who wrote it: people as readers read their names, agencies kept as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines import bylines, headlines, names
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import fold
from pipelines.urls import registered_domain

# Metas that name writers, most specific first; addresses among their values are profiles, not names.
_METAS = (
    "article:author", "author", "parsely-author", "sailthru.author", "byl", "article:author_name", "og:article:author",
    "dc.creator", "dcterms.creator", "dc.contributor", "cxenseparse:author", "citation_author", "rnews:author",
    "article.author", "authors", "creator", "article_author", "vr:author", "bt:author",
)  # fmt: skip


def choose(document: Document) -> Choice[tuple[str, ...]]:
    """The authors of ``document``, in the page's order, each name once; the winner is None where nothing names one.

    Persons stated for machines come first, then a byline near the headline; the site's own name comes last.
    """
    sites = _sites(document)
    stated = [_without_sites(candidate, sites) for candidate in _stated(document)]
    people = next((c for c in stated if not _all_sites(c.value, sites) and not _is_handle(c)), None)
    if people is not None and not _is_account(people) and (people.source == "json-ld" or _is_unanimous(people, stated)):
        return Choice(field="authors", winner=people, candidates=tuple(stated), why="first")
    sightings = [
        byline for byline in bylines.collect(document.tree, document.headline)[:8] if byline.score >= bylines.TRUSTED
    ]
    visible = [_without_sites(_candidate(byline), sites) for byline in sightings]
    personal = next(
        (
            candidate
            for byline, candidate in zip(sightings, visible, strict=True)
            if byline.score >= bylines.CERTAIN and any(names.looks_personal(name) for name in candidate.value)
        ),
        None,
    )
    winner, why = _elect(people, personal, stated, visible, sites)
    return Choice(field="authors", winner=winner, candidates=(*stated, *visible), why=why)


_Names = Candidate[tuple[str, ...]]


def _candidate(byline: bylines.Byline) -> _Names:
    return Candidate(value=byline.names, source="byline", raw=byline.raw)


def _elect(
    people: _Names | None,
    personal: _Names | None,
    stated: Sequence[_Names],
    visible: Sequence[_Names],
    sites: frozenset[str],
) -> tuple[_Names | None, str]:
    seen = next((c for c in visible if not _all_sites(c.value, sites)), None)
    if people is not None and seen is not None:
        keys = _keys(seen)
        others = [_keys(c) for c in stated if c is not people]
        if keys < _keys(people) or (keys != _keys(people) and keys in others):
            return seen, "the byline agrees with one of several statements"
    if people is not None and personal is not None and _is_account(people):
        return personal, "a person, while only an account is stated"
    if people is not None:
        return people, "first"
    organisation = next((c for c in stated if not _is_handle(c)), None)
    if personal is not None and organisation is not None and not _all_sites(personal.value, sites):
        return personal, "a person, while only the site is stated"
    if organisation is not None:
        return organisation, "only the site is stated"
    fallback = seen or next(iter(visible), None) or next(iter(stated), None)
    return fallback, "byline" if fallback else ""


def _is_unanimous(people: _Names, stated: Sequence[_Names]) -> bool:
    """Whether all statements name the same one person: no byline can say less, or agree with another of them."""
    keys = _keys(people)
    return len(keys) == 1 and all(_keys(candidate) == keys for candidate in stated)


def _keys(candidate: _Names) -> frozenset[str]:
    return frozenset(fold(name) for name in candidate.value)


def _stated(document: Document) -> Iterable[_Names]:
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
    for number in "12":
        label = evidence.first_meta(f"twitter:label{number}")
        value = evidence.first_meta(f"twitter:data{number}")
        if label and value and _WRITTEN_BY.search(label) and (people := _named([value])):
            yield Candidate(value=people, source=f"meta:twitter:data{number}", raw=value)


# WordPress' SEO plug-ins translate the label that stands beside the author's name.
_WRITTEN_BY = re.compile(
    r"written|author|\bby\b|verfasst|geschrieben|autor|auteur|écrit|escrito|scritto|geschreven|skrevet|skriven|kirjoit"
    r"|napisan|написа|автор|投稿者"
    r"|作者|著者|yazan|كتب|ditulis"
    r"|penulis",
    re.IGNORECASE,
)


def _without_sites(candidate: _Names, sites: frozenset[str]) -> _Names:
    """``candidate`` without the site's own name where people stand beside it."""
    people = tuple(name for name in candidate.value if not headlines.is_site(name, sites))
    fewer = 0 < len(people) < len(candidate.value) and all(names.looks_personal(name) for name in people)
    return replace(candidate, value=people) if fewer else candidate


def _is_handle(candidate: _Names) -> bool:
    """Whether a meta names only accounts instead of people; what stands in linked data is a name."""
    return candidate.source.startswith("meta") and all(names.is_handle(name) for name in candidate.value)


def _is_account(candidate: _Names) -> bool:
    """Whether linked data names only accounts; a name with a dot in it is a site's."""
    return all(names.is_handle(name) and "." not in name for name in candidate.value)


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
    named = [headlines.is_site(name, sites) for name in people]
    return all(named) or (named[0] and not any(names.looks_personal(name) for name in people))
