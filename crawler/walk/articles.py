"""Articles: which announced URLs are asked for, and what their answers are."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.config import SourceConfig
from crawler.discovery import Link
from crawler.due import Due, decide
from crawler.errand import Errand
from crawler.walk.asking import Asking
from pipelines.history import announced, key
from pipelines.item_pipelines import Fetched
from pipelines.outcomes import capture_of, of_status, settle
from pipelines.pages import page_of
from storage.records import Announcement, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo


class Articles:
    """The articles of one run; each URL is met once in it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._session = asking.session
        self._met: set[tuple[str, str]] = set()

    def left_over(self) -> Iterator[Request]:
        """URLs that an earlier run announced and did not settle, or that are due again."""
        now = dt.datetime.now(dt.UTC)
        sources = {source.name: source for source in self._session.sources}
        for state in self._session.history.urls("article"):
            source = sources.get(state.source)
            if source is None or state.announcement is None:
                continue
            verdict = decide(state, now=now, revisit=self._session.config.crawl.revisit)
            if isinstance(verdict, Due) and state.outcome != "refused":
                yield from self._pursue(source, state.requested_url, state.announcement)

    def link(self, source: SourceConfig, link: Link, announcement: Announcement) -> Iterator[Request]:
        """Note a link that an entrance announced, and request its page where that is due."""
        place = (source.name, key(link.url))
        if place in self._met:
            return
        session = self._session
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
        session = self._session
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
            yield self._asking.request(url, Errand(source=source, info=info))

    async def parse(self, response: Response) -> AsyncIterator[Any]:
        """Yield the page, or settle its URL where the answer is no page."""
        errand, stored = self._asking.answer(response)
        capture = capture_of(stored, errand.info)
        if is_redirect(stored.status):
            for request in self._asking.follow(stored, errand, capture):
                yield request
            return
        known = self._session.history.get(errand.info.requested_url)
        verdict = of_status(stored, known)
        if verdict is not None:
            capture = settle(capture, verdict, failed_at=stored, known=known, run=self._session.run.name)
            again = await self._asking.try_again(capture, errand, stored)
            if again is not None:
                yield again
            else:
                self._asking.settle(capture)
            return
        page = page_of(stored, limit=self._session.config.crawl.max_page)
        if isinstance(page, Rejection):
            refusal = self._session.history.verdict(errand.info.requested_url, page)
            self._asking.settle(settle(capture, refusal, known=known))
            return
        yield Fetched(page=page, capture=capture)
