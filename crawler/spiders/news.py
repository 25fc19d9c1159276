"""The spider: it walks each source's entrances, follows what they announce, and yields the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.brakes import Brakes
from crawler.config import check_archive_path, check_names, load
from crawler.render import Renderer
from crawler.session import Session
from crawler.spiders.arguments import read, refuse_unknown
from crawler.walk import MAX_HOPS, Articles, Asking, Entrances
from pipelines import collector


class NewsSpider(scrapy.Spider):
    """Crawls the sources of a configuration.

    Arguments (``-a``): ``config``, the file (``broadsheet.toml``); ``source``, names separated by commas (all);
    ``limit``, the most articles that are fetched (no limit); ``since`` and ``until``, the days of a backfill
    (YYYY-MM-DD). Any other is refused.
    """

    name = "news"
    session: Session
    asking: Asking
    entrances: Entrances
    articles: Articles
    renderer: Renderer | None
    brakes: Brakes
    _watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *args: Any,
        session: Session | None = None,
        config: str = "broadsheet.toml",
        source: str | None = None,
        limit: str | int | None = None,
        since: str | None = None,
        until: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Make the spider; without a ``session`` it opens one by ``config``, ``source`` and ``limit``.

        Raises:
            ConfigError, ArchiveError: the crawl cannot start.
        """
        if session is None:
            refuse_unknown(kwargs)
            wanted = read(config=config, source=source, limit=limit, since=since, until=until)
            loaded = load(wanted.config)
            check_archive_path(loaded)
            check_names(loaded, wanted.names or ())
            session = Session.open(loaded, names=wanted.names, limit=wanted.limit, plan=wanted.plan)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.session = session
        crawl = session.config.crawl
        # Stronger than `-s`: a site is always told who asks.
        crawler.settings.set("USER_AGENT", session.agent, priority="cmdline")
        for name, value in {
            "DOWNLOAD_DELAY": crawl.delay,
            "DOWNLOAD_TIMEOUT": crawl.timeout,
            "RETRY_TIMES": crawl.retries,
            "REDIRECT_MAX_TIMES": MAX_HOPS,
        }.items():
            crawler.settings.set(name, value, priority="spider")
        asking = Asking(
            session,
            retries=crawler.settings.getint("RETRY_TIMES"),
            hops=crawler.settings.getint("REDIRECT_MAX_TIMES"),
        )
        spider.renderer = Renderer(crawler) if any(source.render for source in session.sources) else None
        spider.asking = asking
        spider.articles = Articles(asking, spider.renderer)
        spider.entrances = Entrances(asking, spider.articles)
        asking.callbacks.update({"entrance": spider.entrances.parse, "article": spider.articles.parse})
        crawler.signals.connect(spider._on_closed, signal=signals.spider_closed)
        crawler.signals.connect(spider._on_error, signal=signals.spider_error)
        crawler.signals.connect(spider._on_opened, signal=signals.spider_opened)
        spider.brakes = Brakes(crawler, session)
        session.on_broken = lambda: spider.brakes.halt("archive_failed")
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Every source's entrances, then what earlier runs left unsettled."""
        for request in self.entrances.begin(self.session.sources):
            yield request
        for request in self.articles.left_over(self.entrances.turns, self.entrances.wants):
            yield self.entrances.ranked(request)

    def _on_opened(self) -> None:
        collector.spare_what_is_loaded()
        self._watch = asyncio.ensure_future(self.brakes.watch())

    def _on_error(self, failure: Failure, response: Response, spider: scrapy.Spider) -> None:  # noqa: ARG002
        self.session.bugs.append(f"{response.url}: {failure.getErrorMessage()}")

    async def _on_closed(self, spider: scrapy.Spider, reason: str) -> None:  # noqa: ARG002
        if self._watch is not None:
            self._watch.cancel()
        if self.renderer is not None:
            await self.renderer.close()
        self.asking.join()
        await self.session.close(reason="stopped" if reason != "finished" else "unsettled")
        for row in self.session.tally_rows():
            self.logger.info(
                "%s: %d %s%s", row.source, row.count, row.outcome, f" ({row.reason})" if row.reason else ""
            )
