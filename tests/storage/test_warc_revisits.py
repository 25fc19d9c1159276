"""Payloads that are there already: a revisit record stands for them, and leads to the bytes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage import warc
from storage.warc import SegmentWriter, StoredResponse, WrittenRecord
from tests.archive_samples import HOST, exchange, html, minutes

PAGE = html("The ferry is late") * 20
WHOLE = exchange(f"{HOST}/1", PAGE)
AGAIN = exchange(f"{HOST}/1?again", PAGE, fetched_at=minutes(60), response_headers=(("ETag", '"e2"'),))
UNMODIFIED = exchange(f"{HOST}/1", b"", fetched_at=minutes(90), status=304, response_headers=(("ETag", '"e1"'),))


def written(root: Path, *visits: Any) -> list[WrittenRecord]:
    """The first visit whole, each later one beside the record that the one before it left."""
    writer = SegmentWriter(root, "20261122T120000Z-abc", software="test/1")
    done: list[WrittenRecord] = []
    for visit in visits:
        original = warc.read(root, done[-1].position) if done else None
        done.append(writer.write(visit, original=original))
    writer.close()
    return done


def test_an_equal_payload_takes_a_fraction_of_the_room_and_reads_as_if_it_stood_there(tmp_path: Path) -> None:
    first, again, third = written(tmp_path, WHOLE, AGAIN, dataclasses.replace(AGAIN, fetched_at=minutes(70)))
    for revisit in (again, third):
        found = warc.read(tmp_path, revisit.position)
        assert found == revisit.response
        assert found.payload == PAGE
        assert found.payload_digest == first.payload_digest
        assert found.original is not None
        assert found.original.position == first.position, "never to a revisit"
        assert (found.original.url, found.original.fetched_at) == (f"{HOST}/1", minutes(1))
    assert list(warc.scan(tmp_path / again.position.file, root=tmp_path)) == [
        one.response for one in (first, again, third)
    ]


def test_a_304_stands_for_the_payload_that_it_vouches_for(tmp_path: Path) -> None:
    first, unmodified = written(tmp_path, WHOLE, UNMODIFIED)
    found = warc.read(tmp_path, unmodified.position)
    assert (found.status, found.payload) == (304, b"")
    assert found.original is not None
    assert warc.read(tmp_path, found.original.position).payload == PAGE
    assert found.original.position == first.position


def test_other_programs_read_the_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, again, unmodified = written(tmp_path, WHOLE, AGAIN, UNMODIFIED)
    path = tmp_path / again.position.file
    with path.open("rb") as file:
        records = [record for record in ArchiveIterator(file) if record.rec_type == "revisit"]
        headers = [dict(record.rec_headers.headers) for record in records]
    profiles = [header["WARC-Profile"].rpartition("/")[2] for header in headers]
    assert profiles == ["identical-payload-digest", "server-not-modified"]
    for header in headers:
        assert header["WARC-Refers-To-Target-URI"] == f"{HOST}/1"
        assert header["WARC-Refers-To-Date"] == "2026-11-22T12:01:00.000000Z"
    assert headers[0]["WARC-Payload-Digest"] == again.payload_digest
    assert unmodified.position.length < 1000

    class Arguments:
        inputs = [str(path)]  # noqa: RUF012
        verbose = False

    checker = Checker(Arguments())
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "visit",
    [
        pytest.param(exchange(f"{HOST}/1", PAGE + b"x", fetched_at=minutes(60)), id="another payload"),
        pytest.param(dataclasses.replace(AGAIN, truncated="length"), id="cut short"),
        pytest.param(exchange(f"{HOST}/1", b"", fetched_at=minutes(60)), id="nothing"),
    ],
)
def test_what_is_not_the_same_is_written_whole(tmp_path: Path, visit: Any) -> None:
    _, later = written(tmp_path, WHOLE, visit)
    found = warc.read(tmp_path, later.position)
    assert found.original is None
    assert found.payload == visit.payload


def test_a_revisit_without_its_original_is_damage(tmp_path: Path) -> None:
    first, again = written(tmp_path, WHOLE, AGAIN)
    path = tmp_path / first.position.file
    data = bytearray(path.read_bytes())
    data[first.position.offset + first.position.length // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(warc.WarcDamage) as caught:
        warc.read(tmp_path, again.position)
    assert caught.value.reason == "lost_original"
    found = [one for one in warc.scan(path, root=tmp_path) if not isinstance(one, StoredResponse)]
    assert [one.reason for one in found] == ["bad_gzip", "lost_original"]
