"""When an article was published and when it was changed: instants where the page tells them, the day always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines import timestamps
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.timestamps import Stamp
from storage.records import DateSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What ``choose`` found: the two choices and the columns of the record that follow from them."""

    published: Choice[Stamp]
    modified: Choice[Stamp]
    day: dt.date | None = None
    date_published: dt.datetime | None = None
    date_modified: dt.datetime | None = None
    utc_offset: int | None = None
    date_raw: str | None = None
    date_source: DateSource | None = None
    warnings: tuple[str, ...] = ()


PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date_published", "publish-date", "publish_date",
    "publishdate", "pubdate", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "article.published", "published-date", "publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dc.date.created", "dcterms.date",
    "article_date_original", "originalpublicationdate", "bt:pubdate", "cre", "date.release", "rnews:datepublished",
    "prism.publicationdate", "citation_publication_date", "citation_date", "creation_date", "datecreated", "created", "date", "pub_date", "release_date",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified-date", "lastmod", "last_modified",
    "dcterms.modified", "dc.date.modified", "article:modified", "revision_date", "updated_time", "modified", "article.updated", "lastupdate",
)  # fmt: skip


def choose(document: Document) -> Dates:
    """The dates of ``document``; instants in UTC, ``day`` on the publisher's own clock."""
    page = document.page
    found = [Candidate(value=stamp, source=source, raw=stamp.raw) for source, stamp in _published(document)]
    changed = [Candidate(value=stamp, source=source, raw=stamp.raw) for source, stamp in _modified(document)]
    winner = found[0] if found else None
    if winner is not None and winner.value.time is None:
        better = next((c for c in found if c.value.time is not None and c.value.day == winner.value.day), None)
        winner = better or winner
    published = Choice(field="date", winner=winner, candidates=tuple(found), why="first")
    modified = Choice(field="modified", winner=changed[0] if changed else None, candidates=tuple(changed), why="first")
    if winner is None:
        return Dates(published=published, modified=modified, warnings=("no_date",))
    stamp = winner.value
    warnings: list[str] = []
    if page.site and page.site.timezone:
        stamp = stamp.placed(ZoneInfo(page.site.timezone))
    if stamp.time is not None and stamp.offset is None:
        warnings.append("naive_time")
    if stamp.utc:
        warnings.append("day_utc")
    instant = stamp.instant
    if stamp.day > (page.fetched_at + dt.timedelta(days=1)).date():
        warnings.append("future_date")
    return Dates(
        published=published,
        modified=modified,
        day=stamp.day,
        date_published=instant,
        date_modified=changed[0].value.instant if changed else None,
        utc_offset=None if stamp.utc or instant is None else stamp.offset,
        date_raw=stamp.raw or None,
        date_source=_source(winner.source),
        warnings=tuple(warnings),
    )


def _source(text: str) -> DateSource:
    name = text.partition(":")[0]
    known: tuple[DateSource, ...] = ("json-ld", "meta", "microdata", "time", "text", "url", "feed", "sitemap")
    return next((source for source in known if source == name), "text")


def _published(document: Document) -> Iterator[tuple[str, Stamp]]:
    evidence = document.evidence
    for node in evidence.articles:
        if node.date_published and (stamp := timestamps.parse(node.date_published)):
            yield node.origin, stamp
    for name in PUBLISHED_METAS:
        for value in evidence.meta.get(name, ())[:3]:
            if stamp := timestamps.parse(value):
                yield f"meta:{name}", stamp
    for element in document.tree.iter("time"):
        text = element.get("datetime") or element.get("content") or "".join(element.itertext())[:100]
        if stamp := timestamps.parse(text):
            yield "time", stamp
            break
    if stamp := timestamps.from_url(document.page.url):
        yield "url", stamp


def _modified(document: Document) -> Iterator[tuple[str, Stamp]]:
    evidence = document.evidence
    for node in evidence.articles:
        if node.date_modified and (stamp := timestamps.parse(node.date_modified)):
            yield node.origin, stamp
    for name in MODIFIED_METAS:
        for value in evidence.meta.get(name, ())[:3]:
            if stamp := timestamps.parse(value):
                yield f"meta:{name}", stamp
