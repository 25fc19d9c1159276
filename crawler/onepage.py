"""One page, asked for with the manners of a crawl and kept nowhere: for ``broadsheet inspect``."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.commands.crawl import run
from crawler.config import ArchiveConfig, Config, CrawlConfig, SourceConfig
from crawler.config.model import BudgetConfig
from crawler.config.values import BadValue, entrance, host_of
from crawler.errand import Errand
from crawler.failures import detail_of, reason_of
from crawler.plan import Plan
from crawler.refused import Refused
from crawler.session import Session
from crawler.spiders.news import NewsSpider
from crawler.terminal import console
from pipelines.outcomes import PAGES
from pipelines.pages import page_of
from pipelines.urls import join
from storage.errors import ArchiveError
from storage.records import Page, Rejection, SiteRules
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse
from storage.warc.headers import first

HOPS = 10
# For the page, its redirects and their hosts' robots.txt together; somebody sits before the screen.
SECONDS = 120.0
_ADVICE = {
    "robots": "save the page yourself and inspect the file",
    "private_address": "where you mean it, name its host in allow_private of [crawl]",
    "robots_unavailable": "the site is not to be asked now",
    "budget_time": f"it took longer than {SECONDS:g} s",
}


class NotToBeHad(ArchiveError):
    """The page cannot be had; the message says why, and what to do instead where there is something."""


@dataclass(slots=True)
class Answer:
    """What came of asking: a record of a log that is thrown away, or the sentence that says why there is none."""

    stored: StoredResponse | None = None
    problem: str | None = None


class PageSpider(NewsSpider):
    """Asks for the one address of its session's one source, and follows its redirects to whatever host."""

    name = "page"
    given: Answer

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, answer: Answer | None = None, **kwargs: Any) -> Self:
        """Make the spider; it fills ``answer``."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.given = answer or Answer()
        spider.asking.callbacks["entrance"] = spider.take
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The address that was given."""
        (source,) = self.session.sources
        (url,) = source.entrances
        info = CaptureInfo(kind="entrance", source=source.name, requested_url=url)
        yield self._ask(url, Errand(source=source, info=info))

    def _ask(self, url: str, errand: Errand) -> Request:
        return self.asking.request(url, errand).replace(errback=self.lost)

    async def take(self, response: Response) -> AsyncIterator[Any]:
        """Follow a redirect, or keep what came."""
        errand, stored = self.asking.answer(response)
        if not is_redirect(stored.status):
            self.given.stored = stored
            return
        location = first(stored.response_headers, "location") or ""
        target = join(stored.url, location) if location.strip() else None
        if target is None:
            self.given.problem = f"{stored.url} leads to {location[:200]!r}, which is no address (redirect_broken)"
        elif target in errand.hops or len(errand.hops) >= HOPS:
            self.given.problem = f"{stored.url} leads to {target}, and round and round (redirect_loop)"
        else:
            yield self._ask(target, errand.onward(stored.url))

    async def lost(self, failure: Failure) -> None:
        """Say why no answer came."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value or RuntimeError("a failure without an exception")
        if isinstance(error, Refused):
            advice = _ADVICE.get(error.reason)
            said = ": ".join(part for part in (error.reason, error.detail) if part)
            self.given.problem = f"{request.url} is not asked for, {said}" + (f"; {advice}" if advice else "")
        else:
            self.given.problem = f"{request.url} cannot be had, {reason_of(error)}: {detail_of(error)}"


def fetch(url: str, crawl: CrawlConfig, *, site: SiteRules | None) -> Page | Rejection:
    """The page at ``url``, by the manners of ``crawl``: guard, robots.txt, limits of time and size; read by ``site``.

    A Rejection where its content cannot be decoded. Raises :class:`NotToBeHad` where there is no page to be had.
    """
    try:
        url = entrance(url)
    except BadValue as bad:
        raise NotToBeHad(f"{url}: {bad.problem}; {bad.remedy}") from None
    # As an entrance it is asked for without the host's tdmrep.json: nothing of it is kept.
    limits = dataclasses.replace(
        crawl, retries=0, max_entrance=crawl.max_page, budget=BudgetConfig(seconds=SECONDS), workers=1
    )
    rules, hosts = SiteRules(name="page"), frozenset({host_of(url)})
    source = SourceConfig(file=Path(), rules=rules, entrances=(url,), hosts=hosts)
    answer = Answer()
    with tempfile.TemporaryDirectory(prefix="broadsheet-inspect-") as folder:
        archive = ArchiveConfig(path=Path(folder) / "archive", min_free=0)
        config = Config(file=Path(), archive=archive, crawl=limits, sources=(source,))
        _, session = run(
            lambda: Session.open(config, command="inspect", plan=Plan(now=True)),
            console=console(stderr=True),
            log_level="ERROR",
            spider=PageSpider,
            view=_Nothing(),
            answer=answer,
        )
    stored = answer.stored
    if stored is None:
        problems = [answer.problem] if answer.problem else session.bugs
        raise NotToBeHad("; ".join(problems) or f"{url} was not asked for: the run was ended")
    if stored.status not in PAGES:
        raise NotToBeHad(f"{stored.url} answers {stored.status}")
    page = page_of(stored, limit=crawl.max_page)
    return dataclasses.replace(page, site=site, warc=None) if isinstance(page, Page) else page


class _Nothing:
    """There is but one page to wait for."""

    def show(self, session: Session) -> None:
        """Show nothing."""

    def close(self, session: Session) -> None:
        """Show nothing."""
