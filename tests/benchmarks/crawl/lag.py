"""A Scrapy extension that measures how late the event loop comes to what is due; for ``whole.py``."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler

EVERY = 0.005
"""Seconds between two looks."""


class Lag:
    """Writes percentiles of the loop's lag, in milliseconds, to the file that ``BENCH_LAG`` names."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Lag:
        """Scrapy's way of making it."""
        made = cls()
        crawler.signals.connect(made.opened, signal=signals.spider_opened)
        crawler.signals.connect(made.closed, signal=signals.spider_closed)
        return made

    def opened(self) -> None:
        """Begin to look."""
        self._task = asyncio.ensure_future(self._look())

    def closed(self) -> None:
        """Write what was seen."""
        if self._task is not None:
            self._task.cancel()
        late = sorted(self._late)
        found = {str(share): late[min(len(late) - 1, int(len(late) * share))] for share in (0.5, 0.99, 0.999, 1.0)}
        Path(os.environ["BENCH_LAG"]).write_text(json.dumps(found | {"looks": len(late)}), encoding="utf-8")

    async def _look(self) -> None:
        while True:
            due = time.perf_counter() + EVERY
            await asyncio.sleep(EVERY)
            self._late.append((time.perf_counter() - due) * 1e3)
