"""Next to the wire: every answer goes into the WARC as it came, before anything else looks at it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from weakref import WeakKeyDictionary

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from crawler.errand import ROBOTS_BYTES, STORED, Errand, errand_of
from crawler.refused import Refused
from crawler.reservations import needs_page, refusal, withheld
from crawler.session import Session, session_of
from pipelines import forgotten
from pipelines.outcomes import PAGES
from pipelines.peek import peek
from storage.errors import ArchiveError
from storage.warc import Exchange, StoredResponse, WarcDamage, read
from storage.warc.digest import sha1
from storage.warc.exchange import Headers, Truncation
from storage.warc.headers import NOT_MODIFIED

_RECEIVED = "broadsheet_received"
_CROWDED = "broadsheet_crowded"
# Entrances under way may hold this many times ``[crawl] max_entrance`` in memory; beyond that the large ones, those of
# more than an eighth of it, are left to a later run. With 32 hosts at once the rest adds four times as much at worst.
_CROWD, _LARGE = 5, 8


class CaptureMiddleware:
    """Downloader middleware that writes each answer into the run's WARC and puts its record into the request's meta.

    It also ends the download of an answer that exceeds its limit; what came until then is kept, marked as truncated.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._under_way: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        """Scrapy's way of making it."""
        return cls(crawler)

    def bytes_received(self, data: bytes, request: Request, spider: Spider) -> None:  # noqa: ARG002
        """Stop a download that exceeds its limit."""
        errand = errand_of(request)
        if errand is None:
            return
        crawl = self._session.config.crawl
        limits = {"article": crawl.max_page, "robots": ROBOTS_BYTES, "rights": ROBOTS_BYTES}
        limit = limits.get(errand.info.kind, crawl.max_entrance)
        request.meta[_RECEIVED] = request.meta.get(_RECEIVED, 0) + len(data)
        if request.meta[_RECEIVED] > limit:
            raise StopDownload(fail=False)
        if errand.info.kind == "entrance":
            self._under_way[request] = request.meta[_RECEIVED]
            large = request.meta[_RECEIVED] * _LARGE > crawl.max_entrance
            if large and sum(self._under_way.values()) > _CROWD * crawl.max_entrance:
                request.meta[_CROWDED] = True
                raise StopDownload(fail=False)

    def process_request(self, request: Request) -> None:
        """Forget what an earlier try of this request received."""
        request.meta.pop(_RECEIVED, None)
        request.meta.pop(_CROWDED, None)
        request.meta.pop(STORED, None)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Write the answer into the WARC, unless the source's policy forbids to keep it."""
        errand = errand_of(request)
        self._under_way.pop(request, None)
        if request.meta.get(_CROWDED):
            raise Refused("deferred", "crowded", f"{request.meta[_RECEIVED]} bytes of it had come")
        if errand is not None:
            self._session.budget.spend(errand.source.name, received=len(response.body))
            if errand.asset:
                return response
            await self._session.gate.turn()
            try:
                at = self._session.instant(errand.info.requested_url, errand.info.kind)
                exchange = _exchange(request, response, errand, at=at)
                await self._refuse_forgotten(exchange, errand)
                rights = await self._forbidden(exchange, errand)
                if rights:
                    self._withhold(exchange, rights, errand)
                    exchange = dataclasses.replace(exchange, payload=b"")
                original = await self._original(exchange, errand)
                request.meta[STORED] = self._session.run.write(exchange, original=original).response
            except ValueError as error:
                raise Refused("failed", "bad_answer", str(error)) from error
            except (ArchiveError, OSError) as error:
                self._session.fail(error)
                raise Refused("deferred", "archive_failed", str(error)) from error
        return response

    async def _refuse_forgotten(self, exchange: Exchange, errand: Errand) -> None:
        """Keep nothing of a page that was removed on request, nor of a redirect to it."""
        session = self._session
        if errand.info.kind != "article" or not session.forgotten:
            return
        limit = session.config.crawl.max_page
        if await asyncio.to_thread(forgotten.is_one, session.forgotten, exchange, limit=limit):
            raise Refused("refused", "forgotten")

    async def _original(self, exchange: Exchange, errand: Errand) -> StoredResponse | None:
        """The record that holds this payload already, None where there is none or it cannot be had."""
        known = self._session.history.get(errand.info.requested_url, errand.info.kind)
        if known is None or known.warc is None:
            return None
        if exchange.status != NOT_MODIFIED and sha1(exchange.payload) != known.payload_digest:
            return None
        try:
            return await asyncio.to_thread(read, self._session.archive.warc, known.warc)
        except WarcDamage:
            return None

    async def _forbidden(self, exchange: Exchange, errand: Errand) -> tuple[str, ...]:
        """The rights for which the body of an answer for an article may not be kept, () where it may."""
        crawl = self._session.config.crawl
        if errand.info.kind != "article" or not needs_page(errand.source, crawl):
            return ()
        # A page of some megabytes takes tens of milliseconds: the event loop must not wait for it.
        rights = await asyncio.to_thread(
            peek, exchange.payload, exchange.response_headers, errand.info.rights, limit=crawl.max_page
        )
        return rights if refusal(rights, errand.source, crawl) else ()

    def _withhold(self, exchange: Exchange, rights: tuple[str, ...], errand: Errand) -> None:
        """Note a page without its body, settle its URL, and end the request.

        Returns where the answer's fate is none of its rights: it is no page, or one that was cut before anything of it
        could be read. Only its body must not be kept then.
        """
        reason = refusal(rights, errand.source, self._session.config.crawl) or ""
        cut = exchange.truncated is not None and reason == "rights_unreadable"
        if exchange.status not in PAGES or cut:
            return
        raise withheld(self._session, exchange, rights, reason)

    @property
    def _session(self) -> Session:
        return session_of(self._crawler)


def _exchange(request: Request, response: Response, errand: Errand, *, at: dt.datetime) -> Exchange:
    truncated: Truncation | None = None
    if "download_stopped" in response.flags:
        truncated = "length"
    elif "dataloss" in response.flags or "partial" in response.flags:
        truncated = "disconnect"
    return Exchange(
        url=response.url,
        fetched_at=at,
        status=response.status,
        protocol=response.protocol or "HTTP/1.1",
        request_headers=_headers(request),
        response_headers=_headers(response),
        payload=response.body,
        method=request.method,
        ip=str(response.ip_address) if response.ip_address and not request.meta.get("proxy") else None,
        truncated=truncated,
        info=errand.info,
    )


def _headers(message: Request | Response) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in message.headers.items()
        for value in values
    )
