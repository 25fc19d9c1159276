"""What a host's tdmrep.json and an answer say of rights, beside the policy of the source."""

from __future__ import annotations

import asyncio

from crawler.config import CrawlConfig, SourceConfig
from crawler.errand import Errand
from crawler.hostfiles import HostFiles
from crawler.politeness import Robots, origin_of
from crawler.refused import Refused
from crawler.session import Session
from pipelines import policy, tdmrep
from pipelines.outcomes import capture_of_withheld
from storage.warc import Exchange, Withheld


class Reservations:
    """Each host's tdmrep.json, asked for before the first article is asked of it, where robots.txt allows."""

    def __init__(self, files: HostFiles, robots: Robots) -> None:
        self._files = files
        self._robots = robots
        self._rules: dict[str, asyncio.Task[tuple[tdmrep.Rule, ...]]] = {}

    async def of(self, url: str, errand: Errand) -> tuple[str, ...]:
        """What the file says of ``url``, as words for ``rights``; nothing where it cannot be had."""
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(f"{origin}{tdmrep.PATH}", errand))
        return tdmrep.of(await asyncio.shield(self._rules[origin]), url)

    async def _ask(self, url: str, errand: Errand) -> tuple[tdmrep.Rule, ...]:
        try:
            await self._robots.check(url, errand)
            found = await self._files.get(url, "rights", errand)
        except Refused:
            # What keeps us from the file keeps us from the pages, or says nothing of them.
            return ()
        return tdmrep.read(found.body) if 200 <= found.status < 300 else ()


def refusal(rights: tuple[str, ...], source: SourceConfig, crawl: CrawlConfig) -> str | None:
    """The reason code for which a page of ``source`` with these ``rights`` is not kept, or None where it is."""
    chosen, noarchive = source.rights(crawl)
    return policy.refusal(rights, chosen, obey_noarchive=noarchive)


def needs_page(source: SourceConfig, crawl: CrawlConfig) -> bool:
    """Whether a page of ``source`` has to be read for its rights before it may be written."""
    chosen, noarchive = source.rights(crawl)
    return policy.needs_page(chosen, obey_noarchive=noarchive)


def withheld(session: Session, exchange: Exchange, rights: tuple[str, ...], reason: str) -> Refused:
    """Note the answer without its body; the refusal to raise, with the row that settles its URL."""
    position = session.run.withhold(exchange, reason=reason, rights=rights)
    found = Withheld.of(exchange, reason=reason, rights=rights, position=position)
    return Refused("refused", reason, row=capture_of_withheld(found))
