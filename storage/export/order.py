"""Rows of ``articles`` in one order, whatever their number: by source, date, id and row, in bounded memory.

The keys are read and sorted first. Then the rows are read once more and dealt into buckets on the disk, each of which
is a stretch of the order that fits into memory; the buckets are sorted one after the other. What comes out depends on
the rows alone: not on the files that they lie in, nor on the order in which those are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from storage.rows import Rows

KEYS = ("source", "date", "id", "row")
# Bytes of rows in memory at a time: a bucket, and as much again while rows are dealt out.
BUCKET_BYTES = 64_000_000
# Open files at a time; a process may have 1,024. Beyond 16 GB of rows the buckets grow.
MAX_BUCKETS = 256
# Of a row without its text, and of a word of it, as Arrow holds them; measured on 768 pages of 658 hosts.
ROW_BYTES, WORD_BYTES = 1_500, 7
# Bytes of rows in a stretch, which makes a row group: some 16 MB once it is compressed.
STRETCH_BYTES = 48_000_000
_MOST_ROWS = 131_072
_LEAST_ROWS = 1_024
_RANK = "__rank"

Ints = npt.NDArray[np.int64]


class Ordered:
    """The rows of ``rows`` for which ``wanted`` holds, in order. Made by reading the keys; the rest is read later.

    ``count`` is how many there are.
    """

    def __init__(self, rows: Rows, wanted: pc.Expression | None) -> None:
        self._rows = rows
        self._wanted = wanted
        names = [*KEYS, "word_count"]
        keys = rows.to_table(names, wanted)
        self.count: int = keys.num_rows
        words: Ints = keys["word_count"].to_numpy().astype(np.int64)
        # What is unknown comes last.
        order: Ints = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in KEYS]).to_numpy()
        self._words = words[order]
        self._rank: Ints = np.empty(self.count, np.int64)
        self._rank[order] = np.arange(self.count)

    def tables(self, columns: Sequence[str], folder: Path) -> Iterator[pa.Table]:
        """The rows' ``columns`` in stretches of one size, but for the last; ``folder`` takes what memory cannot."""
        sizes = self._words * (WORD_BYTES if "body" in columns else 0) + ROW_BYTES
        total = int(sizes.sum())
        stretch = max(_LEAST_ROWS, min(_MOST_ROWS, self.count * STRETCH_BYTES // max(total, 1)))
        many = min(MAX_BUCKETS, -(-total // BUCKET_BYTES))
        if many <= 1:
            whole = [self._ranked(batch, at) for batch, at in self._read(columns)]
            yield from stretches([_sorted(pa.concat_tables(whole))] if whole else [], stretch)
            return
        bucket = np.minimum((np.cumsum(sizes) - 1) * many // total, many - 1)
        buckets = Buckets(folder, many)
        try:
            self._deal(columns, buckets, bucket)
            yield from stretches((_sorted(table) for table in buckets.drained()), stretch)
        finally:
            buckets.close()

    def _read(self, columns: Sequence[str]) -> Iterator[tuple[pa.RecordBatch, int]]:
        """The batches with the number of their first row, counted as the keys were."""
        at = 0
        for batch in self._rows.to_batches(columns, self._wanted, frugal=True):
            yield batch, at
            at += batch.num_rows
        if at != self.count:
            raise RuntimeError(f"one snapshot had {self.count} rows first and {at} then")

    def _ranked(self, batch: pa.RecordBatch, at: int) -> pa.Table:
        rank = pa.array(self._rank[at : at + batch.num_rows])
        return pa.Table.from_batches([batch]).append_column(_RANK, rank)

    def _deal(self, columns: Sequence[str], buckets: Buckets, bucket: Ints) -> None:
        held: list[pa.Table] = []
        size = 0
        for batch, at in self._read(columns):
            held.append(self._ranked(batch, at))
            size += batch.nbytes
            if size >= BUCKET_BYTES:
                buckets.take(pa.concat_tables(held), bucket)
                held, size = [], 0
        if held:
            buckets.take(pa.concat_tables(held), bucket)


class Buckets:
    """Rows on the disk, by the stretch of the order that they belong to."""

    def __init__(self, folder: Path, many: int) -> None:
        self._paths = [folder / f"bucket-{number:03}.arrow" for number in range(many)]
        self._writers: dict[int, Any] = {}

    def take(self, rows: pa.Table, bucket: Ints) -> None:
        """Put each of ``rows`` into its bucket, by its rank."""
        mine = bucket[rows[_RANK].to_numpy()]
        order = np.argsort(mine, kind="stable")
        dealt, sorted_ = rows.take(pa.array(order)), mine[order]
        edges = np.flatnonzero(np.diff(sorted_)) + 1
        starts = [0, *edges.tolist()]
        for start, end in zip(starts, [*starts[1:], len(sorted_)], strict=True):
            self._writer(int(sorted_[start]), rows.schema).write_table(dealt.slice(start, end - start).combine_chunks())

    def _writer(self, number: int, schema: pa.Schema) -> Any:
        if number not in self._writers:
            options = ipc.IpcWriteOptions(compression="lz4")
            self._writers[number] = ipc.new_stream(str(self._paths[number]), schema, options=options)
        return self._writers[number]

    def drained(self) -> Iterator[pa.Table]:
        """The rows of one bucket after the other; each is gone from the disk once it has been read."""
        self.close()
        for path in self._paths:
            if path.exists():
                with ipc.open_stream(str(path)) as stream:
                    table = stream.read_all()
                path.unlink()
                yield table

    def close(self) -> None:
        """End writing."""
        while self._writers:
            _, writer = self._writers.popitem()
            writer.close()


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by(_RANK).drop_columns([_RANK])


def stretches(tables: Iterator[pa.Table] | Sequence[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of ``rows`` each, but for the last."""
    held: list[pa.Table] = []
    many = 0
    for table in tables:
        held.append(table)
        many += table.num_rows
        while many >= rows:
            joined = pa.concat_tables(held)
            yield joined.slice(0, rows)
            held, many = [joined.slice(rows)], many - rows
    if many:
        yield pa.concat_tables(held)
