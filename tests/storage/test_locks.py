"""Locks live as long as their holder's process, and no name is ever held twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.errors import ArchiveBusy
from storage.locks import lock, new_lock, try_lock, wait_for_lock, who_holds

HOLD = """
import sys, time
from pathlib import Path
from storage.locks import try_lock
held = try_lock(Path(sys.argv[1]), holder="the other")
print("held" if held else "refused", flush=True)
time.sleep(60)
"""
# A holder that starts a spawned process, as the extractor's workers are, and dies without it.
SPAWN = """
import multiprocessing, os, sys, time
from pathlib import Path
from storage.locks import try_lock
if __name__ == "__main__":
    held = try_lock(Path(sys.argv[1]), holder="the parent")
    child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    child.start()
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "run-a.lock"


@contextlib.contextmanager
def running(script: Path, text: str, path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that runs ``text`` on ``path``, and the first line that it prints."""
    script.write_text(text, encoding="utf-8")
    with subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_a_second_taker_is_refused_until_the_first_gives_it_back(path: Path) -> None:
    first = try_lock(path, holder="first")
    assert first is not None
    assert try_lock(path, holder="second") is None
    first.release()
    second = try_lock(path, holder="second")
    assert second is not None
    second.release(remove=True)
    assert not path.exists()


def test_releasing_twice_does_no_harm(path: Path) -> None:
    first = lock(path, holder="first", what="it")
    first.release()
    second = lock(path, holder="second", what="it")
    first.release(remove=True)
    assert path.exists()
    assert try_lock(path, holder="third") is None
    second.release()


def test_the_holder_says_who_it_is(path: Path) -> None:
    assert who_holds(path) == "a process that has just ended"
    with lock(path, holder="crawl of source harbour", what="source harbour"):
        text = who_holds(path)
        assert text.startswith(f"crawl of source harbour, process {os.getpid()} on ")
        assert " since 20" in text
        with pytest.raises(ArchiveBusy, match=r"source harbour is in use by crawl of source harbour, process \d+ on"):
            lock(path, holder="another", what="source harbour")


def test_a_longer_text_of_an_earlier_holder_is_gone(path: Path) -> None:
    try_lock(path, holder="long" * 100).release()  # type: ignore[union-attr]
    with lock(path, holder="short", what="it"):
        assert len(who_holds(path)) < 200


def test_a_lock_that_is_being_taken_has_no_text_yet(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert who_holds(path) == "a process that is just starting"


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_the_death_of_its_holder_frees_it(path: Path, tmp_path: Path, kind: signal.Signals) -> None:
    with running(tmp_path / "hold.py", HOLD, path) as (process, said):
        assert said == "held"
        assert try_lock(path, holder="us") is None
        assert f"the other, process {process.pid}" in who_holds(path)
        process.send_signal(kind)
        process.wait(10)
        freed = try_lock(path, holder="us")
    assert freed is not None
    freed.release()


def test_a_spawned_process_does_not_inherit_it(path: Path, tmp_path: Path) -> None:
    with running(tmp_path / "spawn.py", SPAWN, path) as (process, child):
        assert try_lock(path, holder="us") is None
        process.kill()
        process.wait(10)
        try:
            os.kill(int(child), 0)
            freed = try_lock(path, holder="us")
        finally:
            os.kill(int(child), signal.SIGKILL)
    assert freed is not None
    freed.release()


def test_waiting_for_a_lock_ends_when_it_is_given_back(path: Path) -> None:
    first = lock(path, holder="first", what="it")
    order: list[str] = []

    def wait() -> None:
        with wait_for_lock(path, holder="second"):
            order.append("taken")

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.2)
    order.append("given back")
    first.release(remove=True)
    waiter.join(10)
    assert order == ["given back", "taken"]


def test_a_removed_file_never_gives_one_name_to_two(path: Path) -> None:
    """Eight threads take and remove one lock: whoever has it must be alone."""
    inside: list[int] = []
    most: list[int] = []
    until = time.monotonic() + 1

    def work(number: int) -> None:
        while time.monotonic() < until:
            held = try_lock(path, holder=str(number))
            if held is not None:
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.0002)
                inside.remove(number)
                held.release(remove=True)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert max(most) == 1
    assert len(most) > 10


def test_a_new_lock_is_never_seen_without_its_holder(path: Path) -> None:
    """Others take whatever lock file they find; a new one's owner has it already when its name appears."""
    stolen: list[Path] = []
    done = threading.Event()

    def thief() -> None:
        while not done.is_set():
            for found in path.parent.glob("run-*.lock"):
                held = try_lock(found, holder="thief")
                if held is not None:
                    stolen.append(found)
                    held.release()

    path.parent.mkdir()
    watching = threading.Thread(target=thief)
    watching.start()
    held = [new_lock(path.with_name(f"run-{number}.lock"), holder="us") for number in range(200)]
    done.set()
    watching.join(10)
    assert stolen == []
    assert all(try_lock(one.path, holder="second") is None for one in held)
    for one in held:
        one.release(remove=True)
    assert list(path.parent.iterdir()) == []
