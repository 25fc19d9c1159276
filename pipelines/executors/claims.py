"""How the tasks of one job share an archive with each other, with their dead, and with everybody else.

Whoever gives tasks out holds a lock in the archive that is named after the job. A task that does not find it there has
another archive before it, such as a folder of its own node; one that finds it free has outlived the job, and must not
begin. What a task locks names the job: a lock that another task of the same job has is a dead one's, for no two tasks
of a job want the same lock, and is waited for until the kernel or the lease gives it back.
"""

from __future__ import annotations

import secrets
import socket
import time
from typing import Final

from pipelines.executors.meter import METER
from storage.archive import Archive, open_archive
from storage.errors import ArchiveBusy, ArchiveError
from storage.leases import TTL
from storage.locks import Lock, is_held
from storage.places import Place, Where

WAIT: Final = 2 * TTL + 60.0
"""Seconds that a dead task's lock is waited for: its lease, and time for it to be seen as expired."""
PAUSE: Final = 0.5


def new_job() -> str:
    """A name for a job that nobody has used."""
    return secrets.token_hex(6)


def hold(archive: Archive, job: str, *, what: str) -> Lock:
    """The lock that stands for ``job``, for whoever gives its tasks out. Raises ArchiveError."""
    held = archive.lock_source(_name(job), holder=f"{what} (job {job})")
    if held is None:
        raise ArchiveError(f"job {job} was begun twice")
    return held


def joined(archive: Archive, job: str) -> None:
    """Make sure that ``archive`` is that of ``job``, and that the job goes on.

    Raises:
        ArchiveError: it is another archive.
        ArchiveBusy: whoever gave the task out has ended.
    """
    path = _path(archive, job)
    if not path.is_file():
        raise ArchiveError(
            f"{archive.root} on {socket.gethostname()} is not the archive of this job; name a place that all nodes "
            "share: s3://bucket/prefix, or a folder that all of them have mounted there"
        )
    if not is_held(path):
        raise ArchiveBusy(f"whoever gave out this task of {archive.root} has ended; give the command again")


def probe(where: Where, job: str) -> str | None:
    """On a node: why tasks of ``job`` cannot work in the archive at ``where``, or None."""
    try:
        joined(open_archive(where), job)
    except (ArchiveError, OSError) as error:
        return str(error)
    return None


def claim(archive: Archive, name: str, *, holder: str, job: str) -> Lock | None:
    """The lock of a source, for a task of ``job`` or (where that is empty) for nobody's; None where others have it."""
    words = f"{holder} (job {job})" if job else holder
    until, told = time.monotonic() + WAIT, False
    while True:
        held = archive.lock_source(name, holder=words)
        if held is not None or not job:
            return held
        if f"(job {job})" not in archive.source_holder(name) or time.monotonic() > until:
            # Asked once more: it may have been given back between the two looks.
            return archive.lock_source(name, holder=words)
        if not told:
            METER.say(f"{archive.source_holder(name)} was lost; what it had locked is free once it is known to be dead")
            told = True
        time.sleep(PAUSE)


def _name(job: str) -> str:
    return f"+job-{job}"


def _path(archive: Archive, job: str) -> Place:
    return archive.root / "locks" / f"source-{_name(job)}.lock"
