"""Files that an append wrote and never committed go once nobody can commit them any more, and not before."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from crawler.commands import compact as command
from pipelines.recovery import recover
from storage import delta, log, orphans, snapshots
from storage.archive import Archive, Run
from storage.compact import PREFIX
from storage.errors import ArchiveError
from storage.schema import ARTICLES, CAPTURES, to_arrow
from storage.verify import verify, writing
from tests.archive_samples import HOST, begin, capture, exchange, faults, html
from tests.damaged_archives import empty, files, newest_entry, sound, truncate


def kept(entry: Path) -> Path:
    """Where the log entry that a kill came before is put."""
    return entry.parents[2] / entry.name


def uncommitted(archive: Archive, run: str) -> Path:
    """What a kill of ``run`` between a file of ``captures`` and its log entry leaves: written by delta-rs itself."""
    before = set((archive.local / "captures").glob("*.parquet"))
    entries = set((archive.local / "captures" / "_delta_log").iterdir())
    delta.append(archive.root, CAPTURES, to_arrow(CAPTURES, [capture(70, run=run)]), application=run, number=1)
    for entry in set((archive.local / "captures" / "_delta_log").iterdir()) - entries:
        entry.rename(kept(entry))
    (path,) = set((archive.local / "captures").glob("*.parquet")) - before
    return path


def plain(archive: Archive) -> int:
    """What a reader counts that knows nothing of the log."""
    return int(ds.dataset(sorted(map(str, (archive.local / "captures").glob("*.parquet")))).count_rows())


def dead(archive: Archive) -> Run:
    run = begin(archive)
    run.abandon()
    return run


def maintain(archive: Archive, *, dry_run: bool = False) -> command.Report:
    return command.run(archive, many=50, grace=dt.timedelta(0), dry_run=dry_run)


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_the_next_start_takes_out_what_a_kill_left(archive: Archive, torn: bool) -> None:
    sound(archive)
    path = uncommitted(archive, dead(archive).name)
    if torn:
        truncate(path)
    said: list[str] = []
    assert len(recover(archive, say=said.append)) == 1
    assert not path.exists()
    assert said[-1] == "removed 1 files that the dead runs wrote and never committed"
    assert plain(archive) == archive.captures().count_rows()
    assert verify(archive).problems == ()
    assert faults(archive) == []


def test_a_compaction_takes_it_out_too(archive: Archive) -> None:
    sound(archive)
    run = begin(archive)
    path = uncommitted(archive, run.name)
    run.finish()
    assert maintain(archive, dry_run=True).orphans == 1
    assert path.exists()
    report = maintain(archive)
    assert not path.exists()
    assert report.orphans == 1
    assert "1 files that a killed or failed commit left removed" in command.lines(report)
    assert maintain(archive).orphans == 0


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "being written"])
def test_what_a_living_run_is_writing_stays_and_is_no_fault(archive: Archive, torn: bool) -> None:
    sound(archive)
    run = begin(archive)
    path = uncommitted(archive, run.name)
    if torn:
        truncate(path)
    dead(archive)
    recover(archive)
    maintain(archive)
    assert path.exists()
    assert verify(archive).problems == ()
    run.abandon()
    assert verify(archive).tally() == {"file_orphaned": 1, "run_open": 1}


def test_beside_a_living_run_what_a_dead_one_left_goes(archive: Archive) -> None:
    sound(archive)
    path = uncommitted(archive, dead(archive).name)
    living = begin(archive)
    assert verify(archive).tally() == {"file_orphaned": 1, "run_open": 1}
    recover(archive)
    assert not path.exists()
    living.finish()
    assert faults(archive) == []


def test_a_commit_between_two_looks_is_kept(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is seen before its entry, and its run has ended when it is asked who lives: the log is read again."""
    sound(archive)
    run = begin(archive)
    path = uncommitted(archive, run.name)
    entry = log.versions(archive.local / "captures")[-1][1]
    entry = entry.with_name(f"{int(entry.stem) + 1:020}.json")

    def commit_and_end(archive: Archive) -> frozenset[str]:
        kept(entry).rename(entry)
        run.finish()
        return writing(archive)

    monkeypatch.setattr(orphans, "writing", commit_and_end)
    assert orphans.take_out(archive) == 0
    assert path.exists()


def test_what_others_put_there_is_named_and_left(archive: Archive) -> None:
    sound(archive)
    mine = archive.local / "captures" / "export.parquet"
    shutil.copyfile(files(archive, CAPTURES)[0], mine)
    assert maintain(archive).orphans == 0
    assert mine.exists()
    assert verify(archive).tally() == {"file_orphaned": 1}


def test_nothing_goes_where_a_log_or_a_pin_cannot_be_read(archive: Archive) -> None:
    sound(archive)
    snapshots.pin(archive.root, "paper")
    empty(archive.local / "snapshots" / "paper.json")
    path = uncommitted(archive, dead(archive).name)
    said: list[str] = []
    assert len(recover(archive, say=said.append)) == 1
    assert said[-1].startswith("files that no log names were left where they are: ")
    assert path.exists()
    (archive.local / "snapshots" / "paper.json").unlink()
    empty(newest_entry(archive, ARTICLES))
    with pytest.raises(ArchiveError, match="is empty"):
        orphans.take_out(archive)
    assert path.exists()


def test_a_run_that_begins_during_a_verification_is_no_fault(archive: Archive) -> None:
    sound(archive)
    begun: list[Run] = []

    def begin_now(line: str) -> None:
        if "WARC" in line and not begun:
            begun.append(begin(archive))
            begun[0].write(exchange(f"{HOST}/8", html("The ferry")))
            begun[0].warc.flush()

    assert verify(archive, say=begin_now).problems == ()
    begun[0].abandon()
    assert verify(archive).tally() == {"record_unindexed": 1, "run_open": 1}


def test_a_compaction_that_is_writing_is_no_fault(archive: Archive) -> None:
    sound(archive)
    shutil.copyfile(
        files(archive, CAPTURES)[0], archive.local / "captures" / f"{PREFIX}{secrets.token_hex(16)}.zstd.parquet"
    )
    with archive.lock_maintenance("compacting"):
        assert verify(archive).problems == ()
    assert verify(archive).tally() == {"file_orphaned": 1}
