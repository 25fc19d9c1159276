"""A crawl of exactly the pages that a manifest lists: for ``broadsheet hydrate``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.commands.crawl import counted, run
from crawler.config import ArchiveConfig, Config, SourceConfig, check_archive_path
from crawler.config.values import BadValue, entrance, host_of, slug
from crawler.discovery import Link
from crawler.session import Session
from crawler.spiders.news import NewsSpider
from crawler.terminal import clean, console, say_on
from storage.export.listed import BadManifest, Listed
from storage.places import Address
from storage.records import Announcement, SiteRules


class ManifestSpider(NewsSpider):
    """Asks for the pages of a manifest and for nothing else: no entrance, and nothing that an earlier run left open."""

    name = "manifest"
    listed: Sequence[Listed]
    origin: str

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, listed: Sequence[Listed] = (), origin: str = "", **kwargs: Any
    ) -> Self:
        """Make the spider; ``origin`` is what the rows name as the entrance that announced them."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.listed = listed
        spider.origin = origin
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Each page that is not had yet; ``crawler.due`` decides, as for a crawl."""
        sources = {source.name: source for source in self.session.sources}
        for one in self.listed:
            source = sources.get(one.source)
            if source is None:
                continue
            day = dt.datetime.combine(one.date, dt.time()) if one.date else None
            said = Announcement(
                entrance=self.origin,
                kind="sitemap",
                seen_at=dt.datetime.now(dt.UTC),
                date=day,
                date_raw=str(one.date) if one.date else None,
                language=one.language,
            )
            for request in self.articles.link(source, Link(url=one.requested_url), said):
                yield request


def sources_of(listed: Iterable[Listed], config: Config) -> tuple[SourceConfig, ...]:
    """A source for each that the manifest names: without entrances, with the hosts of its pages.

    Rules, delay and policy are those of the configuration's source of that name, where there is one.

    Raises:
        BadManifest: a row names a source or an address that cannot be.
    """
    hosts: dict[str, set[str]] = {}
    for one in listed:
        try:
            name = slug(one.source)
            found = {host_of(entrance(url)) for url in (one.url, one.requested_url)}
        except BadValue as bad:
            raise BadManifest(f"row {one.number} of the manifest: {bad.problem}") from None
        hosts.setdefault(name, set()).update(found)
    known = {source.name: source for source in config.sources}
    return tuple(
        dataclasses.replace(known[name], entrances=(), hosts=known[name].hosts | found)
        if name in known
        else SourceConfig(file=config.file, rules=SiteRules(name=name), entrances=(), hosts=frozenset(found))
        for name, found in sorted(hosts.items())
    )


def fetch(listed: Sequence[Listed], output: Address, config: Config, *, origin: str, log_level: str) -> int:
    """Fetch the pages that are ``listed`` into the archive at ``output``, with the manners of ``config``.

    What is had is not asked for again, at whatever age. Returns the crawl's exit code; its closing lines go to standard
    error.

    Raises:
        BadManifest: a row cannot be asked for.
        ConfigError, ArchiveError: the crawl cannot start.
    """
    err = console(stderr=True)
    own = config.archive if config.archive.path == output else ArchiveConfig.at(output)
    wanted = dataclasses.replace(
        config,
        archive=dataclasses.replace(own, min_free=config.archive.min_free),
        crawl=dataclasses.replace(config.crawl, revisit=()),
        sources=sources_of(listed, config),
        disabled=(),
    )
    check_archive_path(wanted)
    code, session = run(
        lambda: Session.open(wanted, command="hydrate", say=say_on(err)),
        console=err,
        log_level=log_level,
        spider=ManifestSpider,
        listed=listed,
        origin=origin,
    )
    for line in _problems(session):
        err.print(clean(line), soft_wrap=True)
    return code


def _problems(session: Session) -> list[str]:
    """What a person should know of how the crawl ended, beside the fates of its pages."""
    lines = ["Stopped before its end; run it again, and it goes on."] if session.stopped else []
    if session.busy:
        lines.append(f"{counted(len(session.busy), 'source')} left out: another run is crawling them.")
    return [*lines, *session.warnings, *(f"Failed: {bug}" for bug in session.bugs)]
