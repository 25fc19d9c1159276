"""Articles: which announced URLs are asked for, and what their answers are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.config import SourceConfig
from crawler.discovery import Link
from crawler.due import Due, decide, due
from crawler.errand import Errand
from crawler.refused import Refused
from crawler.render import Renderer, RenderFailed
from crawler.turns import Turns
from crawler.walk.asking import Asking
from pipelines.history import KNOWN_ARTICLE, UrlState, Verdict, announced, key
from pipelines.item_pipelines import Fetched
from pipelines.outcomes import capture_of, of_payload, of_status, settle
from pipelines.pages import page_of
from pipelines.urls import plain_twins
from storage.records import Announcement, Capture, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo

# Leftovers that are put in order at a time: all of them may be millions.
AT_ONCE = 10_000


class Articles:
    """The articles of one run; each URL is met once in it."""

    def __init__(self, asking: Asking, renderer: Renderer | None = None) -> None:
        self._asking = asking
        self._renderer = renderer
        self._session = asking.session
        # Hashes, for a run may meet millions: two of ten million are the same once in some hundred thousand runs.
        self._met: set[int] = set()

    def left_over(self, turns: Turns, wants: Callable[[str, Announcement], bool]) -> Iterator[Request]:
        """URLs that an earlier run announced and did not settle, or that are due again, where ``wants`` them.

        Of each :data:`AT_ONCE` those come first whose source has waited longest.
        """
        now = dt.datetime.now(dt.UTC)
        sources = {source.name: source for source in self._session.sources}
        revisit = self._session.config.crawl.revisit
        states = self._session.history.due(lambda urls: due(urls, now=now, revisit=revisit))
        while several := list(islice(states, AT_ONCE)):
            for state in sorted(several, key=lambda state: turns.of_source(state.source)):
                source, said = sources.get(state.source), state.announcement
                if source is not None and said is not None and wants(state.requested_url, said):
                    yield from self._pursue(source, state.requested_url, said)

    def prepare(self, links: Iterable[Link], now: dt.datetime) -> None:
        """Read what is known of those links that are due in one go; each on its own costs a look into the tables."""
        history, revisit = self._session.history, self._session.config.crawl.revisit
        known = ((link, history.glance(link.url)) for link in links)
        history.prepare(
            link.url
            for link, state in known
            if state is not None and isinstance(decide(state, now=now, revisit=revisit, modified=link.modified), Due)
        )

    def link(self, source: SourceConfig, link: Link, announcement: Announcement) -> Iterator[Request]:
        """Note a link that an entrance announced, and request its page where that is due.

        ``announcement.modified`` is when the entrance says that the article was changed last, None where it says
        nothing that can be believed.
        """
        place = hash(key(link.url))
        if place in self._met:
            return
        session = self._session
        if session.forgotten.holds(link.url):
            self._met.add(place)
            self._forgotten(announced(announcement, url=link.url, source=source.name))
            return
        known = session.history.glance(link.url)
        if known is None:
            session.record(announced(announcement, url=link.url, source=source.name))
            if self._is_twin(source, link.url, announcement):
                self._met.add(place)
                return
        elif known.outcome == "refused" and not source.owns(link.url):
            # Front pages name the same strangers at every run: what was refused once takes no look into the tables.
            self._met.add(place)
            session.count(source.name, "announced")
            row = announced(announcement, url=link.url, source=source.name)
            session.repeat(dataclasses.replace(row, outcome="refused", reason="offsite"))
            return
        revisit = session.config.crawl.revisit
        verdict = decide(known, now=announcement.seen_at, revisit=revisit, modified=announcement.modified)
        if not isinstance(verdict, Due):
            self._met.add(place)
            session.count(source.name, "announced")
            session.count(source.name, "resting", verdict.why)
            return
        state = session.history.get(link.url) if known is not None else None
        # An address that led to another one before is that one's: it is asked for as it was at first.
        url = state.requested_url if state is not None and state.announcement is not None else link.url
        first = state.announcement if state is not None and state.announcement is not None else announcement
        yield from self._pursue(source, url, first)

    def _is_twin(self, source: SourceConfig, url: str, announcement: Announcement) -> bool:
        """Settle a mobile, AMP or print version of an article that is known by its plain address: no need to ask."""
        session = self._session
        for plain in plain_twins(url):
            known = session.history.glance(plain)
            state = session.history.get(plain) if known is not None and known.is_article else None
            if state is None or state.outcome not in KNOWN_ARTICLE or not source.owns(url):
                continue
            row = announced(announcement, url=url, source=source.name)
            session.count(source.name, "announced")
            session.record(dataclasses.replace(row, outcome="unchanged", reason="twin", url=plain, id=state.id))
            return True
        return False

    def _pursue(self, source: SourceConfig, url: str, announcement: Announcement) -> Iterator[Request]:
        """Request an article's page, or settle its URL where the page is not to be asked for."""
        place = hash(key(url))
        if place in self._met:
            return
        self._met.add(place)
        session = self._session
        row = announced(announcement, url=url, source=source.name)
        if session.forgotten.holds(url):
            self._forgotten(row)
            return
        session.count(source.name, "announced")
        session.announce(row)
        now = dt.datetime.now(dt.UTC)
        if not source.owns(url):
            session.settle_unfetched(row, "refused", "offsite", now)
        elif (bound := session.budget.refusal(source.name, article=True)) is not None:
            session.settle_unfetched(row, "deferred", bound, now)
        else:
            known = session.history.get(url)
            info = CaptureInfo(
                kind="article",
                source=source.name,
                requested_url=url,
                announcement=announcement,
                rules=source.rules,
                id=known.id if known else None,
                render=source.render,
            )
            yield self._asking.request(url, Errand(source=source, info=info))

    def _forgotten(self, row: Capture) -> None:
        """Count a page that was removed on request. No row is written: it would hold its address and its title."""
        self._session.count(row.source, "announced")
        self._session.repeat(dataclasses.replace(row, outcome="refused", reason="forgotten"))

    async def parse(self, response: Response) -> AsyncIterator[Any]:
        """Yield the page, or settle its URL where the answer is no page."""
        errand, stored = self._asking.answer(response)
        capture = capture_of(stored, errand.info)
        if is_redirect(stored.status):
            for request in self._asking.follow(stored, errand, capture):
                yield request
            return
        known = self._session.history.get(errand.info.requested_url)
        verdict = of_status(stored, known) or of_payload(stored, known)
        if verdict is not None:
            capture = settle(capture, verdict, failed_at=stored, known=known, run=self._session.run.name)
            for again in await self._asking.try_again_or_settle(capture, errand, stored):
                yield again
            return
        page = page_of(stored, limit=self._session.config.crawl.max_page)
        if isinstance(page, Rejection):
            refusal = self._session.history.verdict(errand.info.requested_url, page)
            self._asking.settle(settle(capture, refusal, known=known))
            return
        if self._renderer is not None and errand.source.render:
            try:
                drawn = await self._renderer.render(stored, page.body, errand)
            except (RenderFailed, Refused) as error:
                self._asking.settle(_undrawn(capture, error, known, self._session.run.name))
                return
            capture, whole = capture_of(drawn, errand.info), page_of(drawn)
            page = page if isinstance(whole, Rejection) else whole
        yield Fetched(page=page, capture=capture)


def _undrawn(capture: Capture, error: RenderFailed | Refused, known: UrlState | None, run: str) -> Capture:
    """The row of a page that was had and not drawn; it names no WARC record, for the one there is not the page."""
    if isinstance(error, Refused) and error.row is not None:
        return error.row
    row = dataclasses.replace(
        capture, etag=None, last_modified=None, warc_file=None, warc_offset=None, warc_length=None
    )
    if isinstance(error, Refused):
        return dataclasses.replace(row, outcome=error.outcome, reason=error.reason, detail=error.detail)
    return settle(row, Verdict(outcome="failed", reason="render_failed", detail=str(error)), known=known, run=run)
