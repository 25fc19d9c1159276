"""Extraction in worker processes: a page that hangs, eats memory or kills its process costs that page only.

The pool is pebble's (a time limit per task, recycling), its processes are forked off a server that has loaded what they
need. Ours is the memory limit, the tie to the parent's life, and the mapping of every bad end to a Rejection with a
stable reason.
"""

from __future__ import annotations

import fcntl
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from pipelines import forks
from storage.records import Article, Page, Rejection

# Who hands pages over extracts none, and does without what that loads: 0.1 seconds and 20 MB.
if TYPE_CHECKING:
    from pipelines.process import Inspection

PAGES_PER_WORKER = 10_000
STAGE = "extract"
# How often a page is handed to a pool that turns out to be broken, through no fault of the page.
TRIES = 3
# Seconds in which the first worker must have started; on a machine with a load of 20 it takes some ten.
START = 180.0
NICENESS = 5
"""How much a worker yields to the process that fetches, which needs little and must not wait for its core."""


class WorkersNeverStarted(RuntimeError):
    """No worker process came up: something on this machine keeps every one from starting."""


class Workers:
    """A pool of ``count`` processes that run :func:`pipelines.process.process`.

    ``timeout`` is in seconds of wall clock, ``memory`` in bytes of address space beyond what the worker holds when it
    takes the page up; both are per page. A worker is replaced after ``pages`` pages.
    """

    def __init__(self, count: int, *, timeout: float, memory: int, pages: int = PAGES_PER_WORKER) -> None:
        self._count = count
        self._timeout = timeout
        self._memory = memory
        self._pages = pages
        self._lock = threading.Lock()
        self._stopped = False
        self._promised: set[Future[Article | Rejection]] = set()
        self._ready = forks.CONTEXT.Event()
        self._watch: threading.Timer | None = None
        forks.begin()
        self._pools = [self._made()]

    def _made(self) -> ProcessPool:
        return _pool(self._count, self._pages, self._ready)

    def _give_up(self) -> None:
        """Fail what waits where no worker has ever come up: the pool would try for ever, without a word."""
        if self._ready.is_set() or self._stopped:
            return
        error = WorkersNeverStarted(f"no worker process has started within {START:g} s; its own words stand above")
        for promised in list(self._promised):
            if promised.set_running_or_notify_cancel():
                promised.set_exception(error)

    def submit(self, page: Page) -> Future[Article | Rejection]:
        """Start the extraction of ``page``; :func:`settle` turns the future's bad ends into a Rejection."""
        promised: Future[Article | Rejection] = Future()
        if self._watch is None:
            self._watch = threading.Timer(START, self._give_up)
            self._watch.daemon = True
            self._watch.start()
        self._promised.add(promised)
        promised.add_done_callback(self._promised.discard)
        self._start(page, promised, TRIES)
        return promised

    def _start(self, page: Page, promised: Future[Article | Rejection], tries: int) -> None:
        with self._lock:
            if self._stopped:
                promised.cancel()
                return
            # pebble gives a whole pool up where a worker dies that has no page, as the kernel may choose to have it.
            if not self._pools[-1].active:
                self._pools.append(self._made())
            future: Future[Article | Rejection] = self._pools[-1].schedule(
                _extract, args=(page, self._memory), timeout=self._timeout
            )

        def done(future: Future[Article | Rejection]) -> None:
            if future.cancelled():
                promised.cancel()
                return
            error = future.exception()
            if error is not None and self._stopped:
                promised.cancel()
                return
            if isinstance(error, BrokenProcessPool) and tries > 1:
                self._start(page, promised, tries - 1)
            elif promised.done() or not promised.set_running_or_notify_cancel():
                return
            elif error is not None:
                promised.set_exception(error)
            else:
                promised.set_result(future.result())

        future.add_done_callback(done)

    def close(self) -> None:
        """Wait for what is under way, then end the workers."""
        if self._watch is not None:
            self._watch.cancel()
        for pool in self._pools:
            pool.close()  # type: ignore[no-untyped-call]
            pool.join()

    def stop(self) -> None:
        """End the workers at once; what was under way is cancelled."""
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()
        for pool in self._pools:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
        # pebble leaves the futures of what it gave up as they are: whoever waits for one would wait for ever.
        for promised in list(self._promised):
            promised.cancel()


def _pool(count: int, pages: int, ready: Event | None = None) -> ProcessPool:
    return ProcessPool(
        max_workers=count,
        max_tasks=pages,
        initializer=_prepare,
        initargs=(ready,),
        context=forks.CONTEXT,
    )


def inspect_apart(page: Page, *, timeout: float, memory: int) -> Inspection:
    """:func:`pipelines.process.inspect` in a worker of its own, under the same limits; raises what is a bug."""
    forks.begin()
    from pipelines.process import Inspection

    pool = _pool(1, 1)
    try:
        return pool.schedule(_inspect, args=(page, memory), timeout=timeout).result()
    except Exception as error:  # noqa: BLE001 - settle raises it again where it is none of the expected ends
        return Inspection(outcome=settle(page, error))
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def settle(page: Page, error: BaseException) -> Rejection:
    """The Rejection for a page whose extraction ended with ``error``; raises ``error`` where it is a bug."""
    if isinstance(error, TimeoutError):
        return Rejection(url=page.url, stage=STAGE, reason="extract_timeout", detail="the page took too long")
    if isinstance(error, MemoryError):
        return Rejection(url=page.url, stage=STAGE, reason="extract_memory", detail="the page needed too much memory")
    if isinstance(error, ProcessExpired):
        detail = f"the worker process ended with code {error.exitcode}"
        return Rejection(url=page.url, stage=STAGE, reason="extract_killed", detail=detail)
    raise error


def _prepare(ready: Event | None) -> None:
    """Set up a fresh worker: die with whoever asked for it, and load what the server of forks has not."""
    os.nice(NICENESS)
    if sys.platform == "linux":
        _die_with_parent()
    importlib.import_module("pipelines.nursery")
    if ready is not None:
        ready.set()


def _die_with_parent() -> None:
    """Have the kernel end this process when the one that asked for it ends, whatever is going on here then.

    That one is not the parent by the kernel's count, which is the server of forks, but holds a pipe open as long as it
    lives. Python itself looks at it between two pages only, and a thread would not look in a regular expression.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent.sentinel, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, fcntl.fcntl(parent.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():
        os._exit(0)


def _extract(page: Page, memory: int) -> Article | Rejection:
    """In the worker: extract ``page`` with the memory bounded."""
    from pipelines.process import process

    _bound(memory)
    result = process(page)
    _check(result)
    return result


def _inspect(page: Page, memory: int) -> Inspection:
    """In the worker: inspect ``page`` with the memory bounded."""
    from pipelines.process import inspect

    _bound(memory)
    result = inspect(page)
    _check(result.outcome)
    return result


def _bound(memory: int) -> None:
    """Bound the address space to what is in use and ``memory`` bytes more, where the system tells how much that is."""
    if sys.platform == "linux":
        held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = held + memory if most == resource.RLIM_INFINITY else min(held + memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


def _check(outcome: Article | Rejection) -> None:
    if isinstance(outcome, Rejection) and outcome.reason == "unparseable" and "unknown error" in outcome.detail:
        # libxml2 has no words for an allocation that failed, and an HTML parser that recovers fails of nothing else.
        raise MemoryError(outcome.detail)
