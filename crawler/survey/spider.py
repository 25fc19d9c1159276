"""The survey's spider: it looks for entrances where sites have them, and tries three articles of each."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.config.values import host_of
from crawler.discovery import Discovery, discover
from crawler.errand import Errand
from crawler.spiders.news import NewsSpider
from crawler.survey.model import Candidate, Survey, day_of, newest_first
from pipelines.history import History, key
from pipelines.outcomes import capture_of
from pipelines.pages import content_of, page_of
from storage import warc
from storage.records import Announcement, Rejection
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, WarcDamage

# Where sites have them that do not say so.
FEED_PLACES = ("/feed/", "/rss.xml", "/feed.xml", "/rss", "/atom.xml", "/index.xml", "/feed.json")
SITEMAP_PLACES = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_index.xml", "/sitemap.xml")
# How many feeds, sitemaps, children of an index, sections and articles of each entrance are looked at.
FEEDS, SITEMAPS, CHILDREN, SECTIONS, ARTICLES = 6, 6, 2, 4, 3
_FIRST = 100


class SurveySpider(NewsSpider):
    """Looks one site over, by the manners of a crawl: robots.txt, delays, the guard and the user agent are the same."""

    name = "survey"
    survey: Survey
    say: Callable[[str], None]
    _asked: set[str]

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *args: Any,
        survey: Survey | None = None,
        say: Callable[[str], None] = lambda _: None,
        **kwargs: Any,
    ) -> Self:
        """Make the spider for the one source of its session; it fills ``survey`` and tells ``say`` what it finds."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        (source,) = spider.session.sources
        spider.survey = survey or Survey(url=source.entrances[0])
        spider.say = say
        spider._asked = set()
        spider.asking.callbacks["entrance"] = spider.look
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The address that was given, and the site's front page."""
        for url, how in ((self.survey.url, "given"), (urljoin(self.survey.url, "/"), "front page")):
            for request in self._ask(url, how):
                yield request

    def _ask(self, url: str, how: str, depth: int = 0) -> Iterator[Request]:
        (source,) = self.session.sources
        if key(url) in self._asked or not source.owns(url):
            return
        self._asked.add(key(url))
        # How it was found travels where a crawl keeps who named an entrance.
        said = Announcement(entrance=how, kind="front", seen_at=dt.datetime.now(dt.UTC))
        info = CaptureInfo(kind="entrance", source=source.name, requested_url=url, announcement=said)
        yield self.asking.request(url, Errand(source=source, info=info, depth=depth, urgency=_FIRST))

    async def look(self, response: Response) -> AsyncIterator[Any]:
        """Measure what came, and look further."""
        errand, stored = self.asking.answer(response)
        capture = capture_of(stored, errand.info)
        how = errand.info.announcement.entrance if errand.info.announcement else ""
        if is_redirect(stored.status):
            for request in self.asking.follow(stored, errand, capture):
                yield request
            return
        page = page_of(stored, limit=self.session.config.crawl.max_entrance)
        if stored.status != 200 or isinstance(page, Rejection):
            reason = page.reason if isinstance(page, Rejection) else f"http_{stored.status}"
            self.asking.settle(dataclasses.replace(capture, outcome="failed", reason=reason))
            found = Discovery(kind=None)
        else:
            self.asking.settle(capture)
            found = await asyncio.to_thread(discover, page.body, url=page.url, content_type=page.header("content-type"))
        place = key(stored.url)
        if found.kind is not None and all(key(known.url) != place for known in self.survey.candidates):
            candidate = self._measure(stored.url, found, how)
            if errand.depth:
                self._add_to_index(how, candidate)
            elif not _is_fallback(found, how):
                self.survey.candidates.append(candidate)
                self.say(f"{candidate.kind} {stored.url}: {len(candidate.links)} articles")
            for request in self._try(candidate, found):
                yield request
            for child in newest_first(found)[:CHILDREN] if not errand.depth else ():
                for request in self._ask(child, stored.url, depth=1):
                    yield request
        if how == "front page" or (how == "given" and urlsplit(stored.url).path in ("", "/")):
            for url, why in self._places(stored.url, found):
                for request in self._ask(url, why):
                    yield request
        elif how == "given":
            for url in found.feeds[:FEEDS]:
                for request in self._ask(url, "named by the page"):
                    yield request

    def _places(self, front: str, found: Discovery) -> Iterator[tuple[str, str]]:
        """Where to look after the front page: what robots.txt and the page name, else where such things often are."""
        sitemaps = self._named_by_robots(front)[:SITEMAPS]
        feeds = found.feeds[:FEEDS]
        yield from ((url, "named by robots.txt") for url in sitemaps)
        yield from ((url, "named by the front page") for url in feeds)
        if not feeds:
            yield from ((urljoin(front, path), "a usual place") for path in FEED_PLACES)
        if not sitemaps:
            yield from ((urljoin(front, path), "a usual place") for path in SITEMAP_PLACES)
        yield from ((url, "section") for url in found.sections[:SECTIONS])

    def _named_by_robots(self, front: str) -> list[str]:
        state = self.session.history.get(urljoin(front, "/robots.txt"), "robots")
        if state is None or state.warc is None or state.status != 200:
            return []
        try:
            content = content_of(warc.read(self.session.archive.warc, state.warc), limit=1_000_000)
        except WarcDamage:
            return []
        text = getattr(content, "body", b"").decode("utf-8", "replace")
        return [urljoin(front, url) for url in Protego.parse(text).sitemaps]

    def _measure(self, url: str, found: Discovery, how: str) -> Candidate:
        (source,) = self.session.sources
        own = tuple(link for link in found.links if source.owns(link.url))
        elsewhere = Counter(_host(link.url) for link in found.links if not source.owns(link.url))
        return Candidate(
            url=url,
            kind=found.kind or "front",
            how=how,
            links=own,
            elsewhere=dict(elsewhere),
            children=len(found.entrances),
            problem="is a list without a single link" if not found.links and not found.entrances else None,
        )

    def _add_to_index(self, index: str, child: Candidate) -> None:
        for candidate in self.survey.candidates:
            if candidate.url == index:
                candidate.links += child.links
                child.tried = candidate.tried

    def _try(self, candidate: Candidate, found: Discovery) -> Iterator[Request]:
        """The requests for the articles by which a candidate is judged: its newest, those already tried first."""
        (source,) = self.session.sources
        newest = sorted(candidate.links, key=lambda link: str(day_of(link) or ""), reverse=True)
        known = [link for link in newest if self.session.history.get(link.url) is not None]
        for link in (*known, *(link for link in newest if link not in known))[: ARTICLES - len(candidate.tried)]:
            candidate.tried.append(link.url)
            said = Announcement(
                entrance=candidate.url,
                kind=candidate.kind,
                seen_at=dt.datetime.now(dt.UTC),
                title=link.title,
                date=link.date if candidate.kind != "front" else None,
                date_raw=link.date_raw,
                modified=link.modified,
                language=link.language or found.language,
            )
            yield from self.articles.link(source, link, said)


def finish(survey: Survey, history: History) -> None:
    """Write into ``survey`` what became of the tried articles, and what could not be had."""
    for candidate in survey.candidates:
        states = [history.get(url) for url in candidate.tried]
        fates = [(state.outcome, state.reason) for state in states if state is not None]
        well = [outcome in ("archived", "revised", "unchanged") for outcome, _ in fates]
        candidate.good = sum(well)
        candidate.reasons = [reason or outcome for (outcome, reason), good in zip(fates, well, strict=True) if not good]
    for state in history.urls("entrance"):
        if state.outcome not in ("fetched", "unchanged"):
            survey.failures.append((state.requested_url, state.reason or state.outcome))


def _is_fallback(found: Discovery, how: str) -> bool:
    """Whether a page in a usual place is only the page that a site shows for whatever it has not."""
    return how == "a usual place" and found.kind == "front"


def _host(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return ""
