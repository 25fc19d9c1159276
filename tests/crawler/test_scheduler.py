"""Whose turn it is, without a network: hosts in the order in which they may be asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request

from crawler import scheduler
from crawler.scheduler import HostScheduler


class World:
    """A scheduler over a downloader that does what the test says; time stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slots: dict[str, Any] = {}
        self.active: set[Request] = set()
        self.woken = 0
        slot = SimpleNamespace(closing=None, nextcall=SimpleNamespace(schedule=self._woken))
        downloader = SimpleNamespace(
            slots=self.slots, active=self.active, get_slot_key=lambda request: urlsplit(request.url).hostname
        )
        engine = SimpleNamespace(downloader=downloader, _slot=slot)
        crawler: Any = SimpleNamespace(engine=engine)
        self.scheduler = HostScheduler(crawler, clock=lambda: self.now)

    def _woken(self) -> None:
        self.woken += 1

    def add(self, url: str, priority: int = 0) -> None:
        assert self.scheduler.enqueue_request(Request(url, priority=priority))

    def next(self) -> str | None:
        request = self.scheduler.next_request()
        if request is None:
            return None
        self.active.add(request)
        return request.url

    def answered(self, host: str, delay: float = 0.0) -> None:
        for request in list(self.active):
            if urlsplit(request.url).hostname == host:
                self.active.discard(request)
        self.slots[host] = SimpleNamespace(lastseen=self.now, delay=delay)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made_calls: list[tuple[float, Any]] = []
    monkeypatch.setattr(scheduler, "call_later", lambda delay, call: made_calls.append((delay, call)))
    made.calls = made_calls  # type: ignore[attr-defined]
    return made


def test_each_host_has_one_request_under_way(world: World) -> None:
    for url in ("http://a.test/1", "http://a.test/2", "http://b.test/1"):
        world.add(url)
    assert [world.next(), world.next(), world.next()] == ["http://a.test/1", "http://b.test/1", None]
    world.answered("a.test")
    assert world.next() == "http://a.test/2"


def test_a_host_waits_its_delay_and_no_other_waits_with_it(world: World) -> None:
    for url in ("http://a.test/1", "http://a.test/2", "http://b.test/1"):
        world.add(url)
    world.next()
    world.answered("a.test", delay=30.0)
    assert [world.next(), world.next()] == ["http://b.test/1", None]
    world.now += 29.9
    assert world.next() is None
    world.now += 0.2
    assert world.next() == "http://a.test/2"


def test_a_delay_that_has_grown_is_kept(world: World) -> None:
    world.add("http://a.test/1")
    world.add("http://a.test/2")
    world.next()
    world.answered("a.test", delay=1.0)
    assert world.next() is None
    world.slots["a.test"].delay = 60.0
    world.now += 2.0
    assert world.next() is None
    world.now += 60.0
    assert world.next() == "http://a.test/2"


def test_priority_counts_within_a_host_then_the_order_of_coming(world: World) -> None:
    world.add("http://a.test/1")
    world.add("http://a.test/2")
    world.add("http://a.test/feed", priority=10)
    order = []
    while (url := world.next()) is not None:
        order.append(url)
        world.answered("a.test")
    assert order == ["http://a.test/feed", "http://a.test/1", "http://a.test/2"]


def test_the_host_that_has_waited_longest_goes_first(world: World) -> None:
    for host in ("a", "b", "c"):
        world.add(f"http://{host}.test/1")
        world.next()
        world.add(f"http://{host}.test/2")
    for host, delay in (("a", 9.0), ("b", 3.0), ("c", 6.0)):
        world.answered(f"{host}.test", delay=delay)
    world.next()
    world.now += 10.0
    assert [world.next(), world.next(), world.next()] == ["http://b.test/2", "http://c.test/2", "http://a.test/2"]


def test_it_wakes_the_engine_when_the_first_host_is_ready(world: World) -> None:
    for host, delay in (("a", 9.0), ("b", 3.0)):
        world.add(f"http://{host}.test/1")
        world.next()
        world.add(f"http://{host}.test/2")
        world.answered(f"{host}.test", delay=delay)
    calls = world.calls  # type: ignore[attr-defined]
    calls.clear()
    assert world.next() is None
    ((delay, call),) = calls
    assert delay == pytest.approx(3.0)
    assert world.next() is None
    assert len(calls) == 1
    call()
    assert world.woken == 1


def test_it_knows_what_waits(world: World) -> None:
    assert not world.scheduler.has_pending_requests()
    world.add("http://a.test/1")
    assert len(world.scheduler) == 1
    world.next()
    assert not world.scheduler.has_pending_requests()
    world.add("http://a.test/2")
    assert world.next() is None
    assert world.scheduler.has_pending_requests()
