"""Whether entrances answer as they did, and announce anything at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.health.chance import streak
from storage.health.troubles import Trouble, groups, seconds
from storage.rows import Rows

LIMIT = 1e-3
"""The chance below which a row of bad polls is a fault: two after a past of thirty without any."""


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
        for name, low, high in groups(heard["source"])
    }
    table = table.group_by(["source", "url", "run"]).aggregate([("at", "min"), ("state", "max"), ("refused", "max")])
    table = table.sort_by([("source", "ascending"), ("url", "ascending"), ("at_min", "ascending")])
    states, times = table["state_max"].to_numpy(), table["at_min"].to_numpy()
    refused = table["refused_max"].to_numpy()
    names = pc.binary_join_element_wise(table["source"], table["url"], "\n")
    found = (
        _ceased(name, states[low:high], times[low:high], bool(refused[high - 1])) for name, low, high in groups(names)
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
            "at": seconds(batch["at"]),
            "state": pc.cast(state, pa.int64()),
            "answered": pc.cast(answered, pa.int64()),
            "refused": pc.cast(pc.equal(batch["outcome"], "refused"), pa.int64()),
        }
    )


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
    if not refused and (length < 2 or chance > LIMIT):
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
