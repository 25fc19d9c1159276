"""Worker processes that start with the first page: most repairs, removals and recoveries read none."""

from __future__ import annotations

from concurrent.futures import Future

from pipelines.limits import Limits
from pipelines.workers import Workers
from storage.records import Article, Page, Rejection


class Pool:
    """At most ``count`` worker processes, none before a page is there to be read.

    ``limits`` are those of a page; no configuration is needed to repair.
    """

    def __init__(self, count: int, limits: Limits | None = None) -> None:
        self._count = count
        self._limits = limits or Limits()
        self._workers: Workers | None = None

    def submit(self, page: Page) -> Future[Article | Rejection]:
        """Start the extraction of ``page``."""
        if self._workers is None:
            self._workers = Workers(self._count, timeout=self._limits.timeout, memory=self._limits.memory)
        return self._workers.submit(page)

    def stop(self) -> None:
        """End the workers."""
        if self._workers is not None:
            self._workers.stop()
