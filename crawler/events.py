"""What a crawl tells programs while it goes on: one JSON object a line on standard error."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO

from crawler.crawled import Crawled
from crawler.progress import FATES
from crawler.session import Session
from crawler.summary import Json, finding, summary
from crawler.terminal import LINE_SECONDS, escaped

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "run_started": "A run holds its locks and begins: `run`, `archive`, `sources` (how many).",
        "progress": "Every ten seconds: `run`, `announced`, `unsettled`, and how many met each outcome.",
        "notice": "A sentence for people in `message`: a recovery, a source that another run is crawling.",
        "log": "A line of the log at `--log-level` or above: `logger`, `message`, `exception` where there is one.",
        "source_silent": "None of the entrances of `source` could be read in this run; `message` says why.",
        "source_left_out": "`source` is disabled by a mistake in its block; `message` is the mistake.",
        "source_fell_out": "`source` is unlike its own past, and was not when the run before ended: `code`, `since`, "
        "`now`, `past`, `seen`, `cause`, `sentence`; docs/health.md.",
        "source_recovered": "`source` is well again: `code`.",
        "run_ended": "A run has ended: all that `crawl --json` prints.",
    }
)
"""Every event with what its line holds beside ``at`` (UTC), ``level`` and ``event``."""


class Events:
    """Writes events to ``stream``; also what shows a crawl's progress where nobody looks at it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._next = time.monotonic() + LINE_SECONDS
        self._began = False

    def write(self, event: str, values: Mapping[str, Json], *, level: str = "info") -> None:
        """One line; ``event`` is one of :data:`EVENTS`."""
        record: dict[str, Json] = {"at": dt.datetime.now(dt.UTC).isoformat(), "level": level, "event": event}
        self._stream.write(escaped(json.dumps({**record, **values}, ensure_ascii=False)) + "\n")
        self._stream.flush()

    def notice(self, message: str) -> None:
        """A sentence for people."""
        self.write("notice", {"message": message})

    def show(self, session: Session) -> None:
        """The beginning of a run, and how far it is where it is time to say so."""
        if not self._began:
            self._began = True
            archive = str(session.archive.root)
            told: dict[str, Json] = {"run": session.run.name, "archive": archive, "sources": len(session.sources)}
            self.write("run_started", told)
        self.progress(session)

    def progress(self, session: Crawled) -> None:
        """How far a crawl is, where it is time to say so."""
        if time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            self._progress(session)

    def close(self, session: Session) -> None:
        """How far it came."""
        self._progress(session)

    def _progress(self, session: Crawled) -> None:
        told: dict[str, Json] = {
            "run": session.run.name,
            "announced": session.total("announced"),
            "unsettled": session.unsettled,
            "known": session.total("resting"),
            **{fate: session.total(fate) for fate in FATES},
        }
        self.write("progress", told)

    def ended(self, session: Crawled, code: int) -> None:
        """What is to be told at the end: sources first, the run last."""
        told = summary(session, code)
        for what, event in (("silent", "source_silent"), ("left_out", "source_left_out")):
            listed = told[what]
            if isinstance(listed, Mapping):
                for name, message in listed.items():
                    self.write(event, {"source": name, "message": message}, level="warning")
        if session.health is not None:
            for one in session.health.alarms:
                if one.fresh:
                    self.write("source_fell_out", finding(one), level="warning")
            for name, kind in session.health.health.recovered:
                self.write("source_recovered", {"source": name, "code": kind})
        self.write("run_ended", told, level="info" if code == 0 else "error" if code == 1 else "warning")


class Formatter(logging.Formatter):
    """A line of the log as an event."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, without a line break."""
        line: dict[str, Json] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": "log",
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return escaped(json.dumps(line, ensure_ascii=False))
