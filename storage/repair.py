"""Putting right what can be put right without reading a page: logs, files, rows that stand twice, torn ends.

Nothing is deleted: what is taken out of the tables or the WARC goes to a folder below ``aside/``, under the path that
it had. All of these are for the holder of the maintenance and the recovery lock, when nobody writes.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
from deltalake.exceptions import DeltaError

from storage import compact, delta, log, parquet, salvage, snapshots, verify, warc
from storage.archive import Archive
from storage.aside import Aside
from storage.errors import ArchiveBusy, ArchiveError
from storage.locks import is_held
from storage.places import Place, below
from storage.recovery import KEEPS
from storage.remote import Remote
from storage.rows import DEGRADED, Rows
from storage.schema import ARTICLES, CAPTURES, RUNS, TABLES, Table
from storage.verify.tables import damaged_log, doubled, orphans

Say = Callable[[str], None]


def nobody_writes(archive: Archive) -> None:
    """Raise ArchiveBusy where a run is alive or a source is locked. The caller holds the recovery lock: none starts."""
    for lock in (archive.root / "locks").glob("*.lock"):
        if lock.name.startswith(("run-", "source-")) and is_held(lock):
            raise ArchiveBusy(f"{archive.root} is being written ({lock.stem}); try again once that has ended")


def tables(archive: Archive, aside: Aside, say: Say) -> None:
    """Make every table readable: its log, then each file that the log names, then what the log does not name."""
    standing = _standing(archive)
    for table in TABLES:
        folder = archive.root / table.name
        lost, anew = _log(archive.root, table, aside, say, standing)
        _files(folder, table, aside, say)
        strays = orphans(archive.root, table)
        if lost and not anew and table is not ARTICLES:
            # Articles are made again from their pages; the rest of what a lost entry named is nowhere else.
            _rescue(archive.root, table, strays, say)
        for path in strays:
            say(f"{below(path, archive.root)} is named by no log: moved aside")
            aside.take(path)
        once(archive.root, table, say)


def tails(archive: Archive, aside: Aside, say: Say) -> None:
    """Cut segments that end inside a record back to their last whole one; what is cut off is kept aside."""
    for segment in warc.segments(archive.warc):
        path = archive.root / "warc" / segment
        if not path.is_file():
            # In the spool of an archive on S3: its end is cut off before it is uploaded.
            continue
        last = None
        for found in warc.scan(path, root=archive.root / "warc"):
            last = found
        if not isinstance(last, warc.DamagedRecord) or last.reason != "torn":
            continue
        if last.offset + last.length != path.stat().st_size:
            continue
        aside.keep(path, start=last.offset)
        if isinstance(path, Remote):
            path.write_bytes(path.range(0, last.offset))
        else:
            os.truncate(path, last.offset)
            log.sync(path)
        say(f"warc/{segment} ended inside a record: {last.length} bytes moved aside")


def level(archive: Archive) -> None:
    """Note for every run the same batch number in both tables; rows that one of them lacks are looked for by page.

    And for every run that has its row in ``runs`` that it was written: a lost entry may have been all that told it.
    """
    known = set(archive.runs().to_table(["run"])["run"].to_pylist())
    runs = {warc.run_of(file) for file in warc.segments(archive.warc)} | set(verify.open_runs(archive, known))
    captures, articles, ended = (delta.snapshot(archive.root, table) for table in (CAPTURES, ARTICLES, RUNS))
    due = {run: max(delta.transaction(captures, run), delta.transaction(articles, run)) for run in sorted(runs)}
    for handle, table, numbers in (
        (captures, CAPTURES, due),
        (articles, ARTICLES, due),
        (ended, RUNS, dict.fromkeys(sorted(known), 1)),
    ):
        lacking = [(run, number) for run, number in numbers.items() if number > delta.transaction(handle, run)]
        if lacking:
            log.replace(archive.root / table.name, transactions=lacking, operation="WRITE", data_change=False)


def _log(root: Place, table: Table, aside: Aside, say: Say, standing: salvage.Standing) -> tuple[bool, bool]:
    """Make the log of ``table`` readable; whether something of it was lost, and whether it began anew."""
    folder = root / table.name
    if not (folder / log.FOLDER).is_dir() or not (log.versions(folder) or log.checkpoints(folder)):
        _anew(root, table, aside, say, standing)
        return True, True
    broken = [path for path, _ in damaged_log(folder)]
    entries = False
    for path in broken:
        say(f"{below(path, root)} is damaged: moved aside")
        entries = entries or path.suffix == ".json"
        aside.take(path)
    if len(broken) > sum(path.suffix == ".json" for path in broken):
        pointer = folder / log.FOLDER / log.LAST_CHECKPOINT
        if pointer.exists():
            aside.take(pointer)
    newest = max((version for version, _ in (*log.versions(folder), *log.checkpoints(folder))), default=-1)
    try:
        whole = delta.opened(folder).version() == newest and not _gaps(folder)
    except (DeltaError, OSError, ValueError):
        whole = False
    if not whole:
        _anew(root, table, aside, say, standing)
    return entries or not whole, not whole


def _gaps(folder: Place) -> bool:
    """Whether entries are missing between the newest checkpoint and the newest entry."""
    begin = max((version for version, _ in log.checkpoints(folder)), default=-1)
    there = [version for version, _ in log.versions(folder) if version > begin]
    return there != list(range(begin + 1, begin + 1 + len(there)))


def _anew(root: Place, table: Table, aside: Aside, say: Say, standing: salvage.Standing) -> None:
    """Begin a new log over the rows that are live in the folder's sound files; see :mod:`storage.salvage`."""
    folder = root / table.name
    if (folder / log.FOLDER).exists():
        aside.take(folder / log.FOLDER)
    delta.create(root, table)
    there = []
    paths: list[Place] = list(folder.rglob("*.parquet"))
    for path in sorted(paths, key=str):
        name = below(path, folder)
        if log.FOLDER in name.parts:
            continue
        partition = tuple((key, value) for key, _, value in (part.partition("=") for part in name.parts[:-1]))
        try:
            there.append(parquet.describe(folder, name.as_posix(), partition))
        except (OSError, pa.ArrowException):
            continue
    refused = _refused(root) if table is ARTICLES else None
    found = salvage.salvage(folder, table, there, standing, refused)
    # Numbers go on where they were, so that of two rows the later one keeps the higher batch.
    numbers = _last_batches(folder, table, found.files) if table in (CAPTURES, RUNS) else []
    if found.files:
        log.replace(folder, added=found.files, transactions=numbers, operation="WRITE", data_change=True)
    say(f"the table {table.name} got a new log over {len(found.files)} files")
    if found.superseded:
        say(f"{found.superseded} rows of {table.name} had been replaced by others and stay out")


def _last_batches(folder: Place, table: Table, files: tuple[log.AddedFile, ...]) -> list[tuple[str, int]]:
    """The highest batch of each run among the rows of ``files``; a run's own row is its only one."""
    names = [name for name in ("run", "batch") if name in table.schema.names]
    parts = [compact.read(folder, file, table, names) for file in files]
    if not parts:
        return []
    rows = pa.concat_tables(parts)
    if "batch" not in names:
        return sorted((run, 1) for run in rows["run"].unique().to_pylist())
    last = rows.group_by("run").aggregate([("batch", "max")]).to_pylist()
    return sorted((row["run"], row["batch_max"]) for row in last if row["run"] and row["batch_max"])


def _refused(root: Place) -> pa.Array:
    """Where pages stand of which ``captures`` says that they gave no article."""
    try:
        rows = Rows(root / CAPTURES.name, CAPTURES).to_table(
            [*salvage.PLACE, "outcome", "reason"], filter=pc.field("warc_file").is_valid()
        )
    except ArchiveError:
        return pa.array([], pa.string())
    gave = pc.or_(
        pc.is_in(rows["outcome"], value_set=pa.array(sorted(KEEPS))),
        pc.fill_null(pc.equal(rows["reason"], DEGRADED), False),
    )
    return salvage.keys(rows.filter(pc.invert(gave))).combine_chunks()


def _standing(archive: Archive) -> salvage.Standing:
    """Where whole records stand; all of the WARC is read, at the first question."""

    @lru_cache(maxsize=1)
    def found() -> Mapping[tuple[str, int], str | None]:
        whole: dict[tuple[str, int], str | None] = {}
        for segment in warc.segments(archive.warc):
            for one in warc.scan_all(archive.warc / segment, root=archive.warc):
                if not isinstance(one, warc.DamagedRecord):
                    digest = one.payload_digest if isinstance(one, warc.StoredResponse) else None
                    whole[one.position.file, one.position.offset] = digest
        return whole

    return found


def _files(folder: Place, table: Table, aside: Aside, say: Say) -> None:
    """Take files out of the table that cannot be read; count anew those whose rows are not as many as the log says."""
    removed, added = [], []
    for file in log.files(delta.opened(folder)):
        try:
            rows = compact.read(folder, file, table, table.schema.names)
        except ArchiveError:
            say(f"{table.name}/{file.path} cannot be read: its {file.rows} rows are made again as far as can be")
            removed.append(file)
            continue
        if file.rows is not None and rows.num_rows != file.rows:
            removed.append(file)
            if rows.num_rows:
                added.append(_written(folder, PurePosixPath(file.path).parent, rows, table))
    if not removed:
        return
    log.replace(folder, removed=removed, added=added, operation="WRITE", data_change=True)
    for file in removed:
        if (folder / file.path).exists():
            aside.take(folder / file.path)


def _written(folder: Place, below_it: PurePosixPath, rows: pa.Table, table: Table) -> log.AddedFile:
    name = f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet"
    return parquet.write(folder, (below_it / name).as_posix(), rows, table, row_group=parquet.GROUP_ROWS)


def _rescue(root: Place, table: Table, lost: list[Place], say: Say) -> None:
    """Put back rows of files that a lost entry named: those whose key, and whose batch, the table has not."""
    unit = ["run", "batch"] if table is CAPTURES else list(table.key)
    for path in lost:
        try:
            with parquet.opened(path) as opened:
                found = opened.read()
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
            added = _written(root / table.name, PurePosixPath(), fresh, table)
            log.replace(root / table.name, added=[added], operation="WRITE", data_change=True)
            say(f"{fresh.num_rows} rows of {table.name} were found in {below(path, root)} and put back")


def once(root: Place, table: Table, say: Say) -> None:
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


def drop_pins(archive: Archive, aside: Aside, say: Say) -> None:
    """Move aside snapshots that cannot be read any more."""
    for problem in verify.tables.pins(archive.root):
        say(f"{problem.where} {problem.detail}: moved aside")
        aside.take(archive.root / snapshots.FOLDER / PurePosixPath(problem.where).name)
