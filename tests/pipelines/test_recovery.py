"""A run that ends at any step of the protocol: the next start leaves the archive as if it had not."""

from __future__ import annotations

import dataclasses
import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from pipelines.history import History
from pipelines.process import process
from pipelines.recovery import recover
from storage import delta, warc
from storage.archive import Archive, Run
from storage.errors import ArchiveError
from storage.records import Article, Capture, CaptureKind, Page, Rejection
from storage.recovery import dead_runs
from storage.schema import ARTICLES, CAPTURES, RUNS
from storage.warc import CaptureInfo
from tests import archive_samples
from tests.archive_samples import HOST, SOURCE, begin, contents, exchange, faults, fetch, html, minutes

SPAWN = multiprocessing.get_context("spawn")


def answers() -> list[warc.Exchange]:
    """What one run meets: articles, an edit, a twin, refusals, failures, a redirect, robots.txt and a feed."""
    plain = (("Content-Type", "text/plain"), ("ETag", '"e1"'))
    return [
        exchange(f"{HOST}/robots.txt", b"User-agent: *\nDisallow: /private", kind="robots", response_headers=plain),
        exchange(f"{HOST}/feed", b"<rss/>", kind="entrance", response_headers=plain),
        exchange(f"{HOST}/1", html("The ferry is late"), fetched_at=minutes(2)),
        exchange(f"{HOST}/old", b"", status=301, response_headers=(("Location", f"{HOST}/2"),)),
        exchange(f"{HOST}/2", html("The harbour is full"), fetched_at=minutes(3)),
        exchange(f"{HOST}/3", b"", fetched_at=minutes(4)),
        exchange(f"{HOST}/4", b"no", status=404, fetched_at=minutes(5)),
        exchange(f"{HOST}/5", html("The pier is cut")[:300], truncated="disconnect", fetched_at=minutes(6)),
        exchange(
            f"{HOST}/1",
            html("The ferry is late", "The ferry came at noon after all, and the quay was empty by the time it did."),
            fetched_at=minutes(7),
        ),
        exchange(f"{HOST}/6", html("The last boat"), fetched_at=minutes(8)),
    ]


def crawl(run: Run, history: History, met: list[warc.Exchange]) -> None:
    for answer in met:
        if answer.status == 301:
            run.write(answer)
        else:
            fetch(run, answer, history)


def events(archive: Archive) -> list[tuple[Any, ...]]:
    """What ``captures`` says of each fetch, apart from which run and batch wrote it."""
    columns = ["requested_url", "at", "kind", "outcome", "id", "revision", "status", "not_before", "payload_digest"]
    rows = archive.captures().to_table(columns).sort_by([("requested_url", "ascending"), ("at", "ascending")])
    return [tuple(row.values()) for row in rows.to_pylist()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive.create(tmp_path_factory.mktemp("whole") / "archive")
    run = begin(archive)
    crawl(run, History(), answers())
    run.finish()
    return archive


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def killed_at(table: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the next commit before it appends to ``table``; None: before anything is appended."""
    append = delta.append

    def ending(root: Path, at: Any, *args: Any, **kwargs: Any) -> bool:
        if table is None or at.name == table:
            raise Killed
        return append(root, at, *args, **kwargs)

    monkeypatch.setattr(delta, "append", ending)


STEPS = [
    pytest.param(None, id="after the WARC flush"),
    pytest.param("articles", id="after the captures commit"),
    pytest.param("runs", id="before the runs row"),
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("committed", [0, 4, 9], ids=lambda count: f"{count} answers in an earlier batch")
def test_a_run_that_ends_at_any_step_is_completed(
    archive: Archive, undisturbed: Archive, monkeypatch: pytest.MonkeyPatch, step: str | None, committed: int
) -> None:
    run, history = begin(archive), History()
    crawl(run, history, answers()[:committed])
    run.commit(run.take())
    crawl(run, history, answers()[committed:])
    killed_at(step, monkeypatch)
    with pytest.raises(Killed):
        run.finish()
    monkeypatch.undo()
    run.abandon()
    said: list[str] = []
    (done,) = recover(archive, say=said.append)
    assert done.run == run.name
    assert faults(archive) == []
    assert contents(archive) == contents(undisturbed)
    assert events(archive) == events(undisturbed)
    (row,) = archive.runs().to_table().to_pylist()
    assert (row["run"], row["outcome"]) == (run.name, "interrupted")
    assert row["started_at"].replace(microsecond=0) == run.started_at.replace(microsecond=0)
    assert said[0] == f"recovering run {run.name}, which ended without closing"
    assert recover(archive) == []


@pytest.mark.parametrize("table", [CAPTURES, ARTICLES, RUNS], ids=lambda table: table.name)
def test_a_recovery_that_is_itself_killed_is_completed(
    archive: Archive, undisturbed: Archive, monkeypatch: pytest.MonkeyPatch, table: Any
) -> None:
    run = begin(archive)
    crawl(run, History(), answers())
    run.abandon()
    killed_at(table.name, monkeypatch)
    with pytest.raises(Killed):
        recover(archive)
    monkeypatch.undo()
    recover(archive)
    assert faults(archive) == []
    assert events(archive) == events(undisturbed)


def test_a_run_without_a_single_record_gets_its_row(archive: Archive) -> None:
    run = begin(archive)
    run.abandon()
    (done,) = recover(archive)
    assert (done.pages, done.batches, done.articles) == (0, 0, 0)
    assert faults(archive) == []
    assert archive.runs().to_table(["outcome"])["outcome"].to_pylist() == ["interrupted"]


def test_a_living_run_is_left_alone(archive: Archive) -> None:
    run = begin(archive)
    fetch(run, answers()[2], History())
    assert recover(archive) == []
    run.finish()
    assert faults(archive) == []


def test_a_lock_that_a_finished_run_left_is_swept(archive: Archive) -> None:
    run = begin(archive)
    fetch(run, answers()[2], History())
    run.finish()
    left = archive.root / "locks" / f"run-{run.name}.lock"
    left.touch()
    assert recover(archive) == []
    assert not left.exists()
    assert archive.runs().count_rows() == 1


@pytest.mark.parametrize("torn", [1, 40, 400], ids=lambda count: f"{count} bytes short")
def test_a_torn_last_record_is_left_out_and_counted(archive: Archive, torn: int) -> None:
    """The file ends inside the last pair of records: the request's end, its begin, or the response's."""
    run = begin(archive)
    crawl(run, History(), answers())
    run.abandon()
    (segment,) = warc.segments(archive.warc)
    last = list(warc.scan(archive.warc / segment, root=archive.warc))[-1]
    path = archive.warc / segment
    size = path.stat().st_size - torn
    with path.open("r+b") as file:
        file.truncate(size)
    (done,) = recover(archive)
    assert done.damaged == 1
    assert isinstance(last, warc.StoredResponse)
    whole = last.position.offset + last.position.length <= size
    urls = archive.captures().to_table(["requested_url"])["requested_url"].to_pylist()
    assert (last.url in urls) == whole
    assert [fault for fault in faults(archive) if "torn" not in fault] == []


def test_what_a_later_run_knows_is_not_archived_twice(archive: Archive) -> None:
    """The dead run had the page; a later one, which could not recover it, has had it since."""
    first = begin(archive)
    fetch(first, answers()[2], History())
    second = begin(archive)
    later = dataclasses.replace(answers()[2], fetched_at=minutes(20))
    fetch(second, later, History())
    second.finish()
    first.abandon()
    recover(archive)
    assert faults(archive) == []
    outcomes = archive.captures().to_table(["outcome"], filter=pc.field("run") == first.name)["outcome"].to_pylist()
    assert outcomes == ["unchanged"]


def test_a_degraded_revision_is_degraded_when_it_is_made_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, history = begin(archive), History()
    fetch(run, exchange(f"{HOST}/1", html("The ferry is late")), history)
    run.commit(run.take())
    wall = html(
        "The ferry is late", "The ferry was late again, and to learn why you may subscribe to this paper today."
    )

    def walled(page: Page) -> Article | Rejection:
        result = process(page)
        assert isinstance(result, Article)
        return dataclasses.replace(result, access="paywalled")

    def behind_a_wall(page: Page) -> Future[Article | Rejection]:
        done = Future[Article | Rejection]()
        done.set_result(walled(page))
        return done

    monkeypatch.setattr(archive_samples, "process", walled)
    row, _ = fetch(run, exchange(f"{HOST}/1", wall, fetched_at=minutes(9)), history)
    assert (row.outcome, row.reason) == ("unchanged", "degraded")
    killed_at("articles", monkeypatch)
    with pytest.raises(Killed):
        run.finish()
    monkeypatch.undo()
    run.abandon()
    recover(archive, submit=behind_a_wall)
    assert faults(archive) == []
    rows = archive.articles(all_revisions=True).to_table(["warnings"])["warnings"].to_pylist()
    assert [("degraded" in row) for row in sorted(rows, key=len)] == [False, True]


@pytest.mark.parametrize(("kind", "name"), [("robots", "robots.txt"), ("rights", ".well-known/tdmrep.json")])
def test_a_recovered_file_of_a_host_counts_as_the_crawl_would_count_it(
    archive: Archive, kind: CaptureKind, name: str
) -> None:
    run = begin(archive)
    for status, host in ((200, "a"), (404, "b"), (503, "c"), (429, "d")):
        url = f"http://{host}.test/{name}"
        info = CaptureInfo(kind=kind, source=SOURCE, requested_url=url)
        run.write(exchange(url, b"", status=status, info=info))
    run.abandon()
    recover(archive)
    table = archive.captures().to_table(["requested_url", "outcome", "reason"]).sort_by("requested_url")
    found = [(row["outcome"], row["reason"]) for row in table.to_pylist()]
    assert found == [("fetched", None), ("fetched", None), ("failed", "http_503"), ("failed", "http_429")]


def test_a_recovered_entrance_is_polled_without_conditions(archive: Archive) -> None:
    run = begin(archive)
    fetch(run, answers()[1], History())
    run.finish()
    assert History.load(archive).get(f"{HOST}/feed", "entrance").etag == '"e1"'  # type: ignore[union-attr]
    dead = begin(archive)
    dead.write(dataclasses.replace(answers()[1], fetched_at=minutes(30)))
    dead.abandon()
    recover(archive)
    state = History.load(archive).get(f"{HOST}/feed", "entrance")
    assert state is not None
    assert (state.outcome, state.etag, state.last_modified) == ("fetched", None, None)


def test_tables_that_something_else_changed_stop_it(archive: Archive) -> None:
    run = begin(archive)
    row = Capture(
        kind="article", source=SOURCE, requested_url=HOST, at=minutes(0), outcome="failed", run=run.name, batch=1
    )
    for number in (1, 2):
        archive.append(CAPTURES, [row], run=run.name, number=number)
    run.abandon()
    with pytest.raises(ArchiveError, match="has 2 batches in captures and 0 in articles"):
        recover(archive)
    assert archive.lock_run(run.name) is not None, "the lock is free for the next try"


def test_dead_runs_come_oldest_first_and_locked(archive: Archive) -> None:
    names = []
    for _ in range(3):
        run = begin(archive)
        names.append(run.name)
        run.abandon()
    found = []
    for dead in dead_runs(archive):
        assert archive.lock_run(dead.name) is None
        found.append(dead.name)
        dead.lock.release()
    assert found == sorted(names)


def recover_there(root: str, start: Any) -> None:
    """In a process of its own: recover at the same moment as the others."""
    archive = Archive(Path(root))
    start.wait(60)
    recover(archive)


def test_three_processes_recover_one_dead_run_once(archive: Archive, undisturbed: Archive) -> None:
    run = begin(archive)
    crawl(run, History(), answers())
    run.abandon()
    start = SPAWN.Barrier(3)
    processes = [SPAWN.Process(target=recover_there, args=(str(archive.root), start)) for _ in range(3)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(100)
    assert [one.exitcode for one in processes] == [0, 0, 0]
    assert faults(archive) == []
    assert events(archive) == events(undisturbed)


def damage(kind: str) -> Callable[[Path], None]:
    return {"gone": lambda path: path.unlink(), "overwritten": lambda path: path.write_bytes(b"x" * 2000)}[kind]


@pytest.mark.parametrize("kind", ["gone", "overwritten"])
def test_a_batch_whose_pages_are_damaged_is_closed_and_told(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    run = begin(archive)
    crawl(run, History(), answers())
    killed_at("articles", monkeypatch)
    with pytest.raises(Killed):
        run.finish()
    monkeypatch.undo()
    run.abandon()
    (segment,) = warc.segments(archive.warc)
    damage(kind)(archive.warc / segment)
    (done,) = recover(archive)
    assert done.damaged >= 4
    (row,) = archive.runs().to_table(["detail"])["detail"].to_pylist()
    assert "4 articles named in captures could not be read again" in row
    assert recover(archive) == []
    shutil.rmtree(archive.warc)
