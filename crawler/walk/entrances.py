"""Entrances: feeds, sitemaps and front pages, what they announce, and the further entrances that they name."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from crawler.config import SourceConfig
from crawler.discovery import Discovery, Link, discover
from crawler.discovery.periods import Period, of_list
from crawler.due import stamp
from crawler.errand import ERRAND, Errand, errand_of
from crawler.listed import settled
from crawler.rhythm import Rhythms
from crawler.turns import Turns
from crawler.walk.articles import Articles
from crawler.walk.asking import Asking
from crawler.walk.lists import Lists, Step
from pipelines.history import key
from pipelines.outcomes import BUSY, capture_of, of_status, settle
from pipelines.pages import page_of
from storage import warc
from storage.records import Announcement, Capture, EntranceKind, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse, WarcDamage

# Entrances that are unpacked and read at the same time: one of 60 MB takes some 600 MB while it is.
READ_AT_ONCE = 2
# Addresses that a feed or a sitemap announces and that nobody can ask for: no row holds them, the run's tallies do.
UNUSABLE = frozenset({"bad_url", "not_http", "credentials", "too_long"})
# Configured entrances come before all that they announce, also in a backfill, whose requests are ranked by day.
_FIRST = 10_000_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What came of one list: requests for articles, how many links were left out, whether its next page is wanted."""

    requests: list[Request]
    left_out: int
    go_on: bool


class Entrances:
    """The entrances of one run; each is asked for at most once in it."""

    def __init__(self, asking: Asking, articles: Articles) -> None:
        session = asking.session
        self._asking = asking
        self._articles = articles
        self._session = session
        self._plan = session.plan
        self._longest = dt.timedelta(seconds=session.config.crawl.poll[1])
        shortest, longest = session.config.crawl.poll
        names, now = [source.name for source in session.sources], dt.datetime.now(dt.UTC)
        self._rhythms = Rhythms.load(session.archive, names, now=now, shortest=shortest, longest=longest)
        self.turns = Turns.load(session.archive, names, now=now)
        self._lists = Lists(self._plan, self._rhythms, session.history)
        self._seen: set[int] = set()
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    def begin(self, sources: Iterable[SourceConfig]) -> Iterator[Request]:
        """The requests for those of the configured entrances of ``sources`` that are due, the longest waiting first."""
        now = dt.datetime.now(dt.UTC)
        chosen = [(source, entrance) for source in sources for entrance in source.entrances]
        for source, entrance in chosen:
            self._lists.meet(source.name, entrance)
        chosen.sort(key=lambda one: self.turns.of_entrance(one[0].name, self._asked(one[1])))
        for source, entrance in chosen:
            if self._waits(entrance, now):
                self._session.count(source.name, "entrance deferred", "not_before")
            elif self._plan.now or self._plan.backfill or self._rhythms.due(entrance, now):
                yield self._request(source, Step(url=entrance, choice="ask", listed=of_list(entrance)), urgency=_FIRST)
            else:
                self._session.count(source.name, "entrance resting", "not_due")

    def ranked(self, request: Request) -> Request:
        """A request of an earlier run's leftovers, in its place within a backfill's order."""
        errand = errand_of(request)
        said = errand.info.announcement if errand is not None else None
        if errand is None or said is None or not self._plan.backfill:
            return request
        return _urgent(request, self._plan.urgency(self._day_of(errand.info.requested_url, said)))

    def wants(self, url: str, said: Announcement) -> bool:
        """Whether an article that an earlier run left over is of the days that this run asks for."""
        return not self._plan.backfill or self._plan.wants(self._day_of(url, said))

    def _day_of(self, url: str, said: Announcement) -> Period | None:
        link = Link(url=url, date=said.date, modified=said.modified)
        return self._plan.day_of(link, said.kind, of_list(said.entrance), said.seen_at.date())

    def _asked(self, url: str) -> dt.datetime | None:
        """When an entrance was asked for last, or its host's robots.txt in vain; None where neither was."""
        known = self._session.history.get(url, "entrance")
        if known is None:
            return None
        if known.outcome == "deferred" and known.reason == "robots_unavailable":
            robots = self._session.history.get(urljoin(url, "/robots.txt"), "robots")
            return robots.fetched_at if robots is not None else known.at
        return known.fetched_at

    def _waits(self, url: str, now: dt.datetime) -> bool:
        """Whether its host asked to wait, or it rests after failures: these never beyond the longest wait of a poll."""
        known = self._session.history.get(url, "entrance")
        if known is None or known.not_before is None or known.not_before <= now:
            return False
        return known.status in BUSY or min(known.not_before, known.at + self._longest) > now

    def _request(
        self, source: SourceConfig, step: Step, *, parent: Announcement | None = None, depth: int = 0, urgency: int = 0
    ) -> Request:
        info = CaptureInfo(kind="entrance", source=source.name, requested_url=step.url, announcement=parent)
        errand = Errand(
            source=source,
            info=info,
            depth=depth,
            listed=step.listed,
            page=step.page,
            urgency=urgency if self._plan.backfill else 0,
        )
        return self._asking.request(step.url, errand)

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
            known = self._session.history.get(errand.info.requested_url, "entrance")
            capture = settle(capture, verdict, failed_at=stored, known=known, run=self._session.run.name)
            for again in await self._asking.try_again_or_settle(capture, errand, stored):
                yield again
            return
        waiting: list[tuple[StoredResponse, Errand, Capture | None]] = [(body, errand, capture)]
        while waiting:
            requests, further = await self._read(*waiting.pop())
            for request in requests:
                yield request
            waiting += [(earlier, onward, None) for earlier, onward in further]
        await self._session.commit_if_due()

    async def _read(
        self, body: StoredResponse, errand: Errand, capture: Capture | None
    ) -> tuple[list[Request], list[tuple[StoredResponse, Errand]]]:
        """Announce what a list names; the requests that follow, and the lists that the archive holds already.

        ``capture`` is the row to settle, None where the list was not asked for.
        """
        found = await self._discover(body, errand, capture)
        if found is None or found.kind is None:
            return [], []
        now = dt.datetime.now(dt.UTC)
        reading = self._announce(found, found.kind, errand, now)
        # After what it announced: a row with an ETag must never stand before the links that it vouches for.
        if capture is not None:
            capture = settled(capture, found)
            if reading.left_out:
                detail = f"{reading.left_out} links were not of the days asked for"
                capture = dataclasses.replace(capture, reason="out_of_range", detail=detail)
            self._asking.settle(capture)
        requests, further = reading.requests, []
        for step in self._lists.further(found, errand, go_on=reading.go_on, now=now):
            if step.choice == "again" and (earlier := self._earlier(step.url)) is not None:
                info = CaptureInfo(kind="entrance", source=errand.source.name, requested_url=step.url)
                further.append(
                    (
                        earlier,
                        dataclasses.replace(
                            errand, info=info, hops=(), depth=errand.depth + 1, listed=step.listed, page=step.page
                        ),
                    )
                )
            else:
                requests += self._take(step, found.kind, errand, now)
        return requests, further

    async def _discover(self, body: StoredResponse, errand: Errand, capture: Capture | None) -> Discovery | None:
        limit = self._session.config.crawl.max_entrance
        async with self._reading:
            page = page_of(body, limit=limit)
            if isinstance(page, Rejection):
                if capture is not None:
                    self._asking.settle(settled(capture, page))
                return None
            kind = page.header("content-type")
            # A sitemap of 50,000 entries takes a second: the event loop must not wait for it.
            found = await asyncio.to_thread(discover, page.body, url=page.url, content_type=kind, max_size=limit)
        for code, count in found.dropped:
            what = "unusable" if code in UNUSABLE and found.kind != "front" else "dropped"
            self._session.tallies[errand.source.name, what, code] += count
        if found.kind is None and capture is not None:
            self._asking.settle(settled(capture, found))
        return found

    def _take(self, step: Step, kind: EntranceKind, errand: Errand, now: dt.datetime) -> Iterator[Request]:
        """The request for a further list, or a count or a row that says why there is none."""
        source, by = errand.source, errand.info.requested_url
        if step.choice == "refuse":
            row = Capture(kind="entrance", source=source.name, requested_url=step.url, at=now, outcome="refused")
            self._session.settle_unfetched(row, "refused", step.reason or "offsite", now, f"named by {by}")
        elif step.choice == "rest":
            self._session.count(source.name, "entrance resting", step.reason)
        elif self._waits(step.url, now):
            self._session.count(source.name, "entrance deferred", "not_before")
        else:
            parent = Announcement(entrance=by, kind=kind, seen_at=now, modified=step.modified) if step.child else None
            urgency = self._plan.urgency(step.listed, lists=True)
            # The next page stands as deep as the one before.
            depth = errand.depth + (step.page == 1)
            yield self._request(source, step, parent=parent, depth=depth, urgency=urgency)

    def _earlier(self, url: str) -> StoredResponse | None:
        """The last whole answer of an entrance that has not changed since, or None where it cannot be read."""
        state = self._session.history.get(url, "entrance")
        if state is None or state.warc is None:
            return None
        try:
            return warc.read(self._session.archive.warc, state.warc)
        except WarcDamage:
            return None

    def _announce(self, found: Discovery, kind: EntranceKind, errand: Errand, now: dt.datetime) -> _Reading:
        plan, source = self._plan, errand.source
        listed = errand.listed or (of_list(errand.info.requested_url) if plan.backfill else None)
        requests: list[Request] = []
        left_out, of_interest, unseen = 0, False, False
        self._articles.prepare((link for link in found.links if source.owns(link.url)), now)
        listing = stamp(link.modified for link in found.links)
        for link in found.links:
            day: Period | None = None
            if plan.backfill:
                day = plan.day_of(link, kind, listed, now.date())
                place = hash((source.name, key(link.url)))
                unseen = unseen or place not in self._seen
                self._seen.add(place)
                of_interest = of_interest or plan.leads_on(link, listed)
                if not plan.wants(day):
                    left_out += 1
                    self._session.count(source.name, "outside")
                    continue
            announcement = Announcement(
                entrance=errand.info.requested_url,
                kind=kind,
                seen_at=now,
                title=link.title,
                # A teaser's time says when to look at it, not when it appeared: that is read from the page.
                date=link.date if kind != "front" else None,
                date_raw=link.date_raw,
                modified=link.modified if link.modified != listing else None,
                language=link.language or found.language,
            )
            asked = self._articles.link(source, link, announcement)
            requests += [_urgent(request, plan.urgency(day)) for request in asked] if plan.backfill else asked
        return _Reading(requests=requests, left_out=left_out, go_on=of_interest and unseen)


def _urgent(request: Request, urgency: int) -> Request:
    """``request`` with its place in a backfill's order, which its further tries and redirects keep."""
    errand = errand_of(request)
    meta = (
        {**request.meta, ERRAND: dataclasses.replace(errand, urgency=urgency)} if errand is not None else request.meta
    )
    return request.replace(priority=urgency, meta=meta)
