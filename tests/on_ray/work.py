"""What the tests have a cluster do; its nodes import it by this name."""

from __future__ import annotations

import fcntl
import os
import pkgutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from pipelines import rereading
from pipelines.executors.meter import METER
from pipelines.importing.job import import_part
from pipelines.importing.task import Report, Task
from pipelines.rereading import Reread
from storage import replace
from storage.archive import Batch, Run

# Seconds after which nobody comes any more to let a task go on.
PATIENCE = 500


@dataclass(frozen=True, slots=True)
class Chore:
    """What a task is to do; ``mark`` is a file that tells that it was begun before."""

    what: str
    mark: Path


def do(chore: Chore) -> str:
    """Do it; the process that it was done in."""
    METER.count(steps=1)
    METER.say(f"{chore.what} is begun")
    match chore.what:
        case "dies once" if not chore.mark.exists():
            chore.mark.touch()
            os.kill(os.getpid(), 9)
        case "raises":
            raise ValueError("of no use")
        case "stalls":
            time.sleep(7)
        case "waits to be stopped":
            while not METER.stopping:
                time.sleep(0.05)
            return "stopped"
    METER.add("steps")
    return str(os.getpid())


@dataclass(frozen=True, slots=True)
class Hold:
    """A folder by which tasks tell that they are amid their work, and are told to go on.

    Each has a file locked that is named after its process: the kernel gives the lock back when that dies.
    """

    folder: Path

    def wait(self) -> None:
        """In a task: wait until it is released."""
        until = time.monotonic() + PATIENCE
        with (self.folder / f"{os.getpid()}.pid").open("w") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            while not self._go.exists():
                if time.monotonic() > until:
                    raise TimeoutError(f"nobody released process {os.getpid()}")
                time.sleep(0.05)

    def waiting(self) -> set[int | None]:
        """The processes that are alive and wait."""
        found: set[int | None] = set()
        for path in self.folder.glob("*.pid"):
            with path.open() as mark:
                try:
                    fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    found.add(int(path.stem))
        return found

    def release(self) -> None:
        """Have all go on, and who comes later not wait."""
        self._go.touch()

    @property
    def _go(self) -> Path:
        return self.folder / "go"


def held_between_commits(hold: Hold, work: str, item: object) -> object:
    """Do ``work``, a function by its name; it is held when a batch of its run is committed, before the run ends."""
    commit = Run.commit

    def committed(run: Run, batch: Batch) -> None:
        commit(run, batch)
        if batch.captures:
            hold.wait()

    with mock.patch.object(Run, "commit", committed):
        return pkgutil.resolve_name(work)(item)


def held_spooling(hold: Hold, work: str, item: object) -> object:
    """Do ``work``, a function by its name; it is held when rows of a replacement are spooled."""
    spool = replace.spool

    def spooled(*arguments: Any) -> replace.Spooled:
        found = spool(*arguments)
        hold.wait()
        return found

    with mock.patch.object(replace, "spool", spooled):
        return pkgutil.resolve_name(work)(item)


def refuses(word: str) -> str | None:
    """A probe that finds something."""
    return f"it has no {word}"


def import_but_the_first(task: Task) -> Report:
    """A part of an import, of which the first fails."""
    if task.part.number == 0:
        raise ValueError("of no use")
    return import_part(task)


def reread_for_ever(task: rereading.Task) -> Reread:
    """A task of a rebuild, of which the first fails and the others do not end."""
    if task.name.endswith("00001"):
        time.sleep(2)
        raise ValueError("of no use")
    time.sleep(3000)
    raise AssertionError("nobody ended it")
