"""Which rows of some files stand in another file of their partition too, told without reading all of that one.

A row that stands twice names the same run in both places. So the one column ``run`` is read of the row groups whose
statistics allow for it (a few bytes a row group, for it is a dictionary), and the rest of the key only where a run is
met again: after a run that began before a compaction and ended behind it, or where something went wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage import parquet
from storage.errors import ArchiveError
from storage.log import AddedFile
from storage.places import Place
from storage.schema import Table

RUN = "run"


def met_again(folder: Place, table: Table, rows: pa.Table, others: Iterable[AddedFile]) -> pa.Table:
    """The keys of those rows in ``others`` that may be one of ``rows`` (with at least the key and ``run``).

    Raises ArchiveError where a file cannot be read.
    """
    runs = sorted(pc.unique(rows[RUN]).to_pylist())
    schema = pa.schema([table.schema.field(name) for name in table.key])
    parts = [part for file in others for part in _of_file(folder, file, schema, runs, rows) if part.num_rows]
    return pa.concat_tables([schema.empty_table(), *parts])


def _of_file(
    folder: Place, file: AddedFile, schema: pa.Schema, runs: Sequence[str], rows: pa.Table
) -> Iterator[pa.Table]:
    try:
        with parquet.opened(folder / file.path) as opened:
            names = [name for name in schema.names if name in opened.schema_arrow.names]
            for number in range(opened.num_row_groups):
                if not _may_hold(opened, number, runs):
                    continue
                met = pc.is_in(opened.read_row_group(number, columns=[RUN])[RUN], value_set=pa.array(runs, pa.string()))
                if pc.any(met).as_py():
                    yield _alike(opened.read_row_group(number, columns=names).filter(met), schema, rows)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveError(f"{folder / file.path} cannot be read: {error}; see `broadsheet verify`") from error


def _may_hold(opened: pq.ParquetFile, number: int, runs: Sequence[str]) -> bool:
    """Whether one of ``runs`` lies within the bounds that a row group's statistics give."""
    found = next(
        chunk
        for chunk in (opened.metadata.row_group(number).column(at) for at in range(opened.metadata.num_columns))
        if chunk.path_in_schema == RUN
    ).statistics
    if found is None or not found.has_min_max:
        return True
    place = bisect_left(runs, found.min)
    return place < len(runs) and runs[place] <= found.max


def _alike(found: pa.Table, schema: pa.Schema, rows: pa.Table) -> pa.Table:
    """Those of ``found`` whose every text of the key is met in ``rows``, with the columns of ``schema``."""
    for field in schema:
        if field.name in found.column_names and pa.types.is_string(field.type) and found.num_rows:
            found = found.filter(pc.is_in(found[field.name], value_set=pc.unique(rows[field.name])))
    columns = [
        found[field.name].cast(field.type) if field.name in found.column_names else pa.nulls(found.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
