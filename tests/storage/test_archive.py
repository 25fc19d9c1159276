"""Opening, creating, and one run's stay from its beginning to its end."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import storage
from storage import delta, warc
from storage.archive import FORMAT, MARKER, Archive, open_archive
from storage.errors import ArchiveError, ArchiveNotFound, CommitFailed, ProtocolViolation
from storage.records import Label, SourceRecord, Tally
from storage.schema import CAPTURES, TABLES, Table
from tests.archive_samples import NOON, article, begin, capture, exchange, faults, html, minutes


def source(digest: str = "d1", **changes: object) -> SourceRecord:
    record = SourceRecord(source="harbour", digest=digest, since=NOON, entrances=("http://harbour.test/",), hosts=())
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type]


def test_a_new_archive_holds_four_empty_tables(tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "deep" / "archive")
    assert sorted(path.name for path in archive.root.iterdir()) == sorted(
        [MARKER, "locks", *(table.name for table in TABLES)]
    )
    for rows in (archive.articles(), archive.captures(), archive.runs(), archive.sources()):
        assert rows.to_table().num_rows == rows.count_rows() == 0


def test_creating_it_again_keeps_what_is_there(archive: Archive) -> None:
    run = begin(archive)
    run.record(capture(), article())
    run.finish()
    assert Archive.create(archive.root).articles().count_rows() == 1


@pytest.mark.parametrize("left", [f".{MARKER}.tmp", "locks", "captures/_delta_log", "warc"])
def test_a_creation_that_was_killed_is_completed(tmp_path: Path, left: str) -> None:
    root = tmp_path / "archive"
    (root / left).mkdir(parents=True) if "." not in left else (root.mkdir(), (root / left).write_text("{"))
    assert Archive.create(root).captures().count_rows() == 0


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(ArchiveError, match=r"is not empty and no archive \(it holds 'thesis.doc'\)"):
        Archive.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot be made or written"):
        Archive.create(tmp_path / "file")


def test_what_is_no_archive_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound, match="crawl into it first, or name another with --archive PATH"):
        open_archive(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveNotFound):
        open_archive(tmp_path / "file")


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        pytest.param(json.dumps({"format": FORMAT + 1}), "install a newer Broadsheet", id="from the future"),
        pytest.param(json.dumps({"format": 99, "reader": "9.1"}), "install Broadsheet 9.1, or newer", id="which one"),
        pytest.param(json.dumps({"format": 0}), "names no format version", id="before all"),
        pytest.param("{", "cannot be read", id="torn"),
        pytest.param("[]", "names no format version", id="another thing"),
        pytest.param('{"format": "1"}', "names no format version", id="text"),
    ],
)
def test_a_marker_that_cannot_be_ours_is_told(archive: Archive, marker: str, says: str) -> None:
    (archive.root / MARKER).write_text(marker, encoding="utf-8")
    with pytest.raises(ArchiveError, match=says):
        open_archive(archive.root)


def test_importing_storage_is_light() -> None:
    code = (
        "import sys, storage; storage.open_archive; storage.Rows; "
        "print([name for name in ('scrapy', 'trafilatura', 'dateparser', 'twisted') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert set(storage.__all__) <= set(dir(storage)) | set(storage._HOME)


def test_a_run_from_begin_to_finish(archive: Archive) -> None:
    run = begin(
        archive, config_digest="c1", versions=["python 3"], sources=[source(labels=(Label(key="a", value="b"),))]
    )
    assert archive.lock_run(run.name) is None
    written = run.write(exchange("http://harbour.test/1", html("Ferry late")))
    where = written.position
    place = {"warc_file": where.file, "warc_offset": where.offset, "warc_length": where.length}
    run.record(capture(1, payload_digest=written.payload_digest, **place), article(1, **place))
    assert run.pending == 1
    run.commit(run.take())
    assert (run.pending, run.batches) == (0, 1)
    run.commit(run.take())
    assert run.batches == 1
    run.record(capture(2, outcome="failed", reason="dns"))
    record = run.finish(tallies=[Tally(source="harbour", outcome="archived", reason=None, count=1)], detail="fine")
    assert (record.outcome, record.batches, record.detail) == ("done", 2, "fine")
    assert record.started_at <= record.finished_at
    (row,) = archive.runs().to_table().to_pylist()
    assert row["run"] == run.name
    assert row["tallies"] == [{"source": "harbour", "outcome": "archived", "reason": None, "count": 1}]
    events = archive.captures().to_table(["run", "batch"]).sort_by("batch").to_pylist()
    assert events == [{"run": run.name, "batch": 1}, {"run": run.name, "batch": 2}]
    assert archive.sources().to_table(["source", "run"]).to_pylist() == [{"source": "harbour", "run": run.name}]
    assert faults(archive) == []


def test_runs_are_named_by_their_start_and_never_twice(archive: Archive) -> None:
    runs = [begin(archive) for _ in range(5)]
    assert len({run.name for run in runs}) == 5
    for run in runs:
        assert run.name.startswith(f"{run.started_at:%Y%m%dT%H%M%S.%fZ}-")
        run.finish()


def test_a_source_is_noted_when_its_rules_change_and_only_then(archive: Archive) -> None:
    digests = ["d1", "d1", "d2", "d2", "d1", "d1"]
    for number, digest in enumerate(digests):
        begin(archive, sources=[source(digest, since=minutes(number))]).finish()
    table = archive.sources().to_table(["digest", "since"]).sort_by("since")
    assert table["digest"].to_pylist() == ["d1", "d2", "d1"]


def test_the_warc_is_flushed_before_captures_and_captures_come_before_articles(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, append = os.fsync, delta.append

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.name.endswith(".warc.gz"):
            steps.append("warc")
        sync(descriptor)

    def appending(root: Path, table: Table, *args: Any, **kwargs: Any) -> bool:
        steps.append(table.name)
        return append(root, table, *args, **kwargs)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(delta, "append", appending)
    run = begin(archive)
    run.write(exchange("http://harbour.test/1", html("Ferry late")))
    run.record(capture(), article())
    run.commit(run.take())
    assert steps == ["warc", "captures", "articles"]
    run.finish()
    assert steps[-1] == "runs"


def test_a_batch_that_cannot_be_written_breaks_the_run_and_skips_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bool:
        raise CommitFailed("disk full")

    run = begin(archive)
    run.record(capture(1), article(1))
    run.commit(run.take())
    run.record(capture(2), article(2))
    monkeypatch.setattr(delta, "append", refuse)
    with pytest.raises(CommitFailed, match="disk full"):
        run.commit(run.take())
    monkeypatch.undo()
    run.record(capture(3), article(3))
    with pytest.raises(ArchiveError, match="broken by an earlier error: disk full"):
        run.commit(run.take())
    assert run.finish().outcome == "failed"
    assert archive.runs().count_rows() == 0
    assert archive.captures().count_rows() == 1
    held = archive.lock_run(run.name)
    assert held is not None, "the lock is given back, its file stays"
    held.release()
    assert (archive.root / "locks" / f"run-{run.name}.lock").exists()


def test_a_batch_that_somebody_else_wrote_under_our_number_is_a_violation(archive: Archive) -> None:
    run = begin(archive)
    archive.append(CAPTURES, [capture(9, run=run.name)], run=run.name, number=1)
    run.record(capture(1), article(1))
    with pytest.raises(ProtocolViolation, match="was written by somebody else"):
        run.commit(run.take())
    run.abandon()


def test_commits_from_two_threads_take_their_turns(archive: Archive) -> None:
    run = begin(archive)
    batches = []
    for number in range(6):
        run.record(capture(number), article(number))
        batches.append(run.take())
    threads = [threading.Thread(target=run.commit, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    run.finish()
    assert sorted(archive.captures().to_table(["batch"])["batch"].to_pylist()) == [1, 2, 3, 4, 5, 6]
    assert archive.articles().count_rows() == 6


def test_the_warc_takes_records_while_a_batch_is_committed(archive: Archive) -> None:
    """Segments roll over under the feet of a commit that flushes them."""
    run = begin(archive, segment_bytes=2_000)
    done = threading.Event()

    def commit() -> None:
        while not done.is_set():
            run.record(capture(run.batches), article(run.batches))
            run.commit(run.take())

    committing = threading.Thread(target=commit)
    committing.start()
    for number in range(400):
        run.write(exchange(f"http://harbour.test/{number}", b"x" * 500))
    done.set()
    committing.join(60)
    assert run.finish().outcome == "done"
    assert len(list(warc.segments(archive.warc))) > 50


def test_a_batch_of_rows_without_articles_still_counts_in_both_tables(archive: Archive) -> None:
    run = begin(archive)
    for number in (1, 2):
        run.record(capture(number, outcome="failed", reason="http_500"))
        run.commit(run.take())
    run.finish()
    assert archive.captures().count_rows() == 2
    assert archive.articles(all_revisions=True).count_rows() == 0


def test_a_source_is_crawled_by_one_run_at_a_time(archive: Archive) -> None:
    held = archive.lock_source("harbour", holder="crawl of source harbour")
    assert held is not None
    assert archive.lock_source("harbour", holder="another") is None
    assert archive.source_holder("harbour").startswith("crawl of source harbour")
    other = archive.lock_source("island", holder="another")
    assert other is not None
    for one in (held, other):
        one.release(remove=True)
