"""Merging a table's many small files into few large ones, sorted, each row once.

A partition that has more than :data:`MANY` small files is rewritten: its small files are read, sorted as the table is,
rid of rows that stand twice, among them or in another file of the partition, written as files of 64 to 256 MB, and put
in their places by one commit. Large files stay.
Appends go on meanwhile, and whoever reads keeps the snapshot that it has.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from storage import delta, log, parquet, twice
from storage.errors import ArchiveError
from storage.places import Place, below
from storage.schema import TABLES, Table

MANY = 50
SMALL = 64_000_000
TARGET = 128_000_000
# What is sorted at once: bounds the memory (measured: about 4 bytes of it for one on disk) and the work lost by a kill.
GROUP = 1_000_000_000
PREFIX = "compact-"
_FILE, _AT = "__file", "__at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Small files of one partition that become one or more large ones; ``partition`` as its folder is called."""

    table: Table
    partition: str
    files: tuple[log.AddedFile, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What became of one plan: files and bytes before and after, the rows there are now, and those dropped."""

    table: str
    partition: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    rows: int
    doubled: int


def plans(root: Place, *, many: int = MANY, tables: Iterable[Table] = TABLES) -> list[Plan]:
    """What there is to do: every partition of ``tables`` with more than ``many`` files of less than 64 MB."""
    found = []
    for table in tables:
        partitions: dict[tuple[tuple[str, str | None], ...], list[log.AddedFile]] = defaultdict(list)
        for file in log.files(_open(root, table)):
            if file.size < SMALL:
                partitions[file.partition].append(file)
        for keys, small in sorted(partitions.items(), key=str):
            if len(small) > many:
                name = "/".join(f"{key}={value}" for key, value in keys)
                found += [Plan(table=table, partition=name, files=group) for group in _groups(small)]
    return found


def run(root: Place, plan: Plan) -> Compacted:
    """Do what ``plan`` says. Killed at any instant it leaves the table as it was.

    The caller holds the maintenance lock.

    Raises:
        ArchiveError: a file is damaged or its rows are not as many as the log says; nothing was changed.
        CommitFailed: somebody else replaced one of the files; nothing was changed.
    """
    folder = root / plan.table.name
    own = {file.path for file in plan.files}
    others = [
        file
        for file in log.files(_open(root, plan.table))
        if file.partition == plan.files[0].partition and file.path not in own
    ]
    order, doubled = _order(folder, plan, others)
    pieces = min(max(1, round(plan.size / TARGET)), len(order))
    row_group = parquet.group_rows(max(1, len(order)), plan.size)
    added = []
    for number in range(pieces):
        part = order.slice(
            len(order) * number // pieces, len(order) * (number + 1) // pieces - len(order) * number // pieces
        )
        rows = _taken(folder, plan, part)
        name = f"{PREFIX}{uuid.uuid4()}.zstd.parquet"
        path = f"{plan.partition}/{name}" if plan.partition else name
        added.append(parquet.write(folder, path, rows, plan.table, row_group=row_group))
    before, after = sum(file.rows or 0 for file in plan.files), sum(file.rows or 0 for file in added)
    if before - doubled != after:
        raise ArchiveError(
            f"{plan.table.name}: {before} rows, {doubled} of them doubled, became {after}; nothing changed"
        )
    log.replace(
        folder,
        removed=plan.files,
        added=added,
        operation="OPTIMIZE",
        data_change=doubled > 0,
        kept=others if doubled else (),
    )
    return Compacted(
        table=plan.table.name,
        partition=plan.partition,
        files_before=len(plan.files),
        files_after=len(added),
        bytes_before=plan.size,
        bytes_after=sum(file.size for file in added),
        rows=after,
        doubled=doubled,
    )


def compact(
    root: Place, *, many: int = MANY, tables: Iterable[Table] = TABLES, say: Callable[[str], None] = lambda _: None
) -> list[Compacted]:
    """Do all of :func:`plans`, and write a checkpoint of each table that changed; ``say`` is told a line about each.

    The caller holds the maintenance lock. What a killed compaction wrote and did not commit is removed first.
    """
    sweep(root)
    done = []
    todo = plans(root, many=many, tables=tables)
    for number, plan in enumerate(todo, 1):
        where = f"{plan.table.name}{f' {plan.partition}' if plan.partition else ''}"
        say(f"compacting {number} of {len(todo)}: {where}, {len(plan.files)} files, {plan.size / 1e6:.1f} MB")
        done.append(run(root, plan))
    for table in {plan.table.name for plan in todo}:
        checkpoint(root / table)
    return done


def sweep(root: Place) -> int:
    """Remove files that a killed compaction left; nobody else names its files so, and it holds the lock. How many."""
    swept = 0
    for table in TABLES:
        mine = [path for path in (root / table.name).rglob(f"{PREFIX}*.parquet") if path.is_file()]
        if not mine:
            continue
        # Old versions may need a file that a later compaction replaced: only what no entry ever added is swept.
        known = {file.path for file in log.files(_open(root, table))}
        known |= {path for entry in log.entries(root / table.name) for path, _ in entry.removed}
        for path in mine:
            if below(path, root / table.name).as_posix() not in known:
                path.unlink()
                swept += 1
    return swept


def checkpoint(folder: Place) -> None:
    """Write a checkpoint of the table at ``folder``, on the disk when this returns."""
    handle = delta.opened(folder)
    handle.create_checkpoint()
    delta.sync_commits(folder, handle.version() - 1, handle.version())


def _open(root: Place, table: Table) -> DeltaTable:
    try:
        return delta.snapshot(root, table)
    except DeltaError as error:
        raise ArchiveError(f"the table {table.name} cannot be read: {error}; see `broadsheet verify`") from error


def _groups(files: Sequence[log.AddedFile]) -> list[tuple[log.AddedFile, ...]]:
    """Files in the order of their paths, as many in a group as :data:`GROUP` allows."""
    groups: list[list[log.AddedFile]] = [[]]
    size = 0
    for file in sorted(files, key=lambda one: one.path):
        if groups[-1] and size + file.size > GROUP:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    return [tuple(group) for group in groups if len(group) > 1]


def _order(folder: Place, plan: Plan, others: Iterable[log.AddedFile]) -> tuple[pa.Table, int]:
    """Where each row that stays stands, in the order of the new files, and how many rows are left out.

    A row that stands in one of ``others`` too is left out here.
    """
    table = plan.table
    columns = list(dict.fromkeys([*table.sort_by, *table.key, twice.RUN]))
    parts = []
    for number, file in enumerate(plan.files):
        keys = read(folder, file, table, columns)
        if keys.num_rows != (file.rows if file.rows is not None else keys.num_rows):
            raise ArchiveError(
                f"{folder / file.path} has {keys.num_rows} rows, the log says {file.rows}; see `broadsheet verify`"
            )
        keys = keys.append_column(_FILE, pa.repeat(pa.scalar(number, pa.int32()), keys.num_rows))
        parts.append(keys.append_column(_AT, pa.array(range(keys.num_rows), pa.int64())))
    rows = pa.concat_tables(parts)
    elsewhere = twice.met_again(folder, table, rows, others)
    ordinal = pa.concat_arrays(
        [pa.repeat(pa.scalar(-1), elsewhere.num_rows), pa.array(range(rows.num_rows), pa.int64())]
    )
    every = pa.concat_tables([elsewhere, rows.select(table.key)]).append_column(_AT, ordinal)
    first = every.group_by(list(table.key)).aggregate([(_AT, "min")])[f"{_AT}_min"]
    first = first.filter(pc.greater_equal(first, 0))
    once = rows if len(first) == rows.num_rows else rows.take(first)
    keys_of = [(name, "ascending") for name in (*table.sort_by, _FILE, _AT)]
    return once.sort_by(keys_of).select([_FILE, _AT]), rows.num_rows - once.num_rows


def _taken(folder: Place, plan: Plan, part: pa.Table) -> pa.Table:
    """The rows that ``part`` points at, in its order. One file is held at a time, beside the rows taken from it."""
    taken, places = [], []
    at = part.append_column("__place", pa.array(range(part.num_rows), pa.int64()))
    for number, file in enumerate(plan.files):
        here = at.filter(pc.equal(at[_FILE], number))
        if here.num_rows:
            taken.append(read(folder, file, plan.table, plan.table.schema.names).take(here[_AT]))
            places.append(here["__place"])
    rows = pa.concat_tables(taken) if taken else plan.table.schema.empty_table()
    place = pa.chunked_array([chunk for chunked in places for chunk in chunked.chunks], pa.int64())
    return rows.take(pc.sort_indices(place))


def read(folder: Place, file: log.AddedFile, table: Table, columns: Sequence[str]) -> pa.Table:
    """Some columns of one file, as the schema has them: partition columns from the log, unknown ones null."""
    values = dict(file.partition)
    try:
        # Not a dataset: its discovery would read partition columns off the path.
        with parquet.opened(folder / file.path) as opened:
            there = set(opened.schema_arrow.names)
            found = opened.read(columns=[name for name in columns if name in there])
            count = opened.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        raise ArchiveError(f"{folder / file.path} cannot be read: {error}; see `broadsheet verify`") from error
    arrays = []
    for name in columns:
        field = table.schema.field(name)
        if name in values:
            arrays.append(pa.repeat(pa.scalar(values[name], field.type), count))
        elif name in there:
            arrays.append(found[name].cast(field.type))
        else:
            arrays.append(pa.nulls(count, field.type))
    return pa.table(arrays, schema=pa.schema([table.schema.field(name) for name in columns]))
