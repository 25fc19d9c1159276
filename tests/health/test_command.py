"""`broadsheet health`: what it says of an archive, of an earlier one, and of what is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.health import NOT_YET
from storage import delta, snapshots
from storage.archive import Archive
from storage.health import acks
from storage.records import RunRecord, SourceRecord, Tally
from storage.schema import ARTICLES, RUNS, SOURCES, Table, to_arrow
from tests.archive_samples import NOON, SOURCE, article, make

TODAY = dt.datetime.now(dt.UTC).date()
OLD = dt.date(2020, 1, 1)


def ended(at: dt.datetime, number: int) -> RunRecord:
    """A crawl that ended at ``at``."""
    return RunRecord(
        run=f"run-{number}",
        command="crawl",
        started_at=at - dt.timedelta(minutes=5),
        finished_at=at,
        outcome="done",
        tallies=(Tally(source=SOURCE, outcome="archived", reason=None, count=1),),
    )


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """One source, with an article of the past that a first run fetched; pinned, then a fresh one by a second run."""
    made = make(tmp_path)
    source = SourceRecord(source=SOURCE, digest="d", since=NOON, entrances=(), hosts=(), run="r")
    add(made, SOURCES, source, 1)
    made.append(ARTICLES, [article(1, date=OLD, month="2020-01")], run="someone", number=1)
    add(made, RUNS, ended(NOON, 1), 1)
    snapshots.pin(made.root, "before")
    fresh = article(2, date=NOON.date(), date_crawled=NOON + dt.timedelta(minutes=30))
    made.append(ARTICLES, [fresh], run="someone", number=2)
    add(made, RUNS, ended(NOON + dt.timedelta(hours=1), 2), 2)
    return made


def add(archive: Archive, table: Table, record: RunRecord | SourceRecord, number: int) -> None:
    delta.append(archive.root, table, to_arrow(table, [record]), application="someone", number=number)


def health(archive: Archive, *args: str) -> tuple[int, str, str]:
    got = CliRunner().invoke(main, ["health", "--archive", str(archive.root), *args])
    return got.exit_code, got.stdout, got.stderr


def test_it_reads_an_earlier_state_and_says_where_none_can_be_judged_yet(archive: Archive) -> None:
    assert health(archive) == (0, "1 of 1 sources as ever, at 2026-11-22 13:00 UTC.\n", "")
    assert health(archive, "--as-of", "before") == (0, f"{NOT_YET}\n", "")


def test_what_is_known_is_told_of_the_present(archive: Archive) -> None:
    code, _, told = health(archive, "--as-of", "before", "--ack", SOURCE, "--until", str(TODAY))
    assert (code, acks.load(archive)) == (2, ())
    assert "leave --as-of out with --ack" in told


def test_a_day_that_has_passed_ends_what_was_known(archive: Archive) -> None:
    code, told, _ = health(archive, "--ack", SOURCE, "--until", str(TODAY + dt.timedelta(days=9)))
    assert (code, told.startswith(f"Source {SOURCE} does not alarm up to")) == (0, True)
    code, told, _ = health(archive, "--ack", SOURCE, "--until", str(TODAY - dt.timedelta(days=1)))
    assert (code, told) == (0, f"What was known of {SOURCE} is known no more; it alarms again.\n")
    (ack,) = acks.load(archive)
    assert not ack.quiets(SOURCE, "date", dt.datetime.now(dt.UTC))
