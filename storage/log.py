"""A table's Delta log, read entry by entry, and one commit that replaces files by others.

delta-rs reads and appends; it offers no commit that takes out the files one names and puts in the files one wrote.
:func:`replace` is that commit, by the Delta protocol: an entry appears under its number whole or not at all, and only
where nobody took the number before (a hard link, as delta-rs does it on local file systems).
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from storage import delta
from storage.errors import ArchiveError, CommitFailed
from storage.places import Place, fence, write_new
from storage.places import sync as sync

# Waits grow to a second within eight tries: minutes of others who commit without a pause.
TRIES = 200
FOLDER = "_delta_log"
LAST_CHECKPOINT = "_last_checkpoint"
_ENTRY = re.compile(r"([0-9]{20})\.json")
_CHECKPOINT = re.compile(r"([0-9]{20})\.checkpoint(\..+)?\.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFile:
    """A Parquet file that an entry puts into its table: path below the table's folder, size in bytes, rows.

    ``partition`` are the values of the table's partition columns, ``stats`` Delta's statistics as JSON.
    """

    path: str
    size: int
    rows: int | None
    partition: tuple[tuple[str, str | None], ...] = ()
    stats: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One commit: its version, the instant that its writer noted, and what it changed.

    ``removed`` are paths with the instants of their removal, ``transactions`` applications with their numbers.
    """

    version: int
    at: dt.datetime | None
    added: tuple[AddedFile, ...] = ()
    removed: tuple[tuple[str, dt.datetime], ...] = ()
    transactions: tuple[tuple[str, int], ...] = ()


class DamagedEntry(ArchiveError):
    """A log entry is empty or not what the protocol says: a power cut can leave one."""


def versions(table: Place) -> list[tuple[int, Place]]:
    """The entries of the log of ``table`` that are there, in order."""
    found = ((_ENTRY.fullmatch(path.name), path) for path in (table / FOLDER).glob("*.json"))
    return sorted((int(match[1]), path) for match, path in found if match)


def checkpoints(table: Place) -> list[tuple[int, Place]]:
    """The checkpoint files of the log of ``table``, in order; one checkpoint may have several."""
    found = ((_CHECKPOINT.fullmatch(path.name), path) for path in (table / FOLDER).glob("*.parquet"))
    return sorted((int(match[1]), path) for match, path in found if match)


def read_entry(path: Place) -> Entry:
    """The entry at ``path``; raises :class:`DamagedEntry` where it is empty or broken."""
    version = int(path.name.partition(".")[0])
    at: dt.datetime | None = None
    added: list[AddedFile] = []
    removed: list[tuple[str, dt.datetime]] = []
    transactions: list[tuple[str, int]] = []
    actions = 0
    try:
        for action in delta.actions(path.read_bytes()):
            actions += 1
            if "commitInfo" in action and "timestamp" in action["commitInfo"]:
                at = _instant(action["commitInfo"]["timestamp"])
            elif "add" in action:
                added.append(_added(action["add"]))
            elif "remove" in action:
                removed.append((unquote(action["remove"]["path"]), _instant(action["remove"]["deletionTimestamp"])))
            elif "txn" in action:
                transactions.append((action["txn"]["appId"], int(action["txn"]["version"])))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedEntry(f"{path} is damaged: {error}") from error
    if not actions:
        raise DamagedEntry(f"{path} is empty")
    return Entry(
        version=version,
        at=at,
        added=tuple(added),
        removed=tuple(removed),
        transactions=tuple(transactions),
    )


def entries(table: Place, *, after: int = -1) -> Iterator[Entry]:
    """The entries of ``table`` with versions above ``after``, in order; raises as :func:`read_entry`."""
    for version, path in versions(table):
        if version > after:
            yield read_entry(path)


def instants(table: Place) -> list[tuple[int, dt.datetime]]:
    """When each version that the log still names was written, never falling: a clock that jumped back counts as still.

    That is how the Delta protocol reads its own clock, so every reader agrees on what stood at an instant.
    """
    told: list[tuple[int, dt.datetime]] = []
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for version, path in versions(table):
        at = read_entry(path).at or dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        latest = max(latest, at)
        told.append((version, latest))
    return told


def files(handle: DeltaTable) -> list[AddedFile]:
    """The files of one snapshot."""
    actions: Any = handle.get_add_actions(flatten=True)
    names = list(handle.metadata().partition_columns)
    columns = {name: actions.column(name).to_pylist() for name in ("path", "size_bytes", "num_records")}
    values = {name: actions.column(f"partition.{name}").to_pylist() for name in names} if len(columns["path"]) else {}
    return [
        AddedFile(
            path=unquote(path),
            size=columns["size_bytes"][at],
            rows=columns["num_records"][at],
            partition=tuple((name, values[name][at]) for name in names),
        )
        for at, path in enumerate(columns["path"])
    ]


def replace(
    table: Place,
    *,
    removed: Sequence[AddedFile] = (),
    added: Sequence[AddedFile] = (),
    transactions: Sequence[tuple[str, int]] = (),
    operation: str,
    data_change: bool,
    kept: Sequence[AddedFile] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Commit that ``removed`` go and ``added`` come, all at once; returns the version.

    Appends of others do not conflict, and are kept. ``data_change`` is False where the rows stay the same;
    ``transactions`` are applications' numbers to note, for which nobody else may be writing. ``kept`` are files that
    must stay part of the table for the change to be right. Whoever finds the next number taken tries the one after it,
    with growing pauses. The new files must be on the disk already; the entry and its folder are when this returns.

    Raises:
        CommitFailed: a file of ``removed`` or ``kept`` is no longer part of the table, or no number could be had in
            :data:`TRIES` tries; nothing changed.
    """
    now = dt.datetime.now(dt.UTC)
    lines: list[Mapping[str, Any]] = [
        {
            "commitInfo": {
                "timestamp": _millis(now),
                "operation": operation,
                "operationParameters": {},
                "txnId": str(uuid.uuid4()),
            }
        },
        *({"txn": {"appId": application, "version": number}} for application, number in transactions),
        *({"add": _add_action(file, now, data_change)} for file in added),
        *({"remove": _remove_action(file, now, data_change)} for file in removed),
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines) + "\n"
    try:
        handle = delta.opened(table)
        for attempt in range(TRIES):
            if attempt:
                sleep(min(1.0, 0.005 * 2 ** min(attempt, 10)) * random.uniform(0.5, 1.5))
                handle.update_incremental()
            gone = {file.path for file in (*removed, *kept)} - {file.path for file in files(handle)}
            if gone:
                raise CommitFailed(f"{table.name}: {sorted(gone)[0]} was replaced by somebody else meanwhile")
            version = handle.version() + 1
            fence(table)
            try:
                write_new(delta.entry_of(table, version), text.encode())
            except FileExistsError:
                continue
            return version
    except DeltaError as error:
        raise CommitFailed(f"{table.name}: {error}") from error
    raise CommitFailed(f"{table.name}: others were faster {TRIES} times; nothing changed, start it again")


def _added(action: Mapping[str, Any]) -> AddedFile:
    stats = action.get("stats")
    counted = json.loads(stats).get("numRecords") if stats else None
    return AddedFile(
        path=unquote(action["path"]),
        size=int(action["size"]),
        rows=counted,
        partition=tuple((action.get("partitionValues") or {}).items()),
        stats=stats,
    )


def _add_action(file: AddedFile, now: dt.datetime, data_change: bool) -> Mapping[str, Any]:
    return {
        "path": quote(file.path, safe="/="),
        "partitionValues": dict(file.partition),
        "size": file.size,
        "modificationTime": _millis(now),
        "dataChange": data_change,
        "stats": file.stats,
    }


def _remove_action(file: AddedFile, now: dt.datetime, data_change: bool) -> Mapping[str, Any]:
    return {
        "path": quote(file.path, safe="/="),
        "deletionTimestamp": _millis(now),
        "dataChange": data_change,
        "extendedFileMetadata": True,
        "partitionValues": dict(file.partition),
        "size": file.size,
    }


def _millis(instant: dt.datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(millis: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(millis / 1000, dt.UTC)
