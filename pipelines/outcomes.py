"""From an answer to a row of ``captures``: what a status, a cut transfer or a verdict means.

The crawl and the recovery both go through here, so the same answer gives the same row whoever met it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Literal

from pipelines.history import UrlState, Verdict, announced
from storage.records import Article, Capture, Rejection
from storage.warc import CaptureInfo, StoredResponse, Withheld
from storage.warc.headers import first

Unfetched = Literal["refused", "deferred", "failed"]

# Answers that bring the page that was asked for.
PAGES = frozenset({200, 203})
GONE = frozenset({404, 410})
BUSY = frozenset({429, 503})
# Failures that another try in the same run may get over.
RETRIED = frozenset(
    {
        "cut_short", "timeout", "dns", "connection_refused", "connection_lost", "network",
        "http_408", "http_425", "http_429", "http_500", "http_502", "http_503", "http_504",
        "http_520", "http_522", "http_524",
    }
)  # fmt: skip
RETRY_AFTER_CAP = dt.timedelta(days=7)
# First wait after a failure; each further failure in a row waits four times as long, up to the cap.
BACK_OFF = dt.timedelta(minutes=15)
BACK_OFF_CAP = dt.timedelta(days=7)


def capture_of(stored: StoredResponse, info: CaptureInfo) -> Capture:
    """The row of an answer, with the outcome ``fetched`` until somebody settles it."""
    announcement = info.announcement
    return Capture(
        kind=info.kind,
        source=info.source,
        requested_url=info.requested_url,
        at=stored.fetched_at,
        outcome="fetched",
        url=stored.url,
        announced_by=announcement.entrance if announcement else None,
        announced_kind=announcement.kind if announcement else None,
        announced_at=announcement.seen_at if announcement else None,
        announced_title=announcement.title if announcement else None,
        announced_date=announcement.date.isoformat() if announcement and announcement.date else None,
        announced_modified=announcement.modified.isoformat() if announcement and announcement.modified else None,
        announced_language=announcement.language if announcement else None,
        status=stored.status,
        etag=first(stored.response_headers, "etag"),
        last_modified=first(stored.response_headers, "last-modified"),
        payload_digest=stored.payload_digest,
        payload_bytes=len(stored.payload),
        warc_file=stored.position.file,
        warc_offset=stored.position.offset,
        warc_length=stored.position.length,
    )


def capture_of_withheld(found: Withheld) -> Capture:
    """The row of an answer whose body may not be kept: refused, with the position of what stands in its place."""
    info = found.info
    row = (
        announced(info.announcement, url=info.requested_url, source=info.source)
        if info.announcement
        else Capture(
            kind=info.kind, source=info.source, requested_url=info.requested_url, at=found.fetched_at, outcome="refused"
        )
    )
    return dataclasses.replace(
        row,
        kind=info.kind,
        at=found.fetched_at,
        outcome="refused",
        reason=found.reason,
        detail=" ".join(found.rights)[:300] or None,
        url=found.url,
        id=info.id,
        status=found.status,
        warc_file=found.position.file,
        warc_offset=found.position.offset,
        warc_length=found.position.length,
    )


def of_status(stored: StoredResponse, known: UrlState | None) -> Verdict | None:
    """The fate that the answer's status and wholeness alone decide; None where the page has to be read.

    ``known`` is what was known of the URL before this answer.
    """
    status = stored.status
    if status == 304:
        if stored.info is not None and stored.info.kind == "article" and (known is None or known.id is None):
            return Verdict(outcome="failed", reason="http_304", detail="nothing of it is archived that could stand")
        return Verdict(outcome="unchanged", reason="not_modified")
    if stored.truncated == "length":
        return Verdict(outcome="rejected", reason="too_large", detail=f"cut after {len(stored.payload)} bytes")
    if stored.truncated is not None:
        return Verdict(outcome="failed", reason="cut_short", detail=f"{len(stored.payload)} bytes came")
    if status in PAGES:
        return None
    if status in GONE and known is not None and known.id is not None:
        return Verdict(outcome="gone", reason=f"http_{status}")
    return Verdict(outcome="failed", reason=f"http_{status}")


def of_payload(stored: StoredResponse, known: UrlState | None) -> Verdict | None:
    """The fate of a page that came byte for byte as it came before; None where it has to be read.

    What was archived once stays as it was read then: another version of the extractor makes no edit.
    """
    if known is None or not known.is_article or not stored.payload or stored.payload_digest != known.payload_digest:
        return None
    return Verdict(outcome="unchanged", reason="same_payload")


def robots_speaks(status: int) -> bool:
    """Whether an answer for robots.txt says what may be fetched (RFC 9309, 2.3.1).

    2xx does by the file, 4xx by its absence; 429 apart, for it says no more than 5xx: ask again later.
    """
    return 200 <= status < 300 or (400 <= status < 500 and status != 429)


def of_host_file(stored: StoredResponse, capture: Capture) -> Capture:
    """The row of an answer for a file that speaks for a whole host, robots.txt or tdmrep.json.

    One that says nothing failed, and is asked for again when ``Retry-After`` lets it be. Half a file may lack the half
    that forbids: as if the host were away. One cut at our own limit is read.
    """
    whole = stored.truncated in (None, "length")
    if whole and robots_speaks(stored.status):
        return capture
    wait = told_to_wait(stored)
    return dataclasses.replace(
        capture,
        outcome="failed",
        reason=f"http_{stored.status}" if whole else "cut_short",
        not_before=stored.fetched_at + wait if wait else None,
    )


def settle(
    capture: Capture,
    verdict: Verdict,
    result: Article | Rejection | None = None,
    *,
    failed_at: StoredResponse | None = None,
    known: UrlState | None = None,
    run: str | None = None,
) -> Capture:
    """``capture`` with the fate that ``verdict`` gives it.

    An article's id and revision come from ``result``; a failure gets its ``not_before`` from the answer
    (``failed_at``, None where there was none) and from how many runs before this one (``run``) the URL failed in
    (``known``).
    """
    article = result if isinstance(result, Article) else None
    later = None
    if verdict.outcome == "failed":
        later = not_before(failed_at, now=capture.at, failures=known.failures_with(run) if known else 1)
    return dataclasses.replace(
        capture,
        outcome=verdict.outcome,
        reason=verdict.reason,
        detail=verdict.detail,
        id=verdict.id or article.id if article else (known.id if known else None),
        revision=article.revision if article else None,
        title=article.title if article else None,
        not_before=later,
    )


def not_before(stored: StoredResponse | None, *, now: dt.datetime, failures: int) -> dt.datetime:
    """When a URL that failed for the ``failures``-th time in a row may be asked for again.

    ``Retry-After`` of a 429 or 503 (RFC 9110, 10.2.3; seconds or a date) counts where it is later, up to a week.
    """
    steps: int = 4 ** min(max(failures, 1) - 1, 8)
    wait = min(BACK_OFF_CAP, BACK_OFF * steps)
    told = told_to_wait(stored) if stored is not None else None
    return now + (wait if told is None else max(wait, told))


def told_to_wait(stored: StoredResponse) -> dt.timedelta | None:
    """The wait that the ``Retry-After`` of a 429 or 503 asks for, a week at most; None where nothing is asked."""
    if stored.status not in BUSY:
        return None
    told = retry_after(first(stored.response_headers, "retry-after"), now=stored.fetched_at)
    return None if told is None else min(told, RETRY_AFTER_CAP)


def wait_within_run(stored: StoredResponse, attempt: int) -> float:
    """Seconds to wait before another try of the same run: a second more each time, or what ``Retry-After`` asks."""
    told = told_to_wait(stored)
    return max(float(attempt), told.total_seconds() if told else 0.0)


def retry_after(value: str | None, *, now: dt.datetime) -> dt.timedelta | None:
    """The wait that a ``Retry-After`` header asks for, never negative; None where there is none or it is unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(dt.timedelta(seconds=min(int(text[:9]), 10**9)), dt.timedelta(days=365))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(dt.timedelta(), moment - now)
