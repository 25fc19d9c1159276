"""A command's tasks on a Ray cluster: what the operator chose, and how far all of them are."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from crawler import bars
from crawler.terminal import LINE_SECONDS, clean
from pipelines.executors.ray import Standing
from storage.places import Address

Words = Callable[[Mapping[str, int]], str]
"""The counts of all tasks as a clause: ``120 pages taken, 118 archived``."""


def shared(place: Address) -> Address:
    """A place as every node knows it: a folder by its whole path."""
    return place.absolute() if isinstance(place, Path) else place


def shared_file(address: str) -> str:
    """The address of a file as every node knows it: one that has no scheme is a path here."""
    return address if "://" in address else str(shared(Path(address)))


class Overview:
    """Shows how far all tasks are: a bar on a terminal, elsewhere a line every ten seconds."""

    def __init__(self, console: Console, *, of: int, words: Words) -> None:
        self._console = console
        self._of = of
        self._words = words
        self._next = time.monotonic() + LINE_SECONDS
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = bars.counting(console)
            self._task = self._bar.add_task("tasks", total=of, counts="")
            self._bar.start()

    def begin(self, of: int) -> None:
        """There are so many tasks, as is known now."""
        self._of = of
        if self._bar is not None:
            self._bar.update(self._task, total=of)

    def show(self, standing: Standing) -> None:
        """Show the state of now."""
        if self._bar is not None:
            told = f"{standing.nodes} nodes, {self._words(standing.counts)}"
            self._bar.update(self._task, completed=standing.ended, counts=told)
        elif time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            self._console.print(self.line(standing), soft_wrap=True)

    def line(self, standing: Standing) -> str:
        """How far all tasks are, in a line."""
        begun = sum(one.node is not None for one in standing.working)
        nodes = f"{standing.nodes} {'node' if standing.nodes == 1 else 'nodes'}"
        told = clean(self._words(standing.counts))
        return f"{standing.ended} of {self._of} tasks done, {begun} at work on {nodes}: {told}"

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


@contextlib.contextmanager
def overview(console: Console, *, of: int, words: Words) -> Iterator[Overview]:
    """An :class:`Overview` of ``of`` tasks while inside."""
    view = Overview(console, of=of, words=words)
    try:
        yield view
    finally:
        view.close()


def named(counts: Mapping[str, int], **words: str) -> str:
    """``words`` by their counts, those that are there: ``12 pages read, 3 archived``."""
    return ", ".join(f"{counts[name]} {word}" for name, word in words.items() if name in counts) or "nothing yet"
