"""Scrapy's downloader slots: one a host, with the requests that wait for their turn at it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from scrapy import Request
from scrapy.core.downloader import Downloader
from twisted.python.failure import Failure

from crawler.refused import Refused

# Scrapy looks at a slot's clock only where the slot has a delay.
_LEAST = 0.001


def set_pace(downloader: Downloader, host: str, seconds: float) -> None:
    """Set the time between two requests to ``host``; its slot may or may not exist yet."""
    concurrency = downloader.domain_concurrency
    downloader.per_slot_settings[host] = {"concurrency": concurrency, "delay": seconds, "jitter": 0}
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.delay, slot.jitter = seconds, 0.0


def begin(downloader: Downloader, host: str) -> None:
    """Count the time to the next request to ``host`` from now."""
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.lastseen = max(slot.lastseen, monotonic())


def let_go(downloader: Downloader, host: str) -> None:
    """Let what waits for ``host`` go at once: to be called where all of it will be refused."""
    set_pace(downloader, host, 0.0)
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.lastseen = min(slot.lastseen, monotonic())


def hold(downloader: Downloader, host: str, seconds: float) -> None:
    """Let no request go to ``host`` for so long; to be called while one of its requests is under way."""
    slot = downloader.slots.get(host)
    if slot is None:
        return
    slot.delay = max(slot.delay, _LEAST)
    slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)
    if slot.latercall is not None:
        slot.latercall.cancel()
        slot.latercall = None


def drop(downloader: Downloader, why: Callable[[str, Request], Refused | None]) -> None:
    """End the waiting requests for which ``why``, given host and request, has a reason."""
    for host, slot in list(downloader.slots.items()):
        kept = deque(slot.queue)
        slot.queue.clear()
        while kept:
            request, waiting = kept.popleft()
            refusal = why(host, request)
            if refusal is None:
                slot.queue.append((request, waiting))
            else:
                waiting.errback(Failure(refusal))  # type: ignore[no-untyped-call]
