"""The archive of Broadsheet: open it and read.

>>> import storage
>>> archive = storage.open_archive("archive")           # doctest: +SKIP
>>> archive.articles().to_table(["date", "title"])      # doctest: +SKIP

The names below are loaded when they are first used, so that ``storage.records`` alone stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.archive import Archive, open_archive
    from storage.errors import ArchiveBusy, ArchiveError, ArchiveNotFound, CommitFailed, ProtocolViolation
    from storage.rows import Rows
    from storage.snapshots import Snapshot, UnknownSnapshot

_HOME = {
    "Archive": "storage.archive",
    "ArchiveBusy": "storage.errors",
    "ArchiveError": "storage.errors",
    "ArchiveNotFound": "storage.errors",
    "CommitFailed": "storage.errors",
    "ProtocolViolation": "storage.errors",
    "Rows": "storage.rows",
    "Snapshot": "storage.snapshots",
    "UnknownSnapshot": "storage.snapshots",
    "open_archive": "storage.archive",
}

__all__ = [
    "Archive",
    "ArchiveBusy",
    "ArchiveError",
    "ArchiveNotFound",
    "CommitFailed",
    "ProtocolViolation",
    "Rows",
    "Snapshot",
    "UnknownSnapshot",
    "open_archive",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'storage' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
