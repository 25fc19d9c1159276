"""Putting right what can be put right without reading a page: logs, files, rows that stand twice, torn ends.

Nothing is deleted: what is taken out of the tables or the WARC goes to a folder below ``aside/``, under the path that
it had. All of these are for the holder of the maintenance and the recovery lock, when nobody writes.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from storage import compact, delta, log, parquet, snapshots, verify, warc
from storage.archive import Archive
from storage.aside import Aside
from storage.errors import ArchiveBusy, ArchiveError
from storage.locks import is_held
from storage.places import below
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, TABLES, Table
from storage.verify.tables import damaged_log, doubled, orphans


def nobody_writes(archive: Archive) -> None:
    """Raise ArchiveBusy where a run is alive or a source is locked. The caller holds the recovery lock: none starts."""
    for lock in (archive.root / "locks").glob("*.lock"):
        if lock.name.startswith(("run-", "source-")) and is_held(lock):
            raise ArchiveBusy(f"{archive.root} is being written ({lock.stem}); try again once that has ended")


def tables(archive: Archive, aside: Aside, say: Callable[[str], None]) -> None:
    """Make every table readable: its log, then each file that the log names, then what the log does not name."""
    for table in TABLES:
        folder = archive.local / table.name
        mended = _log(archive.local, table, aside, say)
        _files(folder, table, aside, say)
        lost = [archive.local / below(path, archive.root) for path in orphans(archive.root, table)]
        if mended and table is not ARTICLES:
            # Articles are made again from their pages; the rest of what a lost entry named is nowhere else.
            _rescue(archive.local, table, lost, say)
        for path in lost:
            say(f"{path.relative_to(archive.local)} is named by no log: moved aside")
            aside.take(path)
        once(archive.local, table, say)


def tails(archive: Archive, aside: Aside, say: Callable[[str], None]) -> None:
    """Cut segments that end inside a record back to their last whole one; what is cut off is kept aside."""
    for segment in warc.segments(archive.warc):
        path = archive.local / "warc" / segment
        last = None
        for found in warc.scan(path, root=archive.warc):
            last = found
        if not isinstance(last, warc.DamagedRecord) or last.reason != "torn":
            continue
        if last.offset + last.length != path.stat().st_size:
            continue
        aside.keep(path, start=last.offset)
        os.truncate(path, last.offset)
        log.sync(path)
        say(f"warc/{segment} ended inside a record: {last.length} bytes moved aside")


def level(archive: Archive) -> None:
    """Note for every run the same batch number in both tables; rows that one of them lacks are looked for by page."""
    known = set(archive.runs().to_table(["run"])["run"].to_pylist())
    runs = {warc.run_of(file) for file in warc.segments(archive.warc)} | set(verify.open_runs(archive, known))
    captures, articles = (delta.snapshot(archive.root, table) for table in (CAPTURES, ARTICLES))
    for handle, table in ((captures, CAPTURES), (articles, ARTICLES)):
        due = [
            (run, number)
            for run in sorted(runs)
            if (number := max(delta.transaction(captures, run), delta.transaction(articles, run)))
            > delta.transaction(handle, run)
        ]
        if due:
            log.replace(archive.root / table.name, transactions=due, operation="WRITE", data_change=False)


def _log(root: Path, table: Table, aside: Aside, say: Callable[[str], None]) -> bool:
    """Make the log of ``table`` readable; True where something of it was lost."""
    folder = root / table.name
    if not (folder / log.FOLDER).is_dir() or not (log.versions(folder) or log.checkpoints(folder)):
        _anew(root, table, aside, say)
        return True
    broken = [root / below(path, root) for path, _ in damaged_log(folder)]
    entries = False
    for path in broken:
        say(f"{path.relative_to(root)} is damaged: moved aside")
        entries = entries or path.suffix == ".json"
        aside.take(path)
    if len(broken) > sum(path.suffix == ".json" for path in broken):
        pointer = folder / log.FOLDER / log.LAST_CHECKPOINT
        if pointer.exists():
            aside.take(pointer)
    newest = max((version for version, _ in (*log.versions(folder), *log.checkpoints(folder))), default=-1)
    try:
        whole = DeltaTable(str(folder)).version() == newest and not _gaps(folder)
    except (DeltaError, OSError, ValueError):
        whole = False
    if not whole:
        _anew(root, table, aside, say)
    return entries or not whole


def _gaps(folder: Path) -> bool:
    """Whether entries are missing between the newest checkpoint and the newest entry."""
    begin = max((version for version, _ in log.checkpoints(folder)), default=-1)
    there = [version for version, _ in log.versions(folder) if version > begin]
    return there != list(range(begin + 1, begin + 1 + len(there)))


def _anew(root: Path, table: Table, aside: Aside, say: Callable[[str], None]) -> None:
    """Begin a new log that names every sound Parquet file in the folder; what stands twice is dropped afterwards."""
    folder = root / table.name
    if (folder / log.FOLDER).exists():
        aside.take(folder / log.FOLDER)
    delta.create(root, table)
    added = []
    for path in sorted(folder.rglob("*.parquet")):
        name = path.relative_to(folder)
        if log.FOLDER in name.parts:
            continue
        partition = tuple((key, value) for key, _, value in (part.partition("=") for part in name.parts[:-1]))
        try:
            added.append(parquet.describe(folder, name.as_posix(), partition))
        except (OSError, pa.ArrowException):
            continue
    if added:
        log.replace(folder, added=added, operation="WRITE", data_change=True)
    say(f"the table {table.name} got a new log over {len(added)} files")


def _files(folder: Path, table: Table, aside: Aside, say: Callable[[str], None]) -> None:
    """Take files out of the table that cannot be read; count anew those whose rows are not as many as the log says."""
    removed, added = [], []
    for file in log.files(DeltaTable(str(folder))):
        path = folder / file.path
        try:
            rows = compact.read(folder, file, table, table.schema.names).num_rows
        except ArchiveError:
            say(f"{table.name}/{file.path} cannot be read: its {file.rows} rows are made again as far as can be")
            removed.append(file)
            continue
        if file.rows is not None and rows != file.rows:
            removed.append(file)
            copy = path.with_name(f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet")
            shutil.copyfile(path, copy)
            log.sync(copy)
            added.append(parquet.describe(folder, copy.relative_to(folder).as_posix(), file.partition))
    if not removed:
        return
    log.replace(folder, removed=removed, added=added, operation="WRITE", data_change=True)
    for file in removed:
        if (folder / file.path).exists():
            aside.take(folder / file.path)


def _rescue(root: Path, table: Table, lost: list[Path], say: Callable[[str], None]) -> None:
    """Put back rows of files that a lost entry named: those whose key, and whose batch, the table has not."""
    unit = ["run", "batch"] if table is CAPTURES else list(table.key)
    for path in lost:
        try:
            found = pq.read_table(path, partitioning=None)
            rows = pa.table(
                [found[name].cast(table.schema.field(name).type) for name in table.schema.names], table.schema
            )
        except (OSError, KeyError, pa.ArrowException):
            continue
        there = Rows(root / table.name, table).to_table(unit).group_by(unit).aggregate([])
        mark = pa.array([True] * there.num_rows)
        joined = (
            rows.select(unit)
            .append_column("__at", pa.array(range(rows.num_rows)))
            .join(there.append_column("__there", mark), keys=unit, join_type="left outer")
        )
        fresh = rows.take(joined.filter(pc.is_null(joined["__there"])).sort_by("__at")["__at"])
        if fresh.num_rows:
            file = f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet"
            added = parquet.write(root / table.name, file, fresh, table, row_group=parquet.GROUP_ROWS)
            log.replace(root / table.name, added=[added], operation="WRITE", data_change=True)
            say(f"{fresh.num_rows} rows of {table.name} were found in {path.relative_to(root)} and put back")


def once(root: Path, table: Table, say: Callable[[str], None]) -> None:
    """Drop rows of ``table`` that stand twice in one partition."""
    if not any(doubled(Rows(root / table.name, table), table)):
        return
    partitions: dict[tuple[tuple[str, str | None], ...], list[log.AddedFile]] = defaultdict(list)
    for file in log.files(delta.snapshot(root, table)):
        partitions[file.partition].append(file)
    for keys, files in partitions.items():
        name = "/".join(f"{key}={value}" for key, value in keys)
        done = compact.run(root, compact.Plan(table=table, partition=name, files=tuple(files)))
        if done.doubled:
            say(f"{done.doubled} rows of {table.name} that stood twice were dropped")


def drop_pins(archive: Archive, aside: Aside, say: Callable[[str], None]) -> None:
    """Move aside snapshots that cannot be read any more."""
    for problem in verify.tables.pins(archive.root):
        say(f"{problem.where} {problem.detail}: moved aside")
        aside.take(archive.local / snapshots.FOLDER / Path(problem.where).name)
