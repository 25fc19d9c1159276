"""One append to one Delta table, exactly once, and on the disk when it returns.

delta-rs records an application's transaction number but does not refuse a repeated one. So every try begins with a
fresh snapshot, demands the number before ours in it, appends through that very handle, and looks again after any
error: a reply that was lost is then seen as done, not written a second time.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError

from storage.errors import CommitFailed, ProtocolViolation, lasting
from storage.places import Place, fence, options, sync
from storage.remote import Remote
from storage.schema import Table


@dataclass(frozen=True, slots=True)
class Held:
    """A snapshot as the last append of ``application`` left it at ``version``, with that append's number."""

    handle: DeltaTable
    application: str
    number: int
    version: int


AtHand = MutableMapping[str, Held]
"""What one writer has at hand of its tables, by their names, between its appends."""
TRIES = 8
CHECKPOINT_INTERVAL = 100
# Entries of others that are read one after the other; delta-rs reads those since the last checkpoint side by side.
_FEW = 10
WRITER = WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=131_072)
# delta-rs would remove entries after thirty days, and with them versions that a snapshot pins; storage.vacuum does it.
# It would leave checkpoints out without a word where files are not tracked; append() writes them.
HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def create(root: Place, table: Table) -> None:
    """Create ``table`` below ``root`` where it is not there yet."""
    path = root / table.name
    if DeltaTable.is_deltatable(str(path), storage_options=options(path)):
        return
    DeltaTable.create(
        str(path),
        schema=table.schema,
        partition_by=list(table.partition_by) or None,
        name=table.name,
        description=f"A row is {table.row}.",
        mode="ignore",
        configuration={"delta.checkpointInterval": str(CHECKPOINT_INTERVAL)},
        storage_options=options(path),
    )
    sync_tree(path)


def opened(folder: Place, version: int | None = None, *, files: bool = True) -> DeltaTable:
    """A snapshot of the table at ``folder``, fresh by default; raises TableNotFoundError where it is not there.

    Without ``files`` it tells nothing of the table's files, each of which takes 8 KB, and is fit for appends.
    """
    return DeltaTable(str(folder), version=version, storage_options=options(folder), without_files=not files)


def entry_of(table: Place, version: int) -> Place:
    """The log's entry of that version."""
    return table / "_delta_log" / f"{version:020}.json"


def actions(entry: bytes, word: bytes = b"") -> Iterator[dict[str, Any]]:
    """The actions of a log entry in whose lines ``word`` stands; raises ValueError where one is broken."""
    # Not splitlines(): a text in the statistics may hold U+2028, which is no end of a line here.
    for line in entry.split(b"\n"):
        if word in line and line.strip():
            yield json.loads(line)


def snapshot(root: Place, table: Table) -> DeltaTable:
    """A fresh snapshot of ``table``; raises TableNotFoundError where it is not there."""
    return opened(root / table.name)


def transaction(handle: DeltaTable, application: str) -> int:
    """The last transaction number of ``application`` in this snapshot, 0 before the first."""
    return handle.transaction_version(application) or 0


def append(
    root: Place,
    table: Table,
    rows: pa.Table,
    *,
    application: str,
    number: int,
    sleep: Callable[[float], None] = time.sleep,
    at_hand: AtHand | None = None,
) -> bool:
    """Append ``rows`` as transaction ``number`` of ``application``; True where this call wrote them.

    False means that the transaction already stood in the table: the reply of an earlier try was lost.

    ``at_hand`` holds the snapshots that one writer's earlier appends left, by table. Such a one is brought up to date
    by the entries that are new. A fresh one reads up to :data:`CHECKPOINT_INTERVAL` of them, each a request on S3, and
    so does each look for a transaction in delta-rs. It is taken out while it is in use, and put back only where all
    went well.

    Raises:
        ProtocolViolation: the last number in the table is neither ``number - 1`` nor ``number``.
        LeaseLost: another process took over what this one had locked.
        CommitFailed: every try met an error, or one met what no try gets over, such as a full disk; nothing is known
            to be written and nothing was skipped.
    """
    error: Exception | None = None
    wrote = False
    synced: int | None = None
    for attempt in range(TRIES):
        if error is not None and lasting(error) is None:
            sleep(min(10.0, 0.05 * 2**attempt) * random.uniform(0.5, 1.5))
        try:
            handle, seen = _latest(root, table, application, at_hand if attempt == 0 else None)
            before = handle.version()
        except (DeltaError, OSError) as problem:
            if isinstance(problem, TableNotFoundError):
                raise CommitFailed(f"the table {table.name} is missing below {root}") from problem
            error = problem
            _give_up(table, number, application, error)
            continue
        if synced is None:
            synced = before if seen < number else max(0, before - CHECKPOINT_INTERVAL)
        if seen == number:
            sync_commits(root / table.name, synced, before)
            return wrote
        if seen != number - 1:
            raise ProtocolViolation(
                f"{table.name}: transaction {number} of {application} was due, but the table holds number {seen}"
            )
        if error is not None:
            _give_up(table, number, application, error)
        wrote = True
        fence(root)
        try:
            write_deltalake(
                handle,
                rows,
                mode="append",
                writer_properties=WRITER,
                commit_properties=CommitProperties(app_transactions=[Transaction(application, number)]),
                post_commithook_properties=HOOKS,
            )
            if (handle.version() + 1) % _interval(handle) == 0:
                handle.create_checkpoint()
        except (DeltaError, OSError) as problem:
            error = problem
            continue
        sync_commits(root / table.name, synced, handle.version())
        if at_hand is not None:
            at_hand[table.name] = Held(handle, application, number, handle.version())
        return True
    raise CommitFailed(f"{table.name}: transaction {number} of {application} failed {TRIES} times: {error}") from error


def _latest(root: Place, table: Table, application: str, at_hand: AtHand | None) -> tuple[DeltaTable, int]:
    """The newest snapshot, and the last transaction number of ``application`` in it."""
    path = root / table.name
    held = at_hand.pop(table.name, None) if at_hand else None
    if held is None or held.application != application:
        handle = opened(path, files=False)
        return handle, transaction(handle, application)
    handle, seen = held.handle, held.number
    handle.update_incremental()
    new = range(held.version + 1, handle.version() + 1)
    if len(new) > _FEW:
        return handle, transaction(handle, application)
    for version in new:
        entry = entry_of(path, version)
        if not entry.exists():
            return handle, transaction(handle, application)
        for action in actions(entry.read_bytes(), b'"txn"'):
            if action.get("txn", {}).get("appId") == application:
                seen = int(action["txn"]["version"])
    return handle, seen


def _interval(handle: DeltaTable) -> int:
    """After how many versions a checkpoint is due, by the table's own property, as Delta has it."""
    return int(handle.metadata().configuration.get("delta.checkpointInterval", CHECKPOINT_INTERVAL))


def _give_up(table: Table, number: int, application: str, error: Exception) -> None:
    """Raise CommitFailed where no further try would get over ``error``."""
    advice = lasting(error)
    if advice is not None:
        raise CommitFailed(
            f"{table.name}: transaction {number} of {application} cannot be written: {advice} ({error})"
        ) from error


def sync_commits(table: Place, after: int, until: int) -> None:
    """fsync the log entries of the versions in (``after``, ``until``], the files they add, and their folders.

    delta-rs does not: without this a power cut can leave a log entry that is empty, or that names empty files. A
    checkpoint among them is made durable too, for readers believe it before the entries. What a store on S3 has taken
    is durable.
    """
    if isinstance(table, Remote):
        return
    folders = {table, table / "_delta_log"}
    for version in range(after + 1, until + 1):
        entry = entry_of(table, version)
        if not entry.exists():
            continue
        for action in actions(entry.read_bytes(), b'"add"'):
            if "add" in action:
                file = table / unquote(action["add"]["path"])
                if file.exists():
                    sync(file)
                    folders.add(file.parent)
        sync(entry)
        for checkpoint in (table / "_delta_log").glob(f"{version:020}.checkpoint*.parquet"):
            sync(checkpoint)
            pointer = table / "_delta_log" / "_last_checkpoint"
            if pointer.exists():
                sync(pointer)
    for folder in folders:
        sync(folder)


def sync_tree(folder: Place) -> None:
    """fsync every file and folder below ``folder``, and its parent."""
    if isinstance(folder, Remote):
        return
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)
    sync(folder.parent)


def sync_folder(folder: Place) -> None:
    """fsync one folder: the names in it are on the disk when this returns."""
    sync(folder)
