"""Changing rows that are there: each file that a change touches is written anew, all of them in one commit."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from storage import compact, delta, log, parquet, places
from storage.schema import Table

Place = tuple[str | None, int | None, int | None]
"""A place in the WARC as rows name it: file, offset, length."""


def without(root: places.Place, table: Table, marked: Callable[[pa.Table], pa.Array]) -> None:
    """Take rows out of ``table``: those of each file for which ``marked`` gives true."""
    rewrite(root, table, lambda rows: rows.filter(pc.invert(marked(rows))))


def relocate(root: places.Place, table: Table, moved: Mapping[Place, Place]) -> None:
    """Have rows name the place where their record stands now: ``moved`` gives it for the one that they name."""

    def change(rows: pa.Table) -> pa.Table:
        columns = [rows[name].to_pylist() for name in ("warc_file", "warc_offset", "warc_length")]
        places = [moved.get(place, place) for place in zip(*columns, strict=True)]
        for name, values in zip(("warc_file", "warc_offset", "warc_length"), zip(*places, strict=True), strict=True):
            at = rows.schema.get_field_index(name)
            field = rows.schema.field(at)
            rows = rows.set_column(at, field, pa.chunked_array([pa.array(values, field.type)]))
        return rows

    rewrite(root, table, change)


def rewrite(root: places.Place, table: Table, change: Callable[[pa.Table], pa.Table]) -> None:
    """Put each file's rows through ``change``; files that it leaves as they are stay, all others go in one commit."""
    folder = root / table.name
    removed, added = [], []
    for file in log.files(delta.opened(folder)):
        rows = compact.read(folder, file, table, table.schema.names)
        changed = change(rows)
        if changed.equals(rows):
            continue
        removed.append(file)
        if changed.num_rows:
            name = f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet"
            path = (PurePosixPath(file.path).parent / name).as_posix()
            added.append(parquet.write(folder, path, changed, table, row_group=parquet.GROUP_ROWS))
    if removed:
        log.replace(folder, removed=removed, added=added, operation="UPDATE", data_change=True)
