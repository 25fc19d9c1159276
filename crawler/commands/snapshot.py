"""``broadsheet snapshot``: pin the archive as it stands under a name, list what is pinned, let go."""

from __future__ import annotations

import json

from storage import snapshots
from storage.archive import Archive
from storage.places import Place
from storage.snapshots import Snapshot


def pin(archive: Archive, name: str) -> Snapshot:
    """Pin what stands now; raises ArchiveError where the name is taken or maintenance is under way."""
    with archive.lock_maintenance(f"taking the snapshot {name}"):
        return snapshots.pin(archive.root, name)


def drop(archive: Archive, name: str) -> None:
    """Let go of a snapshot; raises ArchiveError where there is none or maintenance is under way."""
    with archive.lock_maintenance(f"dropping the snapshot {name}"):
        snapshots.drop(archive.root, name)


def listed(root: Place) -> list[Snapshot]:
    """What is pinned, oldest first."""
    return snapshots.pinned(root)


def line(snapshot: Snapshot) -> str:
    """A snapshot in words."""
    rows = ", ".join(f"{one.rows} {one.table}" for one in sorted(snapshot.tables, key=lambda one: one.table))
    return f"{snapshot.name}  {snapshot.at:%Y-%m-%d %H:%M:%S} UTC  {rows}"


def as_json(found: list[Snapshot]) -> str:
    """Snapshots as a JSON list, with versions and rows of each table."""
    return json.dumps(
        [
            {
                "name": one.name,
                "at": one.at.isoformat(),
                "tables": {table.table: {"version": table.version, "rows": table.rows} for table in one.tables},
            }
            for one in found
        ],
        indent=2,
    )
