"""robots.txt by RFC 9309, and how long it asks to wait between two requests to one host."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from urllib.parse import urlsplit

from protego import Protego

from crawler.errand import ROBOTS_BYTES, Errand
from crawler.hostfiles import HostFiles
from crawler.refused import Refused
from pipelines import outcomes

# RFC 9309, 2.2.2: the product token that robots.txt files name.
TOKEN = "Broadsheet"
_AGENT = re.compile(r"(\s*user[- ]?agent\s*[:\s]\s*)([^#]*)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_-]*")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a host's robots.txt asks for; ``parser`` is None where nothing may be fetched at all, ``why`` says why."""

    parser: Protego | None
    why: str | None = None

    def allows(self, url: str) -> bool:
        """Whether ``url`` may be fetched; robots.txt itself always may (RFC 9309, 2.2.2)."""
        if urlsplit(url).path == "/robots.txt":
            return True
        return self.parser is not None and bool(self.parser.can_fetch(url, TOKEN))

    @property
    def delay(self) -> float:
        """Crawl-delay in seconds, 0 where none is asked for."""
        asked = self.parser.crawl_delay(TOKEN) if self.parser is not None else None
        return max(0.0, float(asked)) if asked is not None else 0.0


def rules_of(status: int, body: bytes) -> Rules:
    """The rules that an answer for robots.txt sets up (RFC 9309, 2.3.1).

    2xx: the file's. 4xx: everything is allowed, 429 apart. Anything else: nothing is, as if the host were away. Of a
    file that is too long the lines that fit count.
    """
    if not outcomes.robots_speaks(status):
        return Rules(parser=None)
    if status >= 300:
        return Rules(parser=Protego.parse(""))
    if len(body) > ROBOTS_BYTES:
        body = body[:ROBOTS_BYTES].rpartition(b"\n")[0]
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    return Rules(parser=Protego.parse("\n".join(map(_with_whole_name, text.splitlines()))))


def _with_whole_name(line: str) -> str:
    """``line``, where it names a crawler, as Protego tells the names apart that RFC 9309, 2.2.1 tells apart.

    The name ends where a product token does: webmasters copy ``Broadsheet/1.0 (+…)`` from their logs. Protego would
    take that for another's, and a name that ours begins with for ours.
    """
    found = _AGENT.match(line)
    if found is None:
        return line
    field, value = found[1], found[2].strip()
    name = _NAME.match(value)
    if name is not None and name[0].lower() == TOKEN.lower():
        return field + TOKEN
    return line if value.startswith("*") or not value else f"{field}other-{value}"


class Robots:
    """Each host's robots.txt, asked for before anything else is asked of it.

    One that the archive holds and that is younger than ``[crawl] robots_max_age`` is read from there.
    """

    def __init__(self, files: HostFiles) -> None:
        self._files = files
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    async def check(self, url: str, errand: Errand) -> float:
        """The delay that the host of ``url`` asks for, in seconds; raises :class:`Refused` where it is not to be asked.

        A delay beyond ``[crawl] max_delay`` defers the host.
        """
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(f"{origin}/robots.txt", errand))
        rules = await asyncio.shield(self._rules[origin])
        if rules.parser is None:
            why = f": {rules.why}" if rules.why else ""
            raise Refused("deferred", "robots_unavailable", f"{origin}/robots.txt could not be had{why}")
        if not rules.allows(url):
            raise Refused("refused", "robots", f"{origin}/robots.txt disallows it")
        longest = self._files.session.config.crawl.max_delay
        if rules.delay > longest:
            detail = f"{origin}/robots.txt asks for {rules.delay:g} s between requests; max_delay is {longest:g} s"
            raise Refused("deferred", "crawl_delay", detail)
        return rules.delay

    async def _ask(self, url: str, errand: Errand) -> Rules:
        found = await self._files.get(url, "robots", errand)
        rules = rules_of(found.status, found.body)
        return rules if rules.parser is not None else Rules(parser=None, why=found.why or f"HTTP {found.status}")


def origin_of(url: str) -> str:
    """Scheme, host and port: what a robots.txt speaks for (RFC 9309, 2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
