"""Replacing many rows of several tables at once: each table's files in one commit, and all tables or none.

What is to come is spooled to files below ``rebuild/``, so that memory does not grow with it. :func:`weave` makes the
tables' new files of it, :func:`begin` notes which files go and which come, and :func:`finish` commits that. The note
decides: killed before it, nothing has changed; killed after it, whoever takes the maintenance lock next finishes.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from storage import compact, delta, log, parquet
from storage.errors import ArchiveError
from storage.places import Place, write
from storage.remote import Remote
from storage.schema import Table

FOLDER = "rebuild"
NOTE = "commit.json"
# Rows that are held in memory before they are written as one file, in bytes of Arrow.
HELD = 256_000_000
MARK = pa.schema([pa.field("mark", pa.uint64()), pa.field("source", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """A file of rows that are to come: its name below the work folder, rows, bytes of Arrow, partitions met in it."""

    path: str
    rows: int
    size: int
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of one table: spooled rows that come, spooled marks of the rows that go (:func:`marks`).

    Of sources that are in ``without``, neither comes nor goes.
    """

    table: Table
    come: tuple[Spooled, ...]
    go: tuple[Spooled, ...]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One table's files that go and that come, and how many rows do."""

    table: str
    removed: tuple[log.AddedFile, ...]
    added: tuple[log.AddedFile, ...]
    gone: int
    come: int


def spool(folder: Place, name: str, rows: pa.Table, partition: str | None = None) -> Spooled:
    """Write ``rows`` to the file ``name`` in the work folder; ``partition`` is the column that tells the partition."""
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd", compression_level=1)
    write(folder / name, buffer.getvalue())
    met = tuple(sorted(pc.unique(rows[partition]).to_pylist())) if partition is not None else ()
    return Spooled(path=name, rows=rows.num_rows, size=rows.nbytes, partitions=met)


def spool_marks(folder: Place, name: str, marked: Iterable[tuple[int, str]]) -> Spooled:
    """Write marks, each with its row's source, to the file ``name`` in the work folder."""
    pairs = list(marked)
    columns = [pa.array([pair[0] for pair in pairs], pa.uint64()), pa.array([pair[1] for pair in pairs], pa.string())]
    return spool(folder, name, pa.table(columns, schema=MARK))


def marks(rows: pa.Table, table: Table) -> list[int]:
    """A 64-bit hash of each row's key. Two of a hundred million keys share one once in three thousand archives."""
    columns = [rows[name].to_pylist() for name in table.key]
    return [mark(*values) for values in zip(*columns, strict=True)]


def mark(*key: object) -> int:
    """The hash of one row's key, its values in the order of the table's."""
    text = "\x1f".join(str(value) for value in key)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


def weave(root: Place, change: Change, files: Sequence[log.AddedFile]) -> Replacement:
    """Write the files that ``change`` makes of ``files``, one version's, and say which go and which come.

    A file whose rows all stay, stays. Of one that has rows that go, what remains is written anew. Rows that come are
    written sorted, partition by partition. Nothing is committed. The caller holds the maintenance lock.

    Raises:
        ArchiveError: a file is damaged, or a row that is to go does not stand there exactly once; nothing was changed.
    """
    table, work, folder = change.table, root / FOLDER, root / change.table.name
    named = [_read(work / one.path, change.without) for one in change.go] or [MARK.empty_table()]
    gone = pa.concat_tables(named)["mark"].combine_chunks()
    removed, added = [], []
    found = 0
    for file in files if len(gone) else ():
        marked = pa.array(marks(compact.read(folder, file, table, table.key), table), pa.uint64())
        goes = pc.is_in(marked, value_set=gone)
        count = pc.sum(goes).as_py() or 0
        if not count:
            continue
        found += count
        removed.append(file)
        left = compact.read(folder, file, table, table.schema.names).filter(pc.invert(goes))
        if left.num_rows:
            added.append(_written(folder, left, table, file.partition))
    if found != len(gone):
        raise ArchiveError(
            f"{table.name}: {len(gone)} rows were to go, and {found} were found; nothing was changed; "
            "where rows stand twice, `broadsheet compact --files 1` drops them"
        )
    come = 0
    for partition, rows in _gathered(work, change):
        come += rows.num_rows
        added.append(_written(folder, rows, table, partition))
    return Replacement(table=table.name, removed=tuple(removed), added=tuple(added), gone=found, come=come)


def _gathered(work: Place, change: Change) -> Iterator[tuple[tuple[tuple[str, str | None], ...], pa.Table]]:
    """The rows that come, partition by partition, sorted, as many at once as :data:`HELD` allows."""
    table = change.table
    by = table.partition_by[0] if table.partition_by else None
    partitions = sorted({name for one in change.come for name in one.partitions}) if by is not None else [None]
    for name in partitions:
        held: list[pa.Table] = []
        for one in change.come:
            if name is not None and name not in one.partitions:
                continue
            rows = _read(work / one.path, change.without)
            held.append(rows.filter(pc.equal(rows[by], name)) if by is not None else rows)
            if sum(part.nbytes for part in held) >= HELD:
                yield _keys(by, name), _sorted(held, table)
                held = []
        if any(part.num_rows for part in held):
            yield _keys(by, name), _sorted(held, table)


def _keys(by: str | None, name: str | None) -> tuple[tuple[str, str | None], ...]:
    return ((by, name),) if by is not None else ()


def _sorted(parts: Sequence[pa.Table], table: Table) -> pa.Table:
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in table.sort_by])


def _written(
    folder: Place, rows: pa.Table, table: Table, partition: tuple[tuple[str, str | None], ...]
) -> log.AddedFile:
    name = f"{compact.PREFIX}{uuid.uuid4()}.zstd.parquet"
    path = "/".join([*(f"{key}={value}" for key, value in partition), name])
    group = parquet.group_rows(rows.num_rows, rows.nbytes // 3)
    return parquet.write(folder, path, rows, table, row_group=group)


def _read(path: Place, without: frozenset[str]) -> pa.Table:
    with parquet.opened(path) as file:
        rows = file.read()
    if not without:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows["source"], value_set=pa.array(sorted(without), pa.string()))))


def begin(root: Place, replacements: Sequence[Replacement]) -> None:
    """Note what is to be committed. From now on it will be, by :func:`finish`, however this process ends.

    Raises ``OSError`` where the note cannot be written; then nothing has changed.
    """
    write(root / FOLDER / NOTE, json.dumps([asdict(one) for one in replacements]).encode())


def finish(root: Place) -> bool:
    """Commit what a note says, where there is one, and remove the work folder; True where there was something to do.

    For the holder of the maintenance lock, and done whenever it is taken. What was committed before a kill is not
    committed again.

    Raises:
        CommitFailed: the commit could not be made; the note stays.
    """
    work = root / FOLDER
    if not work.exists():
        return False
    note = work / NOTE
    due = _noted(note) if note.is_file() else []
    for one in due:
        folder = root / one.table
        try:
            there = {file.path for file in log.files(delta.opened(folder))}
        except DeltaError:
            # The table is damaged: what holds the lock now may be the repair, and the note waits for its end.
            return False
        comes = [file for file in one.added if file.path not in there]
        goes = [file for file in one.removed if file.path in there]
        if any(not (folder / file.path).exists() for file in comes):
            # A repair has taken them aside: it made the rows again that were missing without them.
            continue
        if comes or goes:
            log.replace(folder, removed=goes, added=comes, operation="WRITE", data_change=True)
    discard(root)
    return bool(due)


def abandon(root: Place) -> None:
    """Remove the work folder, but where a note stands in it: what is noted will be done, and must find its files."""
    if not (root / FOLDER / NOTE).is_file():
        discard(root)


def discard(root: Place) -> None:
    """Remove the work folder with all that is in it; the note last, for what it says must not be half gone."""
    work = root / FOLDER
    paths = sorted(
        (path for path in work.rglob("*") if path.is_file()), key=lambda path: (path.name == NOTE, str(path))
    )
    for path in paths:
        path.unlink(missing_ok=True)
    for place in sorted({path.parent for path in paths} | {work}, key=str, reverse=True):
        if not isinstance(place, Remote) and place.is_dir():
            place.rmdir()


def _noted(note: Place) -> list[Replacement]:
    try:
        return [
            Replacement(
                table=str(one["table"]),
                removed=tuple(_file(told) for told in one["removed"]),
                added=tuple(_file(told) for told in one["added"]),
                gone=one["gone"],
                come=one["come"],
            )
            for one in json.loads(note.read_bytes())
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            f"{note} is damaged: {error}; move it away, then run `broadsheet verify --repair`"
        ) from error


def _file(told: dict[str, Any]) -> log.AddedFile:
    keys = tuple((str(key), value) for key, value in told["partition"])
    return log.AddedFile(path=told["path"], size=told["size"], rows=told["rows"], partition=keys, stats=told["stats"])
