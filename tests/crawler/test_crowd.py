"""Large entrances that come at once hold so much memory and no more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler import capture
from crawler.config import SourceConfig
from crawler.errand import ERRAND, Errand
from crawler.refused import Refused
from storage.records import SiteRules
from storage.warc import CaptureInfo

LIMIT = 800
SOURCE = SourceConfig(
    file=Path("x.toml"),
    rules=SiteRules(name="a"),
    entrances=("http://a.test/",),
    hosts=frozenset({"a.test"}),
)


def request(number: int) -> Request:
    info = CaptureInfo(kind="entrance", source="a", requested_url=f"http://a.test/{number}.xml")
    return Request(info.requested_url, meta={ERRAND: Errand(source=SOURCE, info=info)})


def test_beyond_a_bound_a_large_entrance_waits_and_a_small_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    crawl = SimpleNamespace(max_page=LIMIT, max_entrance=LIMIT)
    session = SimpleNamespace(config=SimpleNamespace(crawl=crawl))
    monkeypatch.setattr(capture, "session_of", lambda _: session)
    middleware = capture.CaptureMiddleware(get_crawler())
    spider = Spider("s")
    large = [request(number) for number in range(5)]
    for one in large:
        middleware.bytes_received(b"x" * LIMIT, one, spider)
    small, late = request(6), request(7)
    middleware.bytes_received(b"x" * 10, small, spider)
    with pytest.raises(StopDownload):
        middleware.bytes_received(b"x" * (LIMIT // 2), late, spider)
    with pytest.raises(Refused) as refused:
        asyncio.run(middleware.process_response(late, Response(late.url)))
    assert (refused.value.outcome, refused.value.reason) == ("deferred", "crowded")
    del large[:], one
    middleware.bytes_received(b"x" * (LIMIT // 2), request(8), spider)
