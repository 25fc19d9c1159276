"""Who is alive: advisory locks (flock) on files of the archive's folder ``locks/``; :mod:`storage.leases` on S3.

A lock of a file lives exactly as long as the process that holds it: the kernel drops it when the process ends, however
it ends. The file says who the holder is, for people. Descriptors are not inherited across exec (PEP 446), so spawned
worker processes never keep a lock alive.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import TypeAlias

from storage.errors import ArchiveBusy
from storage.leases import flocked
from storage.places import Place
from storage.remote import Remote
from storage.tenure import LeasedLock, Tenure, read_lock

WAIT_SECONDS = 1.0


class FileLock:
    """An exclusive lock that is held until :meth:`release` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; with ``remove`` the file goes too, while it is still held."""
        if self._descriptor is None:
            return
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


Lock: TypeAlias = FileLock | LeasedLock


def try_lock(path: Place, *, holder: str) -> Lock | None:
    """Take the lock at ``path`` for ``holder`` (a few words), or None where a living process has it."""
    if isinstance(path, Remote):
        return Tenure.of(path.parent).try_lock(path, holder=_words(holder))
    return _take(path, holder, wait=False)


def wait_for_lock(path: Place, *, holder: str) -> Lock:
    """Take the lock at ``path`` for ``holder``, once whoever has it gives it back or ends."""
    if isinstance(path, Remote):
        while (leased := try_lock(path, holder=holder)) is None:
            time.sleep(WAIT_SECONDS)
        return leased
    while (taken := _take(path, holder, wait=True)) is None:
        continue
    return taken


def new_lock(path: Place, *, holder: str) -> Lock:
    """Make the lock at ``path``, a name that nobody uses yet: nobody ever sees its file without its holder."""
    if isinstance(path, Remote):
        return lock(path, holder=holder, what=str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.new")
    descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _sign(descriptor, holder)
    hidden.rename(path)
    return FileLock(path, descriptor)


def _take(path: Path, holder: str, *, wait: bool) -> FileLock | None:
    """A file that its last holder removed between our open and our flock is opened anew, so that two processes never
    hold one name through two inodes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        try:
            same = path.stat().st_ino == os.fstat(descriptor).st_ino
        except FileNotFoundError:
            same = False
        if same:
            break
        os.close(descriptor)
    _sign(descriptor, holder)
    return FileLock(path, descriptor)


def _sign(descriptor: int, holder: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{_words(holder)}\n".encode())


def _words(holder: str) -> str:
    since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return f"{holder}, process {os.getpid()} on {socket.gethostname()} since {since}"


def lock(path: Place, *, holder: str, what: str) -> Lock:
    """Take the lock at ``path``; raises :class:`~storage.errors.ArchiveBusy` naming who has it."""
    taken = try_lock(path, holder=holder)
    if taken is None:
        raise ArchiveBusy(f"{what} is in use by {who_holds(path)}")
    return taken


def is_held(path: Place) -> bool:
    """Whether a living process has the lock at ``path``; nothing is written, so this works on a read-only archive."""
    if isinstance(path, Remote):
        return Tenure.of(path.parent).is_held(path)
    return flocked(path)


def tidy(folder: Place) -> None:
    """Remove from the folder of the locks what dead processes left there that is no lock; for the holder of one."""
    if isinstance(folder, Remote):
        Tenure.of(folder).sweep()


def who_holds(path: Place) -> str:
    """What the holder of the lock at ``path`` wrote about itself."""
    if isinstance(path, Remote):
        record = read_lock(path)
        return record.holder if record is not None else "a process that has just ended"
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or "a process that is just starting"
    except FileNotFoundError:
        return "a process that has just ended"
