"""Reading a manifest back, whoever wrote it: Parquet, JSON lines or CSV, compressed or not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from storage.errors import ArchiveError
from storage.export import cells
from storage.export.sinks import COMPRESSIONS

# Without these nothing can be asked for or checked.
NEEDED = ("url", "revision", "source")
# A line of a manifest has some 600 characters; a longer one is something else.
MAX_LINE = 100_000


class BadManifest(ArchiveError):
    """A file that is no manifest; the message says where, and what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One article of a manifest: ``number`` is its row, from 1; the rest is as ``storage.export.manifest`` has it."""

    number: int
    url: str
    requested_url: str
    source: str
    revision: str
    id: str | None = None
    payload_digest: str | None = None
    date: dt.date | None = None
    language: str | None = None


def listed(path: Path) -> Iterator[Listed]:
    """The articles of the manifest at ``path``, in its order.

    Raises:
        BadManifest: it cannot be read, or a row lacks what is needed.
    """
    try:
        for number, row in enumerate(_rows(path), 1):
            yield _article(path, number, row)
    except (OSError, EOFError, pa.ArrowException, UnicodeDecodeError, csv.Error, json.JSONDecodeError) as error:
        raise BadManifest(f"{path} cannot be read: {error!s:.200}") from error


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    form = Path(path.stem).suffix if path.suffix in COMPRESSIONS else path.suffix
    if path.is_dir() or form == ".parquet":
        yield from _parquet(path)
    elif form in (".jsonl", ".ndjson"):
        for text in _lines(path):
            found = json.loads(text)
            yield found if isinstance(found, dict) else {}
    elif form == ".csv":
        for row in csv.DictReader(_lines(path)):
            yield {name: cells.text(value) for name, value in row.items() if isinstance(value, str) and value}
    else:
        raise BadManifest(f"{path} is named like no manifest; let it end with .parquet, .jsonl or .csv (.gz, .zst)")


def _parquet(path: Path) -> Iterator[Mapping[str, object]]:
    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        with pq.ParquetFile(file) as opened:
            names = [name for name in _NAMES if name in opened.schema_arrow.names]
            for batch in opened.iter_batches(10_000, columns=names):
                yield from batch.to_pylist()


def _lines(path: Path) -> Iterator[str]:
    with pa.input_stream(str(path), compression=COMPRESSIONS.get(path.suffix)) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        while line := text.readline(MAX_LINE):
            if len(line) == MAX_LINE:
                raise BadManifest(f"{path} has a line of more than {MAX_LINE:,} characters; is it a manifest?")
            yield line


_NAMES = ("url", "requested_url", "source", "revision", "id", "payload_digest", "date", "language")


def _article(path: Path, number: int, row: Mapping[str, object]) -> Listed:
    for name in NEEDED:
        if not isinstance(row.get(name), str) or not row[name]:
            raise BadManifest(
                f"{path}, row {number} has no {name}; a manifest has {', '.join(NEEDED)} in each row, as "
                "`broadsheet export --manifest` writes them"
            )
    texts = {name: value for name in _NAMES if name != "date" and isinstance(value := row.get(name), str)}
    date = row.get("date")
    try:
        day = date if isinstance(date, dt.date) else dt.date.fromisoformat(date) if isinstance(date, str) else None
    except ValueError:
        raise BadManifest(f"{path}, row {number}: {date!r} is no day; write YYYY-MM-DD or nothing") from None
    return Listed(number=number, date=day, requested_url=texts.pop("requested_url", texts["url"]), **texts)
