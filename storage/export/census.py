"""What is in an export, counted while it is written: for its dataset card and its closing lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

# What is counted by value.
GROUPS = ("source", "language", "kind", "access", "extractor")
READ = (*GROUPS, "date", "date_crawled", "rights", "warnings")


class Census:
    """Counts of rows that pass by; ``names`` are the columns whose completeness is of interest."""

    def __init__(self, names: Sequence[str]) -> None:
        self.rows = 0
        self.filled: dict[str, int] = dict.fromkeys(names, 0)
        self.by: dict[str, Counter[str | None]] = {name: Counter() for name in GROUPS}
        self.rights: Counter[str] = Counter()
        self.first: dt.date | None = None
        self.last: dt.date | None = None
        self.crawled: dt.datetime | None = None

    def take(self, rows: pa.Table) -> None:
        """Count ``rows``, which have the columns :data:`READ` and the named ones."""
        self.rows += rows.num_rows
        for name in self.filled:
            self.filled[name] += _filled(rows[name])
        for name, counts in self.by.items():
            counts.update(_counts(rows[name]))
        self.rights.update({str(one): many for one, many in _counts(pc.list_flatten(rows["rights"])).items()})
        span = pc.min_max(rows["date"]).as_py()
        self.first = min((day for day in (self.first, span["min"]) if day), default=None)
        self.last = max((day for day in (self.last, span["max"]) if day), default=None)
        newest = pc.max(rows["date_crawled"]).as_py()
        self.crawled = max((at for at in (self.crawled, newest) if at), default=None)

    def share(self, name: str) -> float:
        """The share of rows in which that column says something, 0 to 1."""
        return self.filled[name] / self.rows if self.rows else 0.0


def _filled(column: pa.ChunkedArray) -> int:
    if pa.types.is_list(column.type):
        return int(pc.sum(pc.greater(pc.list_value_length(column), 0)).as_py() or 0)
    return int(len(column) - column.null_count)


def _counts(column: pa.ChunkedArray) -> dict[str | None, int]:
    return {row["values"]: row["counts"] for row in pc.value_counts(column).to_pylist()}
