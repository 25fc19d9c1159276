"""``scrapy crawl``: it ends with the lines and the exit code of ``broadsheet crawl``, also as a job of Scrapyd."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.commands.crawl import COULD_NOT_START, DONE, FAILED, closing_lines, exit_code
from crawler.config import ConfigError
from crawler.spiders.news import NewsSpider
from crawler.terminal import clean
from storage.errors import ArchiveError

logger = logging.getLogger(__name__)


class Command(crawl.Command):
    """Scrapy's command; only how it ends is ours.

    The exit code is that of ``broadsheet crawl``. An operator's mistake is one sentence and code 2. What a person
    should know of the run is logged, so that it stands in the file that Scrapyd keeps of each job; as warnings where
    the code is not 0.
    """

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider of that name."""
        process = self.crawler_process
        if len(args) != 1 or process is None:
            raise UsageError
        crawler = self._create_crawler(args[0])
        task = process.crawl(crawler, **opts.spargs)
        process.start()
        if process.bootstrap_failed:
            self.exitcode = FAILED
            # A task whose exception nobody asks for shows its traceback.
            error = (
                task.exception() if isinstance(task, asyncio.Task) and task.done() and not task.cancelled() else None
            )
            if isinstance(error, ConfigError | ArchiveError):
                self._say(str(error))
                self.exitcode = COULD_NOT_START
            elif error is not None:
                raise error
        elif isinstance(crawler.spider, NewsSpider):
            session = crawler.spider.session
            self.exitcode = exit_code(session)
            for line in closing_lines(session):
                logger.log(logging.INFO if self.exitcode == DONE else logging.WARNING, "%s", clean(line))

    def _say(self, problem: str) -> None:
        sys.stderr.write(f"broadsheet: {problem}\n")
        if self.settings is not None and self.settings.get("LOG_FILE"):
            logger.error("%s", problem)
