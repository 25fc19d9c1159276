"""What statuses, cut transfers and Retry-After mean."""

from __future__ import annotations

import dataclasses
import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import outcomes
from pipelines.history import UrlState, Verdict
from storage.records import Rejection, WarcPosition
from storage.warc import CaptureInfo, StoredResponse
from tests.archive_samples import HOST, NOON, SOURCE, article, capture

INFO = CaptureInfo(kind="article", source=SOURCE, requested_url=f"{HOST}/1")
KNOWN = UrlState(SOURCE, f"{HOST}/1", "article", "archived", None, NOON, id="1" * 32)
UNKNOWN = UrlState(SOURCE, f"{HOST}/1", "article", "announced", None, NOON)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def answer(status: int = 200, **changes: Any) -> StoredResponse:
    fields: dict[str, Any] = {
        "url": f"{HOST}/1",
        "fetched_at": NOON,
        "status": status,
        "response_headers": (),
        "payload": b"x" * 10,
        "info": INFO,
        "position": WarcPosition(file="a.warc.gz", offset=7, length=9),
        "payload_digest": "sha1:x",
    }
    return StoredResponse(**fields | changes)


ENTRANCE = dataclasses.replace(INFO, kind="entrance")
STATUSES = [
    pytest.param(answer(200), KNOWN, None, None, id="200 is read"),
    pytest.param(answer(203), KNOWN, None, None, id="203 is read"),
    pytest.param(answer(304), KNOWN, "unchanged", "not_modified", id="304"),
    pytest.param(answer(304), UNKNOWN, "failed", "http_304", id="304 of what is not archived"),
    pytest.param(answer(304), None, "failed", "http_304", id="304 of what is unknown"),
    pytest.param(answer(304, info=ENTRANCE), None, "unchanged", "not_modified", id="304 of an entrance"),
    pytest.param(answer(404), KNOWN, "gone", "http_404", id="a known article that is not found"),
    pytest.param(answer(410), KNOWN, "gone", "http_410", id="a known article that is gone"),
    pytest.param(answer(404), UNKNOWN, "failed", "http_404", id="an unknown one that is not found"),
    pytest.param(answer(410), None, "failed", "http_410", id="an unknown one that is gone"),
    pytest.param(answer(204), KNOWN, "failed", "http_204", id="nothing is no article"),
    pytest.param(answer(401), KNOWN, "failed", "http_401", id="401"),
    pytest.param(answer(429), KNOWN, "failed", "http_429", id="429"),
    pytest.param(answer(500), KNOWN, "failed", "http_500", id="500"),
    pytest.param(answer(999), KNOWN, "failed", "http_999", id="999"),
    pytest.param(answer(200, truncated="length"), KNOWN, "rejected", "too_large", id="too large"),
    pytest.param(answer(500, truncated="length"), KNOWN, "rejected", "too_large", id="too large, whatever its status"),
    pytest.param(answer(200, truncated="disconnect"), KNOWN, "failed", "cut_short", id="disconnected"),
    pytest.param(answer(200, truncated="time"), KNOWN, "failed", "cut_short", id="ended by time"),
    pytest.param(answer(404, truncated="disconnect"), KNOWN, "failed", "cut_short", id="a cut 404 is no 404"),
]


@pytest.mark.parametrize(("stored", "known", "outcome", "reason"), STATUSES)
def test_what_an_answer_alone_decides(
    stored: StoredResponse, known: UrlState | None, outcome: str | None, reason: str | None
) -> None:
    verdict = outcomes.of_status(stored, known)
    assert (verdict.outcome if verdict else None, verdict.reason if verdict else None) == (outcome, reason)


def http_date(moment: dt.datetime) -> str:
    return format_datetime(moment, usegmt=True)


RETRY_AFTER = [
    pytest.param("120", 2 * MINUTE, id="seconds"),
    pytest.param(" 120 ", 2 * MINUTE, id="blanks"),
    pytest.param("0", dt.timedelta(), id="at once"),
    pytest.param("-5", None, id="negative"),
    pytest.param("1.5", None, id="fraction"),
    pytest.param("١٢", None, id="digits that are not ASCII"),
    pytest.param("9" * 5000, 365 * DAY, id="absurd"),
    pytest.param("1000000000000", 365 * DAY, id="a thousand thousand years"),
    pytest.param(http_date(NOON + HOUR), HOUR, id="date"),
    pytest.param("Sun, 22 Nov 2026 13:00:00 -0000", HOUR, id="date without a zone"),
    pytest.param(http_date(NOON - DAY), dt.timedelta(), id="date gone by"),
    pytest.param("Sunday, 22-Nov-26 13:00:00 GMT", HOUR, id="date of RFC 850"),
    pytest.param("soon", None, id="word"),
    pytest.param("", None, id="empty"),
    pytest.param(None, None, id="absent"),
    pytest.param("Mon, 99 Foo 2026 99:99:99 GMT", None, id="no date"),
]


@pytest.mark.parametrize(("value", "wait"), RETRY_AFTER)
def test_retry_after(value: str | None, wait: dt.timedelta | None) -> None:
    assert outcomes.retry_after(value, now=NOON) == wait


DATES = st.from_regex(
    r"[A-Z][a-z]{2}, [0-9]{1,2} (Jan|Nov) [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} ([+-][0-9]{4,6}|GMT|)"
)


@given(st.text(max_size=60) | DATES)
def test_retry_after_never_raises_and_is_never_negative(value: str) -> None:
    wait = outcomes.retry_after(value, now=NOON)
    assert wait is None or wait >= dt.timedelta()


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(1, 15 * MINUTE), (2, HOUR), (3, 4 * HOUR), (4, 16 * HOUR), (5, 64 * HOUR), (6, 7 * DAY), (10**6, 7 * DAY)],
)
def test_each_failure_in_a_row_waits_four_times_as_long(failures: int, wait: dt.timedelta) -> None:
    assert outcomes.not_before(None, now=NOON, failures=failures) == NOON + wait


@pytest.mark.parametrize(
    ("status", "told", "wait"),
    [
        pytest.param(503, "7200", 2 * HOUR, id="longer than ours"),
        pytest.param(429, "7200", 2 * HOUR, id="429 too"),
        pytest.param(503, "60", 15 * MINUTE, id="shorter than ours"),
        pytest.param(503, "99999999", 7 * DAY, id="no longer than a week"),
        pytest.param(503, "later", 15 * MINUTE, id="unreadable"),
        pytest.param(500, "7200", 15 * MINUTE, id="of no meaning with other statuses"),
    ],
)
def test_retry_after_counts_where_it_is_later(status: int, told: str, wait: dt.timedelta) -> None:
    stored = answer(status, response_headers=(("RETRY-AFTER", told),))
    assert outcomes.not_before(stored, now=NOON, failures=1) == NOON + wait


@pytest.mark.parametrize(
    ("stored", "attempt", "wait"),
    [
        pytest.param(answer(500), 1, 1.0, id="first"),
        pytest.param(answer(500), 3, 3.0, id="third"),
        pytest.param(answer(503, response_headers=(("Retry-After", "7"),)), 1, 7.0, id="told"),
        pytest.param(answer(503, response_headers=(("Retry-After", "0"),)), 2, 2.0, id="told less"),
    ],
)
def test_the_wait_before_another_try_of_the_same_run(stored: StoredResponse, attempt: int, wait: float) -> None:
    assert outcomes.wait_within_run(stored, attempt) == wait


FAILED = Verdict(outcome="failed", reason="http_500")


@pytest.mark.parametrize(
    ("failures", "failed_in", "wait"),
    [
        pytest.param(0, None, 15 * MINUTE, id="first"),
        pytest.param(1, "this", 15 * MINUTE, id="another try of the first run"),
        pytest.param(1, "last", HOUR, id="second run"),
        pytest.param(2, "this", HOUR, id="another try of the second run"),
    ],
)
def test_a_failure_waits_by_the_runs_that_failed(failures: int, failed_in: str | None, wait: dt.timedelta) -> None:
    known = dataclasses.replace(UNKNOWN, failures=failures, failed_in=failed_in)
    row = outcomes.settle(capture(1), FAILED, failed_at=answer(500), known=known, run="this")
    assert (row.outcome, row.reason, row.not_before) == ("failed", "http_500", NOON + wait)


def test_a_settled_row_has_its_article_or_the_one_that_is_known() -> None:
    bare = dataclasses.replace(capture(1), id=None, revision=None, outcome="fetched")
    kept = outcomes.settle(bare, Verdict(outcome="archived"), article(1))
    assert (kept.outcome, kept.id, kept.revision, kept.not_before) == ("archived", f"{1:032x}", "r1", None)
    no_article = Rejection(url=HOST, stage="quality", reason="too_short")
    verdict = Verdict(outcome="rejected", reason="too_short", detail="short")
    refused = outcomes.settle(bare, verdict, no_article, known=KNOWN)
    assert (refused.outcome, refused.id, refused.revision, refused.detail) == ("rejected", "1" * 32, None, "short")


def test_the_row_of_an_answer() -> None:
    headers = (("ETag", '"e"'), ("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT"))
    row = outcomes.capture_of(answer(200, response_headers=headers), INFO)
    assert (row.outcome, row.status, row.etag, row.last_modified) == ("fetched", 200, '"e"', headers[1][1])
    assert (row.warc_file, row.warc_offset, row.warc_length) == ("a.warc.gz", 7, 9)
    assert (row.payload_digest, row.payload_bytes, row.announced_by) == ("sha1:x", 10, None)


@pytest.mark.parametrize(
    ("status", "speaks"),
    [
        (200, True),
        (204, True),
        (304, False),
        (404, True),
        (403, True),
        (429, False),
        (500, False),
        (503, False),
        (100, False),
    ],
)
def test_which_answers_for_robots_txt_say_something(status: int, speaks: bool) -> None:
    assert outcomes.robots_speaks(status) is speaks
