"""``scrapy crawl``: an operator's mistake is one sentence and exit code 2, as with ``broadsheet crawl``."""

from __future__ import annotations

import argparse
import asyncio
import sys

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.config import ConfigError
from storage.errors import ArchiveError


class Command(crawl.Command):
    """Scrapy's command; only what is said of a crawl that could not start is ours."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider of that name."""
        process = self.crawler_process
        if len(args) != 1 or process is None:
            raise UsageError
        crawl = process.crawl(self._create_crawler(args[0]), **opts.spargs)
        process.start()
        if not process.bootstrap_failed:
            return
        self.exitcode = 1
        # A task whose exception nobody asks for shows its traceback.
        error = (
            crawl.exception() if isinstance(crawl, asyncio.Task) and crawl.done() and not crawl.cancelled() else None
        )
        if isinstance(error, ConfigError | ArchiveError):
            sys.stderr.write(f"broadsheet: {error}\n")
            self.exitcode = 2
        elif error is not None:
            raise error
