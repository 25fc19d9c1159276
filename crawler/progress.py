"""What a person sees while a crawl works: bars on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from rich.console import Console

from crawler import bars
from crawler.session import Session
from crawler.terminal import LINE_SECONDS

FATES = ("archived", "revised", "unchanged", "gone", "rejected", "refused", "failed", "deferred")
TICK_SECONDS = 0.25


class View(Protocol):
    """Something that shows how far a crawl is."""

    def show(self, session: Session) -> None:
        """Show the state of now."""

    def close(self, session: Session) -> None:
        """Show the last state and end."""


class Bar:
    """A bar on a terminal: settled out of announced, and the counts beside it."""

    def __init__(self, console: Console) -> None:
        self._progress = bars.counting(console)
        self._task = self._progress.add_task("crawling", total=None, counts="")
        self._progress.start()

    def show(self, session: Session) -> None:
        """Move the bar."""
        announced = session.total("announced")
        done = max(0, announced - session.unsettled)
        self._progress.update(self._task, total=announced or None, completed=done, counts=counts(session))

    def close(self, session: Session) -> None:
        """Take the bar away."""
        self.show(session)
        self._progress.stop()


class Lines:
    """A line every ten seconds, for logs and mail."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + LINE_SECONDS

    def show(self, session: Session) -> None:
        """Print a line where it is time for one."""
        if time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            self._line(session)

    def close(self, session: Session) -> None:
        """Print the last line."""
        self._line(session)

    def _line(self, session: Session) -> None:
        announced = session.total("announced")
        self._console.print(f"{announced} announced, {session.unsettled} to go: {counts(session) or 'nothing settled'}")


class Views:
    """Several views at once."""

    def __init__(self, *views: View) -> None:
        self._views = views

    def show(self, session: Session) -> None:
        """Let each show it."""
        for view in self._views:
            view.show(session)

    def close(self, session: Session) -> None:
        """Let each end."""
        for view in self._views:
            view.close(session)


def counts(session: Session) -> str:
    """The fates so far, those that occurred: ``12 archived, 1 rejected``."""
    found = [(session.total("resting"), "known"), *((session.total(fate), fate) for fate in FATES)]
    return ", ".join(f"{count} {fate}" for count, fate in found if count)


def view_for(console: Console) -> View:
    """A bar where ``console`` is a terminal, else lines."""
    return Bar(console) if console.is_terminal else Lines(console)


async def watch(session: Session, view: View) -> None:
    """Show the session's state until cancelled."""
    while True:
        view.show(session)
        await asyncio.sleep(TICK_SECONDS)
