"""Scrapy's two item pipelines: Extract turns a fetched page into an article or a rejection, Archive keeps it.

They talk to the crawl through :class:`Keeper` and import nothing of Scrapy.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import traceback
from typing import Protocol

from pipelines import forgotten, moves
from pipelines.fates import fates
from pipelines.history import History, Verdict
from pipelines.outcomes import settle
from pipelines.pages import earlier_page
from pipelines.workers import Workers
from pipelines.workers import settle as settle_error
from storage.archive import Archive
from storage.records import Article, Capture, Page, Rejection
from storage.tombstones import Tombstones

# How often the Archive pipeline looks whether a batch has grown old, in seconds.
TICK = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the spider yields: a page that came, and the row of ``captures`` that it came with."""

    page: Page
    capture: Capture


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A fetched page and what it turned out to be; ``result`` is None where the extractor has a bug.

    ``before`` is what the same extractor reads from the earlier capture, where an edit would be claimed; ``found`` what
    it reads from the page as that of its final address, where a known article's redirect led to something else.
    """

    page: Page
    capture: Capture
    result: Article | Rejection | None
    before: Article | None = None
    found: Article | Rejection | None = None
    bug: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A fetched page for which the run ended too soon; it is in the WARC, and asked for again."""

    page: Page
    capture: Capture
    reason: str


class Keeper(Protocol):
    """What the pipelines need of a crawl."""

    workers: Workers
    archive: Archive
    history: History
    bugs: list[str]
    stopping: str | None
    forgotten: Tombstones

    def record(self, capture: Capture, article: Article | None = None, *, final: bool = True) -> None:
        """Write one event; ``final`` where it is an address's fate in this run."""

    async def commit_if_due(self) -> None:
        """Commit a batch where it is full or old enough."""


class Spider(Protocol):
    """What the pipelines need of a spider."""

    session: Keeper


class Crawler(Protocol):
    """What the pipelines need of a Scrapy crawler."""

    spider: Spider


class _Pipeline:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def _keeper(self) -> Keeper:
        return self._crawler.spider.session


class ExtractPipeline(_Pipeline):
    """:class:`Fetched` to :class:`Extracted`, in a worker process; the event loop only waits."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ExtractPipeline:
        """Scrapy's way of making it."""
        return cls(crawler)

    async def process_item(self, item: object) -> object:
        """Extract where the item is a fetched page; anything else passes."""
        if not isinstance(item, Fetched):
            return item
        before = found = None
        try:
            result, bug = await self._read(item.page)
            if result is not None:
                before = await self._before(item.page, result)
                if self._keeper.history.leads_elsewhere(item.capture.requested_url, result, before):
                    found, bug = await self._read(moves.as_found(item.page))
                    result = found
        except asyncio.CancelledError:
            if self._keeper.stopping is None:
                raise
            return Unread(page=item.page, capture=item.capture, reason=self._keeper.stopping)
        return Extracted(page=item.page, capture=item.capture, result=result, before=before, found=found, bug=bug)

    async def _read(self, page: Page) -> tuple[Article | Rejection | None, str | None]:
        """What ``page`` turns out to be, or what went wrong in the extractor."""
        try:
            return await asyncio.wrap_future(self._keeper.workers.submit(page)), None
        except Exception as error:  # noqa: BLE001 - a bug of ours must not lose the page: it is kept, and ends the run as failed
            try:
                return settle_error(page, error), None
            except Exception:  # noqa: BLE001 - as above
                return None, "".join(traceback.format_exception(error)).strip()

    async def _before(self, page: Page, result: Article | Rejection) -> Article | None:
        """What today's extractor and rules read from the earlier capture; None where no edit is to be claimed."""
        keeper = self._keeper
        place = keeper.history.earlier(page.requested_url or page.url, result)
        earlier = await asyncio.to_thread(earlier_page, keeper.archive.warc, place, page) if place is not None else None
        if earlier is None:
            return None
        try:
            found = await asyncio.wrap_future(keeper.workers.submit(earlier))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - an earlier page that cannot be read today leaves the edit as it is
            logging.getLogger(__name__).warning("the earlier capture of %s cannot be read: %s", page.url, error)
            return None
        return found if isinstance(found, Article) else None


class ArchivePipeline(_Pipeline):
    """:class:`Extracted` to rows of the archive, committed in batches."""

    _ticker: asyncio.Task[None] | None = None
    _closing: asyncio.Event

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """Scrapy's way of making it."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Begin to watch the age of the batch."""
        self._closing = asyncio.Event()
        self._ticker = asyncio.ensure_future(self._tick())

    async def process_item(self, item: object) -> object:
        """Record what became of the page and pass on what it is; anything but an extracted page passes as it is."""
        if isinstance(item, Unread):
            self._keeper.record(dataclasses.replace(item.capture, outcome="deferred", reason=item.reason))
        if not isinstance(item, Extracted):
            return item
        try:
            self._keep(item)
        except Exception as error:
            self._keeper.bugs.append(f"keeping {item.page.url}: {error!r}")
            raise
        await self._keeper.commit_if_due()
        # What leaves the pipelines is what Scrapy's feed exports and item_scraped see.
        return item if item.result is None else item.result

    def _keep(self, item: Extracted) -> None:
        keeper = self._keeper
        if item.result is None:
            last = (item.bug or "").rpartition("\n")[2][:300]
            keeper.bugs.append(f"extraction of {item.page.url}: {last}")
            verdict = Verdict(outcome="failed", reason="extract_crashed", detail=last)
            known = keeper.history.get(item.capture.requested_url)
            keeper.record(settle(item.capture, verdict, known=known))
            return
        result, found = item.result, item.found
        if isinstance(result, Article):
            result = forgotten.unnamed(keeper.forgotten, result)
        if isinstance(found, Article):
            found = forgotten.unnamed(keeper.forgotten, found)
        for fate in fates(keeper.history, item.capture, result, before=item.before, found=found):
            keeper.record(fate.row, fate.article, final=fate.counted)

    async def close_spider(self) -> None:
        """Stop watching, once a commit that is under way has ended; the session itself is closed when the spider is."""
        if self._ticker is not None:
            self._closing.set()
            await self._ticker

    async def _tick(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), TICK)
            if not self._closing.is_set():
                await self._keeper.commit_if_due()
