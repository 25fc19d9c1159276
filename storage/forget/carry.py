"""Doing it: the tombstone first, then everything else, each step safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from storage import aside, log, parquet, tombstones, warc
from storage.archive import Archive
from storage.forget.log import own
from storage.forget.marks import COLUMNS, TABLES, Marks
from storage.forget.plan import Plan
from storage.forget.tables import clear
from storage.places import Place, below
from storage.schema import CLUSTERS
from storage.tombstones import Same, Tombstone
from storage.warc.filler import overwrite
from storage.warc.reader import records

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a removal took out: rows of the live tables, files rewritten or removed, WARC records and their bytes.

    ``aside`` are things that a repair had put aside, ``name`` the tombstone's.
    """

    name: str
    rows: int
    files: int
    records: int
    bytes: int
    aside: int


def carry_out(archive: Archive, plan: Plan, same: Same, *, say: Say) -> Removed:
    """Do what ``plan`` says. From its first write on it is done to its end, by whoever comes after a kill.

    The caller holds the maintenance and the recovery lock, nobody writes, and the plan was made under these locks.

    Raises:
        ArchiveError: a file is damaged; what was removed until then stays removed, and :func:`resume` goes on.
    """
    tombstones.write(archive.root, plan.tombstone)
    return _go_on(archive, plan.tombstone, same, say)


def resume(archive: Archive, same: Same, *, say: Say = lambda _: None) -> list[Removed]:
    """Bring removals to their end that were begun and not ended; the caller holds the locks of :func:`carry_out`."""
    return [_go_on(archive, stone, same, say) for stone in tombstones.load(archive.root, same).open]


def _go_on(archive: Archive, stone: Tombstone, same: Same, say: Say) -> Removed:
    places = frozenset((place.file, place.offset) for place in stone.places)
    # With all that was removed before: what came back of it goes too, wherever it is met.
    marks = Marks(tombstones.load(archive.root, same).holds, places)
    cleared = clear(archive.root, marks, say)
    say(f"overwriting {len(stone.places)} WARC records")
    size = sum(place.length for place in stone.places)
    filled = overwrite(archive.warc, stone.places, at=stone.at)
    put = _clear_aside(archive.root, marks, say)
    tombstones.close(archive.root, stone, rows=cleared.rows, records=filled, size=size)
    return Removed(name=stone.name, rows=cleared.rows, files=cleared.files, records=filled, bytes=size, aside=put)


def _clear_aside(root: Place, marks: Marks, say: Say) -> int:
    """Remove of what repairs put aside whatever cannot be shown to say nothing of the pages; how many files."""
    removed = 0
    paths: list[Place] = list((root / aside.FOLDER).rglob("*"))
    for path in paths:
        if path.is_file() and not _harmless(root / aside.FOLDER, path, marks):
            path.unlink()
            log.sync(path.parent)
            removed += 1
            say(f"{below(path, root)}, which a repair had put aside, removed")
    return removed


def _harmless(folder: Place, path: Place, marks: Marks) -> bool:
    name = below(path, folder)
    if path.suffix == ".parquet" and log.FOLDER not in name.parts:
        table = next((one for one in TABLES if one.name in name.parts), None)
        if table is None:
            return True
        if table is CLUSTERS:
            # Nobody misses it: the next run compares these articles anew.
            return False
        try:
            with parquet.opened(path) as opened:
                there = set(opened.schema_arrow.names)
                if not set(COLUMNS[table.name]) <= there:
                    return False
                rows = opened.read(columns=list(COLUMNS[table.name]))
        except (OSError, pa.ArrowException):
            return False
        return bool(marks.change(table, rows).equals(rows))
    if ".warc.gz" in path.name:
        return all(
            not isinstance(record, warc.DamagedRecord) and not own(record, marks.held)
            for record, _ in records(path, root=folder)
        )
    return "snapshots" in name.parts
