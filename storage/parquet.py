"""Writing one Parquet file as the archive's tables hold them, with the statistics that Delta keeps beside it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem, LocalFileSystem, S3FileSystem, SubTreeFileSystem

from storage.bucket import TIMEOUT
from storage.log import AddedFile
from storage.places import Place, sync
from storage.remote import Remote
from storage.schema import Table

GROUP_ROWS = 131_072
# Readers skip whole row groups. 131,072 articles are some 300 MB, so a file would be a single group.
GROUP_BYTES = 16_000_000
BLOOM = ("id", "url", "requested_url")
BLOOM_RATE = 0.01
# Longer texts are no use for skipping, and the log holds each one twice.
STATISTIC = 64


def group_rows(rows: int, size: int) -> int:
    """Rows in a row group of a file of so many rows and bytes: 131,072, fewer where those exceed 16 MB on disk."""
    return max(1_024, min(GROUP_ROWS, rows * GROUP_BYTES // max(size, 1)))


def write(folder: Place, path: str, rows: pa.Table, table: Table, *, row_group: int) -> AddedFile:
    """Write ``rows`` to ``folder/path``: zstd, statistics, Bloom filters on ids and addresses; on the disk at return.

    The partition columns must be the same in all rows; as in all Delta tables they stand in the log, not in the file.
    """
    file = folder / path
    keys = tuple((name, rows[name][0].as_py()) for name in table.partition_by)
    kept = rows.drop_columns(list(table.partition_by)) if table.partition_by else rows
    names = kept.schema.names
    with _local(file) as local:
        pq.write_table(
            kept,
            local,
            row_group_size=row_group,
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in names if name not in ("body", "row", "revision", "payload_digest")],
            bloom_filter_options={
                name: {"ndv": min(row_group, kept.num_rows), "fpp": BLOOM_RATE} for name in BLOOM if name in names
            },
        )
    return describe(folder, path, keys)


@contextlib.contextmanager
def _local(file: Place) -> Iterator[Path]:
    """Where to write what is to stand at ``file``; it does when the block ends, on the disk or in the store.

    Not through pyarrow's own S3: what it has not sent yet when something fails cannot be sent again.
    """
    if not isinstance(file, Remote):
        file.parent.mkdir(parents=True, exist_ok=True)
        yield file
        sync(file)
        sync(file.parent)
        return
    if file.bucket.spool is not None:
        file.bucket.spool.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="broadsheet-", dir=file.bucket.spool) as folder:
        local = Path(folder) / file.name
        yield local
        file.upload(local)


def describe(folder: Place, path: str, partition: tuple[tuple[str, str | None], ...]) -> AddedFile:
    """What the log says of the Parquet file ``folder/path``; raises ``OSError`` or ArrowException where it is none."""
    file = folder / path
    size, written = file.stat().st_size, metadata(file)
    return AddedFile(
        path=path,
        size=size,
        rows=written.num_rows,
        partition=partition,
        stats=json.dumps(_stats(written), ensure_ascii=False),
    )


def filesystem(folder: Place) -> FileSystem:
    """What pyarrow reads and writes the files below ``folder`` with, by their names from there on."""
    if not isinstance(folder, Remote):
        return SubTreeFileSystem(str(folder), LocalFileSystem())
    bucket = folder.bucket
    keys = tuple(os.environ.get(f"AWS_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"))
    return SubTreeFileSystem(f"{bucket.name}/{folder.key}", _s3(bucket.endpoint, bucket.region, keys))


@lru_cache(maxsize=8)
def _s3(endpoint: str | None, region: str, keys: tuple[str | None, ...]) -> S3FileSystem:
    """One client for each set of credentials; without them pyarrow looks for the machine's role by itself."""
    scheme, _, host = (endpoint or "https://").partition("://")
    access, secret, session = keys
    return S3FileSystem(
        region=region,
        endpoint_override=host.rstrip("/") or None,
        scheme=scheme.lower(),
        access_key=access,
        secret_key=secret if access else None,
        session_token=session if access else None,
        connect_timeout=5,
        request_timeout=TIMEOUT.seconds,
    )


def opened(path: Place, *, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    """The Parquet file at ``path``, for the caller to close. Raises ``OSError`` or ArrowException where it is none."""
    if not isinstance(path, Remote):
        return pq.ParquetFile(path, read_dictionary=list(dictionaries))
    return pq.ParquetFile(path.name, filesystem=filesystem(path.parent), read_dictionary=list(dictionaries))


def metadata(path: Place) -> pq.FileMetaData:
    """What the footer of the Parquet file at ``path`` says; raises as :func:`opened`."""
    with opened(path) as file:
        return file.metadata


def _stats(metadata: pq.FileMetaData) -> dict[str, Any]:
    """Delta's statistics, gathered from the row groups': rows, nulls, and the bounds of short plain columns."""
    least: dict[str, Any] = {}
    most: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for number in range(metadata.num_columns):
        chunks = [metadata.row_group(group).column(number) for group in range(metadata.num_row_groups)]
        name = chunks[0].path_in_schema if chunks else ""
        found = [chunk.statistics for chunk in chunks]
        if "." in name or not found or any(one is None or not one.has_null_count for one in found):
            continue
        nulls[name] = sum(one.null_count for one in found)
        filled = [one for one in found if one.has_min_max]
        bounds = [bound for one in filled for bound in (one.min, one.max)]
        if not filled or len(filled) + sum(one.num_values == 0 for one in found) < len(found):
            continue
        if any(isinstance(bound, bytes) or len(str(bound)) > STATISTIC for bound in bounds):
            continue
        least[name] = _told(min(one.min for one in filled))
        most[name] = _told(max(one.max for one in filled))
    return {"numRecords": metadata.num_rows, "minValues": least, "maxValues": most, "nullCount": nulls}


def _told(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return value.isoformat() if isinstance(value, dt.date) else value
