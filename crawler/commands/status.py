"""``broadsheet status``: the sources, what the archive holds of each, and the last run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from storage.archive import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """What the archive holds of one source; ``last_fetch`` is the newest answer of any of its URLs."""

    source: str
    announced: int
    articles: int
    newest: dt.date | None
    last_fetch: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The run that ended last."""

    run: str
    command: str
    outcome: str
    started_at: dt.datetime
    finished_at: dt.datetime
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What ``broadsheet status`` says."""

    archive: str
    articles: int
    revisions: int
    captures: int
    last_run: LastRun | None
    sources: tuple[SourceStatus, ...]


def status(archive: Archive, configured: Iterable[str] = ()) -> Status:
    """The state of ``archive``; sources of ``configured`` that it knows nothing of are listed with zeros."""
    articles = archive.articles().to_table(["source", "date"])
    per_source = articles.group_by("source").aggregate([("source", "count"), ("date", "max")])
    kept = {row["source"]: row for row in per_source.to_pylist()}
    events = archive.captures().to_table(["source", "kind", "requested_url", "at", "status"])
    pages = events.filter(pc.field("kind") == "article")
    announced = _by_source(pages.group_by("source").aggregate([("requested_url", "count_distinct")]))
    answers = events.filter(pc.is_valid(pc.field("status")))
    fetched = _by_source(answers.group_by("source").aggregate([("at", "max")]))
    names = sorted({*configured, *kept, *announced, *fetched})
    runs = archive.runs().to_table().sort_by([("finished_at", "descending")]).slice(0, 1).to_pylist()
    fields = ("run", "command", "outcome", "started_at", "finished_at", "detail")
    return Status(
        archive=str(archive.root),
        articles=articles.num_rows,
        revisions=archive.articles(all_revisions=True).count_rows(),
        captures=events.num_rows,
        last_run=LastRun(**{name: runs[0][name] for name in fields}) if runs else None,
        sources=tuple(
            SourceStatus(
                source=name,
                announced=announced.get(name, 0),
                articles=kept[name]["source_count"] if name in kept else 0,
                newest=kept[name]["date_max"] if name in kept else None,
                last_fetch=fetched.get(name),
            )
            for name in names
        ),
    )


def as_json(state: Status) -> str:
    """The status as one JSON object, instants in ISO 8601."""
    return json.dumps(asdict(state), ensure_ascii=False, indent=2, default=lambda value: value.isoformat())


def _by_source(table: pa.Table) -> dict[str, Any]:
    values = [name for name in table.column_names if name != "source"]
    return dict(zip(table["source"].to_pylist(), table[values[0]].to_pylist(), strict=True))
