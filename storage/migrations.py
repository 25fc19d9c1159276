"""Bringing an archive of an older Broadsheet up to date, where it lies.

The marker goes first: it names the new format and the old one. An older Broadsheet then refuses the archive, for it
would leave out of its rows what a newer one has added, and whoever comes after a kill knows where to go on. Each step
may be done again; the old format leaves the marker last. WARC records are never touched, nor are rows: a column that is
added is null in them, for whoever reads through the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError

from storage import delta, marker
from storage.archive import Archive
from storage.errors import ArchiveBusy, ArchiveError
from storage.locks import Lock, wait_for_lock
from storage.places import Place, options
from storage.repair import nobody_writes
from storage.schema import TABLES, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one format to the next: ``what`` is done, in words for people, and the function that does it."""

    to: int
    what: str
    do: Callable[[Place], None]


def due(root: Place, steps: Sequence[Step] | None = None) -> tuple[Step, ...]:
    """The steps that the archive at ``root`` is behind, in order. Raises as :func:`storage.marker.read`."""
    found = marker.read(root)
    return tuple(one for one in (STEPS if steps is None else steps) if one.to > (found.since or found.format))


def migrate(archive: Archive, *, say: Callable[[str], None] = lambda _: None) -> tuple[Step, ...]:
    """Bring ``archive`` up to date; ``say`` is told a line about each step. Safe to repeat, and to kill.

    Returns the steps that were done, none where it is of our format. Of two that start at once one waits for the other.

    Raises:
        ArchiveBusy: somebody is writing.
        ArchiveError: it cannot be written, or a table is damaged.
    """
    if not marker.read(archive.root).outdated:
        return ()
    with _lock(archive, say), archive.writing(), archive.lock_recovery():
        found = marker.read(archive.root)
        if not found.outdated:
            return ()
        nobody_writes(archive)
        todo = due(archive.root)
        since = found.since or found.format
        marker.write(archive.root, since=since)
        for step in todo:
            say(f"migrating {archive.root} from format {since} to {marker.FORMAT}: {step.what}")
            step.do(archive.root)
        marker.write(archive.root)
        return todo


def _lock(archive: Archive, say: Callable[[str], None]) -> Lock:
    try:
        return archive.lock_maintenance("migrating", outdated=True)
    except ArchiveBusy as error:
        say(f"waiting to migrate: {error}")
        return wait_for_lock(archive.root / "locks" / "maintenance.lock", holder="migrating")


def widen(root: Place, tables: Iterable[Table] = TABLES) -> None:
    """Give each table's log the columns that its schema has in addition, and their descriptions as they are now.

    Rows that are there have null in a new column, so that only one that may be null can be added. A table that is
    wholly missing is left to ``verify --repair``.

    Raises:
        ArchiveError: a table's log is damaged, or a new column may not be null.
    """
    for table in tables:
        folder = root / table.name
        try:
            if not DeltaTable.is_deltatable(str(folder), storage_options=options(folder)):
                continue
            handle = delta.opened(folder)
            before = handle.version()
            _widen(handle, table)
            delta.sync_commits(folder, before, delta.opened(folder).version())
        except DeltaError as error:
            raise ArchiveError(
                f"the table {table.name} cannot be changed: {error!s:.200}; see `broadsheet verify`"
            ) from error


def _widen(handle: DeltaTable, table: Table) -> None:
    there = {field.name: field for field in handle.schema().fields}
    wanted = Schema.from_arrow(table.schema).fields
    fresh: list[Field] = [field for field in wanted if field.name not in there]
    closed = [field.name for field in fresh if not field.nullable]
    if closed:
        raise ArchiveError(f"the column {closed[0]} of {table.name} may not be null, and old rows have none")
    if fresh:
        handle.alter.add_columns(fresh)
    for field in wanted:
        if field.name in there and there[field.name].metadata != field.metadata:
            handle.alter.set_column_metadata(field.name, {key: str(value) for key, value in field.metadata.items()})


def complete(root: Place) -> None:
    """Create the tables that came with a later format, empty; those that are there stay as they are."""
    for table in TABLES:
        if table.since > 1:
            delta.create(root, table)


STEPS: tuple[Step, ...] = (
    Step(
        to=2,
        what="columns are described as they are now; tombstones of removed pages are heeded from now on",
        do=widen,
    ),
    Step(to=3, what="the table clusters is added, empty; `broadsheet cluster` fills it", do=complete),
)
