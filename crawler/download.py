"""The wire: each transfer can be ended, and what a host answers decides how it is treated before its next turn."""

from __future__ import annotations

import asyncio
import datetime as dt
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import slots
from crawler.errand import Errand, errand_of
from crawler.heads import BoundedFactory
from crawler.hosts import Order
from crawler.politeness import origin_of
from crawler.refused import Refused
from crawler.session import session_of
from crawler.tls import VerifyingHandler
from pipelines.outcomes import RETRY_AFTER_CAP, retry_after
from storage.records import Capture

# As many as `[crawl] concurrency` may ask for. To a host itself there is never more than one connection, for its next
# request waits for the last one; through a proxy all requests go to the same.
_KEPT_OPEN = 1024


class Handler(VerifyingHandler):
    """Scrapy's handler for http and https, with the manners that only the wire can have.

    Scrapy lets the next request to a host go as soon as this returns; what the host's answer asks for must be in force
    by then.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedFactory
        self._pool.maxPersistentPerHost = _KEPT_OPEN

    async def download_request(self, request: Request) -> Response:
        """Ask; raises :class:`Refused` where the run ends meanwhile."""
        errand = errand_of(request)
        if errand is None:
            return await super().download_request(request)
        session = session_of(self._crawler)
        async with session.wire:
            return await self._transfer(request, errand)

    def _starts(self, host: str) -> None:
        """Count the host's delay from now: the request may have waited for its place on the wire."""
        engine = self._crawler.engine
        if engine is not None:
            slots.begin(engine.downloader, host)

    async def _transfer(self, request: Request, errand: Errand) -> Response:
        session = session_of(self._crawler)
        host = urlsplit(request.url).hostname or ""
        # What was in order when the request began to wait may no longer be now that it has its turn.
        bound = session.budget.refusal(errand.source.name, article=False)
        late = session.stopping or session.hosts.refusal(host) or bound
        if late is not None:
            raise Refused("deferred", late)
        self._starts(host)
        transfer = asyncio.ensure_future(super().download_request(request))
        session.transfers.add(transfer)
        try:
            response = await transfer
        except asyncio.CancelledError:
            if session.stopping is None:
                raise
            raise Refused("deferred", session.stopping, "the run ended before the answer did") from None
        except Exception:
            self._obey(session.hosts.failed(host, request.url), host, request, errand, None)
            raise
        finally:
            session.transfers.discard(transfer)
        raw = response.headers.get("Retry-After")
        told = retry_after(raw.decode("latin-1") if raw else None, now=dt.datetime.now(dt.UTC))
        told = min(told, RETRY_AFTER_CAP) if told is not None else None
        order = session.hosts.answered(
            host,
            request.url,
            status=response.status,
            latency=request.meta.get("download_latency", 0.0),
            told=told.total_seconds() if told is not None else None,
        )
        self._obey(order, host, request, errand, told)
        return response

    def _obey(self, order: Order, host: str, request: Request, errand: Errand, told: dt.timedelta | None) -> None:
        engine, session = self._crawler.engine, session_of(self._crawler)
        if engine is None:
            return
        slots.set_pace(engine.downloader, host, order.pace)
        if order.hold:
            slots.hold(engine.downloader, host, order.hold)
        if order.leave is None:
            return
        refusal = Refused("deferred", order.leave, f"{host} answered {request.url} so")
        slots.drop(engine.downloader, lambda waiting, _: refusal if waiting == host else None)
        slots.let_go(engine.downloader, host)
        if order.leave == "retry_after" and told is not None and errand.info.kind != "robots":
            # The next run reads it from there, whichever of the host's pages it wants.
            now = dt.datetime.now(dt.UTC)
            session.record(
                Capture(
                    kind="robots",
                    source=errand.source.name,
                    requested_url=f"{origin_of(request.url)}/robots.txt",
                    at=now,
                    outcome="deferred",
                    reason="retry_after",
                    detail=f"asked for with the answer of {request.url[:200]}",
                    not_before=now + told,
                )
            )
