"""What the tests have a cluster do; its nodes import it by this name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines import rereading
from pipelines.executors.meter import METER
from pipelines.importing.job import import_part
from pipelines.importing.task import Report, Task
from pipelines.rereading import Reread


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
    time.sleep(600)
    raise AssertionError("nobody ended it")
