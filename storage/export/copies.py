"""What the table ``clusters`` says of each article, as further columns of an export."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from storage.errors import ArchiveError
from storage.rows import Rows
from storage.schema import CLUSTERS

NAMES = ("cluster", "role", "similarity", "contained", "since")
SHARES = ("similarity", "contained")
# Of a share between 0 and 1: what a 32-bit float is sure of, and a person reads.
_DIGITS = 4


class NotCompared(ArchiveError):
    """No article of the archive was compared with others; the message says what to run first."""


def _field(name: str) -> pa.Field:
    told = CLUSTERS.schema.field(name)
    return pa.field(name, pa.float64() if name in SHARES else told.type, metadata=told.metadata)


SCHEMA = pa.schema([_field(name) for name in NAMES])
"""The columns, null for an article that was not compared yet; shares are rounded to four digits."""


class Copies:
    """The rows of ``clusters``, found by article."""

    def __init__(self, clusters: Rows) -> None:
        """Read ``clusters``: 200 bytes of memory for each article. Raises NotCompared where there is no row."""
        table = clusters.to_table(["id", *NAMES])
        if not table.num_rows:
            raise NotCompared("no article was compared with others yet; run `broadsheet cluster` first")
        self._ids: pa.Array = table["id"].combine_chunks()
        self._told = pa.Table.from_arrays([_shaped(name, table[name]) for name in NAMES], schema=SCHEMA)

    def of(self, ids: pa.ChunkedArray) -> pa.Table:
        """A row of :data:`SCHEMA` for each of ``ids``, in their order."""
        return self._told.take(pc.index_in(ids, value_set=self._ids))


def _shaped(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(pc.cast(values, pa.float64()), _DIGITS) if name in SHARES else values
