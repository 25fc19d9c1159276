"""One run as a value for programs: what was announced, what became of it, who fell out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from crawler.commands.crawl import disabled, silent_sources, why_silent
from crawler.crawled import Crawled
from crawler.health import sentence
from crawler.progress import FATES
from storage.health import Finding

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | Sequence[Json] | None"


def summary(session: Crawled, code: int) -> Mapping[str, Json]:
    """The run of ``session``, which ended with exit code ``code``, as ``crawl --json`` prints it."""
    now = dt.datetime.now(dt.UTC)
    sources: dict[str, dict[str, dict[str, int]]] = {}
    for (source, outcome, reason), count in sorted(session.tallies.items(), key=str):
        if outcome in FATES:
            counts = sources.setdefault(source, {}).setdefault(outcome, {})
            counts[reason or ""] = counts.get(reason or "", 0) + count
    told = session.health
    return {
        "run": session.run.name,
        "exit_code": code,
        "outcome": "failed" if session.bugs else "stopped" if session.stopped else "done",
        "started_at": session.run.started_at.isoformat(),
        "finished_at": now.isoformat(),
        "seconds": round((now - session.run.started_at).total_seconds(), 3),
        "announced": session.total("announced"),
        "known": session.total("resting"),
        "fates": {fate: session.total(fate) for fate in FATES},
        "sources": sources,
        "silent": {name: why_silent(session, name) for name in silent_sources(session)},
        "left_out": dict(disabled(session)),
        "busy": list(session.busy),
        "fell_out": [finding(one) for one in told.alarms] if told is not None else [],
        "recovered": [list(one) for one in told.health.recovered] if told is not None else [],
        "warnings": list(session.warnings),
        "bugs": list(session.bugs),
    }


def finding(one: Finding) -> Mapping[str, Json]:
    """One way in which a source fell out."""
    return {
        "source": one.source,
        "code": one.code,
        "since": one.since.isoformat(),
        "now": one.now,
        "past": one.past,
        "seen": one.seen,
        "cause": one.cause,
        "fresh": one.fresh,
        "sentence": sentence(one),
    }


def as_json(value: Mapping[str, Json], *, indent: int | None = 2) -> str:
    """A summary or an event as JSON text."""
    return json.dumps(value, ensure_ascii=False, indent=indent)
