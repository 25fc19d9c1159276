"""Locks as objects on S3: each names the lease that holds it, and is made only where there is none.

The protocol, and what becomes of the locks of a process that died or slept, stands in :mod:`storage.leases`.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from storage.leases import BEAT, PREFIX, TTL, Lease, alive, encoded, found_at
from storage.remote import Changed, Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """What stands in a lock's object: which lease holds it (None: none), and its holder in words.

    ``token`` grows by one whenever the lock goes to another.
    """

    lease: str | None
    holder: str
    token: int
    mark: str


class LeasedLock:
    """A lock that is held until :meth:`release`, or until its lease is lost."""

    def __init__(self, path: Remote, record: LockRecord, tenure: Tenure) -> None:
        self.path = path
        self._record: LockRecord | None = record
        self._tenure = tenure

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; with ``remove`` its object goes too."""
        record, self._record = self._record, None
        if record is None:
            return
        # Where the server cannot be reached, the lock is free once its lease has ended or expired.
        with contextlib.suppress(OSError):
            give_back(self.path, record, remove=remove)
        self._tenure.leave()

    def __enter__(self) -> LeasedLock:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


class Tenure:
    """How long this process has a lease in one archive: from its first lock to its last."""

    def __init__(self, locks: Remote) -> None:
        if locks.bucket.spool is None:
            raise ValueError("whoever locks needs a spool")
        self._locks = locks
        self._spool = locks.bucket.spool
        self._guard = threading.Lock()
        self._held = 0
        self._lease: Lease | None = None

    @classmethod
    def of(cls, locks: Remote) -> Tenure:
        """The one of the archive whose locks stand in ``locks``, made with the first call."""
        if not isinstance(locks.bucket.guard, cls):
            locks.bucket.guard = cls(locks)
        return locks.bucket.guard

    @property
    def _ttl(self) -> float:
        return self._locks.bucket.ttl

    @property
    def lost(self) -> str | None:
        """Why the lease is lost, or None where it is held or none is needed."""
        return self._lease.lost if self._lease is not None else None

    def check(self) -> None:
        """Raise LeaseLost where this process held locks and has lost them; see :meth:`Lease.check`."""
        if self._lease is not None:
            self._lease.check()

    def try_lock(self, path: Remote, *, holder: str) -> LeasedLock | None:
        """The lock at ``path``, or None where a living process has it."""
        lease = self._enter()
        try:
            taken = take(path, holder, lease, ttl=self._ttl)
        except BaseException:
            self.leave()
            raise
        if taken is None:
            self.leave()
            return None
        return LeasedLock(path, taken, self)

    def is_held(self, path: Remote) -> bool:
        """Whether a living process has the lock at ``path``."""
        record = read_lock(path)
        if record is None or record.lease is None:
            return False
        own = self._lease
        return (own is not None and own.id == record.lease) or alive(self._locks, record.lease, own=own, ttl=self._ttl)

    def sweep(self) -> None:
        """Remove the leases of dead processes whose locks are all gone. Does nothing while this process holds none."""
        own = self._lease
        if own is None:
            return
        others = [path for path in self._locks.glob(f"{PREFIX}*.json") if path.stem != f"{PREFIX}{own.id}"]
        ids = {path: path.stem.removeprefix(PREFIX) for path in others}
        dead = [path for path in others if not alive(self._locks, ids[path], own=own, ttl=self._ttl)]
        if dead:
            named = {record.lease for path in self._locks.glob("*.lock") if (record := read_lock(path)) is not None}
            for path in dead:
                if ids[path] not in named:
                    path.unlink(missing_ok=True)

    def _enter(self) -> Lease:
        with self._guard:
            if self._lease is None:
                self._lease = Lease(self._locks, self._spool, ttl=self._ttl, beat=self._ttl * BEAT / TTL)
            self._held += 1
            return self._lease

    def leave(self) -> None:
        """One lock less; the lease ends with the last."""
        with self._guard:
            self._held -= 1
            if not self._held and self._lease is not None:
                lease, self._lease = self._lease, None
                lease.end()


def read_lock(path: Remote) -> LockRecord | None:
    """What the lock at ``path`` says, None where there is none."""
    found = found_at(path.quick())
    return None if found is None else LockRecord(**json.loads(found.data))


def take(path: Remote, holder: str, own: Lease, *, ttl: float = TTL) -> LockRecord | None:
    """Take the lock at ``path`` for the lease ``own``; None where a living process, also this one, has it."""
    path = path.quick()
    while True:
        token = 1
        found = found_at(path)
        if found is not None:
            there = LockRecord(**json.loads(found.data))
            if there.lease is not None and (there.lease == own.id or alive(path.parent, there.lease, own=own, ttl=ttl)):
                return None
            token = there.token + 1
        mine = LockRecord(lease=own.id, holder=holder, token=token, mark=secrets.token_hex(8))
        try:
            with _lost_reply(path, mine):
                if found is None:
                    path.create(encoded(asdict(mine)))
                else:
                    path.swap(encoded(asdict(mine)), tag=found.tag)
        except (Changed, FileExistsError, FileNotFoundError):
            continue
        # What took long may have outlived the lease that it names.
        own.check(fresh=ttl / 2)
        return mine


def give_back(path: Remote, held: LockRecord, *, remove: bool) -> None:
    """Free the lock at ``path``, or remove it; nothing where it is no longer ours."""
    path = path.quick()
    found = found_at(path)
    if found is None or LockRecord(**json.loads(found.data)) != held:
        return
    if remove:
        path.unlink(missing_ok=True)
        return
    free = replace(held, lease=None, mark=secrets.token_hex(8))
    with contextlib.suppress(Changed):
        path.swap(encoded(asdict(free)), tag=found.tag)


@contextlib.contextmanager
def _lost_reply(path: Remote, mine: LockRecord) -> Iterator[None]:
    """Take a write for done where it failed and stands there all the same."""
    try:
        yield
    except OSError:
        found = found_at(path)
        if found is None or LockRecord(**json.loads(found.data)) != mine:
            raise
