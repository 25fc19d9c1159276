"""What is known does not alarm: until its day is over, and no other fault of the same source."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from storage.errors import ArchiveError
from storage.health import acks
from storage.health.acks import Ack
from tests.archive_samples import NOON, make


def test_the_newest_of_a_source_counts(tmp_path: Path) -> None:
    archive = make(tmp_path)
    assert acks.load(archive) == ()
    first = Ack(source="harbour", at=NOON, until=NOON.date(), codes=("date",), reason="a relaunch")
    later = Ack(source="harbour", at=NOON + dt.timedelta(seconds=1), until=NOON.date() + dt.timedelta(days=9))
    other = Ack(source="island", at=NOON, until=NOON.date())
    for one in (later, first, other):
        acks.write(archive, one)
    assert set(acks.load(archive)) == {later, other}


@pytest.mark.parametrize(
    ("source", "code", "days", "known"),
    [
        pytest.param("harbour", "date", 0, True, id="on the last day"),
        pytest.param("harbour", "date", 1, False, id="a day later"),
        pytest.param("harbour", "authors", 0, False, id="another fault"),
        pytest.param("island", "date", 0, False, id="another source"),
    ],
)
def test_what_is_known(source: str, code: str, days: int, known: bool) -> None:
    ack = Ack(source="harbour", at=NOON, until=NOON.date(), codes=("date",))
    assert (acks.quiet([ack], source, code, NOON + dt.timedelta(days=days)) is ack) is known


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    archive = make(tmp_path)
    acks.write(archive, Ack(source="harbour", at=NOON, until=NOON.date()))
    (path,) = (tmp_path / "archive" / acks.FOLDER).iterdir()
    path.write_text("{")
    with pytest.raises(ArchiveError, match=path.name):
        acks.load(archive)
