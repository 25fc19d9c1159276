"""Named snapshots: the versions of all tables at one moment, pinned, and the archive as it stood at an instant.

A pin is a file ``snapshots/NAME.json``. It lists each table's version and files, so that it can be read without the
log; neither the files nor the log entries that it needs are removed while it is there.
"""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
import json
import re

from deltalake.exceptions import DeltaError

from storage import delta, log, marker
from storage.errors import ArchiveError
from storage.places import Place, write
from storage.schema import ARTICLES, CAPTURES, CLUSTERS, RUNS, SOURCES, Table

FOLDER = "snapshots"
# A run writes sources first, then captures, then articles, then its row in runs. Read the other way round, no table
# is ahead of one that was written before it.
READ_ORDER = (RUNS, CLUSTERS, ARTICLES, CAPTURES, SOURCES)
# Tables that came with a later format: what was pinned or written before has none of it.
_LATER = frozenset(table.name for table in READ_ORDER if table.since > 1)
# An instant that is as far ahead as that may be another machine's present.
_CLOCKS_DIFFER = dt.timedelta(minutes=1)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableVersion:
    """One table as it stood: its version, its files' paths below its folder, and how many rows they hold."""

    table: str
    version: int
    files: tuple[str, ...]
    rows: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All tables at one moment. ``name`` is None where it is not pinned."""

    name: str | None
    at: dt.datetime
    tables: tuple[TableVersion, ...]

    def of(self, table: str) -> TableVersion:
        """What stood in that table; nothing where it came with a later format."""
        if table in _LATER and not self.holds(table):
            return _nothing(table)
        return next(one for one in self.tables if one.table == table)

    def holds(self, table: str) -> bool:
        """Whether the archive had that table."""
        return any(one.table == table for one in self.tables)


def _nothing(table: str) -> TableVersion:
    return TableVersion(table=table, version=0, files=(), rows=0)


def absent(root: Place, table: Table) -> TableVersion | None:
    """An empty ``table`` where the archive is of a format that had none; None where it has one, or should."""
    if table.since == 1:
        return None
    found = marker.read(root)
    return _nothing(table.name) if (found.since or found.format) < table.since else None


class UnknownSnapshot(ArchiveError):
    """No snapshot has that name, or the archive cannot be read as of that instant; the message says what there is."""


def pin(root: Place, name: str) -> Snapshot:
    """Pin what stands now under ``name``. The caller holds the maintenance lock.

    Raises:
        ArchiveError: the name is taken, is no plain word, or looks like an instant; a table cannot be read, or the
            folder not be written.
    """
    if not _NAME.fullmatch(name):
        raise ArchiveError(f"{name!r} cannot name a snapshot; write letters, digits, dots, dashes, such as paper-2026")
    if _instant(name) is not None:
        raise ArchiveError(f"{name!r} cannot name a snapshot: it reads as a date; write such as paper-{name[:10]}")
    path = _path(root, name)
    if path.exists():
        raise ArchiveError(f"there is a snapshot {name} already, of {read(root, name).at:%Y-%m-%d %H:%M:%S} UTC")
    made = dataclasses.replace(taken(root), name=name)
    save(root, made)
    return made


def taken(root: Place) -> Snapshot:
    """What stands now, not pinned. Raises ArchiveError where a table cannot be read."""
    try:
        tables = tuple(_version(root, table.name, None) for table in READ_ORDER if absent(root, table) is None)
    except DeltaError as error:
        raise ArchiveError(f"a table cannot be read: {error!s:.200}; see `broadsheet verify`") from error
    return Snapshot(name=None, at=dt.datetime.now(dt.UTC), tables=tables)


def save(root: Place, snapshot: Snapshot) -> None:
    """Write a pinned snapshot's file, in the place of an earlier one; raises ArchiveError where it cannot be."""
    record = dataclasses.asdict(snapshot) | {"at": snapshot.at.isoformat()}
    try:
        write(_path(root, snapshot.name or ""), json.dumps(record).encode())
    except OSError as error:
        raise ArchiveError(f"the snapshot {snapshot.name} cannot be written: {error.strerror or error}") from error


def drop(root: Place, name: str) -> None:
    """Let go of the snapshot ``name``; the next vacuum removes what only it held. Raises as :func:`read`."""
    read(root, name)
    try:
        _path(root, name).unlink()
        log.sync(root / FOLDER)
    except OSError as error:
        raise ArchiveError(f"the snapshot {name} cannot be dropped: {error.strerror or error}") from error


def names(root: Place) -> list[str]:
    """The names that are pinned, in order."""
    return sorted(path.stem for path in (root / FOLDER).glob("*.json") if _NAME.fullmatch(path.stem))


def pinned(root: Place) -> list[Snapshot]:
    """Every pinned snapshot, oldest first. Raises ArchiveError where one cannot be read: it may hold any file."""
    return sorted((read(root, name) for name in names(root)), key=lambda one: one.at)


def read(root: Place, name: str) -> Snapshot:
    """The snapshot ``name``.

    Raises:
        UnknownSnapshot: there is none.
        ArchiveError: its file is damaged.
    """
    try:
        text = _path(root, name).read_text(encoding="utf-8")
    except (FileNotFoundError, ValueError):
        raise UnknownSnapshot(f"there is no snapshot {name!r}; {_pinned(root)}") from None
    try:
        record = json.loads(text)
        tables = tuple(
            TableVersion(table=one["table"], version=one["version"], files=tuple(one["files"]), rows=one["rows"])
            for one in record["tables"]
        )
        return Snapshot(name=name, at=dt.datetime.fromisoformat(record["at"]), tables=tables)
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{_path(root, name)} is damaged: {error}; `broadsheet snapshot --drop {name}`") from error


def as_of(root: Place, moment: str | dt.datetime) -> Snapshot:
    """The archive as it stood: at a pinned snapshot's name, or at an instant (aware, or ISO 8601; UTC without a zone).

    Raises:
        UnknownSnapshot: no snapshot has that name, or the instant lies in the future or before what can still be read.
    """
    if isinstance(moment, str):
        if moment in names(root):
            return read(root, moment)
        instant = _instant(moment)
        if instant is None:
            raise UnknownSnapshot(f"there is no snapshot {moment!r}; {_what_there_is(root)}")
    else:
        instant = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    if instant > dt.datetime.now(dt.UTC) + _CLOCKS_DIFFER:
        raise UnknownSnapshot(f"{instant:%Y-%m-%d %H:%M:%S} UTC lies in the future; {_what_there_is(root)}")
    try:
        held = [table for table in READ_ORDER if not _came_later(root, table, instant)]
        found = {table.name: _at(root / table.name, instant) for table in held}
        found[CAPTURES.name] = _behind(root / ARTICLES.name, found[ARTICLES.name], root / CAPTURES.name, found)
        tables = tuple(_version(root, name, version) for name, version in found.items())
    except (LookupError, DeltaError):
        raise UnknownSnapshot(f"nothing of {instant:%Y-%m-%d %H:%M:%S} UTC is kept; {_what_there_is(root)}") from None
    for one in tables:
        if any(not (root / one.table / file).exists() for file in one.files):
            raise UnknownSnapshot(
                f"files of {instant:%Y-%m-%d %H:%M:%S} UTC were vacuumed from {one.table}; {_what_there_is(root)}"
            )
    return Snapshot(name=None, at=instant, tables=tables)


def _came_later(root: Place, table: Table, instant: dt.datetime) -> bool:
    """Whether ``table`` is one that the archive did not have at that instant."""
    if table.name not in _LATER or absent(root, table) is not None:
        return table.name in _LATER
    told = log.instants(root / table.name)
    return bool(told) and told[0][0] == 0 and told[0][1] > instant


def _at(table: Place, instant: dt.datetime) -> int:
    """The last version that was written by ``instant``; raises LookupError where the log begins later."""
    found = [version for version, at in log.instants(table) if at <= instant]
    if not found:
        raise LookupError(table.name)
    return found[-1]


def _behind(articles: Place, version: int, captures: Place, found: dict[str, int]) -> int:
    """The version of ``captures`` that has every batch that ``articles`` has at ``version``.

    The one found by the clock, but where the clock was set back between the two commits of a batch.
    """
    due: dict[str, int] = {}
    for entry in log.entries(articles):
        if entry.version <= version:
            due.update(entry.transactions)
    at = found[captures.name]
    handle = delta.opened(captures, at)
    missing = {app: number for app, number in due.items() if (handle.transaction_version(app) or 0) < number}
    for entry in log.entries(captures, after=at):
        if not missing:
            break
        at = entry.version
        for application, number in entry.transactions:
            if missing.get(application, number + 1) <= number:
                del missing[application]
    return at


def _version(root: Place, table: str, version: int | None) -> TableVersion:
    handle = delta.opened(root / table, version)
    files = log.files(handle)
    return TableVersion(
        table=table,
        version=handle.version(),
        files=tuple(sorted(file.path for file in files)),
        rows=sum(file.rows or 0 for file in files),
    )


def _path(root: Place, name: str) -> Place:
    if not _NAME.fullmatch(name):
        raise UnknownSnapshot(f"there is no snapshot {name!r}; {_pinned(root)}")
    return root / FOLDER / f"{name}.json"


def _instant(text: str) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant


def _pinned(root: Place) -> str:
    known = names(root)
    return f"pinned are {', '.join(known)}" if known else "none is pinned"


def _what_there_is(root: Place) -> str:
    """Which names and instants can be read, in words."""
    begun = [
        since for table in READ_ORDER if table.name not in _LATER and (since := _oldest(root / table.name)) is not None
    ]
    return _pinned(root) + (f"; instants from {max(begun):%Y-%m-%dT%H:%M:%SZ} on can be read" if begun else "")


def _oldest(table: Place) -> dt.datetime | None:
    """About the oldest instant of which every file of ``table`` is there; None where the table cannot be read."""
    try:
        told = log.instants(table)
        first = bisect.bisect_left(told, True, key=lambda one: _whole(table, one[0]))
    except (ArchiveError, OSError):
        return None
    return told[first][1] if first < len(told) else None


def _whole(table: Place, version: int) -> bool:
    try:
        held = log.files(delta.opened(table, version))
    except DeltaError:
        return False
    return all((table / file.path).exists() for file in held)
