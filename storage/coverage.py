"""How complete an archive is: what was announced, by source and day, and what became of it.

The unit is the address that an entrance announced. ``docs/coverage.md`` says what counts as captured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.rows import Rows

# Fates of an address whose article the archive holds, by whatever address it was first met.
CAPTURED = ("archived", "revised", "unchanged", "gone")
# An event's instant (µs) and the number of its fate in one integer, so that the greatest is the latest: 1,024 fates.
_BITS = 10
_COLUMNS = ("source", "requested_url", "outcome", "reason", "at", "announced_at")
# Rows after which what was found so far is merged, so that memory grows with addresses and not with events; later on
# when as many rows have come as the last merging left, so that merging stays a small share of the work.
_MERGE_ROWS = 1_000_000
_UNITS = ["source", "requested_url"]
_LATEST = [("latest", "max"), ("held", "max"), ("announced", "max"), ("first", "min")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How many addresses met an outcome for a reason."""

    outcome: str
    reason: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one source announced for the first time on one day (UTC), and the present fates of it, most frequent first.

    ``fates`` add up to ``announced``; the outcome ``announced`` is that of addresses without a fate yet.
    """

    source: str
    day: dt.date
    announced: int
    captured: int
    fates: tuple[Fate, ...]

    @property
    def share(self) -> float:
        """Captured out of announced, 0 to 1."""
        return self.captured / self.announced

    def count(self, outcome: str) -> int:
        """How many addresses have that outcome."""
        return sum(fate.count for fate in self.fates if fate.outcome == outcome)


def coverage(
    captures: Rows,
    *,
    sources: Iterable[str] | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    same: Callable[[str], str] = str,
) -> list[Day]:
    """What was announced from ``since`` to ``until`` (days in UTC, both included), by source and day.

    ``same`` gives spellings of one address the same text; without it every spelling counts on its own.
    """
    wanted = pc.field("kind") == "article"
    if sources is not None:
        wanted &= pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    kinds = _fates(captures, wanted)
    units = _joined(_units(captures, wanted, kinds), same)
    days = pc.cast(units["first"], pa.date32())
    inside = pa.array([True] * units.num_rows) if units.num_rows else pa.array([], pa.bool_())
    if since is not None:
        inside = pc.and_(inside, pc.greater_equal(days, pa.scalar(since, pa.date32())))
    if until is not None:
        inside = pc.and_(inside, pc.less_equal(days, pa.scalar(until, pa.date32())))
    table = units.append_column("day", days).filter(inside)
    # What the archive holds it keeps, whatever a later visit met.
    last = pc.coalesce(table["held"], table["latest"])
    fate = pc.bit_wise_and(last, (1 << _BITS) - 1)
    counted = pa.table({"source": table["source"], "day": table["day"], "fate": fate, "one": fate})
    groups = counted.group_by(["source", "day", "fate"]).aggregate([("one", "count")])
    return _days(groups.sort_by([("source", "ascending"), ("day", "ascending"), ("one_count", "descending")]), kinds)


def total(days: Sequence[Day]) -> Day | None:
    """All of ``days`` in one, of the source ``""`` and their last day; None where there are none."""
    if not days:
        return None
    sums: dict[tuple[str, str | None], int] = {}
    for day in days:
        for fate in day.fates:
            sums[fate.outcome, fate.reason] = sums.get((fate.outcome, fate.reason), 0) + fate.count
    ordered = sorted(sums.items(), key=lambda item: (-item[1], str(item[0])))
    return Day(
        source="",
        day=max(day.day for day in days),
        announced=sum(day.announced for day in days),
        captured=sum(day.captured for day in days),
        fates=tuple(Fate(outcome=outcome, reason=reason, count=count) for (outcome, reason), count in ordered),
    )


def _fates(captures: Rows, wanted: pc.Expression) -> list[tuple[str, str | None]]:
    """Every fate that occurs; ``announced`` first, for it yields to any other of the same instant."""
    found: set[tuple[str, str | None]] = set()
    for batch in captures.to_batches(["outcome", "reason"], wanted):
        pairs = pa.Table.from_batches([batch]).group_by(["outcome", "reason"]).aggregate([])
        found.update((row["outcome"], row["reason"]) for row in pairs.to_pylist())
    return sorted(found, key=lambda fate: (fate[0] != "announced", fate[0], fate[1] or ""))[: (1 << _BITS) - 1]


def _units(captures: Rows, wanted: pc.Expression, kinds: Sequence[tuple[str, str | None]]) -> pa.Table:
    """One row for each announced address: its latest fate, its latest capture, and when it was first announced."""
    names = pa.array([_named(outcome, reason) for outcome, reason in kinds], pa.string())
    parts: list[pa.Table] = []
    rows, bound = 0, _MERGE_ROWS
    for batch in captures.to_batches(_COLUMNS, wanted):
        rows += batch.num_rows
        parts.append(_scored(batch, names))
        if rows > bound:
            parts, rows = [_latest(pa.concat_tables(parts))], 0
            bound = max(_MERGE_ROWS, parts[0].num_rows)
    if not parts:
        parts = [_latest(_scored(pa.RecordBatch.from_pylist([], schema=_schema(captures)), names))]
    return _latest(pa.concat_tables(parts))


def _schema(captures: Rows) -> pa.Schema:
    return pa.schema([captures.schema.field(name) for name in _COLUMNS])


def _scored(batch: pa.RecordBatch, names: pa.Array) -> pa.Table:
    named = pc.binary_join_element_wise(batch["outcome"], pc.fill_null(batch["reason"], ""), " ")
    number = pc.cast(pc.fill_null(pc.index_in(named, value_set=names), (1 << _BITS) - 1), pa.int64())
    score = pc.bit_wise_or(pc.shift_left(pc.cast(batch["at"], pa.int64()), _BITS), number)
    held = pc.is_in(batch["outcome"], value_set=pa.array(CAPTURED))
    return pa.table(
        {
            "source": batch["source"],
            "requested_url": batch["requested_url"],
            "latest": score,
            "held": pc.if_else(held, score, pa.scalar(None, pa.int64())),
            "announced": pc.equal(batch["outcome"], "announced"),
            "first": pc.coalesce(batch["announced_at"], batch["at"]),
        }
    )


def _latest(table: pa.Table) -> pa.Table:
    merged = table.group_by(_UNITS).aggregate(_LATEST)
    return merged.rename_columns([name.removesuffix("_max").removesuffix("_min") for name in merged.column_names])


def _joined(units: pa.Table, same: Callable[[str], str]) -> pa.Table:
    """Addresses that were asked for under another spelling than the announced one, counted with that one.

    Such an event has no announcement of its own, but carries the instant of the first: only addresses that were
    announced at that instant are compared, so that the cost is that of the odd ones.
    """
    strays = units.filter(pc.invert(units["announced"]))
    if not strays.num_rows:
        return units
    instants = pc.unique(strays["first"])
    near = pc.is_in(units["first"], value_set=instants)
    close = units.filter(near)
    homes: dict[tuple[str, str], str] = {}
    spelt = list(zip(close["source"].to_pylist(), close["requested_url"].to_pylist(), strict=True))
    keys = [(source, same(url)) for source, url in spelt]
    for place, (_, url), announced in zip(keys, spelt, close["announced"].to_pylist(), strict=True):
        if announced or place not in homes:
            homes[place] = url
    column = close.schema.get_field_index("requested_url")
    mended = close.set_column(column, "requested_url", pa.array([homes[place] for place in keys], pa.string()))
    return pa.concat_tables([units.filter(pc.invert(near)), _latest(mended)])


def _days(groups: pa.Table, kinds: Sequence[tuple[str, str | None]]) -> list[Day]:
    found: dict[tuple[str, dt.date], list[Fate]] = {}
    for row in groups.to_pylist():
        outcome, reason = kinds[row["fate"]] if row["fate"] < len(kinds) else ("other", None)
        fates = found.setdefault((row["source"], row["day"]), [])
        fates.append(Fate(outcome=outcome, reason=reason, count=row["one_count"]))
    return [
        Day(
            source=source,
            day=day,
            announced=sum(fate.count for fate in fates),
            captured=sum(fate.count for fate in fates if fate.outcome in CAPTURED),
            fates=tuple(fates),
        )
        for (source, day), fates in found.items()
    ]


def _named(outcome: str, reason: str | None) -> str:
    return f"{outcome} {reason or ''}"
