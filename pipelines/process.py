"""The pure function: a page in, an article or a rejection out. It knows nothing of network, disk or clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
from dataclasses import dataclass

from pipelines import collector, quality, rights
from pipelines import document as documents
from pipelines.candidates import Choice
from pipelines.document import Document
from pipelines.fields import about, access, authors, body, bullets, date, image, kind, language, section, tags, title
from pipelines.fields.body import Body
from pipelines.fields.date import Dates
from pipelines.fields.image import Image
from pipelines.normalise import scalar, words
from pipelines.urls import article_id, canonical, registered_domain, same_article_canonical
from storage.records import Access, Article, Kind, Page, Rejection, WarcPosition

#: Raised with every change that can alter a row; part of the column ``extractor``.
EXTRACTION_VERSION = 2
EXTRACTOR = f"broadsheet/{importlib.metadata.version('broadsheet')}+{EXTRACTION_VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Every field's candidates and winner for one page, before they become a row."""

    title: Choice[str]
    dates: Dates
    authors: Choice[tuple[str, ...]]
    description: Choice[str]
    bullets: Choice[tuple[str, ...]]
    body: Body
    section: Choice[str]
    tags: Choice[tuple[str, ...]]
    publisher: Choice[str]
    kind: Choice[Kind]
    image: Choice[Image]
    language: Choice[str]
    access: Choice[Access]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What became of a page and why; ``extraction`` is None where it was refused before its fields were read."""

    outcome: Article | Rejection
    extraction: Extraction | None = None


def process(page: Page) -> Article | Rejection:
    """The article that ``page`` shows, or why it shows none. Total: no bytes, URL or evidence make it raise."""
    # The fields' candidates are let go before the collector looks at what is left.
    with collector.paused():
        return _inspect(page).outcome


def inspect(page: Page) -> Inspection:
    """:func:`process` with every field's candidates beside the outcome."""
    with collector.paused():
        return _inspect(page)


def _inspect(page: Page) -> Inspection:
    document = documents.read(page)
    if isinstance(document, Rejection):
        return Inspection(outcome=document)
    refusal = quality.gate(document)
    if refusal is not None:
        return Inspection(outcome=refusal)
    extraction = extract(document)
    refusal = quality.judge(
        document,
        title=extraction.title.value,
        date_known=extraction.dates.day is not None,
        body=extraction.body,
    )
    if refusal is None and extraction.title.value is None:
        refusal = Rejection(url=page.url, stage="title", reason="no_title", detail="nothing names a headline")
    return Inspection(outcome=refusal or article(document, extraction), extraction=extraction)


def extract(document: Document) -> Extraction:
    """All fields of ``document``, each by its own module."""
    headline = title.choose(document)
    writers = authors.choose(document)
    standfirst = about.description(document)
    points = bullets.choose(document, title=headline.value)
    text = body.extract(
        document,
        title=headline.value,
        description=standfirst.value,
        bullets=points.value or (),
        authors=writers.value or (),
    )
    text, offer = access.part(text)
    return Extraction(
        title=headline,
        dates=date.choose(document),
        authors=writers,
        description=standfirst,
        bullets=points,
        body=text,
        section=section.choose(document),
        tags=tags.choose(document),
        publisher=about.publisher(document),
        kind=kind.choose(document),
        image=image.choose(document),
        language=language.choose(document, "\n".join(text.paragraphs)),
        access=access.choose(document, text, offer),
    )


def article(document: Document, extraction: Extraction) -> Article:
    """The row that ``extraction`` of ``document`` makes."""
    page, dates = document.page, extraction.dates
    declared = document.evidence.links.get("canonical", ()) or document.evidence.meta.get("og:url", ())
    key, foreign = _canonical(page.url, declared[0] if declared else None)
    text = "\n\n".join(extraction.body.paragraphs)
    points = extraction.bullets.value or ()
    headline = extraction.title.value or ""
    picture = extraction.image.value
    announcement = page.announcement
    position = page.warc
    return Article(
        row=_row(page),
        id=page.id or article_id(key),
        revision=_digest(16, headline, *points, "", text),
        url=scalar(page.url),
        canonical_url=key,
        requested_url=scalar(page.requested_url or page.url),
        declared_canonical=foreign,
        kind=extraction.kind.value or "unknown",
        source=page.site.name if page.site else registered_domain(page.url),
        domain=registered_domain(page.url),
        publisher=extraction.publisher.value,
        title=headline,
        date=dates.day,
        date_published=dates.date_published,
        date_modified=dates.date_modified,
        utc_offset=dates.utc_offset,
        date_raw=dates.date_raw,
        date_source=dates.date_source,
        date_crawled=page.fetched_at,
        first_seen=announcement.seen_at if announcement else page.fetched_at,
        description=extraction.description.value,
        bullets=points,
        body=text,
        authors=extraction.authors.value or (),
        section=extraction.section.value,
        tags=extraction.tags.value or (),
        language=extraction.language.value,
        image_url=picture.url if picture else None,
        image_caption=picture.caption if picture else None,
        access=extraction.access.value or "unknown",
        word_count=words(text),
        rights=rights.read(page.headers, document.evidence.meta, page.rights),
        warnings=_warnings(document, extraction),
        extractor=EXTRACTOR,
        warc_file=position.file if position else None,
        warc_offset=position.offset if position else None,
        warc_length=position.length if position else None,
        month=_month(dates.day, page.fetched_at),
    )


def _digest(size: int, *parts: str) -> str:
    machine = hashlib.blake2b(digest_size=size)
    for part in parts:
        machine.update(part.encode("utf-8", "replace"))
        machine.update(b"\x00")
    return machine.hexdigest()


def _row(page: Page) -> str:
    """A key that sorts by time of capture and repeats for the same capture, however often it is processed."""
    if page.warc is not None:
        return row_of(page.fetched_at, page.warc)
    body = hashlib.sha256(page.body).hexdigest()
    return f"{_stamp(page.fetched_at)}-{_digest(6, page.requested_url or page.url, page.url, body)}"


def row_of(fetched_at: dt.datetime, place: WarcPosition) -> str:
    """The key of the row that the page makes which was fetched then and stands there."""
    return f"{_stamp(fetched_at)}-{_digest(6, place.file, str(place.offset))}"


def _stamp(fetched_at: dt.datetime) -> str:
    moment = fetched_at.astimezone(dt.UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond:06d}Z"


def _canonical(url: str, declared: str | None) -> tuple[str, str | None]:
    """The key of the page at ``url`` and, where it declares one of another domain, that address."""
    if declared:
        key = same_article_canonical(declared, url)
        if key is not None:
            return key, None
        other = canonical(declared)
        if registered_domain(other) and registered_domain(other) != registered_domain(url):
            return canonical(url), other
    return canonical(url), None


def _warnings(document: Document, extraction: Extraction) -> tuple[str, ...]:
    codes = [*document.warnings, *extraction.dates.warnings, *extraction.body.warnings]
    if document.page.truncated is not None:
        codes.append("cut_short")
    for choice in (
        extraction.title,
        extraction.authors,
        extraction.description,
        extraction.section,
        extraction.language,
    ):
        codes.extend(choice.warnings)
    codes.extend((*extraction.bullets.warnings, *extraction.access.warnings, *extraction.image.warnings))
    return tuple(dict.fromkeys(codes))


def _month(day: dt.date | None, fetched_at: dt.datetime) -> str:
    if day is None or day > (fetched_at + dt.timedelta(days=1)).date():
        return "unknown"
    return f"{day:%Y-%m}" if day.year >= 1000 else "unknown"
