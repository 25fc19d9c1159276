"""Worker processes that start with the first page: most repairs, removals and recoveries read none."""

from __future__ import annotations

from concurrent.futures import Future

from pipelines.workers import Workers
from storage.records import Article, Page, Rejection

# Seconds and bytes a page gets. As the defaults of a crawl, which a repair may have to do without: no configuration is
# needed to repair.
TIMEOUT, MEMORY = 30.0, 2_000_000_000


class Pool:
    """At most ``count`` worker processes, none before a page is there to be read."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: Workers | None = None

    def submit(self, page: Page) -> Future[Article | Rejection]:
        """Start the extraction of ``page``."""
        if self._workers is None:
            self._workers = Workers(self._count, timeout=TIMEOUT, memory=MEMORY)
        return self._workers.submit(page)

    def stop(self) -> None:
        """End the workers."""
        if self._workers is not None:
            self._workers.stop()
