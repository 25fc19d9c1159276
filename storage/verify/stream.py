"""Some columns of a table, some thousand rows at a time and file by file: a dataset reads much further ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from storage.rows import Rows

AT_ONCE = 16_384


def batches(rows: Rows, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """All of ``columns`` (no partition columns), in the order of the files; null where an older file has none."""
    for _, file in rows.files():
        with file:
            there = [name for name in columns if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=AT_ONCE, columns=there):
                found = [
                    batch[name] if name in there else pa.nulls(batch.num_rows, rows.schema.field(name).type)
                    for name in columns
                ]
                yield pa.RecordBatch.from_arrays(found, names=list(columns))
