"""The spider: it walks each source's entrances, follows what they announce, and yields the pages."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.config import SourceConfig, check_archive_path, check_names, load
from crawler.discovery import Discovery, Link, discover
from crawler.due import Due, decide
from crawler.errand import ERRAND, Errand, errand_of, stored_of
from crawler.failures import reason_of
from crawler.refused import Refused
from crawler.session import Session
from pipelines import outcomes
from pipelines.history import KNOWN_ARTICLE, announced, key
from pipelines.item_pipelines import Fetched
from pipelines.outcomes import RETRIED, capture_of, of_status, settle
from pipelines.pages import page_of
from pipelines.urls import join
from storage import warc
from storage.records import Announcement, Capture, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse, WarcDamage
from storage.warc.headers import first

MAX_HOPS = 10
MAX_DEPTH = 3
# Child sitemaps that are asked for in one run of one source; the largest papers' indexes name a few hundred.
MAX_ENTRANCES = 2_000
# Longest wait inside a run before another try; a host that asks for more is left to a later run.
PATIENCE_SECONDS = 10.0


class NewsSpider(scrapy.Spider):
    """Crawls the sources of a configuration.

    Arguments (``-a``): ``config``, the file (``broadsheet.toml``); ``source``, names separated by commas (all);
    ``limit``, the most articles that are fetched (no limit).
    """

    name = "news"
    session: Session

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *args: Any,
        session: Session | None = None,
        config: str = "broadsheet.toml",
        source: str | None = None,
        limit: str | int | None = None,
        **kwargs: Any,
    ) -> Self:
        """Make the spider; without a ``session`` it opens one by ``config``, ``source`` and ``limit``.

        Raises:
            ConfigError, ArchiveError: the crawl cannot start.
        """
        if session is None:
            loaded = load(Path(config))
            check_archive_path(loaded)
            names = [name.strip() for name in source.split(",")] if source else None
            check_names(loaded, names or ())
            session = Session.open(loaded, names=names, limit=int(limit) if limit is not None else None)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.session = session
        spider._met = set()
        spider._entrances = Counter()
        crawl = session.config.crawl
        for name, value in {
            "USER_AGENT": session.agent,
            "CONCURRENT_REQUESTS": crawl.concurrency,
            "DOWNLOAD_DELAY": crawl.delay,
            "DOWNLOAD_TIMEOUT": crawl.timeout,
            "RETRY_TIMES": crawl.retries,
            "REDIRECT_MAX_TIMES": MAX_HOPS,
        }.items():
            crawler.settings.set(name, value, priority="spider")
        crawler.signals.connect(spider._on_closed, signal=signals.spider_closed)
        crawler.signals.connect(spider._on_error, signal=signals.spider_error)
        session.on_broken = spider._stop
        return spider

    _met: set[tuple[str, str]]
    _entrances: Counter[str]

    async def start(self) -> AsyncIterator[Any]:
        """What earlier runs left unsettled, then every source's entrances."""
        for source in self.session.sources:
            self._met |= {(source.name, f"entrance {key(entrance)}") for entrance in source.entrances}
        for source in self.session.sources:
            for entrance in source.entrances:
                yield self._entrance(source, entrance, depth=0)
        for request in self._left_over():
            yield request

    def _left_over(self) -> Iterator[Request]:
        """URLs that an earlier run announced and did not settle, or that are due again."""
        now = dt.datetime.now(dt.UTC)
        sources = {source.name: source for source in self.session.sources}
        for state in self.session.history.urls("article"):
            source = sources.get(state.source)
            if source is None or state.announcement is None:
                continue
            verdict = decide(state, now=now, revisit=self.session.config.crawl.revisit)
            if isinstance(verdict, Due) and state.outcome != "refused":
                yield from self._pursue(source, state.requested_url, state.announcement)

    def _entrance(self, source: SourceConfig, url: str, *, depth: int) -> Request:
        info = CaptureInfo(kind="entrance", source=source.name, requested_url=url)
        return self._request(url, Errand(source=source, info=info, depth=depth))

    def _request(self, url: str, errand: Errand) -> Request:
        kind = errand.info.kind
        headers: dict[str, str] = {}
        known = self.session.history.get(errand.info.requested_url, kind)
        if known is not None and known.fetched_at is not None and not errand.hops:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return Request(
            url,
            callback=self.parse_entrance if kind == "entrance" else self.parse_article,
            errback=self.failed,
            headers=headers,
            meta={ERRAND: errand, "handle_httpstatus_all": True},
            priority=10 if kind == "entrance" else 0,
            dont_filter=True,
        )

    async def parse_entrance(self, response: Response) -> AsyncIterator[Any]:
        """Announce what an entrance names and request what is due of it."""
        errand, stored = self._answer(response)
        capture = capture_of(stored, errand.info)
        if is_redirect(stored.status):
            for request in self._follow(stored, errand, capture):
                yield request
            return
        verdict = of_status(stored, None)
        body = stored
        if verdict is not None and verdict.outcome == "unchanged":
            # What it announced may still be due, and the children of an index may have changed though it has not.
            earlier = self._earlier(errand.info.requested_url)
            capture = settle(capture, verdict)
            if earlier is None:
                self._count_entrance(capture)
                return
            body = earlier
        elif verdict is not None:
            capture = settle(capture, verdict, failed_at=stored)
            again = await self._try_again(capture, errand, stored)
            if again is not None:
                yield again
            else:
                self._count_entrance(capture)
            return
        page = page_of(body, limit=self.session.config.crawl.max_entrance)
        if isinstance(page, Rejection):
            self._count_entrance(dataclasses.replace(capture, outcome="rejected", reason=page.reason))
            return
        limit = self.session.config.crawl.max_entrance
        kind = page.header("content-type")
        # A sitemap of 50,000 entries takes a second: the event loop must not wait for it.
        found = await asyncio.to_thread(discover, page.body, url=page.url, content_type=kind, max_size=limit)
        for code, count in found.dropped:
            self.session.tallies[errand.source.name, "dropped", code] += count
        if found.kind is None:
            reason = found.reason or "not_an_entrance"
            self._count_entrance(dataclasses.replace(capture, outcome="rejected", reason=reason, detail=found.detail))
            return
        requests = list(self._announce(found, errand))
        # After what it announced: a row with an ETag must never stand before the links that it vouches for.
        if capture.outcome != "unchanged":
            capture = dataclasses.replace(capture, reason=found.reason, detail=found.detail or None)
        self._count_entrance(capture)
        for request in requests:
            yield request
        await self.session.commit_if_due()

    def _earlier(self, url: str) -> StoredResponse | None:
        """The last whole answer of an entrance that has not changed since, or None where it cannot be read."""
        state = self.session.history.get(url, "entrance")
        if state is None or state.warc is None:
            return None
        try:
            return warc.read(self.session.archive.warc, state.warc)
        except WarcDamage:
            return None

    def _count_entrance(self, capture: Capture) -> None:
        self.session.record(capture)
        self.session.count(capture.source, f"entrance {capture.outcome}", capture.reason)

    def _announce(self, found: Discovery, errand: Errand) -> Iterator[Request]:
        # A front page that lists nothing may still name its feed.
        children = found.entrances or (() if found.links else found.feeds)
        for child in children:
            place = (errand.source.name, f"entrance {key(child)}")
            if place in self._met:
                continue
            self._met.add(place)
            refusal = self._refuses_entrance(errand, child)
            if refusal is None:
                self._entrances[errand.source.name] += 1
                yield self._entrance(errand.source, child, depth=errand.depth + 1)
            else:
                now = dt.datetime.now(dt.UTC)
                row = Capture(
                    kind="entrance", source=errand.source.name, requested_url=child, at=now, outcome="refused"
                )
                self.session.settle_unfetched(row, "refused", refusal, now, f"named by {errand.info.requested_url}")
        now = dt.datetime.now(dt.UTC)
        for link in found.links:
            if found.kind is not None:
                announcement = Announcement(
                    entrance=errand.info.requested_url,
                    kind=found.kind,
                    seen_at=now,
                    title=link.title,
                    date=link.date,
                    date_raw=link.date_raw,
                    modified=link.modified,
                    language=link.language or found.language,
                )
                yield from self._link(errand.source, link, announcement)

    def _refuses_entrance(self, errand: Errand, child: str) -> str | None:
        if not errand.source.owns(child):
            return "offsite"
        if errand.depth >= MAX_DEPTH:
            return "too_deep"
        return "too_many_entrances" if self._entrances[errand.source.name] >= MAX_ENTRANCES else None

    def _link(self, source: SourceConfig, link: Link, announcement: Announcement) -> Iterator[Request]:
        place = (source.name, key(link.url))
        if place in self._met:
            return
        session = self.session
        state = session.history.get(link.url)
        row = announced(announcement, url=link.url, source=source.name)
        if state is None:
            session.record(row)
        elif state.announcement is not None:
            announcement = state.announcement
        verdict = decide(state, now=announcement.seen_at, revisit=session.config.crawl.revisit)
        if isinstance(verdict, Due):
            yield from self._pursue(source, link.url, announcement)
        else:
            self._met.add(place)
            session.count(source.name, "announced")
            session.count(source.name, "resting", verdict.why)

    def _pursue(self, source: SourceConfig, url: str, announcement: Announcement) -> Iterator[Request]:
        """Request an article's page, or settle its URL where the page is not to be asked for."""
        place = (source.name, key(url))
        if place in self._met:
            return
        self._met.add(place)
        session = self.session
        row = announced(announcement, url=url, source=source.name)
        session.count(source.name, "announced")
        session.announce(row)
        now = dt.datetime.now(dt.UTC)
        if not source.owns(url):
            session.settle_unfetched(row, "refused", "offsite", now)
        elif session.limit is not None and session.fetched >= session.limit:
            session.settle_unfetched(row, "deferred", "limit", now)
        else:
            session.fetched += 1
            known = session.history.get(url)
            info = CaptureInfo(
                kind="article",
                source=source.name,
                requested_url=url,
                announcement=announcement,
                rules=source.rules,
                id=known.id if known else None,
            )
            yield self._request(url, Errand(source=source, info=info))

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        """Yield the page, or settle its URL where the answer is no page."""
        errand, stored = self._answer(response)
        capture = capture_of(stored, errand.info)
        if is_redirect(stored.status):
            for request in self._follow(stored, errand, capture):
                yield request
            return
        known = self.session.history.get(errand.info.requested_url)
        verdict = of_status(stored, known)
        if verdict is not None:
            capture = settle(capture, verdict, failed_at=stored, known=known, run=self.session.run.name)
            again = await self._try_again(capture, errand, stored)
            if again is not None:
                yield again
            else:
                self.session.record(capture)
            return
        page = page_of(stored, limit=self.session.config.crawl.max_page)
        if isinstance(page, Rejection):
            refusal = self.session.history.verdict(errand.info.requested_url, page)
            self.session.record(settle(capture, refusal, known=known))
            return
        yield Fetched(page=page, capture=capture)

    def _follow(self, stored: StoredResponse, errand: Errand, capture: Capture) -> Iterator[Request]:
        """One redirect further, or the fate of a chain that leads nowhere."""
        location = first(stored.response_headers, "location") or ""
        target = join(stored.url, location) if location.strip() else None
        now = dt.datetime.now(dt.UTC)
        row = dataclasses.replace(capture, at=now, outcome="failed", warc_file=None, warc_offset=None, warc_length=None)
        hops = {*map(key, errand.hops), key(stored.url)}
        if target is None:
            self.session.record(dataclasses.replace(row, reason="redirect_broken", detail=location[:200]))
        elif stored.url in errand.hops or len(errand.hops) >= self.settings.getint("REDIRECT_MAX_TIMES"):
            self.session.record(dataclasses.replace(row, reason="redirect_loop", detail=f"{len(hops)} addresses"))
        elif not errand.source.owns(target):
            refusal = dataclasses.replace(row, outcome="refused", reason="offsite", detail=f"leads to {target[:200]}")
            self.session.record(refusal)
        else:
            state = self.session.history.get(target)
            if errand.info.kind == "article" and key(target) not in hops and state and state.outcome in KNOWN_ARTICLE:
                alias = dataclasses.replace(row, outcome="unchanged", reason="alias", url=target, id=state.id)
                self.session.record(alias)
            else:
                yield self._request(target, errand.onward(stored.url))

    async def _try_again(self, capture: Capture, errand: Errand, stored: StoredResponse) -> Request | None:
        """The request for another try, after the wait that the host asks for; None where there is none in this run."""
        if capture.outcome != "failed" or capture.reason not in RETRIED:
            return None
        if errand.attempt > self.settings.getint("RETRY_TIMES"):
            return None
        wait = outcomes.wait_within_run(stored, errand.attempt)
        if wait > PATIENCE_SECONDS:
            return None
        self.session.record(capture, final=False)
        await asyncio.sleep(wait)
        return self._request(stored.url, errand.again())

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Settle a URL for which no answer came, or try again."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand = errand_of(request)
        if errand is None:
            raise RuntimeError(f"a request without errand failed: {request.url}") from failure.value
        info, now = errand.info, dt.datetime.now(dt.UTC)
        base = (
            announced(info.announcement, url=info.requested_url, source=info.source)
            if info.announcement
            else Capture(kind=info.kind, source=info.source, requested_url=info.requested_url, at=now, outcome="failed")
        )
        error = failure.value or RuntimeError("a failure without an exception")
        if isinstance(error, Refused):
            self.session.settle_unfetched(base, error.outcome, error.reason, now, error.detail)
            if info.kind == "entrance":
                self.session.count(info.source, f"entrance {error.outcome}", error.reason)
            return
        try:
            reason = reason_of(error)
        except Exception:  # noqa: BLE001 - whatever is no failure of the network is a bug: it is named, and ends the run as failed
            reason = "bug"
            self.session.bugs.append(f"{request.url}: {failure.getErrorMessage()}")
            self.logger.error("%s", failure.getTraceback())
        known = self.session.history.get(info.requested_url, info.kind)
        later = outcomes.not_before(None, now=now, failures=known.failures_with(self.session.run.name) if known else 1)
        capture = dataclasses.replace(
            base,
            at=now,
            outcome="failed",
            reason=reason,
            url=request.url,
            detail=str(error)[:300] or None,
            not_before=later,
        )
        if reason in RETRIED and errand.attempt <= self.settings.getint("RETRY_TIMES"):
            await asyncio.sleep(errand.attempt)
            yield self._request(request.url, errand.again())
            return
        if info.kind == "entrance":
            self._count_entrance(capture)
        else:
            self.session.record(capture)

    def _answer(self, response: Response) -> tuple[Errand, StoredResponse]:
        request = response.request
        errand = errand_of(request) if request is not None else None
        stored = stored_of(request) if request is not None else None
        if errand is None or stored is None:
            raise RuntimeError(f"the answer of {response.url} did not pass the capture middleware")
        return errand, stored

    def drop_waiting(self) -> None:
        """Defer every request that waits in the downloader for its turn at a host."""
        engine = self.crawler.engine
        if engine is None:
            return
        for slot in engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Failure(Refused("deferred", "stopped")))  # type: ignore[no-untyped-call]

    def _stop(self) -> None:
        engine = self.crawler.engine
        if engine is not None:
            self._stopping = asyncio.ensure_future(engine.close_spider_async(reason="archive_failed"))

    def _on_error(self, failure: Failure, response: Response, spider: scrapy.Spider) -> None:  # noqa: ARG002
        self.session.bugs.append(f"{response.url}: {failure.getErrorMessage()}")

    async def _on_closed(self, spider: scrapy.Spider, reason: str) -> None:  # noqa: ARG002
        await self.session.close(reason="stopped" if reason != "finished" else "unsettled")
        for row in self.session.tally_rows():
            self.logger.info(
                "%s: %d %s%s", row.source, row.count, row.outcome, f" ({row.reason})" if row.reason else ""
            )
