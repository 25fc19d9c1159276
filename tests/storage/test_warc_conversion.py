"""What a page became once its scripts had run stands beside the answer, and is read like one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
from pathlib import Path

import pytest

from storage import warc
from storage.records import WarcPosition
from storage.warc import CaptureInfo, Exchange, SegmentWriter, StoredResponse

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
DOM = "<html><body><p>Čaj s medem</p></body></html>".encode()
INFO = CaptureInfo(
    kind="article", source="harbour", requested_url="http://harbour.test/1", render=True, rights=("noai",)
)
EXCHANGE = Exchange(
    url="http://harbour.test/1",
    fetched_at=NOON,
    status=200,
    request_headers=(),
    response_headers=(
        ("Content-Type", "text/html; charset=iso-8859-2"),
        ("Content-Encoding", "gzip"),
        ("ETag", '"a: b"'),
        ("X-Robots-Tag", "noai"),
    ),
    payload=gzip.compress(b"<div id=app></div>"),
    info=INFO,
)


@pytest.fixture
def both(tmp_path: Path) -> tuple[StoredResponse, StoredResponse]:
    """A response and its conversion, as the writer gives them back."""
    writer = SegmentWriter(tmp_path, "20261122T120000Z-aaaaaaaaaaaa", software="test")
    stored = writer.write(EXCHANGE).response
    rendered = writer.convert(stored, DOM, at=NOON + dt.timedelta(seconds=2))
    writer.close()
    return stored, rendered


def test_it_is_read_as_it_was_written(tmp_path: Path, both: tuple[StoredResponse, StoredResponse]) -> None:
    path = tmp_path / both[0].position.file
    assert list(warc.scan(path, root=tmp_path)) == list(both)
    assert warc.read(tmp_path, both[1].position) == both[1]


def test_it_carries_the_answer_without_what_described_its_bytes(both: tuple[StoredResponse, StoredResponse]) -> None:
    _, rendered = both
    assert rendered.status == 200
    assert rendered.payload == DOM
    assert rendered.response_headers == (
        ("Content-Type", "text/html; charset=utf-8"),
        ("ETag", '"a: b"'),
        ("X-Robots-Tag", "noai"),
    )
    assert rendered.info == dataclasses.replace(INFO, render=False)


def test_it_refers_to_the_answer(tmp_path: Path, both: tuple[StoredResponse, StoredResponse]) -> None:
    stored, rendered = both
    data = (tmp_path / stored.position.file).read_bytes()[rendered.position.offset :]
    head = gzip.decompress(data[: rendered.position.length]).partition(b"\r\n\r\n")[0].decode()
    assert "WARC-Type: conversion" in head
    assert f"WARC-Refers-To: {stored.record_id}" in head
    assert "Content-Type: text/html; charset=utf-8" in head


def test_only_an_answer_of_this_log_is_converted(tmp_path: Path, both: tuple[StoredResponse, StoredResponse]) -> None:
    writer = SegmentWriter(tmp_path, "20261122T120000Z-bbbbbbbbbbbb", software="test")
    with pytest.raises(ValueError, match="this log"):
        writer.convert(dataclasses.replace(both[0], record_id=None), DOM, at=NOON)


def test_another_programs_conversion_is_no_page(tmp_path: Path) -> None:
    block = b"<p>text</p>"
    head = (
        "WARC/1.1\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        "WARC-Target-URI: http://a.test/\r\nWARC-Date: 2026-11-22T12:00:00Z\r\nContent-Type: text/html\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    data = gzip.compress(head.encode() + block + b"\r\n\r\n")
    (tmp_path / "other.warc.gz").write_bytes(data)
    assert list(warc.scan(tmp_path / "other.warc.gz", root=tmp_path)) == []
    with pytest.raises(warc.WarcDamage):
        warc.read(tmp_path, WarcPosition(file="other.warc.gz", offset=0, length=len(data)))
