"""Which proxy a request goes through, by the environment."""

from __future__ import annotations

import base64
import urllib.request

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.proxies import ProxyMiddleware

URLS = (
    "http://paper.test/1",
    "http://paper.test/2",
    "https://paper.test/3",
    "http://inside.test/4",
    "ftp://paper.test/5",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def sent(middleware: HttpProxyMiddleware, request: Request) -> tuple[object, ...]:
    middleware.process_request(request)
    return request.meta.get("proxy"), request.headers.get("Proxy-Authorization"), request.meta.get("_scheme_proxy")


@pytest.mark.parametrize("names", [(), ("http_proxy",), ("http_proxy", "https_proxy")])
def test_the_choice_is_that_of_scrapy(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    for name in names:
        monkeypatch.setenv(name, "http://ida:quill@proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")
    crawler = get_crawler()
    ours, theirs = ProxyMiddleware.from_crawler(crawler), HttpProxyMiddleware.from_crawler(crawler)
    own = [{}, {"proxy": "http://a:b@other.test:1"}, {"proxy": None}]
    for url in URLS:
        for meta in own:
            assert sent(ours, Request(url, meta=dict(meta))) == sent(theirs, Request(url, meta=dict(meta)))
    if names:
        credentials = b"Basic " + base64.b64encode(b"ida:quill")
        assert sent(ours, Request(URLS[0])) == ("http://proxy.test:3128", credentials, True)


def test_the_environment_is_not_asked_again_for_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")
    middleware = ProxyMiddleware()
    asked: list[str] = []
    real = urllib.request.getproxies_environment

    def counted() -> dict[str, str]:
        asked.append("environment")
        return real()

    monkeypatch.setattr(urllib.request, "getproxies_environment", counted)
    for _ in range(10):
        assert sent(middleware, Request(URLS[0]))[0] == "http://proxy.test:3128"
        assert sent(middleware, Request(URLS[3]))[0] is None
    assert len(asked) == 2


def test_it_stands_in_the_place_of_scrapys() -> None:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    chosen = settings.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
    names = {
        getattr(one, "__name__", str(one).rpartition(".")[2]) for one, place in chosen.items() if place is not None
    }
    assert "ProxyMiddleware" in names
    assert "HttpProxyMiddleware" not in names
