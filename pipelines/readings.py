"""Extractions under way: of pages that come from the log, many at once, taken in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from pipelines.workers import settle
from storage.records import Article, Page, Rejection

Submit = Callable[[Page], "Future[Article | Rejection]"]
"""Starts the extraction of a page, as :meth:`pipelines.workers.Workers.submit` does in processes with limits."""

Item = TypeVar("Item")


class Reading:
    """An extraction that is under way."""

    def __init__(self, page: Page | Rejection, submit: Submit) -> None:
        self.page = page
        self._future = submit(page) if isinstance(page, Page) else None

    def result(self) -> Article | Rejection:
        """What the page turned out to be; waits for it. Raises where the extractor has a bug."""
        if self._future is None or isinstance(self.page, Rejection):
            if isinstance(self.page, Rejection):
                return self.page
            raise RuntimeError("a page was never handed over")
        try:
            return self._future.result()
        except Exception as error:  # noqa: BLE001 - settle raises it again where it is none of the expected ends
            return settle(self.page, error)


def ahead(items: Iterator[Item], count: int, weight: Callable[[Item], int] = lambda _: 1) -> Iterator[Item]:
    """``items`` in order, each made when further ones that weigh ``count`` are under way.

    ``weight`` says what one counts for: 0 where it takes no extraction, for example.
    """
    waiting: deque[Item] = deque()
    held = 0
    for item in items:
        waiting.append(item)
        held += weight(item)
        while held > count:
            held -= weight(waiting[0])
            yield waiting.popleft()
    yield from waiting


def here(page: Page) -> Future[Article | Rejection]:
    """The extraction of ``page``, done at once and in this process."""
    # Loaded by those who read pages in their own process only; a crawl has workers for it.
    from pipelines.process import process

    done: Future[Article | Rejection] = Future()
    try:
        done.set_result(process(page))
    except Exception as error:  # noqa: BLE001 - a bug raises where the result is asked for, as one in a worker does
        done.set_exception(error)
    return done
