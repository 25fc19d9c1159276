"""Locks on S3: one holder at a time, however replies are lost, processes die, sleep, or are cut off."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import leases, places
from storage.errors import ArchiveBusy, LeaseLost
from storage.leases import Lease
from storage.locks import is_held, lock, new_lock, tidy, try_lock, wait_for_lock, who_holds
from storage.remote import Remote
from storage.tenure import LeasedLock, read_lock
from tests.storage.object_storage.faulty import Faulty

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def machine(where: str, tmp_path: Path) -> Callable[[str], Remote]:
    """A machine's view of one lock: another spool, another lease."""

    def view(name: str) -> Remote:
        found = places.place(where, spool=tmp_path / name)
        assert isinstance(found, Remote)
        return found / "locks" / "source-harbour.lock"

    return view


@pytest.fixture
def lease(folder: Remote, tmp_path: Path) -> Iterator[Lease]:
    made = Lease(folder / "locks", tmp_path / "spool", ttl=4.0, beat=0.2)
    yield made
    made.end()


def objects(path: Remote) -> list[str]:
    """What stands in the folder of the locks; leases by the first letters of their names."""
    return sorted(found.name if found.suffix == ".lock" else "writer" for found in path.parent.iterdir())


def test_one_holds_a_lock_and_says_who(machine: Callable[[str], Remote]) -> None:
    here, there = machine("here"), machine("there")
    held = try_lock(here, holder="crawl of harbour")
    assert held is not None
    assert objects(here) == ["source-harbour.lock", "writer"]
    assert is_held(here)
    assert is_held(there)
    assert try_lock(here, holder="the same process") is None
    assert try_lock(there, holder="another") is None
    with pytest.raises(ArchiveBusy, match=rf"harbour is in use by crawl of harbour, process {os.getpid()} on "):
        lock(there, holder="another", what="harbour")
    held.release(remove=True)
    assert not is_held(there)
    assert who_holds(there) == "a process that has just ended"
    assert objects(here) == []


def test_a_lock_given_back_and_not_removed_stays_to_be_taken(machine: Callable[[str], Remote]) -> None:
    here, there = machine("here"), machine("there")
    new_lock(here, holder="run 1").release()
    assert objects(here) == ["source-harbour.lock"]
    assert not is_held(there)
    with wait_for_lock(there, holder="recovery"):
        record = read_lock(there)
        assert record is not None
        assert (record.token, is_held(here)) == (2, True)


def test_many_locks_hang_on_one_lease(machine: Callable[[str], Remote]) -> None:
    here = machine("here")
    held = [try_lock(here.with_name(f"source-{number}.lock"), holder="crawl") for number in range(3)]
    assert objects(here) == ["source-0.lock", "source-1.lock", "source-2.lock", "writer"]
    for one in held:
        assert one is not None
        one.release(remove=True)
    assert objects(here) == []


def die(where: str, spool: Path) -> None:
    """A process that dies with the lock."""
    found = places.place(where, spool=spool)
    try_lock(found / "locks" / "source-harbour.lock", holder="crawl")
    os._exit(9)


def test_the_death_of_a_process_shows_at_once_on_its_machine_and_later_elsewhere(
    machine: Callable[[str], Remote], where: str, tmp_path: Path
) -> None:
    process = SPAWN.Process(target=die, args=(where, tmp_path / "here"))
    process.start()
    process.join()
    here, there = machine("here"), machine("there")
    assert try_lock(there, holder="another machine") is None
    taken = try_lock(here, holder="the same machine")
    assert taken is not None
    assert try_lock(there, holder="another machine") is None
    tidy(here.parent)
    assert objects(here) == ["source-harbour.lock", "writer"]
    taken.release(remove=True)
    assert objects(here) == []


@pytest.mark.parametrize("kind", ["500", "down", "lost", "hang"])
def test_a_lease_outlives_passing_faults(folder: Remote, tmp_path: Path, s3: Faulty, kind: str) -> None:
    # A busy machine takes its time to renew it, and that is not what is asked here.
    lease = Lease(folder / "locks", tmp_path / "spool", ttl=30.0, beat=0.2)
    fault = s3.fail(kind, "PUT .*/writer-", times=1)
    lease.check()
    while not fault.met:
        time.sleep(0.05)
    for _ in range(3):
        lease.check()
    assert lease.lost is None
    lease.end()


def test_a_lease_that_cannot_be_renewed_is_lost_before_it_expires(lease: Lease, s3: Faulty) -> None:
    begun = time.monotonic()
    s3.fail("down", "/writer-", times=10_000)
    with pytest.raises(LeaseLost, match="could not be renewed for 4 seconds"):
        lease.check()
    assert time.monotonic() - begun > 1.0
    assert lease.lost is not None


def test_a_lease_marked_as_dead_is_never_renewed(folder: Remote, lease: Lease, tmp_path: Path) -> None:
    path = folder / "locks" / f"writer-{lease.id}.json"
    other = Lease(folder / "locks", tmp_path / "other", ttl=100.0, beat=50.0)
    lease._ended.set()  # The process sleeps.
    time.sleep(2.5)
    assert leases.alive(folder / "locks", lease.id, own=other, ttl=60.0)
    assert not leases.alive(folder / "locks", lease.id, own=None, ttl=1.0)
    assert not json.loads(path.read_bytes())["dead"]
    assert not leases.alive(folder / "locks", lease.id, own=other, ttl=1.0)
    assert json.loads(path.read_bytes())["dead"]
    with pytest.raises(LeaseLost, match="silent for too long"):
        lease.check()
    other.end()


def test_a_lease_whose_object_is_gone_is_lost(folder: Remote, lease: Lease) -> None:
    (folder / "locks" / f"writer-{lease.id}.json").unlink()
    with pytest.raises(LeaseLost):
        lease.check()


def test_a_lock_whose_reply_was_lost_is_held(machine: Callable[[str], Remote], s3: Faulty) -> None:
    here = machine("here")
    fault = s3.fail("lost", "PUT .*/source-harbour")
    held = try_lock(here, holder="crawl")
    assert isinstance(held, LeasedLock)
    assert fault.met == 1
    assert try_lock(machine("there"), holder="another") is None
    held.release(remove=True)


def test_who_lost_a_lock_does_not_take_it_from_the_next_holder(machine: Callable[[str], Remote]) -> None:
    here, there = machine("here"), machine("there")
    held = try_lock(here, holder="crawl")
    assert held is not None
    there.unlink()
    taken = try_lock(there, holder="another")
    assert taken is not None
    held.release(remove=True)
    assert is_held(there)
    taken.release(remove=True)
