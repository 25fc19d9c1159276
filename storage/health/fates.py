"""Whether entrances and pages answer as they did: what became of what each run asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.health.chance import streak
from storage.rows import Rows

WALLS = ("bot_wall", "consent_wall", "login_page", "paywall")
CODES = ("errors", "walls", "rejected", "offsite")
"""Codes of what became of pages, in the order of the columns that are counted."""
LIMIT, POLLS_LIMIT = 5e-4, 1e-3
"""The chance below which a row of bad runs, or polls, is a fault: two after a past of forty, or thirty, without any."""
# A unit is a run, or several until they asked for this many pages: one failure of one page is no news.
_UNIT = 3
# A unit is bad where the share lies this far above the past's, and at least here: one of fewer than ten pages, and one
# of more.
_RISE, _FLOORS, _MANY = 0.3, (0.7, 0.5), 10
_LEAST = 10
_KNOWN = ("unchanged", "revised", "gone")
_DAY_US = 86_400 * 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source's pages, or one entrance, that went bad: since when (seconds), share now and before, the chance.

    ``entrance`` is its address, for the code ``entrance`` alone.
    """

    source: str
    code: str
    since: int
    now: float
    past: float
    seen: int
    chance: float
    entrance: str | None = None


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
    for name, low, high in _groups(table["source"]):
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
            "at": _seconds(batch["at"]),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """What the polls of the configured entrances tell: which have ceased, and by source when it was asked (seconds,
    sorted) and whether any of its entrances answered then.
    """

    ceased: tuple[Trouble, ...]
    asked: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def answered(self, source: str, start: int) -> float:
        """The share of polls since ``start`` at which the source answered; 1 where it was not asked."""
        if source not in self.asked:
            return 1.0
        times, good = self.asked[source]
        late = good[np.searchsorted(times, start) :]
        return float(late.mean()) if len(late) else 1.0


def polls(captures: Rows, *, since: dt.datetime, at: dt.datetime) -> Polls:
    """The configured entrances that answered until some run and have not since, two polls or more.

    An entrance that fails is bad, and so is one that announces nothing; which of them it is, ``reasons`` tells.
    """
    wanted = (pc.field("kind") == "entrance") & (pc.field("at") >= pa.scalar(since)) & (pc.field("at") <= pa.scalar(at))
    wanted &= pc.is_null(pc.field("announced_by")) & (pc.field("outcome") != "deferred")
    columns = ("source", "requested_url", "run", "at", "outcome", "reason")
    parts = [_polled(batch) for batch in captures.to_batches(columns, wanted) if batch.num_rows]
    if not parts:
        return Polls(ceased=(), asked={})
    table = pa.concat_tables(parts)
    heard = table.group_by(["source", "run"]).aggregate([("at", "min"), ("answered", "max")])
    heard = heard.sort_by([("source", "ascending"), ("at_min", "ascending")])
    asked = {
        str(name): (heard["at_min"].to_numpy()[low:high], heard["answered_max"].to_numpy()[low:high])
        for name, low, high in _groups(heard["source"])
    }
    table = table.group_by(["source", "url", "run"]).aggregate([("at", "min"), ("state", "max"), ("refused", "max")])
    table = table.sort_by([("source", "ascending"), ("url", "ascending"), ("at_min", "ascending")])
    states, times = table["state_max"].to_numpy(), table["at_min"].to_numpy()
    refused = table["refused_max"].to_numpy()
    names = pc.binary_join_element_wise(table["source"], table["url"], "\n")
    found = (
        _ceased(name, states[low:high], times[low:high], bool(refused[high - 1])) for name, low, high in _groups(names)
    )
    return Polls(ceased=tuple(one for one in found if one is not None), asked=asked)


def _polled(batch: pa.RecordBatch) -> pa.Table:
    answered = pc.is_in(batch["outcome"], value_set=pa.array(["fetched", "unchanged"]))
    empty = pc.equal(pc.fill_null(batch["reason"], ""), "empty")
    good = pc.and_(answered, pc.invert(empty))
    # An answer of 304 says what the last whole one said, be it an empty feed.
    state = pc.if_else(pc.equal(batch["outcome"], "unchanged"), 0, pc.if_else(good, 1, -1))
    return pa.table(
        {
            "source": batch["source"],
            "url": batch["requested_url"],
            "run": batch["run"],
            "at": _seconds(batch["at"]),
            "state": pc.cast(state, pa.int64()),
            "answered": pc.cast(answered, pa.int64()),
            "refused": pc.cast(pc.equal(batch["outcome"], "refused"), pa.int64()),
        }
    )


def _seconds(at: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(at, pa.timestamp("s", "UTC"), safe=False), pa.int64())


def _groups(names: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Each name of a sorted column with its first row and the one past its last."""
    column = names.to_numpy(zero_copy_only=False) if isinstance(names, pa.Array) else names.to_numpy()
    if len(column):
        edges = [0, *(np.flatnonzero(column[1:] != column[:-1]) + 1).tolist(), len(column)]
        for low, high in pairwise(edges):
            yield str(column[low]), low, high


def _ceased(name: str, states: np.ndarray, times: np.ndarray, refused: bool) -> Trouble | None:
    source, _, url = name.partition("\n")
    said = np.where(states == 0, 0, np.arange(1, len(states) + 1))
    last = np.maximum.accumulate(said)
    bad = np.where(last > 0, states[np.maximum(last - 1, 0)], 1) < 0
    good = np.flatnonzero(~bad)
    if not len(good) or good[-1] == len(bad) - 1:
        return None
    begin = int(good[-1]) + 1
    length = len(bad) - begin
    before = int(np.count_nonzero(bad[:begin]))
    # What robots.txt forbids is no matter of chance, and is written down once.
    chance = streak(length + refused, before, begin)
    if not refused and (length < 2 or chance > POLLS_LIMIT):
        return None
    return Trouble(
        source=source,
        code="entrance",
        since=int(times[begin]),
        now=0.0,
        past=1 - before / begin,
        seen=length,
        chance=chance,
        entrance=url,
    )


def reasons(captures: Rows, troubles: Iterable[Trouble], *, at: dt.datetime) -> dict[tuple[str, str, str | None], str]:
    """The most frequent outcome and reason of what each trouble is about, as a clause: ``http_403``, ``is empty``."""
    wanted = list(troubles)
    if not wanted:
        return {}
    since = dt.datetime.fromtimestamp(min(one.since for one in wanted), dt.UTC)
    names = pa.array(sorted({one.source for one in wanted}), pa.string())
    table = captures.to_table(
        ["source", "kind", "requested_url", "at", "outcome", "reason", "url"],
        (pc.field("at") >= pa.scalar(since)) & (pc.field("at") <= pa.scalar(at)) & pc.field("source").isin(names),
    )
    found = {}
    for one in wanted:
        mine = (pc.field("source") == one.source) & (
            pc.field("at") >= pa.scalar(dt.datetime.fromtimestamp(one.since, dt.UTC))
        )
        if one.entrance is not None:
            mine &= (pc.field("kind") == "entrance") & (pc.field("requested_url") == one.entrance)
        else:
            mine &= (pc.field("kind") == "article") & pc.field("reason").is_valid() & _outcomes(one.code)
        rows = table.filter(mine).group_by(["outcome", "reason"]).aggregate([("outcome", "count")])
        listed = rows.sort_by([("outcome_count", "descending")]).to_pylist()
        said = next((row["reason"] or row["outcome"] for row in listed if row["reason"] != "not_modified"), None)
        if said is not None:
            found[one.source, one.code, one.entrance] = str(said)
    return found


def _outcomes(code: str) -> pc.Expression:
    if code == "errors":
        return pc.field("outcome") == "failed"
    if code == "offsite":
        return pc.field("reason") == "offsite"
    walls = pc.field("reason").isin(pa.array(WALLS))
    return (pc.field("outcome") == "rejected") & (walls if code == "walls" else ~walls)
