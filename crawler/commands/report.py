"""``broadsheet report``: the questions, the page, and the file that it is written to."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console

from crawler import health
from crawler.report import GENERATOR
from crawler.terminal import LINE_SECONDS
from pipelines.history import key
from storage import places
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.health import Expectations
from storage.report import Report
from storage.report import report as ask

ALARMS = 100
"""Alarms that are told one by one."""
_NEEDED = ("jinja2", "pygal")
_BEGINNING = 2_000


class Meter:
    """What is being counted: a line that changes on a terminal; elsewhere a line for what begins ten seconds later."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("counting") if console.is_terminal else None
        self._next = time.monotonic() + LINE_SECONDS

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def said(self, what: str) -> None:
        """Show that ``what`` is being counted."""
        if self._status is not None:
            self._status.update(f"counting: {what}")
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            self._console.print(f"counting: {what}")


class NotWritten(ArchiveError):
    """The report cannot be written; the message says why. Whatever stood there stands as it was."""


def check(out: str) -> Path:
    """The file that ``out`` names.

    Raises:
        NotWritten: a report cannot stand there, something that is no report does, or the extra [report] is missing.
    """
    if "://" in out:
        raise NotWritten(f"{out} is no place on this machine; write the report into a file, then copy it")
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise NotWritten("a report needs the extra [report]; install it with: pip install 'broadsheet[report]'")
    path = Path(out)
    if path.is_dir() or out.endswith("/"):
        raise NotWritten(f"{out} is a folder; name a file in it, such as {path / 'report.html'}")
    if not path.parent.is_dir():
        raise NotWritten(f"there is no folder {path.parent}; make it, or name another place")
    try:
        if path.exists() and GENERATOR.encode() not in _beginning(path):
            raise NotWritten(f"{out} is there, and is no report; name another file, or remove it")
    except OSError as error:
        raise NotWritten(f"{out} cannot be read: {error.strerror or error}") from error
    return path


def write(
    archive: Archive,
    out: Path,
    *,
    title: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    sources: Sequence[str] = (),
    configured: Sequence[str] | None = None,
    declared: Mapping[str, Expectations] | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Report:
    """Write the report of ``archive`` to ``out``, whole or not at all, and return what it tells.

    ``configured`` and ``declared`` are the configuration's sources and what it expects of them; see
    :func:`crawler.health.report`. ``said`` is told what is being counted.

    Raises:
        ArchiveError: a table cannot be read, or the period ends before it begins; NotWritten where the disk refuses.
    """
    from crawler.report.page import Alarm, Alarms, page

    found = ask(archive, now=dt.datetime.now(dt.UTC), since=since, until=until, sources=sources, same=key, said=said)
    said("health")
    told = health.report(archive, sources=sources or configured, declared=declared)
    listed = [Alarm(source=one.source, sentence=health.sentence(one)) for one in told.alarms]
    listed += [
        Alarm(source=one.source, sentence=health.sentence(one), known=f"until {ack.until}. {ack.reason or ''}".strip())
        for one, ack in told.known
    ]
    alarms = Alarms(judged=len(told.health.judged), listed=tuple(listed[:ALARMS]), left=max(0, len(listed) - ALARMS))
    said("page")
    made = page(found, title=title or f"Archive {Path(str(archive.root)).name}", alarms=alarms)
    try:
        places.write(out, made.encode())
    except OSError as error:
        raise NotWritten(f"{out} cannot be written: {error.strerror or error}") from error
    return found


def lines(found: Report, out: Path) -> list[str]:
    """What was written, in words."""
    when, covered = found.period, found.coverage
    share = f", {covered.captured * 1000 // covered.announced / 10:.1f} % of them captured" if covered.announced else ""
    return [
        f"Wrote {out} ({out.stat().st_size:,} bytes): {when.since} to {when.until}, "
        f"{covered.announced:,} addresses announced by {covered.known - len(covered.silent):,} sources{share}."
    ]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BEGINNING)
