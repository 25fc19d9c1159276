"""The latest that is known of one URL and of one article, and how an event changes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from pipelines.urls import canonical
from storage.records import Announcement, Capture, CaptureKind, EntranceKind, Outcome, WarcPosition

FETCHED: frozenset[str] = frozenset({"archived", "revised", "unchanged", "gone", "rejected", "failed", "fetched"})
KNOWN_ARTICLE: frozenset[str] = frozenset({"archived", "revised", "unchanged"})
DEGRADED = "degraded"
# An article that was announced when it was older than this is as old as its announcement says, not as our first sight.
FRESH = dt.timedelta(days=2)


def key(url: str) -> str:
    """The key under which a URL is remembered: canonical, and the same for http and https."""
    return canonical(url).partition("://")[2] or url


class Known(Protocol):
    """What deciding whether a URL is due takes; :class:`UrlState` and :class:`Glance` both have it."""

    @property
    def outcome(self) -> Outcome:
        """The latest fate."""

    @property
    def status(self) -> int | None:
        """The HTTP status of the latest answer."""

    @property
    def failures(self) -> int:
        """Runs in a row in which it failed."""

    @property
    def not_before(self) -> dt.datetime | None:
        """The instant before which it is not to be asked for."""

    @property
    def fetched_at(self) -> dt.datetime | None:
        """When it was fetched last."""

    @property
    def born(self) -> dt.datetime:
        """The instant from which its age counts."""

    @property
    def is_article(self) -> bool:
        """Whether it brought an article once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What deciding takes of a URL's state, read from the vectors without a look into the tables."""

    outcome: Outcome
    status: int | None
    failures: int
    not_before: dt.datetime | None
    fetched_at: dt.datetime | None
    born: dt.datetime
    is_article: bool
    is_announced: bool


@dataclass(slots=True)
class UrlState:
    """The latest that is known of one URL; ``failures`` counts the runs in a row, not the tries, in which it failed.

    ``etag``, ``last_modified``, ``payload_digest`` and ``warc`` are those of the last whole answer that was kept.
    """

    source: str
    requested_url: str
    kind: CaptureKind
    outcome: Outcome
    reason: str | None
    at: dt.datetime
    announcement: Announcement | None = None
    fetched_at: dt.datetime | None = None
    id: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    not_before: dt.datetime | None = None
    failures: int = 0
    failed_in: str | None = None
    warc: WarcPosition | None = None

    @classmethod
    def begin(cls, capture: Capture) -> UrlState:
        """The state that the first event of a URL begins."""
        return cls(capture.source, capture.requested_url, capture.kind, capture.outcome, capture.reason, capture.at)

    @property
    def born(self) -> dt.datetime:
        """The instant from which the article's age counts; see :func:`born`."""
        if self.announcement is None:
            return self.at.replace(microsecond=0)
        day = self.announcement.date.date() if self.announcement.date is not None else None
        return born(self.announcement.seen_at, day)

    @property
    def is_article(self) -> bool:
        """Whether the URL brought an article once."""
        return self.id is not None

    @property
    def is_announced(self) -> bool:
        """Whether an entrance announced the URL."""
        return self.announcement is not None

    def failures_with(self, run: str | None) -> int:
        """How many runs in a row have failed once ``run`` has: its further tries count no more."""
        return self.failures + (run is None or run != self.failed_in)

    def take(self, capture: Capture) -> None:
        """Take in one event of this URL; events come in the order in which they happened."""
        if capture.outcome == "announced" and self.announcement is not None:
            return
        self.outcome, self.reason, self.at = capture.outcome, capture.reason, capture.at
        self.not_before = capture.not_before
        if capture.announced_by and capture.announced_kind and capture.announced_at and self.announcement is None:
            self.announcement = announcement_of(capture, capture.announced_by, capture.announced_kind)
        if capture.status is not None:
            self.status = capture.status
        if capture.outcome in FETCHED:
            self.fetched_at, self.status = capture.at, capture.status
            if capture.outcome != "failed":
                self.failures, self.failed_in = 0, None
            else:
                self.failures, self.failed_in = self.failures_with(capture.run), capture.run
        if is_whole(capture):
            self.etag, self.last_modified = capture.etag, capture.last_modified
            self.payload_digest, self.warc = capture.payload_digest, position_of(capture)
        if capture.id is not None and capture.outcome in KNOWN_ARTICLE:
            self.id = capture.id


@dataclass(slots=True)
class ArticleState:
    """The latest that is known of one article: its text's hash, the key of the URL that speaks for it, its title.

    ``at`` is when the last of its texts was fetched, ``lesser`` the hash of the last degraded one kept beside it.
    """

    revision: str
    home: str
    at: dt.datetime
    title: str | None = None
    lesser: str | None = None

    @classmethod
    def begin(cls, capture: Capture) -> ArticleState:
        """The state that the event begins which first brought the article."""
        return cls(capture.revision or "", key(capture.requested_url), capture.at, folded(capture.title))

    @staticmethod
    def concerns(capture: Capture) -> bool:
        """Whether an event brought a text of an article."""
        kept = capture.outcome in ("archived", "revised") or (
            capture.outcome == "unchanged" and capture.reason == DEGRADED
        )
        return kept and capture.id is not None and capture.revision is not None

    def take(self, capture: Capture) -> None:
        """Take in one event of this article, after the one that began it."""
        if capture.revision is None:
            return
        self.at = capture.at
        if capture.reason == DEGRADED:
            self.lesser = capture.revision
            return
        if capture.outcome == "archived":
            # An article that is archived again is so by the page at its own address.
            self.home = key(capture.requested_url)
        self.revision, self.title = capture.revision, folded(capture.title)


def is_whole(capture: Capture) -> bool:
    """Whether an event brought a whole answer that was kept: its validators are those to ask with next time.

    A 304 vouches for what came before, a redirect for nothing, and a page that shows less must not hide the whole one.
    """
    kept = capture.outcome in KNOWN_ARTICLE or capture.outcome == "fetched"
    answered = capture.status is None or not 300 <= capture.status < 400
    return kept and answered and capture.reason != DEGRADED


def born(seen_at: dt.datetime, day: dt.date | None) -> dt.datetime:
    """The instant from which an article's age counts: when it was first seen, or, for one that was found long after it
    was published (:data:`FRESH`), the day that the entrance dates it to, in UTC. To the second."""
    if day is not None:
        midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        if midnight + FRESH <= seen_at:
            return midnight
    return seen_at.replace(microsecond=0)


def folded(title: str | None) -> str | None:
    """A headline for comparison: without case, one space between words."""
    return " ".join(title.casefold().split()) if title else None


def position_of(capture: Capture) -> WarcPosition | None:
    """Where the event's answer stands, or None where nothing was fetched."""
    if capture.warc_file is None or capture.warc_offset is None or capture.warc_length is None:
        return None
    return WarcPosition(file=capture.warc_file, offset=capture.warc_offset, length=capture.warc_length)


def announcement_of(capture: Capture, entrance: str, kind: EntranceKind) -> Announcement:
    """What the entrance said, as the event's row holds it."""
    return Announcement(
        entrance=entrance,
        kind=kind,
        seen_at=capture.announced_at or capture.at,
        title=capture.announced_title,
        date=_instant(capture.announced_date),
        date_raw=capture.announced_date,
        modified=_instant(capture.announced_modified),
        language=capture.announced_language,
    )


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def announced(announcement: Announcement, *, url: str, source: str) -> Capture:
    """The row for a URL that an entrance announces for the first time."""
    return Capture(
        kind="article",
        source=source,
        requested_url=url,
        at=announcement.seen_at,
        outcome="announced",
        announced_by=announcement.entrance,
        announced_kind=announcement.kind,
        announced_at=announcement.seen_at,
        announced_title=announcement.title,
        announced_date=announcement.date.isoformat() if announcement.date else None,
        announced_modified=announcement.modified.isoformat() if announcement.modified else None,
        announced_language=announcement.language,
    )
