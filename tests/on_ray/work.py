"""What the tests have a cluster do; its nodes import it by this name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines.executors.meter import METER


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
