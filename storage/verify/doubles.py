"""Rows that stand more than once, in one pass over a table: hashes of the keys in numpy, the keys of the suspects only.

A hash takes eight bytes a row, where the keys themselves take some three hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.rows import Rows
from storage.schema import Table
from storage.verify.stream import batches

Hashes = npt.NDArray[np.int64]
Key = tuple[object, ...]


def doubled(rows: Rows, table: Table) -> Iterator[tuple[Key, int]]:
    """The keys of ``table`` that stand more than once in ``rows``, in order, with how often they do."""
    hashes = [_hashes(batch) for batch in batches(rows, table.key)]
    if not hashes:
        return
    every = np.sort(np.concatenate(hashes))
    suspects = np.unique(every[1:][every[1:] == every[:-1]])
    del hashes, every
    if not len(suspects):
        return
    met: Counter[Key] = Counter()
    for batch in batches(rows, table.key):
        again = np.flatnonzero(np.isin(_hashes(batch), suspects))
        met.update(tuple(row.values()) for row in batch.take(pa.array(again)).to_pylist())
    # Two keys may share a hash.
    yield from sorted(((key, count) for key, count in met.items() if count > 1), key=str)


def _hashes(batch: pa.RecordBatch) -> Hashes:
    """A hash of each row; Python's own, which is another in each process."""
    columns = [_plain(column).to_pylist() for column in batch.columns]
    return np.fromiter(map(hash, zip(*columns, strict=True)), np.int64, count=batch.num_rows)


def _plain(column: pa.Array) -> pa.Array:
    """Instants as numbers: ten times as fast to take up."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
