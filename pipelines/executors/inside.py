"""What runs on the nodes of a Ray cluster around each task.

It travels by value, for a node may lack Broadsheet or have another one: nothing of ours is imported before that is
known, and what goes back and forth is made of Python's own types.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import sys
import threading
from typing import Any

# Seconds that a word to the driver may take; a later one tells the same.
PATIENCE = 10.0


class Board:
    """The actor on which tasks write how far they are, and read whether they are to end."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str, int, dict[str, int]]] = {}
        self._heard: dict[tuple[int, str, int], int] = {}
        self._lines: list[tuple[int, str]] = []
        self._stopping = False

    def tell(self, task: int, node: str, process: int, counts: dict[str, int], first: int, lines: list[str]) -> bool:
        """Write how far a task is; whether it is to end.

        ``first`` is the number of the first of ``lines`` among those of that process: where an answer was lost it tells
        them again, and each is written once.
        """
        self._told[task] = (node, process, counts)
        heard = self._heard.get((task, node, process), 0)
        self._lines += [(task, line) for line in lines[max(0, heard - first) :]]
        self._heard[task, node, process] = max(heard, first + len(lines))
        return self._stopping

    def take(self) -> tuple[dict[int, tuple[str, int, dict[str, int]]], list[tuple[int, str]]]:
        """What stands there, and the lines that nobody has taken."""
        lines, self._lines = self._lines, []
        return self._told, lines

    def stop(self) -> None:
        """Have every task end."""
        self._stopping = True


def unfit(version: str, python: str) -> str | None:
    """Why this node cannot work for a driver that has that Broadsheet on that Python, or None."""
    try:
        here = importlib.metadata.version("broadsheet")
    except importlib.metadata.PackageNotFoundError:
        return f"it has no Broadsheet; install {version} there"
    if here != version:
        return f"it has Broadsheet {here}; install {version} there, the same as here"
    minor = ".".join(platform.python_version_tuple()[:2])
    return None if minor == python else f"it runs Python {minor}; use {python} there, the same as here"


def look(version: str, python: str, packed: bytes) -> str | None:
    """Why this node cannot work, or None; ``packed`` is a further check, as a pickled function and its arguments."""
    problem = unfit(version, python)
    if problem is not None:
        return problem
    import ray.cloudpickle

    check, arguments = ray.cloudpickle.loads(packed)
    told: str | None = check(*arguments)
    return told


def run(version: str, python: str, packed: bytes, board: Any, task: int, beat: float) -> tuple[str | None, Any]:
    """Do one task: why it cannot be done here, or None, and what it returned.

    ``packed`` is the pickled work and its item. Every ``beat`` seconds the task's counts and lines go to ``board``.
    """
    problem = unfit(version, python)
    if problem is not None:
        return problem, None
    import ray
    import ray.cloudpickle

    # Processes that the task spawns would import Ray's own worker again, as the main module of their parent.
    main = sys.modules["__main__"]
    main.__spec__ = None
    vars(main).pop("__file__", None)
    work, item = ray.cloudpickle.loads(packed)
    from pipelines.executors.meter import METER

    node = ray.util.get_node_ip_address()
    ended = threading.Event()

    def tell() -> None:
        first, lines = METER.waiting()
        told = board.tell.remote(task, node, os.getpid(), dict(METER.counts), first, lines)
        # Whoever hears nothing says so; the task's work is worth more than what it tells.
        with contextlib.suppress(ray.exceptions.RayError):
            METER.stopping = ray.get(told, timeout=PATIENCE) or METER.stopping
            METER.heard(first + len(lines))

    def beats() -> None:
        tell()
        while not ended.wait(beat):
            tell()

    thread = threading.Thread(target=beats, name="beats", daemon=True)
    thread.start()
    try:
        return None, work(item)
    finally:
        ended.set()
        thread.join(PATIENCE)
        tell()
