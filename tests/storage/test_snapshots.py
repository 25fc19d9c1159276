"""Pins hold what stood, whatever compacts and vacuums; instants are read where their files are there."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

import storage
from storage import compact, delta, log, snapshots, vacuum
from storage.archive import Archive
from storage.errors import ArchiveBusy, ArchiveError
from storage.schema import ARTICLES, CAPTURES, TABLES
from storage.snapshots import UnknownSnapshot
from tests.archive_samples import article, begin, capture

NOTHING = vacuum.GRACE * 0


def add(archive: Archive, *batches: int, run: str = "r") -> None:
    for batch in batches:
        archive.append(CAPTURES, [capture(batch, run=run, batch=batch)], run=run, number=batch)
        archive.append(ARTICLES, [article(batch, run=run)], run=run, number=batch)


def rows(archive: Archive) -> tuple[int, int]:
    return archive.articles(all_revisions=True).to_table().num_rows, archive.captures().to_table().num_rows


def test_a_pinned_snapshot_is_read_after_compaction_and_vacuum(archive: Archive) -> None:
    add(archive, 1, 2, 3)
    pinned = snapshots.pin(archive.root, "paper")
    add(archive, 4, 5)
    compact.compact(archive.root, many=1)
    vacuum.vacuum(archive.root, grace=NOTHING)
    then = storage.open_archive(archive.root, as_of="paper")
    assert rows(then) == (3, 3)
    assert rows(archive) == (5, 5)
    version = pinned.of("articles").version
    assert len(DeltaTable(str(archive.root / "articles"), version=version).file_uris()) == 3
    assert then.articles().version == version


def test_a_dropped_snapshot_lets_its_files_go(archive: Archive) -> None:
    add(archive, 1, 2, 3)
    snapshots.pin(archive.root, "paper")
    compact.compact(archive.root, many=1)
    assert vacuum.vacuum(archive.root, grace=NOTHING).files == 0
    snapshots.drop(archive.root, "paper")
    assert vacuum.vacuum(archive.root, grace=NOTHING).files == 6
    with pytest.raises(UnknownSnapshot, match="there is no snapshot 'paper'; none is pinned"):
        storage.open_archive(archive.root, as_of="paper")


def test_a_snapshot_is_never_replaced(archive: Archive) -> None:
    snapshots.pin(archive.root, "a")
    with pytest.raises(ArchiveError, match="a snapshot a already"):
        snapshots.pin(archive.root, "a")


@pytest.mark.parametrize("name", ["", "../a", ".hidden", "a/b", "2026-11-22", "20261122", "a b", "x" * 101])
def test_names_are_plain_words(archive: Archive, name: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a snapshot"):
        snapshots.pin(archive.root, name)
    with pytest.raises(UnknownSnapshot):
        snapshots.drop(archive.root, name)


def test_an_unknown_name_says_what_there_is(archive: Archive) -> None:
    snapshots.pin(archive.root, "one")
    snapshots.pin(archive.root, "two")
    with pytest.raises(UnknownSnapshot, match=r"pinned are one, two; instants from 20.*Z on can be read"):
        storage.open_archive(archive.root, as_of="three")
    with pytest.raises(UnknownSnapshot, match=r"pinned are one, two$"):
        snapshots.drop(archive.root, "three")


def test_a_name_that_reads_as_a_date_gets_another_to_write(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match=r"it reads as a date; write such as paper-2026-11-22$"):
        snapshots.pin(archive.root, "2026-11-22")


def test_an_instant_in_the_future_is_none_yet(archive: Archive) -> None:
    now = dt.datetime.now(dt.UTC)
    with pytest.raises(UnknownSnapshot, match="UTC lies in the future; none is pinned; instants from"):
        storage.open_archive(archive.root, as_of=now + dt.timedelta(hours=1))
    assert storage.open_archive(archive.root, as_of=now + dt.timedelta(seconds=30)).as_of is not None


def test_articles_are_never_ahead_of_captures(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer commits a batch while the snapshot is being taken."""
    add(archive, 1)
    version = snapshots._version

    def interrupted(root: Path, table: str, at: int | None) -> Any:
        found = version(root, table, at)
        if table == "articles":
            add(archive, 2)
        return found

    monkeypatch.setattr(snapshots, "_version", interrupted)
    snapshots.pin(archive.root, "between")
    assert rows(storage.open_archive(archive.root, as_of="between")) == (1, 2)


def clock(archive: Archive, table: str, version: int, at: dt.datetime) -> None:
    """Have the entry say that it was written at ``at``."""
    path = archive.root / table / "_delta_log" / f"{version:020}.json"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    for line in lines:
        if "commitInfo" in line:
            line["commitInfo"]["timestamp"] = int(at.timestamp() * 1000)
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")


DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def hours(count: float) -> dt.datetime:
    return DAY + dt.timedelta(hours=count)


def timed(archive: Archive, *, batches: int = 3) -> None:
    """Batches that were committed at one, two, three o'clock, ``articles`` half an hour after ``captures``."""
    add(archive, *range(1, batches + 1))
    for table in TABLES:
        clock(archive, table.name, 0, DAY)
    for batch in range(1, batches + 1):
        clock(archive, "captures", batch, hours(batch))
        clock(archive, "articles", batch, hours(batch + 0.5))


@pytest.mark.parametrize(
    ("at", "found"),
    [
        pytest.param(hours(0), (0, 0), id="when it was made"),
        pytest.param(hours(2.2), (1, 2), id="within a batch"),
        pytest.param(hours(2.5), (2, 2), id="at the very moment"),
        pytest.param("2026-01-01T02:30", (2, 2), id="as text, in UTC"),
        pytest.param("2026-01-01T03:30+01:00", (2, 2), id="as text, with a zone"),
        pytest.param(hours(99), (3, 3), id="after all of them"),
    ],
)
def test_an_instant(archive: Archive, at: str | dt.datetime, found: tuple[int, int]) -> None:
    timed(archive)
    assert rows(storage.open_archive(archive.root, as_of=at)) == found


def test_an_instant_before_the_archive(archive: Archive) -> None:
    timed(archive)
    with pytest.raises(UnknownSnapshot, match="instants from 2026-01-01T00:00:00Z on can be read"):
        storage.open_archive(archive.root, as_of=hours(-1))


def test_an_instant_whose_files_are_gone(archive: Archive) -> None:
    timed(archive)
    compact.compact(archive.root, many=1)
    assert rows(storage.open_archive(archive.root, as_of=hours(2.6))) == (2, 2)
    vacuum.vacuum(archive.root, grace=NOTHING)
    with pytest.raises(UnknownSnapshot, match=r"were vacuumed from articles; none is pinned; instants from 2"):
        storage.open_archive(archive.root, as_of=hours(2.6))


def test_a_clock_that_jumps_back_puts_no_article_ahead(archive: Archive) -> None:
    """The clock is set back between the two commits of batch 2: it stood at five, then at one."""
    timed(archive)
    clock(archive, "captures", 2, hours(5))
    clock(archive, "captures", 3, hours(1.4))
    clock(archive, "articles", 2, hours(1.2))
    assert [at for _, at in log.instants(archive.root / "captures")] == [hours(0), hours(1), hours(5), hours(5)]
    assert rows(storage.open_archive(archive.root, as_of=hours(2))) == (2, 2)


def test_what_is_read_as_of_a_moment_is_not_written(archive: Archive) -> None:
    add(archive, 1)
    snapshots.pin(archive.root, "then")
    with pytest.raises(ArchiveError, match="without as_of to write"):
        begin(storage.open_archive(archive.root, as_of="then"))


def test_a_damaged_pin_keeps_everything(archive: Archive) -> None:
    add(archive, 1, 2)
    snapshots.pin(archive.root, "paper")
    (archive.root / "snapshots" / "paper.json").write_text("{", encoding="utf-8")
    compact.compact(archive.root, many=1)
    with pytest.raises(ArchiveError, match=r"paper.json is damaged"):
        vacuum.vacuum(archive.root, grace=NOTHING)
    assert len(list(archive.root.glob("articles/month=*/*.parquet"))) == 3


def test_a_damaged_table_is_not_pinned(archive: Archive) -> None:
    add(archive, 1)
    (archive.root / "articles" / "_delta_log" / f"{1:020}.json").write_text("{", encoding="utf-8")
    with pytest.raises(ArchiveError, match="broadsheet verify"):
        snapshots.pin(archive.root, "paper")
    assert snapshots.names(archive.root) == []


def test_maintenance_excludes_maintenance(archive: Archive) -> None:
    with archive.lock_maintenance("compacting"), pytest.raises(ArchiveBusy, match="in use by compacting, process"):
        archive.lock_maintenance("pinning")
    archive.lock_maintenance("again").release()


def test_grace(archive: Archive) -> None:
    add(archive, 1, 2)
    compact.compact(archive.root, many=1)
    now = dt.datetime.now(dt.UTC)
    assert vacuum.vacuum(archive.root, now=lambda: now + dt.timedelta(days=6.9)) == vacuum.Vacuumed(kept=4)
    later = vacuum.vacuum(archive.root, now=lambda: now + dt.timedelta(days=7.1), dry_run=True)
    assert (later.files, later.kept) == (4, 0)
    assert later.size > 0
    assert len(list(archive.root.glob("articles/month=*/*.parquet"))) == 3, "a dry run removes nothing"
    assert vacuum.vacuum(archive.root, now=lambda: now + dt.timedelta(days=7.1)) == later
    assert len(list(archive.root.glob("articles/month=*/*.parquet"))) == 1


def test_files_that_the_log_never_spoke_of_are_left(archive: Archive) -> None:
    add(archive, 1)
    stranger = archive.root / "articles" / "month=2026-11" / "part-in-flight.parquet"
    stranger.write_bytes(b"half")
    os.utime(stranger, (0, 0))
    vacuum.vacuum(archive.root, grace=NOTHING)
    assert stranger.exists()


def test_the_log_is_cleaned_behind_a_checkpoint_and_before_no_pin(archive: Archive) -> None:
    add(archive, 1, 2, 3)
    pinned = snapshots.pin(archive.root, "paper").of("articles").version
    add(archive, 4, 5)
    table = archive.root / "articles"
    compact.checkpoint(table)
    add(archive, 6)
    now = dt.datetime.now(dt.UTC)

    def after(days: int) -> int:
        return vacuum.vacuum(archive.root, grace=NOTHING, now=lambda: now + dt.timedelta(days=days)).entries

    assert after(29) == 0
    assert after(31) == 0, "the pin needs what lies before the checkpoint"
    assert DeltaTable(str(table), version=pinned).version() == pinned
    snapshots.drop(archive.root, "paper")
    assert after(31) == 5
    assert [version for version, _ in log.versions(table)] == [5, 6]
    assert rows(archive) == (6, 6)
    assert delta.transaction(delta.snapshot(archive.root, ARTICLES), "r") == 6
    add(archive, 7)
    assert rows(archive) == (7, 7)


def test_delta_rs_removes_no_entry_on_its_own(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would, at a checkpoint, remove those older than thirty days, and with them what a snapshot pins."""
    monkeypatch.setattr(delta, "CHECKPOINT_INTERVAL", 4)
    root = archive.root.parent / "short"
    delta.create(root, ARTICLES)
    for number in range(1, 10):
        for path in (root / "articles" / "_delta_log").iterdir():
            os.utime(path, (0, 0))
        delta.append(root, ARTICLES, archive.articles().to_table(), application="r", number=number)
    assert len(log.checkpoints(root / "articles")) == 2
    assert [version for version, _ in log.versions(root / "articles")] == list(range(10))
