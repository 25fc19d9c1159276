"""From a stored response to a page: one way for crawl, import, recovery and rebuild."""

from __future__ import annotations

import datetime as dt
import gzip
import random

import pytest

from pipelines.pages import page_of
from storage.records import Announcement, Page, Rejection, SiteRules, WarcPosition
from storage.warc import CaptureInfo, StoredResponse

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
HTML = b"<title>Old bridge reopens</title><p>It did.</p>" * 50


def stored(payload: bytes, *headers: tuple[str, str], **fields: object) -> StoredResponse:
    base: dict[str, object] = {
        "url": "https://courier.example/a",
        "fetched_at": NOW,
        "status": 200,
        "response_headers": headers,
        "payload": payload,
        "position": WarcPosition(file="2024/06/20/run-00001.warc.gz", offset=7, length=9),
        "payload_digest": "sha1:AAAA",
    }
    return StoredResponse(**(base | fields))  # type: ignore[arg-type]


def test_what_the_log_knows_travels_on() -> None:
    announcement = Announcement(entrance="https://courier.example/feed", kind="feed", seen_at=NOW, title="Bridge")
    rules = SiteRules(name="courier", timezone="Europe/Vienna")
    info = CaptureInfo(
        kind="article",
        source="courier",
        requested_url="https://courier.example/short",
        announcement=announcement,
        rules=rules,
        rights=("noai",),
        id="0" * 32,
    )
    headers = (("Content-Type", "text/html"), ("content-encoding", "gzip"))
    page = page_of(stored(gzip.compress(HTML), *headers, info=info))
    assert page == Page(
        url="https://courier.example/a",
        body=HTML,
        fetched_at=NOW,
        headers=headers,
        requested_url="https://courier.example/short",
        announcement=announcement,
        site=rules,
        rights=("noai",),
        warc=WarcPosition(file="2024/06/20/run-00001.warc.gz", offset=7, length=9),
        id="0" * 32,
    )


def test_other_programs_captures_belong_to_no_source() -> None:
    page = page_of(stored(HTML))
    assert isinstance(page, Page)
    assert (page.site, page.requested_url, page.truncated) == (None, "https://courier.example/a", None)


def test_a_source_without_further_rules_keeps_its_name() -> None:
    info = CaptureInfo(kind="article", source="courier", requested_url="https://courier.example/a")
    page = page_of(stored(HTML, info=info))
    assert isinstance(page, Page)
    assert page.site == SiteRules(name="courier")


def test_a_stream_that_breaks_off_is_truncated() -> None:
    noise = random.Random(7).randbytes(90_000)
    page = page_of(stored(gzip.compress(noise)[:-20_000], ("Content-Encoding", "gzip")))
    assert isinstance(page, Page)
    assert page.truncated == "unspecified"
    known = page_of(stored(HTML, truncated="time"))
    assert isinstance(known, Page)
    assert known.truncated == "time"


@pytest.mark.parametrize(
    ("payload", "encoding", "reason"),
    [
        (gzip.compress(bytes(30_000_000)), "gzip", "bomb"),
        (b"rubbish", "gzip", "broken_encoding"),
        (HTML, "sdch", "unknown_encoding"),
    ],
)
def test_what_cannot_be_decoded_is_refused(payload: bytes, encoding: str, reason: str) -> None:
    refusal = page_of(stored(payload, ("Content-Encoding", encoding)))
    assert isinstance(refusal, Rejection)
    assert (refusal.stage, refusal.reason) == ("decode", reason)
