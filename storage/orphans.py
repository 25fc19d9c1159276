"""Parquet files that an append wrote and never committed: a kill or a full disk leaves one before its log entry.

Readers by the log never see them, plain readers of the folder count their rows. They go once no living run can still
commit them. That is told without a clock, for clocks jump: by who held a lock after the file was seen, and by the run
that its rows name.
"""

from __future__ import annotations

import re
import time

from storage import log, snapshots
from storage.archive import Archive
from storage.places import Place
from storage.remote import Remote
from storage.schema import TABLES
from storage.verify import writing
from storage.verify.tables import in_flight, orphans

# As delta-rs names what it appends. A file under any other name is somebody's own: `broadsheet verify` names it.
_APPENDED = re.compile(r"part-[0-9]{5}-[0-9a-f-]{36}-c[0-9]{3}(\.[a-z0-9]+)?\.parquet")
# On S3 a process that slept through its lease may wake inside an append; seconds, far above any request's time limit.
_ASLEEP = 3600.0


def left_over(archive: Archive) -> list[Place]:
    """Files of dead or finished runs' appends that no log entry, now or ever, will name.

    Raises ArchiveError where a log entry or a pinned snapshot cannot be read: what it holds is then unknown.
    """
    snapshots.pinned(archive.root)
    seen = [path for table in TABLES for path in orphans(archive.root, table) if _APPENDED.fullmatch(path.name)]
    if not seen:
        return []
    # In this order: whoever wrote one of them and holds no lock by now has committed it, or never will.
    living = writing(archive)
    still = {path for table in TABLES for path in orphans(archive.root, table)}
    return [path for path in seen if path in still and not in_flight(path, living) and not _fresh(path)]


def take_out(archive: Archive) -> int:
    """Remove :func:`left_over`; returns how many there were. Raises as that, and OSError where the disk refuses."""
    found = left_over(archive)
    for path in found:
        path.unlink(missing_ok=True)
        log.sync(path.parent)
    return len(found)


def _fresh(path: Place) -> bool:
    return isinstance(path, Remote) and time.time() - path.stat().st_mtime < _ASLEEP
