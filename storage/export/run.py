"""The export itself: one snapshot of an archive, read in order, into one file or several."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from storage.archive import Archive
from storage.export import card, census, manifest, terms
from storage.export.copies import SCHEMA as OF_COPIES
from storage.export.copies import Copies
from storage.export.order import Ordered
from storage.export.output import NotWritten, check, written
from storage.export.sinks import Csv, JsonLines, ParquetSink, Sink
from storage.export.wanted import BadWish, Wanted
from storage.rows import Rows
from storage.schema import ARTICLES

FOLDER_FILE_SIZE = 256_000_000
SUFFIXES = {"parquet": ".parquet", "jsonl": ".jsonl.gz", "csv": ".csv.gz", "huggingface": ".parquet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """One file of an export: its path, rows, bytes, and the SHA-256 of its content, hex."""

    path: Path
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, from which version of the table ``articles``. No file where no row was wanted."""

    rows: int
    version: int
    files: tuple[WrittenFile, ...]


def export(
    archive: Archive,
    wanted: Wanted,
    target: Path,
    *,
    force: bool = False,
    said: Callable[[int, int], None] = lambda _done, _total: None,
) -> Exported:
    """Write the articles that are ``wanted`` to ``target``, a file, or a folder where ``wanted`` has a ``file_size``.

    A Hugging Face folder is always a folder. Sorted by source, date, id and row; the same snapshot gives the same
    bytes. ``target`` appears when it is whole; with ``force`` in the place of an earlier export. Nothing is written
    where no row is wanted. ``said`` is told now and then how many rows of how many are written.

    Raises:
        BadWish, BadCondition: what is wanted makes no sense.
        NotCompared: copies are wanted, and nothing was compared yet.
        NotWritten: ``target`` is there already, or cannot be written.
        ArchiveError: the archive cannot be read.
    """
    wanted.check()
    if isinstance(archive.root, Path) and target.resolve().is_relative_to(archive.root.resolve()):
        raise NotWritten(f"{target} lies within the archive, where its readers would meet it; name another place")
    check(target, force=force)
    # Articles first: captures that are opened later hold all of their pages.
    articles = archive.articles(all_revisions=wanted.all_revisions)
    order = Ordered(articles, wanted.filter())
    if not order.count:
        return Exported(rows=0, version=articles.version, files=())
    shape = _shape(archive, articles, wanted)
    counts = census.Census(shape.columns) if wanted.form == "huggingface" else None
    read = list(dict.fromkeys([*shape.read, *(census.READ if counts else ()), "source", "date", "id", "row"]))
    with written(target, force=force) as (whole, aside):
        parts = _Parts(whole, wanted, shape)
        done = 0
        for rows in order.tables(read, aside):
            if counts is not None:
                counts.take(rows)
            parts.write(shape.made(rows))
            done += rows.num_rows
            said(done, order.count)
        parts.close()
        if counts is not None:
            text = card.card(
                counts, shape.schema, state=_state(archive, articles.version), selection=_selection(wanted)
            )
            (whole / "README.md").write_text(text, encoding="utf-8")
        files = tuple(_described(target, path.relative_to(whole), path, parts) for path in parts.paths)
    return Exported(rows=order.count, version=articles.version, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How rows of ``articles`` become rows of the export: what is read, what is made of it, under which columns."""

    read: tuple[str, ...]
    columns: tuple[str, ...]
    schema: pa.Schema
    made: Callable[[pa.Table], pa.Table]


def _shape(archive: Archive, articles: Rows, wanted: Wanted) -> _Shape:
    if wanted.manifest:
        places = articles.to_table(["warc_file", "warc_offset"], wanted.filter())
        known = manifest.digests(archive.captures(), places)
        return _Shape(
            read=manifest.READ,
            columns=tuple(manifest.SCHEMA.names),
            schema=manifest.SCHEMA,
            made=lambda rows: manifest.rows_of(rows, known),
        )
    names = wanted.names
    if not wanted.terms:
        schema = pa.schema([ARTICLES.schema.field(name) for name in names])
        if wanted.copies:
            return _with_copies(Copies(archive.clusters()), schema)
        return _Shape(read=names, columns=names, schema=schema, made=lambda rows: rows.select(names).cast(schema))
    if not set(names) & terms.WORDS.keys():
        raise BadWish(f"none of these columns has a word of schema.org; those that have: {', '.join(terms.WORDS)}")
    read = terms.columns(names)
    empty = terms.worded(pa.schema([ARTICLES.schema.field(name) for name in read]).empty_table(), names)
    return _Shape(
        read=tuple(read),
        columns=tuple(empty.schema.names),
        schema=empty.schema,
        made=lambda rows: terms.worded(rows, names),
    )


def _with_copies(copies: Copies, schema: pa.Schema) -> _Shape:
    whole = pa.schema([*schema, *OF_COPIES])

    def made(rows: pa.Table) -> pa.Table:
        own = rows.select(schema.names).cast(schema)
        return pa.Table.from_arrays([*own.columns, *copies.of(rows["id"]).columns], schema=whole)

    return _Shape(read=(*schema.names, "id"), columns=tuple(whole.names), schema=whole, made=made)


class _Parts:
    """The files of an export: one, or the next whenever one is large enough."""

    def __init__(self, whole: Path, wanted: Wanted, shape: _Shape) -> None:
        self.paths: list[Path] = []
        self.rows: list[int] = []
        self._whole = whole
        self._wanted = wanted
        self._shape = shape
        self._sink: Sink | None = None
        self._limit = wanted.file_size
        if wanted.form == "huggingface":
            self._limit = wanted.file_size or FOLDER_FILE_SIZE
            (whole / "data").mkdir(parents=True)
        elif self._limit is not None:
            whole.mkdir()

    def write(self, rows: pa.Table) -> None:
        """Append ``rows`` to the last file, or to a new one where that is full."""
        if self._sink is None:
            self.paths.append(self._path(len(self.paths) + 1))
            self.rows.append(0)
            self._sink = self._opened(self.paths[-1])
        self._sink.write(rows)
        self.rows[-1] += rows.num_rows
        if self._limit is not None and self._sink.size >= self._limit:
            self.close()

    def close(self) -> None:
        """End the last file."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _path(self, number: int) -> Path:
        suffix = SUFFIXES[self._wanted.form]
        if self._wanted.form == "huggingface":
            return self._whole / "data" / f"train-{number:05}{suffix}"
        return self._whole / f"part-{number:05}{suffix}" if self._limit is not None else self._whole

    def _opened(self, path: Path) -> Sink:
        if self._wanted.form == "csv":
            return Csv(path, self._shape.columns)
        if self._wanted.form == "jsonl":
            return JsonLines(path, terms.linked if self._wanted.terms else None)
        return ParquetSink(path, self._shape.schema)


def _described(target: Path, name: Path, path: Path, parts: _Parts) -> WrittenFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(
        path=target / name if name.parts else target,
        rows=parts.rows[parts.paths.index(path)],
        bytes=path.stat().st_size,
        sha256=digest,
    )


def _state(archive: Archive, version: int) -> str:
    pinned = f", pinned as {archive.as_of.name}" if archive.as_of is not None and archive.as_of.name else ""
    return f"They are those of version {version} of the archive's table{pinned}."


def _selection(wanted: Wanted) -> str:
    told = [
        f"published since {wanted.since}" if wanted.since else "",
        f"published until {wanted.until}" if wanted.until else "",
        f"of the sources {', '.join(wanted.sources)}" if wanted.sources else "",
        f"in the languages {', '.join(wanted.languages)}" if wanted.languages else "",
        f"for which `{wanted.where}` holds" if wanted.where else "",
    ]
    limits = ", ".join(one for one in told if one)
    what = "Every revision of each article" if wanted.all_revisions else "The current revision of each article"
    return f"{what}{', ' + limits if limits else ''}."
