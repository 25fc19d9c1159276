"""What the archive knows of a URL and of an article, read from ``captures`` and kept up to date while a run goes on.

The crawl asks it what is due; the crawl and the recovery alike ask it what a page that came back means: a new
article, an edit, or nothing new.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.urls import article_id, canonical
from storage.archive import Archive
from storage.records import Announcement, Article, Capture, CaptureKind, EntranceKind, Outcome, Rejection, WarcPosition
from storage.rows import DEGRADED
from storage.schema import captures_from_arrow

FETCHED: frozenset[str] = frozenset({"archived", "revised", "unchanged", "gone", "rejected", "failed", "fetched"})
KNOWN_ARTICLE: frozenset[str] = frozenset({"archived", "revised", "unchanged"})
# Walls behind which a page shows less than it did to others.
WALLS: frozenset[str] = frozenset({"paywalled", "registration"})
_LATER = "later"


def key(url: str) -> str:
    """The key under which a URL is remembered: canonical, and the same for http and https."""
    return canonical(url).partition("://")[2] or url


@dataclass(slots=True)
class UrlState:
    """The latest that is known of one URL; ``failures`` counts the runs in a row, not the tries, in which it failed.

    ``etag``, ``last_modified`` and ``warc`` are those of the last whole answer that was kept.
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
    not_before: dt.datetime | None = None
    failures: int = 0
    failed_in: str | None = None
    warc: WarcPosition | None = None

    def failures_with(self, run: str | None) -> int:
        """How many runs in a row have failed once ``run`` has: its further tries count no more."""
        return self.failures + (run is None or run != self.failed_in)


@dataclass(slots=True)
class ArticleState:
    """The latest that is known of one article: its text's hash, the URL that it was first archived from, its title."""

    revision: str
    home: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a processed page means for the archive: its fate, and the article to keep (None: keep nothing).

    ``id`` is set where it is another than the one that the page's own reading gives.
    """

    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    article: Article | None = None
    id: str | None = None


class History:
    """URLs and articles of some sources, by key and by id."""

    def __init__(self) -> None:
        self._urls: dict[tuple[CaptureKind, str], UrlState] = {}
        self._articles: dict[str, ArticleState] = {}

    @classmethod
    def load(cls, archive: Archive, sources: Iterable[str] | None = None) -> History:
        """Read the history of ``sources`` (all by default) from the archive's ``captures``."""
        wanted = pc.field("source").isin(pa.array(sorted(sources), pa.string())) if sources is not None else None
        history = cls()
        table = archive.captures().to_table(filter=wanted)
        table = table.append_column(_LATER, pc.not_equal(table["outcome"], "announced"))
        for batch in table.sort_by([("at", "ascending"), (_LATER, "ascending")]).to_batches(max_chunksize=50_000):
            for capture in captures_from_arrow(batch):
                history.apply(capture)
        return history

    def __len__(self) -> int:
        return len(self._urls)

    def get(self, url: str, kind: CaptureKind = "article") -> UrlState | None:
        """What is known of ``url``, or None."""
        return self._urls.get(_place(kind, url))

    def urls(self, kind: CaptureKind = "article") -> list[UrlState]:
        """All that is known of URLs of that kind, each once, in the order in which they were first met."""
        return list({id(state): state for (of, _), state in self._urls.items() if of == kind}.values())

    def article(self, id: str) -> ArticleState | None:  # noqa: A002
        """What is known of the article with that id, or None."""
        return self._articles.get(id)

    def apply(self, capture: Capture) -> None:
        """Take in one event; events come in the order in which they happened."""
        place = _place(capture.kind, capture.requested_url)
        state = self._urls.get(place)
        if state is None:
            state = UrlState(
                capture.source, capture.requested_url, capture.kind, capture.outcome, capture.reason, capture.at
            )
            self._urls[place] = state
        if capture.outcome == "announced" and state.announcement is not None:
            return
        state.outcome, state.reason, state.at = capture.outcome, capture.reason, capture.at
        state.not_before = capture.not_before
        if capture.announced_by and capture.announced_kind and capture.announced_at and state.announcement is None:
            state.announcement = _announcement(capture, capture.announced_by, capture.announced_kind)
        if capture.status is not None:
            state.status = capture.status
        if capture.outcome in FETCHED:
            state.fetched_at, state.status = capture.at, capture.status
            if capture.outcome != "failed":
                state.failures, state.failed_in = 0, None
            else:
                state.failures, state.failed_in = state.failures_with(capture.run), capture.run
        if capture.outcome in KNOWN_ARTICLE or capture.outcome == "fetched":
            if capture.status == 304:
                state.etag = capture.etag or state.etag
                state.last_modified = capture.last_modified or state.last_modified
            else:
                state.etag, state.last_modified, state.warc = capture.etag, capture.last_modified, _position(capture)
        if capture.id is not None and capture.outcome in KNOWN_ARTICLE:
            state.id = capture.id
            if capture.outcome != "unchanged" and capture.revision is not None:
                known = self._articles.get(capture.id)
                home = known.home if known else place[1]
                self._articles[capture.id] = ArticleState(capture.revision, home, _folded(capture.title))
            if capture.url is not None:
                self._urls.setdefault(_place(capture.kind, capture.url), state)

    def _twin(self, known: ArticleState, result: Article) -> Verdict:
        own = canonical(result.url)
        if known.title in (None, _folded(result.title)) or article_id(own) == result.id:
            return Verdict(outcome="unchanged", reason="alias")
        itself = as_itself(result)
        earlier = self._articles.get(itself.id)
        if earlier is None:
            return Verdict(outcome="archived", article=itself, id=itself.id)
        if earlier.revision == itself.revision:
            return Verdict(outcome="unchanged", reason="same_text", id=itself.id)
        return Verdict(outcome="revised", article=degraded(itself), id=itself.id)

    def verdict(self, requested_url: str, result: Article | Rejection) -> Verdict:
        """What ``result``, read from the page at ``requested_url``, means beside what is known.

        An article seen for the first time is ``archived``. Another text under the URL that it was first archived
        from is ``revised``. The same text, or any text under another address of the same article, is ``unchanged``:
        twins (AMP, print) differ in layout, and their differences are no edits. But a page with another headline is no
        twin: the canonical address that it declares is not believed, and it becomes an article of its own. See
        :func:`degraded` for an edit that shows less.
        """
        if isinstance(result, Rejection):
            return Verdict(outcome="rejected", reason=result.reason, detail=result.detail or None)
        known = self._articles.get(result.id)
        if known is None:
            return Verdict(outcome="archived", article=result)
        if known.revision == result.revision:
            return Verdict(outcome="unchanged", reason="same_text")
        if known.home != key(requested_url):
            return self._twin(known, result)
        return Verdict(outcome="revised", article=degraded(result))


def _place(kind: CaptureKind, url: str) -> tuple[CaptureKind, str]:
    """An article is the same over http and https; robots.txt and entrances are each scheme's own (RFC 9309, 2.3)."""
    return kind, key(url) if kind == "article" else canonical(url)


def as_itself(article: Article) -> Article:
    """``article`` under its own address: for a page that declares another article's as its canonical one."""
    own = canonical(article.url)
    warnings = (*article.warnings, "canonical_distrusted")
    return dataclasses.replace(article, id=article_id(own), canonical_url=own, warnings=warnings)


def _folded(title: str | None) -> str | None:
    return " ".join(title.casefold().split()) if title else None


def degraded(article: Article) -> Article:
    """A later capture of an article, with the warning ``degraded`` where it is cut short or behind a wall."""
    if DEGRADED in article.warnings or not ("cut_short" in article.warnings or article.access in WALLS):
        return article
    return dataclasses.replace(article, warnings=(*article.warnings, DEGRADED))


def _position(capture: Capture) -> WarcPosition | None:
    if capture.warc_file is None or capture.warc_offset is None or capture.warc_length is None:
        return None
    return WarcPosition(file=capture.warc_file, offset=capture.warc_offset, length=capture.warc_length)


def _announcement(capture: Capture, entrance: str, kind: EntranceKind) -> Announcement:
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
