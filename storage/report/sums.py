"""Groups of a table's rows, added up batch by batch, so that memory grows with groups and not with rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import pyarrow as pa

from storage.rows import Rows

How = Literal["sum", "min", "max", "one"]
# Rows of unmerged groups after which they are merged; again after as many as the last merging left.
_MERGE = 500_000


class Sums:
    """For each combination of ``keys``, the columns of ``how`` put together as it says."""

    def __init__(self, keys: Sequence[str], how: Mapping[str, How]) -> None:
        self._keys = list(keys)
        self._how = dict(how)
        self._parts: list[pa.Table] = []
        self._rows = 0
        self._bound = _MERGE

    def add(self, rows: pa.Table) -> None:
        """Take the rows of one batch in."""
        part = self._grouped(rows)
        self._parts.append(part)
        self._rows += part.num_rows
        if self._rows > self._bound:
            self._merge()
            self._bound = max(_MERGE, 2 * self._rows)

    def table(self) -> pa.Table | None:
        """A row for each group; None where no batch came."""
        if not self._parts:
            return None
        self._merge()
        return self._parts[0]

    def _merge(self) -> None:
        self._parts = [self._grouped(pa.concat_tables(self._parts))]
        self._rows = self._parts[0].num_rows

    def _grouped(self, rows: pa.Table) -> pa.Table:
        made = rows.group_by(self._keys).aggregate(list(self._how.items()))
        return made.select([*self._keys, *(f"{name}_{how}" for name, how in self._how.items())]).rename_columns(
            [*self._keys, *self._how]
        )


def batches(rows: Rows, columns: Sequence[str], wanted: pa.compute.Expression | None) -> Iterator[pa.RecordBatch]:
    """The batches of ``rows`` that hold anything."""
    for batch in rows.to_batches(columns, wanted):
        if batch.num_rows:
            yield batch


def ones(batch: pa.RecordBatch) -> pa.Array:
    """A 1 for each row, to be summed."""
    return pa.repeat(pa.scalar(1, pa.int64()), batch.num_rows)
