"""Whether pages are what they were: what became of what each run asked for."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.health.chance import streak
from storage.health.troubles import WALLS, Trouble, groups, seconds
from storage.rows import Rows

CODES = ("errors", "walls", "rejected", "offsite")
"""Codes of what became of pages, in the order of the columns that are counted."""
LIMIT = 5e-4
"""The chance below which a row of bad runs is a fault: two after a past of forty without any."""
# A unit is a run, or several until they asked for this many pages: one failure of one page is no news.
_UNIT = 3
# A unit is bad where the share lies this far above the past's, and at least here: one of fewer than ten pages, and one
# of more.
_RISE, _FLOORS, _MANY = 0.3, (0.7, 0.5), 10
_LEAST = 10
_KNOWN = ("unchanged", "revised", "gone")
_DAY_US = 86_400 * 10**6


def pages(captures: Rows, *, since: dt.datetime, at: dt.datetime, open_: frozenset[tuple[str, str]]) -> list[Trouble]:
    """The sources whose pages fail, are walls, are no articles, or lie elsewhere, in the last runs unlike before.

    ``open_`` are pairs of source and code that were found before; they stay until a unit is no longer bad.
    """
    wanted = (pc.field("kind") == "article") & (pc.field("at") >= pa.scalar(since)) & (pc.field("at") <= pa.scalar(at))
    columns = ("source", "run", "at", "announced_at", "outcome", "reason")
    parts = [_by_run(_counted(batch)) for batch in captures.to_batches(columns, wanted) if batch.num_rows]
    if not parts:
        return []
    table = _by_run(pa.concat_tables(parts))
    table = table.sort_by([("source", "ascending"), ("at", "ascending")])
    times = table["at"].to_numpy()
    asked, fresh = table["asked"].to_numpy(), table["fresh"].to_numpy()
    found = []
    for name, low, high in groups(table["source"]):
        for code in CODES:
            base = asked if code == "errors" else fresh
            trouble = _trouble(
                name,
                code,
                times[low:high],
                table[code].to_numpy()[low:high],
                base[low:high],
                (name, code) in open_,
            )
            if trouble is not None:
                found.append(trouble)
    return found


def _by_run(table: pa.Table) -> pa.Table:
    """One row for each source and run, also where ``table`` has been through this before."""
    sums = ("asked", "fresh", *CODES)
    summed = table.group_by(["source", "run"]).aggregate([("at", "min"), *((name, "sum") for name in sums)])
    return summed.rename_columns(["source", "run", "at", *sums])


def _counted(batch: pa.RecordBatch) -> pa.Table:
    outcome, reason = batch["outcome"], pc.fill_null(batch["reason"], "")
    asked = pc.invert(pc.is_in(outcome, value_set=pa.array(["announced", "deferred", "refused"])))
    new = pc.less(
        pc.subtract(
            pc.cast(batch["at"], pa.int64()), pc.cast(pc.coalesce(batch["announced_at"], batch["at"]), pa.int64())
        ),
        _DAY_US,
    )
    offsite = pc.and_(pc.equal(outcome, "refused"), pc.equal(reason, "offsite"))
    settled = pc.and_(pc.or_(asked, offsite), pc.invert(pc.is_in(outcome, value_set=pa.array(_KNOWN))))
    rejected = pc.equal(outcome, "rejected")
    wall = pc.and_(rejected, pc.is_in(reason, value_set=pa.array(WALLS)))
    columns = {
        "asked": asked,
        "fresh": pc.and_(settled, new),
        "errors": pc.equal(outcome, "failed"),
        "walls": pc.and_(wall, new),
        "rejected": pc.and_(pc.and_(rejected, pc.invert(wall)), new),
        "offsite": pc.and_(offsite, new),
    }
    return pa.table(
        {
            "source": batch["source"],
            "run": batch["run"],
            "at": seconds(batch["at"]),
            **{name: pc.cast(column, pa.int64()) for name, column in columns.items()},
        }
    )


def _trouble(
    source: str, code: str, times: np.ndarray, hits: np.ndarray, base: np.ndarray, is_open: bool
) -> Trouble | None:
    asking = base > 0
    times, hits, base = times[asking], hits[asking], base[asking]
    if not len(times) or hits[-1] == 0:
        return None
    units = (np.cumsum(base) - 1) // _UNIT
    starts = np.flatnonzero(np.concatenate(([True], units[1:] != units[:-1])))
    sizes = np.add.reduceat(base, starts)
    share = np.add.reduceat(hits, starts) / sizes
    usual = float(np.median(share))
    bad = (share >= usual + _RISE) & (share >= np.where(sizes < _MANY, *_FLOORS))
    good = np.flatnonzero(~bad)
    begin = int(good[-1]) + 1 if len(good) else 0
    length, past = len(bad) - begin, begin
    if not length or (past < _LEAST and not is_open):
        return None
    before = int(np.count_nonzero(bad[:begin]))
    chance = streak(length, before, past)
    if (chance > LIMIT or length < 2) and not is_open:
        return None
    row = int(starts[begin])
    earlier = base[:row].sum()
    return Trouble(
        source=source,
        code=code,
        since=int(times[row]),
        now=float(hits[row:].sum() / base[row:].sum()),
        past=float(hits[:row].sum() / earlier) if earlier else 0.0,
        seen=int(base[row:].sum()),
        chance=chance,
    )
