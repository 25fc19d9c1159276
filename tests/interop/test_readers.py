"""DuckDB, Polars, pandas and pyarrow read the same rows, value for value, before and after a compaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

import storage
from pipelines.clusters.run import cluster
from storage import compact, vacuum
from storage.archive import Archive
from storage.schema import TABLES, Table
from tests.archive_samples import article, begin, capture
from tests.damaged_archives import sound

Row = Mapping[str, object]
TITLE = "Fähre № 7,\u2028 and a 'quote'"


def duckdb_files(_: Path, files: list[str]) -> Iterable[Row]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        query = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false)"
        return list(connection.sql(query).to_arrow_table().to_pylist())


def polars_delta(folder: Path, _: list[str]) -> Iterable[Row]:
    return pl.read_delta(str(folder)).to_arrow().to_pylist()


def polars_files(_: Path, files: list[str]) -> Iterable[Row]:
    return pl.scan_parquet(files, hive_partitioning=True, try_parse_hive_dates=False).collect().to_arrow().to_pylist()


def pandas_files(folder: Path, files: list[str]) -> Iterable[Row]:
    frames = []
    for file in files:
        frame = pd.read_parquet(file, dtype_backend="pyarrow", partitioning=None)
        for part in Path(file).relative_to(folder).parts[:-1]:
            name, _, value = part.partition("=")
            frame[name] = value
        frames.append(frame)
    return pa.Table.from_pandas(pd.concat(frames), preserve_index=False).to_pylist()


def pyarrow_files(folder: Path, files: list[str]) -> Iterable[Row]:
    parted = "=" in Path(files[0]).parent.name
    keys = ds.partitioning(pa.schema([("month", pa.string())]), flavor="hive") if parted else None
    return ds.dataset(files, partitioning=keys, partition_base_dir=str(folder)).to_table().to_pylist()


READERS = (duckdb_files, polars_delta, polars_files, pandas_files, pyarrow_files)
Reader = Callable[[Path, list[str]], Iterable[Row]]


def plain(value: object) -> object:
    """A value as plain Python, whatever type the reader's Arrow gave it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def sorted_rows(rows: Iterable[Row]) -> list[str]:
    return sorted(repr({name: plain(row[name]) for name in sorted(row)}) for row in rows)


def ours(archive: Archive, table: Table) -> list[str]:
    rows = {
        "articles": archive.articles(all_revisions=True),
        "captures": archive.captures(),
        "runs": archive.runs(),
        "sources": archive.sources(),
        "clusters": archive.clusters(),
    }[table.name]
    return sorted_rows(rows.to_table().to_pylist())


@pytest.fixture(scope="module", params=["as_written", "compacted"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two runs of pages, and rows with every kind of value; once as written, once compacted and vacuumed."""
    made = sound(Archive.create(tmp_path_factory.mktemp("readers") / "archive"))
    run = begin(made)
    run.record(
        capture(70, title=TITLE),
        article(70, month="unknown", title=TITLE, bullets=("one", "two"), authors=("A", "B")),
    )
    run.finish()
    cluster(made)
    if request.param == "compacted":
        assert compact.compact(made.root, many=1)
        vacuum.vacuum(made.root, grace=vacuum.GRACE * 0)
    return storage.open_archive(made.root)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("table", [table for table in TABLES if table.name != "sources"], ids=lambda table: table.name)
def test_every_reader_gives_the_same_rows(archive: Archive, table: Table, reader: Reader) -> None:
    folder = (archive.root / table.name).resolve()
    files = sorted(uri.removeprefix("file://") for uri in DeltaTable(str(folder)).file_uris())
    expected = ours(archive, table)
    assert len(expected) >= 2
    assert sorted_rows(reader(folder, files)) == expected


def test_the_files_in_the_folder_are_the_table(archive: Archive) -> None:
    """Also once the files that a compaction replaced are vacuumed: a plain reader of the folder is exact then."""
    for table in TABLES:
        folder = archive.root / table.name
        standing = sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet") if "_log" not in str(path))
        assert standing == len(ours(archive, table))
