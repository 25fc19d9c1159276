"""A filler has exactly the length of what it replaces, and every reader reads on behind it."""

from __future__ import annotations

import datetime as dt
import gzip
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage import warc
from storage.archive import Archive
from storage.records import WarcPosition
from storage.warc.filler import TooShort, filler, overwrite
from storage.warc.reader import Record, records
from tests.damaged_archives import segment, sound

AT = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
SEGMENT = "<urn:uuid:12345678-1234-1234-1234-123456789abc>"


@settings(deadline=None)
@given(length=st.integers(min_value=260, max_value=400_000))
@example(length=65_535 + 290)
@example(length=65_536 + 290)
@example(length=10_000_000)
def test_it_is_a_gzip_member_of_any_length(length: int) -> None:
    member = filler(length, at=AT, segment_id=SEGMENT)
    assert len(member) == length
    text = gzip.decompress(member)
    assert text.startswith(b"WARC/1.1\r\nWARC-Type: metadata\r\n")
    assert text.partition(b"\r\n\r\n")[2].strip() == b"", "it says nothing"


def test_there_is_none_for_a_few_bytes() -> None:
    with pytest.raises(TooShort):
        filler(100, at=AT, segment_id=None)


def test_the_shortest_records_of_a_segment_have_room(archive: Archive) -> None:
    path = segment(sound(archive))
    lengths = [position.length for _, position in records(path, root=archive.warc)]
    assert min(lengths) > 260


def test_readers_read_on(archive: Archive) -> None:
    path = segment(sound(archive))
    before = list(records(path, root=archive.warc))
    gone = [position for _, position in before[3:6]]
    assert overwrite(archive.warc, gone, at=AT) == 3
    after = list(records(path, root=archive.warc))
    assert [position for _, position in after] == [position for _, position in before]
    for number, (found, _) in enumerate(after):
        assert isinstance(found, Record)
        if 3 <= number < 6:
            assert (found.type, found.block.strip()) == ("metadata", b"")
            assert found.segment_id == after[0][0].segment_id  # type: ignore[union-attr]
        else:
            assert found == before[number][0]
    check = "from warcio.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", check, "check", "-v", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("WARC-Record-ID") >= len(after)
    assert "fail" not in done.stdout


def test_places_that_are_gone_are_passed_over(archive: Archive) -> None:
    path = segment(sound(archive))
    size = path.stat().st_size
    name = path.relative_to(archive.warc).as_posix()
    beyond = WarcPosition(file=name, offset=size - 100, length=400)
    nowhere = WarcPosition(file="2026/01/01/other-00001.warc.gz", offset=0, length=400)
    assert overwrite(archive.warc, [beyond, nowhere], at=AT) == 0
    assert path.stat().st_size == size
    assert not any(isinstance(found, warc.DamagedRecord) for found, _ in records(path, root=archive.warc))
