"""Rows of ``articles`` in one order, whatever their number: by source, date, id and row, in bounded memory.

How much each source has on each day is counted first. Then the rows are read once more and dealt into buckets on the
disk, each of which holds some of these days and fits into memory; the buckets are sorted one after the other. What
comes out depends on the rows alone: not on the files that they lie in, nor on the order in which those are read.
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
# Bytes of rows in a bucket. What one source has on one day is never parted.
BUCKET_BYTES = 32_000_000
# Bytes of rows that are dealt out at once. Dealing takes three times as much, with what is read meanwhile.
DEALT_BYTES = 16_000_000
# Open files at a time; a process may have 1,024. Beyond 16 GB of rows the buckets grow.
MAX_BUCKETS = 512
# Of a row without its text, and of a word of it, as Arrow holds them; measured on 768 pages of 658 hosts.
ROW_BYTES, WORD_BYTES = 1_500, 7
# Bytes of rows in a stretch, which makes a row group: some 16 MB once it is compressed.
STRETCH_BYTES = 48_000_000
_MOST_ROWS = 131_072
_LEAST_ROWS = 1_024
# A day as days since 1970; what is unknown comes last.
_DAY_BITS, _UNDATED = 32, 2**31 - 1

Ints = npt.NDArray[np.int64]


class Ordered:
    """The rows of ``rows`` for which ``wanted`` holds, in order. Made by counting them; the rest is read later.

    ``count`` is how many there are.
    """

    def __init__(self, rows: Rows, wanted: pc.Expression | None) -> None:
        self._rows = rows
        self._wanted = wanted
        counted = _by_day(rows, wanted)
        self.count: int = pc.sum(counted["rows"]).as_py() or 0
        self._sources: pa.Array = pc.unique(counted["source"]).sort()
        days = self._days(counted["source"], counted["date"])
        order = np.argsort(days)
        self._known = days[order]
        self._rows_of: Ints = counted["rows"].to_numpy()[order]
        self._words_of: Ints = counted["words"].to_numpy()[order]

    def tables(self, columns: Sequence[str], folder: Path) -> Iterator[pa.Table]:
        """The rows' ``columns``, with the keys among them, in stretches of one size, but for the last.

        ``folder`` takes what memory cannot.
        """
        sizes = self._rows_of * ROW_BYTES + self._words_of * (WORD_BYTES if "body" in columns else 0)
        total = int(sizes.sum())
        stretch = max(_LEAST_ROWS, min(_MOST_ROWS, self.count * STRETCH_BYTES // max(total, 1)))
        many = min(MAX_BUCKETS, -(-total // BUCKET_BYTES))
        if many <= 1:
            whole = list(self._read(columns))
            yield from stretches([_sorted(pa.Table.from_batches(whole))] if whole else [], stretch)
            return
        bucket = np.minimum((np.cumsum(sizes) - 1) * many // total, many - 1)
        buckets = Buckets(folder, many)
        try:
            self._deal(columns, buckets, bucket)
            yield from stretches((_sorted(table) for table in buckets.drained()), stretch)
        finally:
            buckets.close()

    def _days(self, sources: pa.ChunkedArray, dates: pa.ChunkedArray) -> Ints:
        """The source and the day of each row as one number, in the order that the rows are to have."""
        source = pc.index_in(sources, value_set=self._sources).to_numpy().astype(np.int64)
        day = pc.fill_null(pc.cast(dates, pa.int32()), _UNDATED).to_numpy().astype(np.int64)
        found: Ints = (source << _DAY_BITS) + day
        return found

    def _read(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        read = 0
        for batch in self._rows.to_batches(columns, self._wanted, frugal=True):
            yield batch
            read += batch.num_rows
        if read != self.count:
            raise RuntimeError(f"one snapshot had {self.count} rows first and {read} then")

    def _deal(self, columns: Sequence[str], buckets: Buckets, bucket: Ints) -> None:
        held: list[pa.RecordBatch] = []
        size = 0
        for batch in self._read(columns):
            # A batch of little more than texts is far larger than what is dealt at once.
            many = -(-batch.num_rows * DEALT_BYTES // max(batch.nbytes, DEALT_BYTES))
            for at in range(0, batch.num_rows, many):
                held.append(batch.slice(at, many))
                size += held[-1].nbytes
                if size >= DEALT_BYTES:
                    self._take(held, buckets, bucket)
                    held, size = [], 0
        if held:
            self._take(held, buckets, bucket)

    def _take(self, held: list[pa.RecordBatch], buckets: Buckets, bucket: Ints) -> None:
        rows = pa.Table.from_batches(held)
        buckets.take(rows, bucket[np.searchsorted(self._known, self._days(rows["source"], rows["date"]))])


class Buckets:
    """Rows on the disk, by the stretch of the order that they belong to."""

    def __init__(self, folder: Path, many: int) -> None:
        self._paths = [folder / f"bucket-{number:03}.arrow" for number in range(many)]
        self._writers: dict[int, Any] = {}

    def take(self, rows: pa.Table, bucket: Ints) -> None:
        """Put each of ``rows`` into its bucket."""
        order = np.argsort(bucket, kind="stable")
        dealt, sorted_ = rows.take(pa.array(order)), bucket[order]
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


def _by_day(rows: Rows, wanted: pc.Expression | None) -> pa.Table:
    """How many rows and words each source has on each day."""
    found: list[pa.Table] = []
    for batch in rows.to_batches(["source", "date", "word_count"], wanted, frugal=True):
        counted = pa.Table.from_batches([batch]).group_by(["source", "date"])
        found.append(counted.aggregate([([], "count_all"), ("word_count", "sum")]))
        if len(found) > _MERGED:
            found = [_merged(found)]
    empty = [pa.schema([("source", pa.string()), ("date", pa.date32()), *_COUNTS]).empty_table()]
    return _merged(found or empty).rename_columns(["source", "date", "rows", "words"])


# Counts of batches that are held before they are added up.
_MERGED = 100
_COUNTS = [("count_all", pa.int64()), ("word_count_sum", pa.int64())]


def _merged(found: list[pa.Table]) -> pa.Table:
    grouped = pa.concat_tables(found).group_by(["source", "date"])
    names = [name for name, _ in _COUNTS]
    return grouped.aggregate([(name, "sum") for name in names]).rename_columns(["source", "date", *names])


def _sorted(table: pa.Table) -> pa.Table:
    """By the keys; what is unknown comes last."""
    return table.sort_by([(name, "ascending") for name in KEYS]).combine_chunks()


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
