"""Reading a table lazily, one consistent snapshot at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from storage import delta, parquet
from storage.errors import ArchiveError
from storage.places import Place
from storage.remote import Remote
from storage.schema import Table
from storage.snapshots import TableVersion

DEGRADED = "degraded"
# Rows of a batch, and batches and files read ahead, where a whole table passes through little memory.
_FRUGAL: Mapping[str, Any] = {
    "batch_size": 2_048,
    "batch_readahead": 1,
    "fragment_readahead": 1,
    "use_threads": False,
}
# A scan keeps the footer of every file it has opened, some 200 KB of memory each; a long run leaves thousands of files.
_AT_ONCE = 64
# Of a file here, pages are read as they are needed; from a bucket, whole columns at a time.
_AS_NEEDED = ds.ParquetFragmentScanOptions(pre_buffer=False)


class Rows:
    """The rows of one table as they stood when this object was made.

    Nothing is read before one of the methods asks for it. With ``current`` only the newest revision of each article
    counts; which one that is, is settled before any filter applies. Reading goes through ``pyarrow.dataset`` over the
    snapshot's own file list: never a file that a compaction replaced or a killed writer left behind. ``at`` is an
    earlier version to read instead of the newest.

    Where the log or a file is damaged or gone, whatever reads it raises :class:`~storage.errors.ArchiveError`.
    """

    def __init__(self, folder: Place, table: Table, *, current: bool = False, at: TableVersion | None = None) -> None:
        self._table = table
        self._current = current
        base = folder.resolve()
        self.version: int
        if at is not None:
            self.version, self._files = at.version, list(at.files)
        else:
            handle = _opened(folder)
            self.version = handle.version()
            self._files = sorted(_below(uri, base) for uri in handle.file_uris())
        self._base = base
        self._old: pa.Array | None = None
        self._filesystem = parquet.filesystem(base)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with a description in each field's metadata."""
        return self._table.schema

    def dataset(self) -> ds.Dataset:
        """The snapshot's files as a ``pyarrow.dataset.Dataset``: every row, all revisions."""
        if not self._files:
            return ds.InMemoryDataset(self.schema.empty_table())
        return self._dataset(self._files)

    def _dataset(self, files: Sequence[str]) -> ds.Dataset:
        partitioning = None
        if self._table.partition_by:
            keys = pa.schema([self.schema.field(name) for name in self._table.partition_by])
            partitioning = ds.partitioning(keys, flavor="hive")
        return ds.dataset(
            list(files),
            schema=self.schema,
            format="parquet",
            filesystem=self._filesystem,
            partitioning=partitioning,
        )

    def files(self, *, dictionaries: Sequence[str] = ()) -> Iterator[tuple[str, pq.ParquetFile]]:
        """The snapshot's Parquet files by name, opened one after the other; the caller closes each.

        The columns named in ``dictionaries`` are read as Arrow dictionaries, whose texts stand once a row group.
        """
        for name in self._files:
            yield name, pq.ParquetFile(name, filesystem=self._filesystem, read_dictionary=list(dictionaries))

    def open(self, name: str) -> pq.ParquetFile:
        """One of the snapshot's files."""
        return pq.ParquetFile(name, filesystem=self._filesystem)

    def to_batches(
        self,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,  # noqa: A002
        *,
        frugal: bool = False,
    ) -> Iterator[pa.RecordBatch]:
        """Record batches of ``columns`` (all by default) of the rows for which ``filter`` holds.

        Always in the same order. With ``frugal`` little is read ahead, in one thread, which is slower and takes a
        third of the memory.
        """
        names = list(columns) if columns is not None else self.schema.names
        pace = self._frugal() if frugal else {}
        with self._sound():
            if not self._current:
                yield from self._scan(columns=names, filter=filter, **pace)
                return
            old = self._superseded()
            wanted = names if "row" in names else [*names, "row"]
            for batch in self._scan(columns=wanted, filter=filter, **pace):
                kept = batch.filter(pc.invert(pc.is_in(batch["row"], value_set=old))) if len(old) else batch
                if kept.num_rows:
                    yield kept.select(names)

    def to_table(
        self,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,  # noqa: A002
    ) -> pa.Table:
        """The rows for which ``filter`` holds as one Arrow table of ``columns`` (all by default)."""
        names = list(columns) if columns is not None else self.schema.names
        schema = pa.schema([self.schema.field(name) for name in names])
        return pa.Table.from_batches(list(self.to_batches(names, filter)), schema=schema)

    def count_rows(self, filter: pc.Expression | None = None) -> int:  # noqa: A002
        """How many rows there are for which ``filter`` holds."""
        if not self._current:
            with self._sound():
                return sum(int(dataset.count_rows(filter=filter)) for dataset in self._pieces())
        return sum(batch.num_rows for batch in self.to_batches(["row"], filter))

    def _pieces(self) -> Iterator[ds.Dataset]:
        """The snapshot's files, so many at once as a scan may hold the footers of."""
        if len(self._files) <= _AT_ONCE:
            yield self.dataset()
            return
        for begin in range(0, len(self._files), _AT_ONCE):
            yield self._dataset(self._files[begin : begin + _AT_ONCE])

    def _scan(self, **how: Any) -> Iterator[pa.RecordBatch]:
        for dataset in self._pieces():
            yield from dataset.to_batches(**how)

    @contextlib.contextmanager
    def _sound(self) -> Iterator[None]:
        """Say which file is to blame where reading fails; what fails for another reason is raised as it is."""
        try:
            yield
        except (OSError, pa.ArrowInvalid) as error:
            for name in self._files:
                try:
                    parquet.metadata(self._base / name)
                except FileNotFoundError:
                    why = "is gone; a vacuum may have removed it while it was read, then read again"
                except (OSError, pa.ArrowInvalid) as cause:
                    why = f"is damaged: {cause!s:.100}"
                else:
                    continue
                raise ArchiveError(f"{self._base / name} {why}; else see `broadsheet verify`") from error
            raise

    def _frugal(self) -> Mapping[str, Any]:
        return {**_FRUGAL, **({"fragment_scan_options": _AS_NEEDED} if isinstance(self._base, Path) else {})}

    def _superseded(self) -> pa.Array:
        """The keys of rows that are not their article's newest; ``row`` sorts by time of capture, a degraded one last.

        They are few, and looking for them in each batch costs as much as there are of them. Only articles that have
        several rows are looked at; they are found by a hash of their id, 8 bytes a row.
        """
        if self._old is None:
            self._old = self._found_superseded()
        return self._old

    def _found_superseded(self) -> pa.Array:
        pace = {**self._frugal(), "batch_size": 65_536}
        marks = np.concatenate([np.empty(0, np.int64), *map(_hashes, self._scan(columns=["id"], **pace))])
        every = np.sort(marks)
        several = np.isin(marks, every[1:][every[1:] == every[:-1]])
        if not several.any():
            return pa.array([], pa.string())
        found, at = [], 0
        for batch in self._scan(columns=["id", "row", "warnings"], **pace):
            rows = pa.Table.from_batches([batch]).filter(pa.array(several[at : at + batch.num_rows]))
            at += batch.num_rows
            ranked = pc.binary_join_element_wise(pc.if_else(_sound(rows["warnings"]), "1", "0"), rows["row"], "")
            found.append(rows.select(["id", "row"]).append_column("ranked", ranked))
        table = pa.concat_tables(found)
        newest = table.group_by("id").aggregate([("ranked", "max")])["ranked_max"]
        kept = pc.is_in(table["row"], value_set=pc.utf8_slice_codeunits(newest, start=1).combine_chunks())
        return table["row"].filter(pc.invert(kept)).combine_chunks()


def _opened(folder: Place) -> DeltaTable:
    """The newest snapshot of a table. Raises ArchiveError where its log is gone or damaged.

    delta-rs takes an empty entry, as a power cut leaves one, for a commit of nothing: its rows would silently be gone.
    An object is there whole or not at all.
    """
    try:
        handle = delta.opened(folder)
    except (DeltaError, OSError) as error:
        raise ArchiveError(
            f"the table {folder.name} cannot be read: {error!s:.200}; put it right with `broadsheet verify --repair`"
        ) from error
    if isinstance(folder, Remote):
        return handle
    entry = delta.entry_of(folder, handle.version())
    if entry.exists() and not entry.stat().st_size:
        raise ArchiveError(
            f"{entry} is empty, as a power cut leaves it; put it right with `broadsheet verify --repair`"
        )
    return handle


def _below(uri: str, base: Place) -> str:
    """The name below ``base`` of a file by deltalake's address, percent-encoded with or without a scheme in front."""
    if isinstance(base, Remote):
        return unquote(uri).removeprefix(f"{base}/")
    return str(Path(unquote(uri.removeprefix("file://"))).resolve().relative_to(base))


def _hashes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """A number for the id in each row; of two articles seldom the same."""
    return np.fromiter(map(hash, batch["id"].to_pylist()), np.int64, batch.num_rows)


def _sound(warnings: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which rows carry no ``degraded`` among their warnings."""
    return pc.invert(
        pc.match_substring_regex(pc.binary_join(pc.cast(warnings, pa.list_(pa.string())), "\n"), f"(?m)^{DEGRADED}$")
    )
