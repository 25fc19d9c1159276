"""Who is alive, where the kernel cannot tell: locks as objects on S3, held by a lease that is renewed.

A process that locks something has one object ``locks/writer-<id>.json`` of its own, which it writes anew every
:data:`BEAT` seconds: its lease. A lock is an object that names the lease that holds it, made only where there is none.
So a thousand locks cost no more to keep than one, and all are lost or kept together.

A lease that was not renewed for :data:`TTL` seconds by the server's clock has expired. Whoever wants one of its locks
first marks it as dead, and only over the very version that it found expired: either the owner renewed it before, or
never can again. The owner renews it before each commit, so a process that was asleep for too long finds out before it
writes. On the machine where the owner ran, its death shows at once: a lock of the kernel on a file in the spool.

A write may be done although its reply was lost. Each write carries a mark of its own, by which that is seen.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import secrets
import socket
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from storage.errors import LeaseLost
from storage.remote import Changed, Remote, Version

TTL: Final = 120.0
BEAT: Final = 20.0
MARGIN: Final = 10.0
"""Seconds before the expiry at which an owner that could not renew its lease counts it as lost."""
PREFIX: Final = "writer-"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """What stands in a lease's object: who its owner is, which spool it has, the mark of this write."""

    owner: str
    spool: str
    mark: str
    dead: bool = False


class Lease:
    """This process' lease in the archive whose locks stand in the folder ``locks``; begun with the first lock."""

    def __init__(self, locks: Remote, spool: Path, *, ttl: float = TTL, beat: float = BEAT) -> None:
        self.id = secrets.token_hex(8)
        self._object = _object(locks, self.id)
        self._spool = spool
        self._ttl = ttl
        self._beat = beat
        self._guard = threading.RLock()
        self._ended = threading.Event()
        self._lost: str | None = None
        self._record = LeaseRecord(owner=signature(), spool=spool_id(spool), mark="")
        self._alive = _flock(spool, self.id)
        self._renewed = time.monotonic()
        self._tag = self._written(None)
        threading.Thread(target=self._keep, name=f"lease {self.id}", daemon=True).start()

    def check(self, *, fresh: float = 0.0) -> None:
        """Renew the lease; returns when the server has said that it is ours, now or less than ``fresh`` seconds ago.

        Raises LeaseLost where another process took it, or where the server could not be asked for too long.
        """
        with self._guard:
            while True:
                if self._lost is not None:
                    raise LeaseLost(self._lost)
                if time.monotonic() - self._renewed < fresh:
                    return
                try:
                    self._renew()
                except OSError as error:
                    self._judge(error)
                    time.sleep(min(1.0, self._beat))
                else:
                    return

    @property
    def lost(self) -> str | None:
        """Why the lease is lost, or None while it is held."""
        return self._lost

    def now(self) -> dt.datetime:
        """The server's clock, read off a write of our own."""
        self.check()
        return self._object.version().at

    def end(self) -> None:
        """Give the lease back; no lock is held any more."""
        self._ended.set()
        with self._guard:
            # Where the server cannot be reached the lease expires by itself.
            with contextlib.suppress(OSError):
                if self._lost is None:
                    self._object.unlink(missing_ok=True)
            self._lost = self._lost or "it was given back"
            os.close(self._alive)
            (self._spool / "alive" / self.id).unlink(missing_ok=True)

    def _keep(self) -> None:
        while not self._ended.wait(self._beat):
            with self._guard:
                if self._lost is not None or self._ended.is_set():
                    return
                try:
                    self._renew()
                except LeaseLost:
                    return
                except OSError as error:
                    self._judge(error)

    def _renew(self) -> None:
        begun = time.monotonic()
        self._tag = self._written(self._tag)
        self._renewed = begun

    def _written(self, tag: str | None) -> str:
        """Write the object: anew, or over the version of that tag; the tag. Raises LeaseLost where it is another's."""
        record = replace(self._record, mark=secrets.token_hex(8))
        data = encoded(asdict(record))
        try:
            return self._object.create(data) if tag is None else self._object.swap(data, tag=tag)
        except (Changed, FileExistsError, FileNotFoundError):
            pass
        except OSError:
            # It may have been written all the same, and then the tag that we know is no longer its tag.
            found = found_at(self._object)
            if found is not None and found.data == data:
                return found.tag
            raise
        found = found_at(self._object)
        if found is not None and (found.data == data or self._earlier(found)):
            return found.tag
        self._lost = "this process was silent for too long: another one took over what it had locked"
        raise LeaseLost(self._lost)

    def _earlier(self, found: Version) -> bool:
        """Whether the object is an earlier write of ours whose reply was lost; others only ever mark it as dead."""
        record = json.loads(found.data)
        return not record["dead"] and bool(record["owner"] == self._record.owner)

    def _judge(self, error: OSError) -> None:
        if time.monotonic() - self._renewed > self._ttl - MARGIN * self._ttl / TTL:
            self._lost = f"the lease on the archive could not be renewed for {self._ttl:.0f} seconds: {error}"


def alive(locks: Remote, lease: str, *, own: Lease | None, ttl: float = TTL) -> bool:
    """Whether that lease is alive. With ``own``, ours, one that is not is marked as dead first."""
    target = _object(locks, lease)
    found = found_at(target)
    if found is None:
        return False
    record = LeaseRecord(**json.loads(found.data))
    if record.dead:
        return False
    spool = locks.bucket.spool
    ended = spool is not None and record.spool == spool_id(spool) and not flocked(spool / "alive" / lease)
    now = own.now() if own is not None else dt.datetime.now(dt.UTC)
    if not ended and (now - found.at).total_seconds() <= ttl:
        return True
    if own is None:
        return False
    try:
        target.swap(encoded(asdict(replace(record, dead=True, mark=secrets.token_hex(8)))), tag=found.tag)
    except OSError:
        # Renewed meanwhile, or the reply was lost: it is dead where it says so.
        found = found_at(target)
        return found is not None and not json.loads(found.data)["dead"]
    return False


def signature() -> str:
    """This process, in words for people."""
    return f"process {os.getpid()} on {socket.gethostname()} since {dt.datetime.now(dt.UTC).isoformat()}"


def spool_id(spool: Path) -> str:
    """The name of the spool at ``spool`` for other machines; made with the first call."""
    path = spool / "id"
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    spool.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".id-{secrets.token_hex(4)}")
    made.write_text(secrets.token_hex(16), encoding="ascii")
    with contextlib.suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
    return path.read_text(encoding="ascii")


def _flock(spool: Path, lease: str) -> int:
    folder = spool / "alive"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / lease, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def flocked(path: Path) -> bool:
    """Whether a living process holds the flock on the file at ``path``; nothing is written."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _object(locks: Remote, lease: str) -> Remote:
    return (locks / f"{PREFIX}{lease}.json").quick()


def found_at(path: Remote) -> Version | None:
    """What stands at ``path`` now, None for nothing."""
    try:
        return path.version()
    except FileNotFoundError:
        return None


def encoded(record: dict[str, object]) -> bytes:
    """A record as its object holds it."""
    return json.dumps(record).encode()
