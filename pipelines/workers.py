"""Extraction in worker processes: a page that hangs, eats memory or kills its process costs that page only.

The pool is pebble's (spawned processes, a time limit per task, recycling). Ours is the memory limit, the tie to the
parent's life, and the mapping of every bad end to a Rejection with a stable reason.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from concurrent.futures import Future
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from pipelines.process import process
from storage.records import Article, Page, Rejection

PAGES_PER_WORKER = 2_000
STAGE = "extract"
_PR_SET_PDEATHSIG = 1


class Workers:
    """A pool of ``count`` processes that run :func:`pipelines.process.process`.

    ``timeout`` is in seconds of wall clock, ``memory`` in bytes of address space beyond what the worker holds when it
    takes the page up; both are per page. A worker is replaced after ``pages`` pages.
    """

    def __init__(self, count: int, *, timeout: float, memory: int, pages: int = PAGES_PER_WORKER) -> None:
        self._timeout = timeout
        self._memory = memory
        self._pool = ProcessPool(
            max_workers=count,
            max_tasks=pages,
            initializer=_prepare,
            initargs=(os.getpid(),),
            context=multiprocessing.get_context("spawn"),
        )

    def submit(self, page: Page) -> Future[Article | Rejection]:
        """Start the extraction of ``page``; :func:`settle` turns the future's bad ends into a Rejection."""
        future: Future[Article | Rejection] = self._pool.schedule(
            _extract, args=(page, self._memory), timeout=self._timeout
        )
        return future

    def close(self) -> None:
        """Wait for what is under way, then end the workers."""
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def stop(self) -> None:
        """End the workers at once; what was under way is cancelled."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


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


def _prepare(parent: int) -> None:
    """Set up a fresh worker: die with the parent, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _extract(page: Page, memory: int) -> Article | Rejection:
    """In the worker: extract ``page`` with the address space bounded, where the system tells how much is in use."""
    if sys.platform == "linux":
        held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = held + memory if most == resource.RLIM_INFINITY else min(held + memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
    return process(page)
