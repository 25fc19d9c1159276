"""A source's pages, or an entrance, that went bad, and what the events of ``captures`` say of why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.rows import Rows

WALLS = ("bot_wall", "consent_wall", "login_page", "paywall")


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


def seconds(at: pa.Array) -> pa.Array:
    """Instants as whole seconds."""
    return pc.cast(pc.cast(at, pa.timestamp("s", "UTC"), safe=False), pa.int64())


def groups(names: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Each name of a sorted column with its first row and the one past its last."""
    column = names.to_numpy(zero_copy_only=False) if isinstance(names, pa.Array) else names.to_numpy()
    if len(column):
        edges = [0, *(np.flatnonzero(column[1:] != column[:-1]) + 1).tolist(), len(column)]
        for low, high in pairwise(edges):
            yield str(column[low]), low, high


def reasons(captures: Rows, troubles: Iterable[Trouble], *, at: dt.datetime) -> dict[tuple[str, str, str | None], str]:
    """The most frequent outcome and reason of what each trouble is about, as a clause: ``http_403``, ``is empty``."""
    wanted = list(troubles)
    if not wanted:
        return {}
    since = dt.datetime.fromtimestamp(min(one.since for one in wanted), dt.UTC)
    names = pa.array(sorted({one.source for one in wanted}), pa.string())
    table = captures.to_table(
        ["source", "kind", "requested_url", "at", "outcome", "reason"],
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
