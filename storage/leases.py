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
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from storage.errors import LeaseLost
from storage.remote import Changed, Remote, Version

TTL: Final = 120.0
BEAT: Final = 20.0
MARGIN: Final = 10.0
"""Seconds before the expiry at which an owner that could not renew its lease counts it as lost."""
_PREFIX = "writer-"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """What stands in a lease's object: who its owner is, which spool it has, the mark of this write."""

    owner: str
    spool: str
    mark: str
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """What stands in a lock's object: which lease holds it (None: none), and its holder in words.

    ``token`` grows by one whenever the lock goes to another.
    """

    lease: str | None
    holder: str
    token: int
    mark: str


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
        data = _bytes(asdict(record))
        try:
            return self._object.create(data) if tag is None else self._object.swap(data, tag=tag)
        except (Changed, FileExistsError, FileNotFoundError):
            pass
        except OSError:
            # It may have been written all the same, and then the tag that we know is no longer its tag.
            found = _read(self._object)
            if found is not None and found.data == data:
                return found.tag
            raise
        found = _read(self._object)
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

    def __init__(self, locks: Remote, *, ttl: float = TTL, beat: float = BEAT) -> None:
        if locks.bucket.spool is None:
            raise ValueError("whoever locks needs a spool")
        self._locks = locks
        self._spool = locks.bucket.spool
        self._times = (ttl, beat)
        self._guard = threading.Lock()
        self._held = 0
        self._lease: Lease | None = None
        locks.bucket.fence = self.check

    @classmethod
    def of(cls, locks: Remote) -> Tenure:
        """The one of the archive whose locks stand in ``locks``, made with the first call."""
        bucket = locks.bucket
        if bucket.tenure is None:
            bucket.tenure = cls(locks, ttl=bucket.ttl, beat=bucket.ttl * BEAT / TTL)
        return bucket.tenure

    def check(self) -> None:
        """Raise LeaseLost where this process held locks and has lost them; see :meth:`Lease.check`."""
        if self._lease is not None:
            self._lease.check()

    def try_lock(self, path: Remote, *, holder: str) -> LeasedLock | None:
        """The lock at ``path``, or None where a living process has it."""
        lease = self._enter()
        try:
            taken = take(path, holder, lease, ttl=self._times[0])
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
        return (own is not None and own.id == record.lease) or alive(
            self._locks, record.lease, own=own, ttl=self._times[0]
        )

    def _enter(self) -> Lease:
        with self._guard:
            if self._lease is None:
                self._lease = Lease(self._locks, self._spool, ttl=self._times[0], beat=self._times[1])
            self._held += 1
            return self._lease

    def leave(self) -> None:
        """One lock less; the lease ends with the last."""
        with self._guard:
            self._held -= 1
            if not self._held and self._lease is not None:
                lease, self._lease = self._lease, None
                lease.end()


def alive(locks: Remote, lease: str, *, own: Lease | None, ttl: float = TTL) -> bool:
    """Whether that lease is alive. With ``own``, ours, one that is not is marked as dead first."""
    target = _object(locks, lease)
    found = _read(target)
    if found is None:
        return False
    record = LeaseRecord(**json.loads(found.data))
    if record.dead:
        return False
    spool = locks.bucket.spool
    ended = spool is not None and record.spool == spool_id(spool) and not _flocked(spool, lease)
    now = own.now() if own is not None else dt.datetime.now(dt.UTC)
    if not ended and (now - found.at).total_seconds() <= ttl:
        return True
    if own is None:
        return False
    try:
        target.swap(_bytes(asdict(replace(record, dead=True, mark=secrets.token_hex(8)))), tag=found.tag)
    except OSError:
        # Renewed meanwhile, or the reply was lost: it is dead where it says so.
        found = _read(target)
        return found is not None and not json.loads(found.data)["dead"]
    return False


def sweep(locks: Remote, *, own: Lease, ttl: float = TTL) -> None:
    """Remove leases that are dead, once no lock names them."""
    named = {record.lease for path in locks.glob("*.lock") if (record := read_lock(path)) is not None}
    for path in locks.glob(f"{_PREFIX}*.json"):
        lease = path.stem.removeprefix(_PREFIX)
        if lease not in named and lease != own.id and not alive(locks, lease, own=own, ttl=ttl):
            path.unlink(missing_ok=True)


def read_lock(path: Remote) -> LockRecord | None:
    """What the lock at ``path`` says, None where there is none."""
    found = _read(path.quick())
    return None if found is None else LockRecord(**json.loads(found.data))


def take(path: Remote, holder: str, own: Lease, *, ttl: float = TTL) -> LockRecord | None:
    """Take the lock at ``path`` for the lease ``own``; None where a living process, also this one, has it."""
    path = path.quick()
    while True:
        token = 1
        found = _read(path)
        if found is not None:
            there = LockRecord(**json.loads(found.data))
            if there.lease is not None and (there.lease == own.id or alive(path.parent, there.lease, own=own, ttl=ttl)):
                return None
            token = there.token + 1
        mine = LockRecord(lease=own.id, holder=holder, token=token, mark=secrets.token_hex(8))
        try:
            with _lost_reply(path, mine):
                if found is None:
                    path.create(_bytes(asdict(mine)))
                else:
                    path.swap(_bytes(asdict(mine)), tag=found.tag)
        except (Changed, FileExistsError, FileNotFoundError):
            continue
        # What took long may have outlived the lease that it names.
        own.check(fresh=ttl / 2)
        return mine


def give_back(path: Remote, held: LockRecord, *, remove: bool) -> None:
    """Free the lock at ``path``, or remove it; nothing where it is no longer ours."""
    path = path.quick()
    found = _read(path)
    if found is None or LockRecord(**json.loads(found.data)) != held:
        return
    if remove:
        path.unlink(missing_ok=True)
        return
    free = replace(held, lease=None, mark=secrets.token_hex(8))
    with contextlib.suppress(Changed):
        path.swap(_bytes(asdict(free)), tag=found.tag)


@contextlib.contextmanager
def _lost_reply(path: Remote, mine: LockRecord) -> Iterator[None]:
    """Take a write for done where it failed and stands there all the same."""
    try:
        yield
    except OSError:
        found = _read(path)
        if found is None or LockRecord(**json.loads(found.data)) != mine:
            raise


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


def _flocked(spool: Path, lease: str) -> bool:
    try:
        descriptor = os.open(spool / "alive" / lease, os.O_RDONLY)
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
    return (locks / f"{_PREFIX}{lease}.json").quick()


def _read(path: Remote) -> Version | None:
    try:
        return path.version()
    except FileNotFoundError:
        return None


def _bytes(record: dict[str, object]) -> bytes:
    return json.dumps(record).encode()
