"""What a task tells of itself while it goes on, for whoever looks after many of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

# Lines that wait to be told; of more, the oldest are dropped.
LINES: Final = 1_000


class Meter:
    """How far the task of this process is, by names that its command chooses, and what it has to say.

    ``stopping`` tells the task that it is to end soon, with what it has done committed. Lines wait until somebody has
    heard them: a word to another machine may be lost.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.lines: deque[str] = deque(maxlen=LINES)
        self.stopping = False
        self._first = 0
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[[], Meter], tuple[()]]:
        """Work that refers to a meter tells the one of the process that does it: a meter does not travel."""
        return _of_this_process, ()

    def count(self, **counts: int) -> None:
        """Set counts; each is a total since the task began."""
        self.counts.update(counts)

    def add(self, name: str, number: int = 1) -> None:
        """Add to one count."""
        self.counts[name] = self.counts.get(name, 0) + number

    def say(self, line: str) -> None:
        """Tell a line, which an operator will read."""
        with self._lock:
            self._first += len(self.lines) == LINES
            self.lines.append(line)

    def waiting(self) -> tuple[int, list[str]]:
        """The lines that nobody has heard yet, and the number of the first among all that were said."""
        with self._lock:
            return self._first, list(self.lines)

    def heard(self, until: int) -> None:
        """Somebody has heard the lines of all numbers below ``until``."""
        with self._lock:
            while self.lines and self._first < until:
                self.lines.popleft()
                self._first += 1


METER: Final = Meter()
"""That of this process, which works at one task at a time."""


def _of_this_process() -> Meter:
    return METER
