"""The tables against their logs: entries, checkpoints, files, rows, what stands twice, what nobody names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from deltalake.exceptions import DeltaError

from storage import delta, log, parquet, snapshots
from storage.compact import PREFIX
from storage.errors import ArchiveError
from storage.places import Place, below
from storage.rows import Rows
from storage.schema import TABLES, Table
from storage.snapshots import TableVersion
from storage.verify import doubles
from storage.verify.findings import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """What of a table can be read: its sound files at one version; None as ``rows`` where nothing can."""

    table: Table
    rows: Rows | None
    files: int
    count: int


def check(root: Place, table: Table, problems: list[Problem], *, quick: bool) -> Readable:
    """Everything about one table; what is found is appended to ``problems``."""
    folder = root / table.name
    nothing = Readable(table=table, rows=None, files=0, count=0)
    if not (folder / log.FOLDER).is_dir() or not (log.versions(folder) or log.checkpoints(folder)):
        problems.append(Problem(code="table_missing", where=table.name))
        return nothing
    broken = list(damaged_log(folder))
    problems += [Problem(code="log_damaged", where=_below(root, path), detail=why) for path, why in broken]
    try:
        handle = delta.snapshot(root, table)
        files, version = log.files(handle), handle.version()
    except (DeltaError, OSError, ValueError) as error:
        if not broken:
            problems.append(Problem(code="log_damaged", where=table.name, detail=f"{error!s:.200}"))
        return nothing
    sound = [file for file in files if _sound(root, table, file, problems, quick=quick)]
    at = TableVersion(
        table=table.name,
        version=version,
        files=tuple(sorted(file.path for file in sound)),
        rows=sum(file.rows or 0 for file in sound),
    )
    rows = Rows(folder, table, at=at)
    problems += doubled(rows, table)
    if not broken:
        problems += [Problem(code="file_orphaned", where=_below(root, path)) for path in orphans(root, table)]
    return Readable(table=table, rows=rows, files=len(files), count=at.rows)


def damaged_log(folder: Place) -> Iterator[tuple[Place, str]]:
    """Entries and checkpoints of a table's log that cannot be read, and why."""
    for _, path in log.versions(folder):
        try:
            log.read_entry(path)
        except log.DamagedEntry as error:
            yield path, str(error).partition(" is ")[2]
    for _, path in log.checkpoints(folder):
        try:
            with parquet.opened(path) as checkpoint:
                checkpoint.read(columns=[])
        except (OSError, pa.ArrowException) as error:
            yield path, f"{error!s:.100}"


def orphans(root: Place, table: Table) -> list[Place]:
    """Parquet files below a table's folder that its log never spoke of and no snapshot holds.

    One that appeared only now may be a write in flight: whoever removes any makes sure first that nobody writes.
    """
    folder = root / table.name
    there = [path for path in folder.rglob("*.parquet") if log.FOLDER not in below(path, folder).parts]
    known = {file.path for file in log.files(delta.snapshot(root, table))}
    for entry in log.entries(folder):
        known |= {path for path, _ in entry.removed} | {file.path for file in entry.added}
    for name in snapshots.names(root):
        try:
            known |= set(snapshots.read(root, name).of(table.name).files)
        except (ArchiveError, StopIteration):
            continue
    return sorted((path for path in there if below(path, folder).as_posix() not in known), key=str)


def in_flight(path: Place, living: frozenset[str], *, maintained: bool = False) -> bool:
    """Whether an orphan may be a write of one of the ``living`` runs, or of a maintenance that is under way.

    By the run that its rows name, not by its age: clocks jump. One that is not whole may be anybody's who lives.
    """
    if path.name.startswith(PREFIX):
        return maintained
    runs = _runs(path) if living else frozenset()
    return bool(living) and (not runs or bool(runs & living))


def _runs(path: Place) -> frozenset[str]:
    """The runs that a file's rows name; none where it cannot be read, as one that is just being written."""
    try:
        with parquet.opened(path) as opened:
            return frozenset(opened.read(columns=["run"])["run"].unique().to_pylist())
    except (OSError, KeyError, pa.ArrowException):
        return frozenset()


def doubled(rows: Rows, table: Table) -> Iterator[Problem]:
    """Rows of a table that stand more than once."""
    for key, count in doubles.doubled(rows, table):
        told = " ".join(str(value) for value in key if value is not None)
        yield Problem(code="row_doubled", where=table.name, detail=f"{count} times: {told}")


def pins(root: Place) -> Iterator[Problem]:
    """Snapshots that cannot be read any more."""
    for name in snapshots.names(root):
        where = f"{snapshots.FOLDER}/{name}.json"
        try:
            pinned = snapshots.read(root, name)
            gone = [
                path
                for table in TABLES
                for path in pinned.of(table.name).files
                if not (root / table.name / path).exists()
            ]
        except (ArchiveError, StopIteration) as error:
            yield Problem(code="snapshot_damaged", where=where, detail=str(error))
            continue
        if gone:
            yield Problem(code="snapshot_damaged", where=where, detail=f"{len(gone)} files are gone, such as {gone[0]}")


def _sound(root: Place, table: Table, file: log.AddedFile, problems: list[Problem], *, quick: bool) -> bool:
    path = root / table.name / file.path
    where = _below(root, path)
    if not path.exists():
        if _still_named(root, table, file):
            problems.append(Problem(code="file_missing", where=where, detail=f"{file.rows} rows"))
        return False
    try:
        with parquet.opened(path) as opened:
            rows = opened.metadata.num_rows
            if not quick:
                for _ in opened.iter_batches(batch_size=8_192):
                    pass
    except (OSError, pa.ArrowException) as error:
        detail = "empty" if path.stat().st_size == 0 else f"{error!s:.100}"
        problems.append(Problem(code="file_damaged", where=where, detail=f"{file.rows} rows; {detail}"))
        return False
    if file.rows is not None and rows != file.rows:
        problems.append(Problem(code="file_rows", where=where, detail=f"{rows} rows, the log says {file.rows}"))
    return True


def _still_named(root: Place, table: Table, file: log.AddedFile) -> bool:
    """Whether the table names the file now: a compaction and a vacuum may have gone by since the snapshot was read."""
    return file.path in {one.path for one in log.files(delta.snapshot(root, table))}


def _below(root: Place, path: Place) -> str:
    return below(path, root).as_posix()
