"""The runs of the last weeks: when they began, and what each found when it ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.archive import Archive
from storage.health.series import DAY, WEEKS

TALLY = "health"
"""The outcome under which a run's row tells what was found when it ended, with the code as the reason."""
# A source without a part in any run for so long is crawled no more, and is not missed.
_ACTIVE_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Starts of the runs of ten weeks (seconds), and what each found of which source (None where it says nothing).

    ``active`` are the sources that had a part in the last runs, None where that is unknown.
    """

    starts: tuple[int, ...]
    found: tuple[frozenset[tuple[str, str]] | None, ...]
    active: frozenset[str] | None

    @property
    def open(self) -> frozenset[tuple[str, str]]:
        """What the last run that looked found."""
        return next((found for found in reversed(self.found) if found is not None), frozenset())

    def closed(self) -> dict[tuple[str, str], int]:
        """When what was found once was found no more."""
        before: frozenset[tuple[str, str]] = frozenset()
        out: dict[tuple[str, str], int] = {}
        for start, found in zip(self.starts, self.found, strict=True):
            if found is not None:
                out.update(dict.fromkeys(before - found, start))
                before = found
        return out


def load(archive: Archive, at: dt.datetime, began: dt.datetime | None) -> Runs:
    """The runs of the ten weeks before ``at``; ``began`` is the start of one that has no row yet."""
    since = at - dt.timedelta(weeks=WEEKS)
    wanted = (pc.field("started_at") >= pa.scalar(since)) & (pc.field("finished_at") <= pa.scalar(at))
    wanted &= pc.field("command").isin(pa.array(["crawl", "demo"]))
    table = archive.runs().to_table(["started_at", "finished_at", "tallies"], wanted).sort_by("started_at")
    # Only what a run found is made Python of: a row of a thousand sources holds some ten thousand tallies.
    flat = pc.list_flatten(table["tallies"])
    parents = pc.list_parent_indices(table["tallies"])
    mask = pc.equal(pc.struct_field(flat, "outcome"), TALLY)
    found: dict[int, set[tuple[str, str | None]]] = {}
    rows = zip(parents.filter(mask).to_pylist(), flat.filter(mask).to_pylist(), strict=True)
    for row, tally in rows:
        found.setdefault(row, set()).add((tally["source"], tally["reason"]))
    starts = [int(value.timestamp()) for value in table["started_at"].to_pylist()]
    listed = [
        frozenset((name, code) for name, code in found[row] if code is not None) if row in found else None
        for row in range(len(starts))
    ]
    late = [row for row, start in enumerate(starts) if start > at.timestamp() - _ACTIVE_DAYS * DAY]
    names = pc.unique(
        pc.struct_field(flat, "source").filter(pc.greater_equal(parents, late[0] if late else len(starts)))
    )
    active = frozenset(names.to_pylist()) - {""}
    ends = [int(value.timestamp()) for value in table["finished_at"].to_pylist()]
    rows_of = list(zip(starts, ends, listed, strict=True))
    if began is not None and int(began.timestamp()) not in starts:
        rows_of.append((int(began.timestamp()), int(at.timestamp()), None))
    crawls = _at_once(rows_of)
    return Runs(
        starts=tuple(start for start, _ in crawls), found=tuple(found for _, found in crawls), active=active or None
    )


_Found = frozenset[tuple[str, str]] | None


def _at_once(runs: list[tuple[int, int, _Found]]) -> list[tuple[int, _Found]]:
    """When each crawl began, and what it found: runs that went on beside each other, as its tasks' do, are one.

    Else a crawl of many tasks would count as many looks at its sources, with no time between them.
    """
    crawls: list[tuple[int, _Found]] = []
    end = 0
    for start, finish, found in sorted(runs, key=lambda run: run[:2]):
        if crawls and start < end:
            crawls[-1] = crawls[-1][0], found if found is not None else crawls[-1][1]
        else:
            crawls.append((start, found))
        end = max(end, finish)
    return crawls
