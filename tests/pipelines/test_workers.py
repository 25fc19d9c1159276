"""Extraction in worker processes: whatever a page does to one, the crawl goes on, and nothing survives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import workers
from pipelines.process import process
from pipelines.workers import Workers
from storage.records import Article, Page, Rejection
from tests.archive_samples import NOON, html

PARENT = """
import sys, time
from pathlib import Path
from pipelines import forks
from pipelines.workers import Workers
from storage.records import Page
import datetime as dt
if __name__ == "__main__":
    pool = Workers(2, timeout=60, memory=10**9)
    page = Page(url="http://harbour.test/1", body=b"<html>", fetched_at=dt.datetime.now(dt.UTC))
    [future.result() for future in [pool.submit(page) for _ in range(6)]]
    print("working", flush=True)
    time.sleep(60)
"""


def page(body: bytes = html("The ferry is late")) -> Page:
    return Page(url="http://harbour.test/1", body=body, fetched_at=NOON)


def outcome(pool: Workers, one: Page) -> Article | Rejection:
    """What the crawl makes of a page: the result, or what its bad end is settled as."""
    try:
        return pool.submit(one).result(timeout=60)
    except Exception as error:  # noqa: BLE001 - settle raises it again where it is none of the expected ends
        return workers.settle(one, error)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    made = Workers(1, timeout=30, memory=10**9)
    made.submit(page()).result(timeout=60)
    yield made
    made.stop()


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def extractor(children_of: int) -> list[int]:
    """Those that extract for it: what is forked off its server of forks."""
    server = [child for child in children(children_of) if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return [child for one in server for child in children(one)]


def test_it_gives_what_process_gives(pool: Workers) -> None:
    one = page()
    assert pool.submit(one).result(timeout=60) == process(one)


def test_a_page_that_takes_too_long_is_timed_out() -> None:
    made = Workers(1, timeout=0.001, memory=10**9)
    try:
        found = outcome(made, page(html("Long", "word " * 200_000)))
    finally:
        made.stop()
    assert isinstance(found, Rejection)
    assert (found.stage, found.reason) == ("extract", "extract_timeout")


def test_a_page_that_needs_too_much_memory_is_given_up_and_the_next_is_read() -> None:
    made = Workers(1, timeout=60, memory=250 * 10**6)
    try:
        found = outcome(made, page(b"<html><body>" + b"<p><b>x</b>y</p>" * 1_000_000))
        after = outcome(made, page())
    finally:
        made.stop()
    assert isinstance(found, Rejection)
    assert (found.stage, found.reason) == ("extract", "extract_memory")
    assert isinstance(after, Article)


def ticks(process: int) -> int:
    """Processor time that a process has had, in hundredths of a second."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_page_whose_worker_is_killed_is_given_up_and_the_next_is_read(pool: Workers) -> None:
    (child,) = extractor(os.getpid())
    before = ticks(child)
    # Nearly all of its time goes into the extraction; a worker that is killed at another moment costs no page.
    future = pool.submit(page(html("Long", "<p><b>x</b>y</p>" * 30_000)))
    until = time.monotonic() + 60
    while ticks(child) < before + 20:
        assert time.monotonic() < until, "the worker does not take the page up"
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    error = future.exception(timeout=60)
    assert error is not None
    found = workers.settle(page(), error)
    assert (found.stage, found.reason) == ("extract", "extract_killed")
    assert found.detail.removeprefix("the worker process ended with code ").lstrip("-") == "9"
    assert isinstance(outcome(pool, page()), Article)


def test_the_death_of_a_worker_without_a_page_costs_no_page() -> None:
    """As where the kernel runs out of memory and picks a worker that only waits."""
    others = set(extractor(os.getpid()))
    made = Workers(1, timeout=60, memory=10**9)
    try:
        assert isinstance(outcome(made, page()), Article)
        (child,) = set(extractor(os.getpid())) - others
        os.kill(child, signal.SIGKILL)
        assert [isinstance(outcome(made, page()), Article) for _ in range(3)] == [True, True, True]
    finally:
        made.stop()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(TimeoutError(), "extract_timeout", id="time"),
        pytest.param(MemoryError(), "extract_memory", id="memory"),
    ],
)
def test_bad_ends_have_stable_reasons(error: BaseException, reason: str) -> None:
    assert workers.settle(page(), error).reason == reason


def test_a_bug_is_no_rejection() -> None:
    with pytest.raises(ZeroDivisionError):
        workers.settle(page(), ZeroDivisionError("ours"))


def test_a_worker_is_replaced_after_its_pages() -> None:
    others = set(extractor(os.getpid()))
    made = Workers(1, timeout=60, memory=10**9, pages=2)
    met = set()
    try:
        for _ in range(3):
            assert isinstance(outcome(made, page()), Article)
            met |= set(extractor(os.getpid())) - others
    finally:
        made.stop()
    assert len(met) >= 2


def test_close_waits_for_what_is_under_way() -> None:
    made = Workers(1, timeout=60, memory=10**9)
    futures = [made.submit(page()) for _ in range(3)]
    made.close()
    assert all(isinstance(future.result(timeout=0), Article) for future in futures)


def test_the_workers_die_with_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().strip() == "working"
        workers_of_it = extractor(parent.pid)
        assert len(workers_of_it) == 2
        left = [*workers_of_it, *children(parent.pid)]
        # One that can look after nothing itself, as in a loop of some C library.
        os.kill(workers_of_it[0], signal.SIGSTOP)
        parent.kill()
    deadline = time.monotonic() + 10
    while any(alive(child) for child in left) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [child for child in left if alive(child)] == []


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_workers_that_never_start_are_an_error_and_no_endless_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    # A module that only the parent has: every child dies before it comes to the pool's own code.
    gone = types.ModuleType("gone_module")
    exec("def prepare(ready): pass", gone.__dict__)
    monkeypatch.setitem(sys.modules, "gone_module", gone)
    monkeypatch.setattr(workers, "_prepare", gone.prepare)
    pool = Workers(1, timeout=20, memory=10**9)
    try:
        with pytest.raises(workers.BrokenProcessPool):
            pool.submit(page()).result(timeout=60)
    finally:
        pool.stop()


def _slow(ready: object) -> None:  # noqa: ARG001 - the signature of what prepares a worker
    time.sleep(60)


def test_workers_that_do_not_come_up_in_time_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_prepare", _slow)
    monkeypatch.setattr(workers, "START", 1.0)
    pool = Workers(1, timeout=20, memory=10**9)
    try:
        with pytest.raises(workers.WorkersNeverStarted, match="no worker process has started"):
            pool.submit(page()).result(timeout=30)
    finally:
        pool.stop()


def test_the_server_of_forks_leaves_ctrl_c_to_its_caller_and_looks_for_modules_in_no_folder_it_is_called_in(
    tmp_path: Path,
) -> None:
    (tmp_path / "pipelines.py").write_text("raise SystemExit('not that one')\n", encoding="utf-8")
    script = tmp_path / "elsewhere" / "parent.py"
    script.parent.mkdir()
    script.write_text(
        PARENT.replace("    pool =", "    forks.begin(); print('begun', flush=True)\n    pool =", 1), "utf-8"
    )
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().strip() == "begun"
        for child in children(parent.pid):
            os.kill(child, signal.SIGINT)
        assert parent.stdout.readline().strip() == "working"
        assert len(extractor(parent.pid)) == 2
        parent.kill()
        assert parent.stderr is not None
        assert "Traceback" not in parent.stderr.read()
