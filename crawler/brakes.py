"""Ending a run before its end: on a signal, when its time is up, or when the disk fills; cleanly, within seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from scrapy import Request
from scrapy.crawler import Crawler

from crawler import slots
from crawler.errand import errand_of
from crawler.provenance import disk_lacks
from crawler.refused import Refused
from crawler.session import Session

TICK = 0.25
# A stopped run ends within ten seconds: answers may come in for this long, then transfers are cut …
GRACE_TRANSFERS = 2.5
# … and pages that have come may be extracted for this long; the rest is for the last commit.
GRACE_EXTRACTION = 4.0
_DISK_EVERY = 5.0


class Brakes:
    """Watches over one crawl; Scrapy itself waits for whatever is under way, however long that takes."""

    def __init__(self, crawler: Crawler, session: Session) -> None:
        self._crawler = crawler
        self._session = session
        self._began = time.monotonic()
        self._alarms = sorted(session.budget.alarms, key=lambda alarm: alarm[0])
        self._disk_at = 0.0
        self._ran = False
        self._closing: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        """Watch until cancelled."""
        while not self._session.closed:
            self.look()
            await asyncio.sleep(TICK)

    def look(self) -> None:
        """Do what is due now."""
        engine, now = self._crawler.engine, time.monotonic()
        if engine is None:
            return
        self._ran = self._ran or engine.running
        # Scrapy has no signal that a run is to end; its engine runs from after the spider's start until then.
        if self._ran and not engine.running and self._closing is None:
            self.halt("stopped")
        while self._alarms and self._alarms[0][0] <= now - self._began:
            _, source = self._alarms.pop(0)
            if source is None:
                self.halt("budget_time")
            else:
                self._drop("budget_time", source)
        if now >= self._disk_at and self._session.stopping is None:
            self._disk_at = now + _DISK_EVERY
            lacking = disk_lacks(self._session.config)
            if lacking is not None:
                self._session.warnings.append(lacking)
                self.halt("disk_full")

    def halt(self, reason: str) -> None:
        """End the run for ``reason``: nothing more is asked, what is under way gets its time, then it is cut."""
        if self._closing is None:
            self._session.halt(reason)
            self._drop(reason, None)
            self._closing = asyncio.ensure_future(self._close(reason))

    def _drop(self, reason: str, source: str | None) -> None:
        engine = self._crawler.engine
        if engine is None:
            return
        refusal = Refused("deferred", reason)

        def why(_: str, request: Request) -> Refused | None:
            errand = errand_of(request)
            meant = source is None or (errand is not None and errand.source.name == source)
            return refusal if meant else None

        slots.drop(engine.downloader, why)
        for host in self._hosts(source):
            slots.let_go(engine.downloader, host)

    def _hosts(self, source: str | None) -> list[str]:
        """The hosts of a source that were asked so far."""
        owners = [one for one in self._session.sources if one.name == source]
        engine = self._crawler.engine
        if engine is None:
            return []
        hosts = engine.downloader.per_slot_settings
        return [host for host in hosts if any(one.owns(f"http://{host}/") for one in owners)]

    async def _close(self, reason: str) -> None:
        engine = self._crawler.engine
        if engine is None:
            return
        if engine.running:
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason=reason))
        await self._wait(GRACE_TRANSFERS, lambda: not self._session.transfers)
        for transfer in list(self._session.transfers):
            transfer.cancel()
        await self._wait(GRACE_EXTRACTION, lambda: self._session.closed)
        # Who bounds a run's time is in no hurry; who stops it is.
        if not self._session.closed and reason != "budget_time":
            await asyncio.to_thread(self._session.workers.stop)

    @staticmethod
    async def _wait(seconds: float, over: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not over():
            await asyncio.sleep(TICK)
