"""A page as its scripts leave it, for sources with ``render = true``.

The page itself is had as any other, and handed to the browser as it came. What its scripts then ask for passes Scrapy's
downloader too, so that the guard, robots.txt and the limits hold for it; there are neither pictures nor films nor
downloads, nothing is posted, and nobody is remembered from one page to the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler import browser
from crawler.errand import ERRAND, Errand
from crawler.failures import reason_of
from crawler.refused import Refused
from crawler.reservations import needs_page, refusal, withheld
from crawler.session import Session, session_of
from pipelines.decoding import Decoded, decode_content
from pipelines.peek import peek
from pipelines.urls import join
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, Exchange, StoredResponse
from storage.warc.headers import rendered_headers

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route
    from playwright.async_api import Request as Asked

# Pages in the browser at once; each takes some 100 MB.
PAGES = 2
# After its load event a page is given so long to fall silent, in seconds.
SETTLE = 5.0
# What one page's scripts may ask for, and how large one answer may be, in bytes.
MAX_ASSETS = 200
MAX_ASSET = 10_000_000
HOPS = 5
# Connections to one host for what scripts ask for; a reader's browser opens six.
CONNECTIONS = 4
CACHE_BYTES = 64_000_000
_SCRIPTED = frozenset({"script", "xhr", "fetch"})


class RenderFailed(Exception):
    """The browser gave no document; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What a script asked for: the media type as sent, and the bytes, content decoded."""

    status: int
    kind: str
    body: bytes


class Renderer:
    """One browser for one crawl, started with the first page that needs it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._pages = asyncio.Semaphore(PAGES)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._cache: OrderedDict[str, Asset] = OrderedDict()
        self._cached = 0

    async def render(self, stored: StoredResponse, body: bytes, errand: Errand) -> StoredResponse:
        """What the answer ``stored``, whose decoded ``body`` this is, became; it is in the WARC then.

        Raises:
            RenderFailed: the browser ended, or gave no document within ``[crawl] render_timeout`` and a little.
            Refused: the run ends, or the document reserves rights that its source's policy obeys.
        """
        session = self._session
        limit = session.config.crawl.render_timeout
        drawing = asyncio.ensure_future(self._draw(stored, body, errand, limit))
        session.transfers.add(drawing)
        try:
            document = await drawing
        except asyncio.CancelledError:
            if session.stopping is None:
                raise
            raise Refused("deferred", session.stopping, "the run ended before the page was drawn") from None
        finally:
            session.transfers.discard(drawing)
        if len(document) > session.config.crawl.max_page:
            raise RenderFailed(f"the document has {len(document)} bytes, more than max_page")
        await self._refuse_reserved(stored, document, errand)
        return session.run.convert(stored, document, at=session.instant(errand.info.requested_url))

    async def _refuse_reserved(self, stored: StoredResponse, document: bytes, errand: Errand) -> None:
        """Keep no document of a page whose scripts add a reservation: it is the page that the rows would go by."""
        session, crawl = self._session, self._session.config.crawl
        if not needs_page(errand.source, crawl):
            return
        headers = rendered_headers(stored.response_headers)
        rights = await asyncio.to_thread(peek, document, headers, errand.info.rights, limit=crawl.max_page)
        reason = refusal(rights, errand.source, crawl)
        if reason is not None:
            answer = Exchange(
                url=stored.url,
                fetched_at=session.instant(errand.info.requested_url),
                status=stored.status,
                request_headers=(),
                response_headers=headers,
                payload=document,
                info=errand.info,
            )
            raise withheld(session, answer, rights, reason)

    async def close(self) -> None:
        """End the browser."""
        with contextlib.suppress(Exception):
            if self._browser is not None:
                await asyncio.wait_for(self._browser.close(), SETTLE)
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = None

    async def _draw(self, stored: StoredResponse, body: bytes, errand: Errand, limit: float) -> bytes:
        from playwright.async_api import Error

        async with self._pages:
            deadline = time.monotonic() + limit
            try:
                context = await (await self._started()).new_context(
                    user_agent=self._session.agent, service_workers="block", accept_downloads=False
                )
                try:
                    return await asyncio.wait_for(self._read(context, stored, body, errand, deadline), limit + SETTLE)
                finally:
                    with contextlib.suppress(Error, TimeoutError):
                        await asyncio.wait_for(context.close(), SETTLE)
            except TimeoutError:
                raise RenderFailed(f"no document within {limit + SETTLE:g} s") from None
            except Error as error:
                raise RenderFailed(f"{error.message.splitlines()[0][:200]}") from error

    async def _started(self) -> Browser:
        from playwright.async_api import async_playwright

        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                if self._playwright is None:
                    self._playwright = await async_playwright().start()
                self._browser = await browser.launch(self._playwright)
            return self._browser

    async def _read(
        self, context: BrowserContext, stored: StoredResponse, body: bytes, errand: Errand, deadline: float
    ) -> bytes:
        from playwright.async_api import TimeoutError as TooLate

        page = await context.new_page()
        visit = _Visit(self, page, stored, body, errand)
        await context.route("**/*", visit.answer)
        await page.route_web_socket("**/*", lambda socket: socket.close())
        context.on("page", lambda other: asyncio.ensure_future(other.close()))
        # Whatever is there when the time is up is the page.
        with contextlib.suppress(TooLate):
            await page.goto(stored.url, wait_until="load", timeout=_left(deadline))
            await page.wait_for_load_state("networkidle", timeout=min(SETTLE * 1000, _left(deadline)))
        document: str = await page.content()
        return document.encode("utf-8", "replace")

    async def fetch(self, url: str, errand: Errand, referer: str) -> Asset | None:
        """What stands at ``url``, through Scrapy's downloader; None where it may not be had, or cannot."""
        found = self._cache.get(url)
        if found is not None:
            self._cache.move_to_end(url)
            return found
        target: str | None = url
        for _ in range(HOPS + 1):
            response = await self._ask(target, errand, referer) if target is not None else None
            if response is None:
                return None
            if not is_redirect(response.status):
                return _asset(response)
            raw = response.headers.get("Location")
            target = join(response.url, raw.decode("latin-1")) if raw else None
        return None

    def keep(self, url: str, asset: Asset) -> None:
        """Remember a script for the source's other pages; the longest unused go first."""
        self._cache[url] = asset
        self._cached += len(asset.body)
        while self._cached > CACHE_BYTES:
            _, oldest = self._cache.popitem(last=False)
            self._cached -= len(oldest.body)

    async def _ask(self, url: str, errand: Errand, referer: str) -> Response | None:
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("scripts ask while the engine runs")
        if not url.startswith(("http://", "https://")):
            return None
        slot = f"render {urlsplit(url).hostname}"
        engine.downloader.per_slot_settings.setdefault(slot, {"concurrency": CONNECTIONS, "delay": 0, "jitter": 0})
        info = CaptureInfo(kind="entrance", source=errand.source.name, requested_url=url)
        request = Request(
            url,
            headers={"Accept": "*/*", "Referer": referer},
            callback=NO_CALLBACK,
            dont_filter=True,
            meta={
                ERRAND: Errand(source=errand.source, info=info, asset=True),
                "download_slot": slot,
                "handle_httpstatus_all": True,
            },
        )
        try:
            response = await engine.download_async(request)
        except Refused:
            return None
        except Exception as error:  # noqa: BLE001 - reason_of raises it again where it is no failure of the network
            reason_of(error)
            return None
        return response

    @property
    def _session(self) -> Session:
        return session_of(self._crawler)


class _Visit:
    """One page in the browser: answers what it asks for."""

    def __init__(self, renderer: Renderer, page: Page, stored: StoredResponse, body: bytes, errand: Errand) -> None:
        self._renderer = renderer
        self._page = page
        self._stored = stored
        self._body = body
        self._errand = dataclasses.replace(errand, attempt=1, hops=())
        self._opened = False
        self._asked = 0

    async def answer(self, route: Route, request: Asked) -> None:
        """Answer one request of the browser, or break it off."""
        from playwright.async_api import Error

        with contextlib.suppress(Error):  # the page may be closed by now
            if request.is_navigation_request():
                await self._open(route, request)
            elif request.resource_type == "stylesheet":
                await route.fulfill(status=200, content_type="text/css", body="")
            elif request.resource_type in _SCRIPTED and request.method == "GET" and self._asked < MAX_ASSETS:
                self._asked += 1
                await self._hand(route, request)
            else:
                await route.abort("blockedbyclient")

    async def _open(self, route: Route, request: Asked) -> None:
        """The page itself, once; frames, and pages that it would rather lead to, are not opened."""
        if self._opened or request.frame != self._page.main_frame:
            # The only error after which Chromium leaves the present document standing.
            await route.abort("aborted")
            return
        self._opened = True
        kinds = [value for name, value in self._stored.response_headers if name.lower() == "content-type"]
        await route.fulfill(status=200, headers={"Content-Type": kinds[0] if kinds else "text/html"}, body=self._body)

    async def _hand(self, route: Route, request: Asked) -> None:
        url = request.url.partition("#")[0]
        asset = await self._renderer.fetch(url, self._errand, self._stored.url)
        if asset is None:
            await route.abort("blockedbyclient")
            return
        if request.resource_type == "script" and asset.status == 200:
            self._renderer.keep(url, asset)
        # Nobody is logged in here, so there is nothing that one origin could read of another's.
        headers = {"Content-Type": asset.kind, "Access-Control-Allow-Origin": "*"}
        await route.fulfill(status=asset.status, headers=headers, body=asset.body)


def _asset(response: Response) -> Asset | None:
    encodings = ", ".join(value.decode("latin-1") for value in response.headers.getlist("Content-Encoding"))
    decoded = decode_content(response.body, encodings, limit=MAX_ASSET)
    if not isinstance(decoded, Decoded) or "download_stopped" in response.flags:
        return None
    kind: Any = response.headers.get("Content-Type") or b"application/octet-stream"
    return Asset(status=response.status, kind=kind.decode("latin-1"), body=decoded.body)


def _left(deadline: float) -> float:
    """Milliseconds until ``deadline``, at least one: Playwright takes none for no limit."""
    return max(1.0, (deadline - time.monotonic()) * 1000)
