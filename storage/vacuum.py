"""Removing what no reader needs any more: files that a compaction replaced, and log entries behind a checkpoint.

Never a file that the table has now, one that a snapshot pins, or one that the log never spoke of: that may be a write
in flight, and :mod:`storage.orphans` tells whether it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from storage import delta, log, parquet, snapshots
from storage.places import Place
from storage.schema import TABLES

GRACE = dt.timedelta(days=7)
# Replaced files are known from the entries that replaced them; those are kept as long.
LOG_RETENTION = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """What was removed, or would be: Parquet files, their bytes, and log files; ``kept`` ones wait for their time."""

    files: int = 0
    size: int = 0
    entries: int = 0
    kept: int = 0


def vacuum(
    root: Place,
    *,
    grace: dt.timedelta = GRACE,
    dry_run: bool = False,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Vacuumed:
    """Remove files that were replaced longer than ``grace`` ago, and entries that no pinned version needs.

    The caller holds the maintenance lock. ``grace`` is at most thirty days. Raises ArchiveError where a pin or a log
    entry cannot be read: what they hold is then unknown, and nothing more is removed.
    """
    pins = snapshots.pinned(root)
    files = size = removed_entries = kept = 0
    for table in TABLES:
        folder = root / table.name
        held = {file.path for file in log.files(delta.snapshot(root, table))}
        held |= {path for pin in pins for path in pin.of(table.name).files}
        for path, at in replaced(folder).items():
            file = folder / path
            if path in held or not file.exists():
                continue
            if now() - at < grace:
                kept += 1
                continue
            files, size = files + 1, size + file.stat().st_size
            if not dry_run:
                file.unlink()
        needed = min((pin.of(table.name).version for pin in pins if pin.holds(table.name)), default=None)
        for entry in _expired(folder, needed, now()):
            removed_entries += 1
            if not dry_run:
                entry.unlink()
    return Vacuumed(files=files, size=size, entries=removed_entries, kept=kept)


def replaced(folder: Place) -> dict[str, dt.datetime]:
    """Every file that the log of the table at ``folder`` says was taken out, and when."""
    return {path: at for entry in log.entries(folder) for path, at in entry.removed}


def _expired(folder: Place, needed: int | None, now: dt.datetime) -> list[Place]:
    """Entries and checkpoints that neither now, nor the last thirty days, nor version ``needed`` is read from."""
    at = dict(log.instants(folder))
    old = [
        version
        for version, path in log.checkpoints(folder)
        if version in at
        and now - at[version] > LOG_RETENTION
        and (needed is None or version <= needed)
        and _sound(path)
    ]
    if not old:
        return []
    return [path for version, path in (*log.versions(folder), *log.checkpoints(folder)) if version < old[-1]]


def _sound(checkpoint: Place) -> bool:
    """Whether a checkpoint can be read: entries before one that cannot are all there is."""
    try:
        return bool(parquet.metadata(checkpoint).num_rows)
    except (OSError, ValueError):
        return False
