"""What has to be true before a request goes out: budget, the host's rest, robots.txt, rights, the pace."""

from __future__ import annotations

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler import slots
from crawler.errand import ERRAND, SPENT, Errand, errand_of
from crawler.hostfiles import HostFiles
from crawler.politeness import Robots, origin_of
from crawler.refused import Refused
from crawler.reservations import Reservations, refusal
from crawler.session import session_of


class MannersMiddleware:
    """Downloader middleware that lets a request pass, or raises :class:`Refused` with its outcome and reason.

    The pace of a host, the time between two requests to it, is the longest of the configured delay, Crawl-delay, and
    what :mod:`crawler.hosts` makes of its answers.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        files = HostFiles(crawler)
        self._robots = Robots(files)
        self._reservations = Reservations(files, self._robots)
        self._known: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MannersMiddleware:
        """Scrapy's way of making it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise :class:`Refused`."""
        errand = errand_of(request)
        if errand is None:
            return
        host = urlsplit(request.url).hostname or ""
        self._gate(request, errand, host)
        if errand.info.kind in ("robots", "rights"):
            return
        self._pace(host, await self._robots.check(request.url, errand), errand)
        if errand.info.kind == "article":
            await self._rights(request, errand)
        # Again: while we waited for the host's files, it may have asked to be left alone.
        self._gate(request, errand, host)
        if errand.info.kind == "article" and errand.attempt == 1 and not errand.hops:
            session_of(self._crawler).budget.spend(errand.source.name, pages=1)
            request.meta[SPENT] = True

    def _gate(self, request: Request, errand: Errand, host: str) -> None:
        session = session_of(self._crawler)
        if session.stopping is not None:
            raise Refused("deferred", session.stopping)
        first = errand.info.kind == "article" and errand.attempt == 1 and not errand.hops
        bound = session.budget.refusal(errand.source.name, article=first)
        if bound is not None:
            raise Refused("deferred", bound)
        self._recall(request.url, host)
        resting = session.hosts.refusal(host)
        if resting is not None:
            raise Refused("deferred", resting, f"{host} is left alone")

    def _recall(self, url: str, host: str) -> None:
        """Read from the archive, once, whether the host asked an earlier run to be left alone until an instant."""
        origin = origin_of(url)
        if origin in self._known:
            return
        self._known.add(origin)
        session = session_of(self._crawler)
        state = session.history.get(f"{origin}/robots.txt", "robots")
        if state is not None and state.not_before is not None:
            left = (state.not_before - dt.datetime.now(dt.UTC)).total_seconds()
            if left > 0:
                session.hosts.rest(host, left)

    async def _rights(self, request: Request, errand: Errand) -> None:
        rights = await self._reservations.of(request.url, errand)
        reason = refusal(rights, errand.source, session_of(self._crawler).config.crawl)
        if reason is not None:
            raise Refused("refused", reason, f"{origin_of(request.url)} reserves it in its tdmrep.json")
        if rights != errand.info.rights:
            info = dataclasses.replace(errand.info, rights=rights)
            request.meta[ERRAND] = dataclasses.replace(errand, info=info)

    def _pace(self, host: str, asked: float, errand: Errand) -> None:
        engine = self._crawler.engine
        if engine is None:
            return
        common = self._crawler.settings.getfloat("DOWNLOAD_DELAY")
        configured = errand.source.delay if errand.source.delay is not None else common
        hosts = session_of(self._crawler).hosts
        floor = max(configured, asked)
        if host not in engine.downloader.per_slot_settings or hosts.get(host).floor < floor:
            slots.set_pace(engine.downloader, host, hosts.slow_down(host, floor))
