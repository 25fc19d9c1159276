"""An archive on S3 holds what one in a folder holds, whatever the network does and whenever a process dies."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest

import storage
from pipelines.history import History
from pipelines.recovery import recover
from storage import bucket, compact, remote, snapshots, vacuum, verify, warc
from storage.archive import Archive, Run
from storage.errors import ArchiveError, ArchiveNotFound, LeaseLost
from storage.locks import is_held
from storage.recovery import position
from storage.remote import Remote
from storage.schema import CAPTURES
from tests.archive_samples import HOST, SOURCE, begin, contents, exchange, faults, fetch, html, make, minutes
from tests.storage.object_storage.faulty import Faulty

SPAWN = multiprocessing.get_context("spawn")


def fill(run: Run, history: History, numbers: range) -> None:
    """Pages of the paper, one after the other, and a redirect that no row stands for."""
    for number in numbers:
        answer = exchange(f"{HOST}/{number}", html(f"Ferry number {number} is late"), fetched_at=minutes(number))
        fetch(run, answer, history)
    moved = (("Location", f"{HOST}/1"),)
    run.write(exchange(f"{HOST}/old", b"", status=301, response_headers=moved))


def whole(archive: Archive, count: int) -> None:
    """Demand that the archive holds ``count`` pages, each once, and nothing that is wrong."""
    assert faults(archive) == []
    assert sorted(url for url, _ in contents(archive)) == sorted(f"{HOST}/{number}" for number in range(1, count + 1))
    assert verify.verify(archive).problems == ()


def spooled(folder: Remote) -> list[str]:
    """What is not uploaded yet."""
    assert folder.bucket.spool is not None
    return list(warc.segments(folder.bucket.spool / "warc"))


def test_an_archive_on_s3_holds_what_one_in_a_folder_holds(folder: Remote, where: str, tmp_path: Path) -> None:
    local = make(tmp_path)
    for archive in (Archive.create(folder), local):
        run = begin(archive)
        fill(run, History(), range(1, 3))
        run.commit(run.take())
        fill(run, History(), range(3, 5))
        run.finish()
    there = storage.open_archive(where)
    whole(there, 4)
    assert contents(there) == contents(local)
    assert spooled(folder) == []
    assert len(list(warc.segments(there.warc))) == 2
    assert [path.name for path in (folder / "locks").iterdir()] == ["create.lock"]


def test_what_was_written_and_not_uploaded_can_be_read_again(folder: Remote) -> None:
    archive = Archive.create(folder)
    run = begin(archive)
    row, _ = fetch(run, exchange(f"{HOST}/1", html("Ferry number 1 is late")), History())
    assert row.warc_file in spooled(folder)
    place = position(row)
    assert place is not None
    assert warc.read(archive.warc, place).url == f"{HOST}/1"
    run.finish()
    assert warc.read(archive.warc, place).url == f"{HOST}/1"


def test_what_a_look_at_the_store_left_keeps_nobody_out(folder: Remote) -> None:
    """Another machine may look at the same moment, or was killed over it."""
    (folder / f"{remote.PROBE}of somebody else").write_bytes(b"")
    assert Archive.create(folder).articles().count_rows() == 0


def test_no_archive_there_is_said(where: str) -> None:
    with pytest.raises(ArchiveNotFound, match=f"no archive at {where}"):
        storage.open_archive(where)


def test_a_server_that_cannot_be_reached_is_said(where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(bucket, "RETRIES", 1)
    with pytest.raises(ArchiveError, match=r"cannot be made or written.*127\.0\.0\.1:9"):
        Archive.create(where, spool=tmp_path / "spool")


@pytest.mark.parametrize("kind", ["500", "lost", "down"])
def test_passing_faults_cost_nothing(folder: Remote, s3: Faulty, kind: Any) -> None:
    archive = Archive.create(folder)
    what = (r"captures/_delta_log/\d+\.json", r"articles/_delta_log/\d+\.json", r"runs/_delta_log/\d+\.json")
    what = (*what, r"captures/.*\.parquet", r"articles/.*\.parquet", r"warc\.gz", "locks/run-", "locks/writer-")
    met = [s3.fail(kind, f"PUT .*{name}") for name in what]
    met += [s3.fail(kind, f"GET .*{name}") for name in (r"captures/_delta_log/\d+\.json", "list-type=2")]
    run = begin(archive)
    history = History()
    fill(run, history, range(1, 3))
    run.commit(run.take())
    fill(run, history, range(3, 4))
    run.finish()
    assert [fault.met for fault in met] == [1] * len(met)
    whole(archive, 3)


def test_a_reply_that_never_comes_ends_in_time(folder: Remote, s3: Faulty) -> None:
    archive = Archive.create(folder)
    run = begin(archive)
    fill(run, History(), range(1, 3))
    fault = s3.fail("hang", r"GET .*/captures/_delta_log", times=1)
    begun = time.monotonic()
    run.finish()
    assert fault.met == 1
    assert time.monotonic() - begun < 40
    whole(archive, 2)


def test_what_cannot_be_uploaded_waits_in_the_spool(
    folder: Remote, s3: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RETRIES", 0)
    archive = Archive.create(folder)
    run = begin(archive)
    fill(run, History(), range(1, 3))
    s3.fail("500", r"(PUT|POST) .*\.warc\.gz", times=1000)
    with pytest.raises(OSError, match=r"\.warc\.gz"):
        run.commit(run.take())
    run.abandon()
    assert len(spooled(folder)) == 1
    assert archive.captures().count_rows() == 0
    s3.heal()
    assert [one.articles for one in recover(archive)] == [2]
    whole(archive, 2)
    assert spooled(folder) == []


def die(where: str, spool: Path, step: str) -> None:
    """A process that fills an archive and is killed at ``step``."""
    archive = Archive.create(where, spool=spool)
    run = begin(archive)
    fill(run, History(), range(1, 3))
    run.commit(run.take())
    fill(run, History(), range(3, 5))
    if step == "spooled":
        os._exit(9)
    if step == "torn":
        (segment,) = warc.segments(spool / "warc")
        os.truncate(spool / "warc" / segment, (spool / "warc" / segment).stat().st_size - 10)
        os._exit(9)
    seal = run.warc.begin_seal()()
    assert archive.spool is not None
    if step == "uploading":
        (archive.warc / seal[0]).upload(archive.spool.root / seal[0])
        os._exit(9)
    archive.spool.upload(seal)
    rows = [dataclasses.replace(row, run=run.name, batch=2) for row in run.take().captures]
    archive.append(CAPTURES, rows, run=run.name, number=2)
    os._exit(9)


@pytest.mark.parametrize("step", ["torn", "uploading", "captures"])
def test_a_killed_run_is_recovered_on_its_machine_at_once(where: str, tmp_path: Path, step: str) -> None:
    process = SPAWN.Process(target=die, args=(where, tmp_path / "spool", step))
    process.start()
    process.join()
    assert process.exitcode == 9
    archive = Archive.create(where, spool=tmp_path / "spool")
    begun = time.monotonic()
    assert len(recover(archive)) == 1
    assert time.monotonic() - begun < 30
    whole(archive, 4)
    assert recover(archive) == []


def test_another_machine_recovers_what_reached_s3_and_the_first_one_the_rest(where: str, tmp_path: Path) -> None:
    process = SPAWN.Process(target=die, args=(where, tmp_path / "here", "spooled"))
    process.start()
    process.join()
    elsewhere = Archive.create(where, spool=tmp_path / "there")
    assert recover(elsewhere) == []
    assert isinstance(elsewhere.root, Remote)
    elsewhere.root.bucket.ttl = 1.0
    time.sleep(2.5)
    assert len(recover(elsewhere)) == 1
    whole(elsewhere, 2)
    assert len(recover(Archive.create(where, spool=tmp_path / "here"))) == 1
    whole(elsewhere, 4)


def test_who_slept_too_long_writes_no_more(where: str, tmp_path: Path) -> None:
    archive = Archive.create(where, spool=tmp_path / "here")
    assert isinstance(archive.root, Remote)
    archive.root.bucket.ttl = 100.0
    run = begin(archive)
    source = archive.lock_source(SOURCE, holder="a crawl")
    assert source is not None
    fill(run, History(), range(1, 3))
    other = Archive.create(where, spool=tmp_path / "there")
    assert isinstance(other.root, Remote)
    assert other.lock_source(SOURCE, holder="another") is None
    other.root.bucket.ttl = 1.0
    time.sleep(2.5)
    taken = other.lock_source(SOURCE, holder="another")
    assert taken is not None
    with pytest.raises(LeaseLost, match="silent for too long"):
        run.commit(run.take())
    assert archive.captures().count_rows() == 0
    with pytest.raises(ArchiveError, match="broken by an earlier error"):
        run.commit(run.take())
    assert isinstance(taken.path, Remote)
    source.release(remove=True)
    assert is_held(taken.path)
    run.abandon()
    taken.release(remove=True)
    # Its pages are not lost: they wait in its spool.
    archive = Archive.create(where, spool=tmp_path / "here")
    assert [one.articles for one in recover(archive)] == [2]
    whole(archive, 2)


def test_maintenance_on_s3(folder: Remote) -> None:
    archive = Archive.create(folder)
    history = History()
    for number in range(1, 4):
        run = begin(archive)
        fill(run, history, range(number, number + 1))
        run.finish()
    before = archive.articles(all_revisions=True).to_table().sort_by("row")
    with archive.lock_maintenance("a test"):
        snapshots.pin(archive.root, "paper")
        done = compact.compact(archive.root, many=1)
        assert {one.table for one in done} >= {"captures", "articles"}
        gone = vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    assert gone.files == 0
    assert archive.articles(all_revisions=True).to_table().sort_by("row").equals(before)
    with archive.lock_maintenance("a test"):
        snapshots.drop(archive.root, "paper")
        assert vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0).files > 0
    assert archive.articles(all_revisions=True).to_table().sort_by("row").equals(before)
    whole(archive, 3)
    with pytest.raises(ArchiveError, match=r"copy s3://.* into a folder"):
        _ = archive.local


def test_a_compaction_whose_reply_is_lost_is_done_once(folder: Remote, s3: Faulty) -> None:
    archive = Archive.create(folder)
    for number in range(1, 4):
        run = begin(archive)
        fill(run, History(), range(number, number + 1))
        run.finish()
    fault = s3.fail("lost", r"PUT .*/articles/_delta_log/0+4\.json")
    with archive.lock_maintenance("a test"):
        compact.compact(archive.root, many=1)
    assert fault.met == 1
    whole(archive, 3)


def write_on(where: str, spool: Path, numbers: range) -> None:
    """A process that commits a batch for each page."""
    archive = Archive.create(where, spool=spool)
    run = begin(archive)
    for number in numbers:
        fill(run, History(), range(number, number + 1))
        run.commit(run.take())
    run.finish()


def test_two_machines_write_at_once(where: str, tmp_path: Path) -> None:
    writers = [
        SPAWN.Process(target=write_on, args=(where, tmp_path / f"spool{start}", range(start, start + 4)))
        for start in (1, 5)
    ]
    for process in writers:
        process.start()
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0, 0]
    whole(storage.open_archive(where), 8)
