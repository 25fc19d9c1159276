"""Entrances: feeds, sitemaps and front pages, what they announce, and the further entrances that they name."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.config import SourceConfig
from crawler.discovery import Discovery, discover
from crawler.errand import Errand
from crawler.walk.articles import Articles
from crawler.walk.asking import Asking
from pipelines.history import key
from pipelines.outcomes import capture_of, of_status, settle
from pipelines.pages import page_of
from storage import warc
from storage.records import Announcement, Capture, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse, WarcDamage

MAX_DEPTH = 3
# Child sitemaps that are asked for in one run of one source; the largest papers' indexes name a few hundred.
MAX_ENTRANCES = 2_000


class Entrances:
    """The entrances of one run; each is asked for once in it."""

    def __init__(self, asking: Asking, articles: Articles) -> None:
        self._asking = asking
        self._articles = articles
        self._session = asking.session
        self._met: set[tuple[str, str]] = set()
        self._named: Counter[str] = Counter()

    def begin(self, sources: Iterable[SourceConfig]) -> Iterator[Request]:
        """The requests for the configured entrances of ``sources``."""
        chosen = [(source, entrance) for source in sources for entrance in source.entrances]
        self._met |= {(source.name, key(entrance)) for source, entrance in chosen}
        for source, entrance in chosen:
            yield self._request(source, entrance, depth=0)

    def _request(self, source: SourceConfig, url: str, *, depth: int) -> Request:
        info = CaptureInfo(kind="entrance", source=source.name, requested_url=url)
        return self._asking.request(url, Errand(source=source, info=info, depth=depth))

    async def parse(self, response: Response) -> AsyncIterator[Any]:
        """Announce what an entrance names and request what is due of it."""
        errand, stored = self._asking.answer(response)
        capture = capture_of(stored, errand.info)
        if is_redirect(stored.status):
            for request in self._asking.follow(stored, errand, capture):
                yield request
            return
        verdict = of_status(stored, None)
        body = stored
        if verdict is not None and verdict.outcome == "unchanged":
            # What it announced may still be due, and the children of an index may have changed though it has not.
            earlier = self._earlier(errand.info.requested_url)
            capture = settle(capture, verdict)
            if earlier is None:
                self._asking.settle(capture)
                return
            body = earlier
        elif verdict is not None:
            capture = settle(capture, verdict, failed_at=stored)
            again = await self._asking.try_again(capture, errand, stored)
            if again is not None:
                yield again
            else:
                self._asking.settle(capture)
            return
        limit = self._session.config.crawl.max_entrance
        page = page_of(body, limit=limit)
        if isinstance(page, Rejection):
            self._asking.settle(dataclasses.replace(capture, outcome="rejected", reason=page.reason))
            return
        kind = page.header("content-type")
        # A sitemap of 50,000 entries takes a second: the event loop must not wait for it.
        found = await asyncio.to_thread(discover, page.body, url=page.url, content_type=kind, max_size=limit)
        for code, count in found.dropped:
            self._session.tallies[errand.source.name, "dropped", code] += count
        if found.kind is None:
            reason = found.reason or "not_an_entrance"
            self._asking.settle(dataclasses.replace(capture, outcome="rejected", reason=reason, detail=found.detail))
            return
        requests = list(self._announce(found, errand))
        # After what it announced: a row with an ETag must never stand before the links that it vouches for.
        if capture.outcome != "unchanged":
            capture = dataclasses.replace(capture, reason=found.reason, detail=found.detail or None)
        self._asking.settle(capture)
        for request in requests:
            yield request
        await self._session.commit_if_due()

    def _earlier(self, url: str) -> StoredResponse | None:
        """The last whole answer of an entrance that has not changed since, or None where it cannot be read."""
        state = self._session.history.get(url, "entrance")
        if state is None or state.warc is None:
            return None
        try:
            return warc.read(self._session.archive.warc, state.warc)
        except WarcDamage:
            return None

    def _announce(self, found: Discovery, errand: Errand) -> Iterator[Request]:
        # A front page that lists nothing may still name its feed.
        children = found.entrances or (() if found.links else found.feeds)
        for child in children:
            place = (errand.source.name, key(child))
            if place in self._met:
                continue
            self._met.add(place)
            refusal = self._refuses(errand, child)
            if refusal is None:
                self._named[errand.source.name] += 1
                yield self._request(errand.source, child, depth=errand.depth + 1)
            else:
                now = dt.datetime.now(dt.UTC)
                row = Capture(
                    kind="entrance", source=errand.source.name, requested_url=child, at=now, outcome="refused"
                )
                self._session.settle_unfetched(row, "refused", refusal, now, f"named by {errand.info.requested_url}")
        now = dt.datetime.now(dt.UTC)
        for link in found.links:
            if found.kind is not None:
                announcement = Announcement(
                    entrance=errand.info.requested_url,
                    kind=found.kind,
                    seen_at=now,
                    title=link.title,
                    # A teaser's time says when to look at it, not when it appeared: that is read from the page.
                    date=link.date if found.kind != "front" else None,
                    date_raw=link.date_raw,
                    modified=link.modified,
                    language=link.language or found.language,
                )
                yield from self._articles.link(errand.source, link, announcement)

    def _refuses(self, errand: Errand, child: str) -> str | None:
        if not errand.source.owns(child):
            return "offsite"
        if errand.depth >= MAX_DEPTH:
            return "too_deep"
        return "too_many_entrances" if self._named[errand.source.name] >= MAX_ENTRANCES else None
