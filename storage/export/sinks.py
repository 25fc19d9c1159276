"""Files that sorted rows are written into, a form each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from storage.export.cells import Value, cell, line

# By the end of a file's name.
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
# Texts that repeat nowhere: a dictionary of them is tried in vain, and costs memory.
_UNIQUE = ("body", "articleBody", "row", "id", "identifier", "revision", "payload_digest", "text_sha256")
_AT_ONCE = 2_000


class Sink(Protocol):
    """One file that is being written."""

    def write(self, rows: pa.Table) -> None:
        """Append rows; those of one call are a row group of Parquet."""

    @property
    def size(self) -> int:
        """Bytes on the disk so far, about."""

    def close(self) -> None:
        """End the file."""


class ParquetSink:
    """A Parquet file: zstd, statistics for skipping, a page index, the columns' descriptions as field metadata."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in schema.names if name not in _UNIQUE],
            write_page_index=True,
        )

    def write(self, rows: pa.Table) -> None:
        """Append rows as a row group."""
        self._writer.write_table(rows, row_group_size=max(rows.num_rows, 1))

    @property
    def size(self) -> int:
        """Bytes on the disk so far."""
        return int(self._file.tell())

    def close(self) -> None:
        """Write the footer."""
        try:
            self._writer.close()
        finally:
            self._file.close()


class _Text:
    """A text file in UTF-8, compressed as its name's end says; the same rows give the same bytes."""

    def __init__(self, path: Path) -> None:
        self._file = pa.OSFile(str(path), "wb")
        kind = COMPRESSIONS.get(path.suffix)
        self._stream = pa.CompressedOutputStream(self._file, kind) if kind else self._file

    def put(self, text: str) -> None:
        """Append ``text``."""
        self._stream.write(text.encode())

    @property
    def size(self) -> int:
        """Bytes on the disk so far; what a compressor still holds does not count."""
        return int(self._file.tell())

    def close(self) -> None:
        """End the file."""
        self._stream.close()
        self._file.close()


class JsonLines(_Text):
    """An object a line; ``shape`` makes it of a row."""

    def __init__(self, path: Path, shape: Callable[[dict[str, Any]], dict[str, Value]] | None = None) -> None:
        super().__init__(path)
        self._shape = shape or (lambda row: row)

    def write(self, rows: pa.Table) -> None:
        """Append rows."""
        for batch in rows.to_batches(max_chunksize=_AT_ONCE):
            self.put("".join(line(self._shape(row)) for row in batch.to_pylist()))


class Csv(_Text):
    """Comma-separated values by RFC 4180: a header, CRLF, quotes doubled, UTF-8; cells as ``cells.cell`` makes them."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        super().__init__(path)
        self._rows([list(names)])

    def write(self, rows: pa.Table) -> None:
        """Append rows."""
        for batch in rows.to_batches(max_chunksize=_AT_ONCE):
            columns = [[cell(value) for value in column.to_pylist()] for column in batch.columns]
            self._rows(zip(*columns, strict=True))

    def _rows(self, rows: Any) -> None:
        held = io.StringIO(newline="")
        csv.writer(held, lineterminator="\r\n").writerows(rows)
        self.put(held.getvalue())
