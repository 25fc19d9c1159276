"""The values that flow through Broadsheet: a page comes in, an article or a rejection goes out.

All of them are frozen, slotted and keyword-only; they hold no dicts, so they hash, compare and travel between
processes as they are. Instants are aware ``datetime`` in UTC unless a field says otherwise; unknown is ``None``,
never ``""``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

EntranceKind = Literal["feed", "sitemap", "front"]
Access = Literal["free", "metered", "paywalled", "registration", "unknown"]
Kind = Literal["news", "opinion", "liveblog", "video", "other", "unknown"]
DateSource = Literal["json-ld", "meta", "microdata", "time", "text", "url", "feed", "sitemap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What an entrance said about a URL, before anybody opened the page.

    ``kind`` says what sort of entrance it was; ``title``, ``date``, ``modified`` and ``language`` are what it claimed
    (``date`` and ``modified`` aware where a zone was given, naive otherwise; ``date_raw`` the text that ``date`` was
    read from). ``seen_at`` is the instant at which the URL was announced for the first time.
    """

    entrance: str
    kind: EntranceKind
    seen_at: dt.datetime
    title: str | None = None
    date: dt.datetime | None = None
    date_raw: str | None = None
    modified: dt.datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What one source needs that the page itself does not tell: data, never code.

    ``timezone`` is an IANA name and ``language`` a BCP 47 tag; both are defaults for pages that are silent.
    The selectors are CSS, or XPath where they begin with ``/`` or ``./`` or ``(``; each field's are tried in order.
    ``valid_until`` is the last day on which the selectors are used.
    """

    name: str
    timezone: str | None = None
    language: str | None = None
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    valid_until: dt.date | None = None

    def in_force(self, day: dt.date) -> SiteRules:
        """These rules on ``day``: without their selectors where that is after ``valid_until``."""
        if self.valid_until is None or day <= self.valid_until or not self.selects:
            return self
        return SiteRules(name=self.name, timezone=self.timezone, language=self.language)

    @property
    def selects(self) -> bool:
        """Whether there is any selector."""
        return bool(self.title or self.date or self.bullets or self.body or self.remove)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPosition:
    """Where a record stands: the segment's path relative to ``warc/``, the byte offset and length of its member."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it was served, with all that extraction may know of it.

    ``url`` is the address after redirects; ``body`` the bytes after content decoding (gzip, br, zstd) and before
    character decoding; ``fetched_at`` an aware instant in UTC; ``headers`` the response's, in order, names as sent.
    ``requested_url`` is what the entrance announced and defaults to ``url``. ``truncated`` says why the transfer ended
    early, where it did (WARC's words: ``length``, ``time``, ``disconnect``, ``unspecified``); ``id`` is the article id
    that this URL was given before, which wins over the computed one.
    """

    url: str
    body: bytes
    fetched_at: dt.datetime
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    requested_url: str | None = None
    announcement: Announcement | None = None
    site: SiteRules | None = None
    rights: tuple[str, ...] = ()
    warc: WarcPosition | None = None
    truncated: str | None = None
    id: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, compared without case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as one capture showed it; a column of the table ``articles`` for each field.

    Every field's meaning stands in :mod:`storage.schema`, which also writes it into the Parquet files. Fresh from
    ``process``, ``date_published`` tells its instant in the publisher's own zone where that is known; the tables, and
    what is read from them, hold the same instant in UTC.
    """

    row: str
    id: str
    revision: str
    url: str
    canonical_url: str
    requested_url: str
    declared_canonical: str | None = None
    kind: Kind = "unknown"
    source: str
    domain: str
    publisher: str | None = None
    title: str
    date: dt.date | None = None
    date_published: dt.datetime | None = None
    date_modified: dt.datetime | None = None
    utc_offset: int | None = None
    date_raw: str | None = None
    date_source: DateSource | None = None
    date_crawled: dt.datetime
    first_seen: dt.datetime
    description: str | None = None
    bullets: tuple[str, ...] = ()
    body: str
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    access: Access = "unknown"
    word_count: int
    rights: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    extractor: str
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    run: str | None = None
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a page is no article: an expected outcome as a value.

    ``stage`` names the step that refused (``decode``, ``document``, ``quality``, …), ``reason`` is a stable code of
    the list in ``docs/reasons.md``, ``detail`` a sentence for people.
    """

    url: str
    stage: str
    reason: str
    detail: str = ""


CaptureKind = Literal["article", "entrance", "robots", "rights"]
Outcome = Literal[
    "announced", "fetched", "archived", "revised", "unchanged", "gone", "rejected", "refused", "failed", "deferred"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One event in the life of a URL; a row of the table ``captures``, whose schema gives each field's meaning.

    ``run`` and ``batch`` are filled by the archive when the row is committed.
    """

    kind: CaptureKind
    source: str
    requested_url: str
    at: dt.datetime
    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    url: str | None = None
    id: str | None = None
    revision: str | None = None
    title: str | None = None
    announced_by: str | None = None
    announced_kind: EntranceKind | None = None
    announced_at: dt.datetime | None = None
    announced_title: str | None = None
    announced_date: str | None = None
    announced_modified: str | None = None
    announced_language: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_before: dt.datetime | None = None
    payload_digest: str | None = None
    payload_bytes: int | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    run: str | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often a source met an outcome for a reason in one run."""

    source: str
    outcome: str
    reason: str | None
    count: int


RunOutcome = Literal["done", "stopped", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of a command that wrote to the archive; a row of the table ``runs``."""

    run: str
    command: str
    outcome: RunOutcome
    started_at: dt.datetime
    finished_at: dt.datetime
    config_digest: str | None = None
    versions: tuple[str, ...] = ()
    batches: int = 0
    tallies: tuple[Tally, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word that an analyst or operator attached to a source: ``country`` = ``DE``."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One source and one version of its rules; a row of the table ``sources``."""

    source: str
    digest: str
    since: dt.datetime
    entrances: tuple[str, ...]
    hosts: tuple[str, ...]
    timezone: str | None = None
    language: str | None = None
    rules: str | None = None
    labels: tuple[Label, ...] = ()
    run: str | None = None
