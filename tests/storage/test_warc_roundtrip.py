"""A page to the log and back, whatever it holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_samples import INFO, exchange, only_segment, responses, warcio_check, writer, written
from warcio.archiveiterator import ArchiveIterator

from storage.records import Announcement, SiteRules
from storage.warc import CaptureInfo, Exchange, read
from storage.warc.headers import ORIGINAL, kept

TEXT = st.text(max_size=40)
LATIN = st.text(st.characters(max_codepoint=0xFF), max_size=60)
HEADERS = st.lists(st.tuples(LATIN, LATIN), max_size=6).map(tuple)
EARLIEST = dt.datetime.fromisoformat("1990-01-01")
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
INSTANTS = st.datetimes(min_value=EARLIEST, timezones=st.none() | OFFSETS)
URLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="<>@"), max_size=40)
ANNOUNCEMENTS = st.builds(
    Announcement,
    entrance=URLS,
    kind=st.sampled_from(["feed", "sitemap", "front"]),
    seen_at=INSTANTS,
    title=st.none() | TEXT,
    date=st.none() | INSTANTS,
    date_raw=st.none() | TEXT,
    modified=st.none() | INSTANTS,
    language=st.none() | TEXT,
)
SELECTORS = st.lists(TEXT, max_size=3).map(tuple)
RULES = st.builds(
    SiteRules,
    name=TEXT,
    timezone=st.none() | TEXT,
    language=st.none() | TEXT,
    title=SELECTORS,
    date=SELECTORS,
    bullets=SELECTORS,
    body=SELECTORS,
    remove=SELECTORS,
)
INFOS = st.builds(
    CaptureInfo,
    kind=st.sampled_from(["article", "entrance", "robots", "rights"]),
    source=TEXT,
    requested_url=URLS,
    announcement=st.none() | ANNOUNCEMENTS,
    rules=st.none() | RULES,
    rights=SELECTORS,
    id=st.none() | TEXT,
    batch=st.none() | st.integers(0, 2**63),
)
EXCHANGES = st.builds(
    Exchange,
    url=URLS.map(lambda rest: f"https://kurier.example/{rest}"),
    fetched_at=st.datetimes(min_value=EARLIEST, timezones=st.just(dt.UTC)),
    status=st.integers(0, 999),
    reason=LATIN,
    protocol=st.sampled_from(["HTTP/1.0", "HTTP/1.1", "h2", "HTTP/1.1\r\nX-Forged: 1"]),
    request_headers=HEADERS,
    response_headers=HEADERS,
    payload=st.binary(max_size=3000) | st.binary(max_size=40).map(lambda some: some * 500),
    ip=st.none() | st.ip_addresses().map(str),
    truncated=st.sampled_from([None, "length", "time", "disconnect", "unspecified"]),
    info=INFOS,
)


@given(sent=st.lists(EXCHANGES, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_whatever_was_sent_comes_back(sent: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        records = written(root, *sent)
        path = only_segment(root)
        stored = responses(path, root)
        assert [read(root, record.position) for record in records] == stored
        assert [record.response for record in records] == stored
        assert warcio_check(path)[0] == 0
    assert [one.position for one in stored] == [record.position for record in records]
    assert [one.payload_digest for one in stored] == [record.payload_digest for record in records]
    for before, after in zip(sent, stored, strict=True):
        assert after.payload == before.payload
        assert (after.url, after.fetched_at, after.status) == (before.url, before.fetched_at, before.status)
        assert (after.ip, after.truncated) == (before.ip, before.truncated)
        bare = SiteRules(name=before.info.source)
        rules = None if before.info.rules == bare else before.info.rules
        assert after.info == dataclasses.replace(before.info, rules=rules)
        assert after.info.site == (before.info.rules or bare)
        assert _but_lengths(after.response_headers) == _but_lengths(kept(before.response_headers))


def _but_lengths(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    changed = ("content-length", "transfer-encoding", ORIGINAL.lower())
    return [(name, value) for name, value in headers if not name.lower().startswith(changed)]


@pytest.mark.parametrize("value", [info.name for info in dataclasses.fields(Announcement)])
def test_every_field_of_an_announcement_is_kept(value: str, tmp_path: Path) -> None:
    written(tmp_path, exchange())
    (stored,) = responses(only_segment(tmp_path), tmp_path)
    assert stored.info is not None
    assert stored.info.announcement is not None
    assert getattr(stored.info.announcement, value)
    assert getattr(stored.info.announcement, value) == getattr(INFO.announcement, value)


@pytest.mark.parametrize("value", [info.name for info in dataclasses.fields(SiteRules)])
def test_every_rule_is_kept(value: str, tmp_path: Path) -> None:
    written(tmp_path, exchange())
    (stored,) = responses(only_segment(tmp_path), tmp_path)
    assert stored.info is not None
    assert getattr(stored.info.site, value)
    assert getattr(stored.info.site, value) == getattr(INFO.rules, value)


def test_metadata_of_a_megabyte_comes_back(tmp_path: Path) -> None:
    assert INFO.announcement is not None
    announcement = dataclasses.replace(INFO.announcement, title="Zürich\r\nWARC/1.1\r\n" * 60_000)
    info = dataclasses.replace(INFO, announcement=announcement)
    written(tmp_path, exchange(info=info), exchange())
    path = only_segment(tmp_path)
    first, second = responses(path, tmp_path)
    assert (first.info, second.info) == (info, INFO)
    assert warcio_check(path)[0] == 0


def test_another_program_reads_the_same(tmp_path: Path) -> None:
    sent = [exchange(payload=bytes(range(256)) * 40), exchange(status=404, payload=b"", truncated="time")]
    records = written(tmp_path, *sent)
    with only_segment(tmp_path).open("rb") as file:
        iterator = ArchiveIterator(file, check_digests="raise")
        seen = []
        for record in iterator:
            payload = record.raw_stream.read()
            seen.append((record.rec_type, record.http_headers and record.http_headers.get_statuscode(), payload))
            if record.rec_type == "response":
                position = records[len(seen) // 2 - 1].position
                assert (iterator.get_record_offset(), iterator.get_record_length()) == (
                    position.offset,
                    position.length,
                )
    assert [kind for kind, _, _ in seen] == ["warcinfo", "response", "request", "response", "request"]
    assert seen[1][1:] == ("200", sent[0].payload)
    assert seen[3][1:] == ("404", b"")


def test_a_position_stays_good_while_the_segment_grows(tmp_path: Path) -> None:
    log = writer(tmp_path)
    first = log.write(exchange(payload=b"one"))
    assert read(tmp_path, first.position).payload == b"one"
    second = log.write(exchange(payload=b"two"))
    assert [read(tmp_path, record.position).payload for record in (first, second)] == [b"one", b"two"]
    log.close()
