"""Whose turn it is: the request whose host may be asked now, and of these the one whose host has waited longest.

Scrapy's own schedulers know nothing of delays: what they hand out waits at its host, and takes the place of requests to
hosts that could be asked. Here a request stays until its host's delay is over and the host's last answer is in, so that
with thousands of hosts each is asked as often as its delay allows.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import call_later


class HostScheduler(BaseScheduler):
    """One queue a host: by priority, then first come, first served. One request of a host is under way at a time."""

    def __init__(self, crawler: Crawler, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._crawler = crawler
        self._clock = clock
        self._queues: dict[str, list[tuple[int, int, Request]]] = {}
        # When each host that has a queue and nothing under way may be asked; the longest waiting first.
        self._turns: list[tuple[float, int, str]] = []
        self._busy: dict[str, Request] = {}
        self._number = itertools.count()
        self._waiting = 0
        self._wake_at: float | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostScheduler:
        """Scrapy's way of making it."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Whether a request waits here."""
        return self._waiting > 0

    def __len__(self) -> int:
        return self._waiting

    def enqueue_request(self, request: Request) -> bool:
        """Take a request; never refuses one."""
        host = self._downloader.get_slot_key(request)
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = []
            if host not in self._busy:
                self._line_up(host)
        heapq.heappush(queue, (-request.priority, next(self._number), request))
        self._waiting += 1
        return True

    def next_request(self) -> Request | None:
        """The next request that may go out now; None where none may, and then the engine is woken in time."""
        self._look_who_is_back()
        now = self._clock()
        while self._turns and self._turns[0][0] <= now:
            _, _, host = heapq.heappop(self._turns)
            queue = self._queues.get(host)
            if not queue or host in self._busy:
                continue
            # Asked again: the host's pace may have changed since it was lined up.
            at = self._ready_at(host)
            if at > now:
                heapq.heappush(self._turns, (at, next(self._number), host))
                continue
            _, _, request = heapq.heappop(queue)
            if not queue:
                del self._queues[host]
            self._busy[host] = request
            self._waiting -= 1
            return request
        self._wake(now)
        return None

    def _look_who_is_back(self) -> None:
        active = self._downloader.active
        for host in [host for host, request in self._busy.items() if request not in active]:
            del self._busy[host]
            if host in self._queues:
                self._line_up(host)

    def _line_up(self, host: str) -> None:
        heapq.heappush(self._turns, (self._ready_at(host), next(self._number), host))

    def _ready_at(self, host: str) -> float:
        slot = self._downloader.slots.get(host)
        return slot.lastseen + slot.delay if slot is not None and slot.lastseen else 0.0

    def _wake(self, now: float) -> None:
        """Have the engine ask again when the first host's delay is over: by itself it does so every five seconds."""
        if not self._turns:
            return
        at = self._turns[0][0]
        if self._wake_at is not None and now < self._wake_at <= at:
            return
        self._wake_at = at
        call_later(max(0.0, at - now), self._ring)

    def _ring(self) -> None:
        engine = self._crawler.engine
        slot = getattr(engine, "_slot", None)
        if slot is not None and slot.closing is None:
            slot.nextcall.schedule()

    @property
    def _downloader(self) -> Downloader:
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("the scheduler works while the engine does")
        return engine.downloader
