"""robots.txt by RFC 9309, and how long to wait between two requests to one host."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.errand import ERRAND, ROBOTS_BYTES, Errand, errand_of, stored_of
from crawler.failures import detail_of, reason_of
from crawler.refused import Refused
from crawler.session import Session, session_of
from pipelines import outcomes
from pipelines.decoding import Decoded
from pipelines.pages import content_of
from pipelines.urls import join
from storage import warc
from storage.records import Capture
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse, WarcDamage
from storage.warc.headers import first

# RFC 9309, 2.2.2: the product token that robots.txt files name.
TOKEN = "Broadsheet"
# RFC 9309, 2.3.1.2: at least five consecutive redirects are followed.
ROBOTS_REDIRECTS = 5
_ROBOTS_FIRST = 1000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a host's robots.txt asks for; ``parser`` is None where nothing may be fetched at all, ``why`` says why."""

    parser: Protego | None
    why: str | None = None

    def allows(self, url: str) -> bool:
        """Whether ``url`` may be fetched."""
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
    return Rules(parser=Protego.parse(body.decode("utf-8", "replace").removeprefix("\ufeff")))


class RobotsMiddleware:
    """Downloader middleware that asks each host's robots.txt before anything else is asked of it.

    A robots.txt that the archive holds and that is younger than ``[crawl] robots_max_age`` is read from there. The
    delay between two requests to a host is the longer of the configured one and Crawl-delay; one beyond
    ``[crawl] max_delay`` defers the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's way of making it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise :class:`Refused`."""
        errand = errand_of(request)
        if errand is None or errand.info.kind == "robots":
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(origin, errand))
        rules = await asyncio.shield(self._rules[origin])
        if rules.parser is None:
            why = f": {rules.why}" if rules.why else ""
            raise Refused("deferred", "robots_unavailable", f"{origin}/robots.txt could not be had{why}")
        if not rules.allows(request.url):
            raise Refused("refused", "robots", f"{origin}/robots.txt disallows it")
        longest = self._session.config.crawl.max_delay
        if rules.delay > longest:
            detail = f"{origin}/robots.txt asks for {rules.delay:g} s between requests; max_delay is {longest:g} s"
            raise Refused("deferred", "crawl_delay", detail)

    async def _ask(self, origin: str, errand: Errand) -> Rules:
        url = f"{origin}/robots.txt"
        rules = self._remembered(url)
        if rules is None:
            rules = await self._fetch(url, errand)
        common = self._crawler.settings.getfloat("DOWNLOAD_DELAY")
        configured = errand.source.delay if errand.source.delay is not None else common
        self._set_delay(url, max(configured, rules.delay))
        return rules

    def _remembered(self, url: str) -> Rules | None:
        session = self._session
        state = session.history.get(url, "robots")
        if state is None or state.outcome != "fetched" or state.fetched_at is None or state.status is None:
            return None
        if (dt.datetime.now(dt.UTC) - state.fetched_at).total_seconds() > session.config.crawl.robots_max_age:
            return None
        if state.warc is None or not 200 <= state.status < 300:
            return rules_of(state.status, b"")
        try:
            return rules_of(state.status, _body(warc.read(session.archive.warc, state.warc)))
        except WarcDamage:
            return None

    async def _fetch(self, url: str, errand: Errand) -> Rules:
        session = self._session
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("robots.txt is fetched while the engine runs")
        info = CaptureInfo(kind="robots", source=errand.source.name, requested_url=url)
        target: str | None = url
        for _ in range(ROBOTS_REDIRECTS + 1):
            if target is None:
                break
            request = Request(
                target,
                priority=_ROBOTS_FIRST,
                meta={ERRAND: Errand(source=errand.source, info=info), "handle_httpstatus_all": True},
                callback=NO_CALLBACK,
                dont_filter=True,
            )
            try:
                await engine.download_async(request)
            except Refused as refusal:
                now = dt.datetime.now(dt.UTC)
                base = Capture(kind="robots", source=info.source, requested_url=url, at=now, outcome=refusal.outcome)
                session.record(dataclasses.replace(base, reason=refusal.reason, detail=refusal.detail))
                raise
            except Exception as error:  # noqa: BLE001 - reason_of raises it again where it is no failure of the network
                now = dt.datetime.now(dt.UTC)
                base = Capture(kind="robots", source=info.source, requested_url=url, at=now, outcome="failed")
                row = dataclasses.replace(base, reason=reason_of(error), detail=detail_of(error))
                session.record(row)
                return Rules(parser=None, why=f"{row.reason}, {row.detail}")
            stored = stored_of(request)
            if stored is None:
                raise RuntimeError("the capture middleware did not see the answer for robots.txt")
            if not is_redirect(stored.status):
                # Half a file may lack the half that forbids: as if the host were away. One cut at our limit is read.
                whole = stored.truncated in (None, "length")
                rules = rules_of(stored.status if whole else 0, _body(stored))
                row = outcomes.capture_of(stored, info)
                if rules.parser is None:
                    reason = f"http_{stored.status}" if whole else "cut_short"
                    row = dataclasses.replace(row, outcome="failed", reason=reason)
                    rules = Rules(parser=None, why=reason)
                session.record(row)
                return rules
            location = first(stored.response_headers, "location") or ""
            target = join(target, location) if location else None
        # RFC 9309, 2.3.1.2: after too many redirects the file counts as unavailable, which allows everything.
        return rules_of(404, b"")

    def _set_delay(self, url: str, delay: float) -> None:
        """Tell Scrapy's downloader; the slot of the host may or may not exist yet."""
        engine = self._crawler.engine
        if engine is None:
            return
        downloader = engine.downloader
        slot = downloader.get_slot_key(Request(url))
        downloader.per_slot_settings[slot] = {"concurrency": downloader.domain_concurrency, "delay": delay, "jitter": 0}
        if slot in downloader.slots:
            downloader.slots[slot].delay = delay
            downloader.slots[slot].jitter = 0.0

    @property
    def _session(self) -> Session:
        return session_of(self._crawler)


def _body(stored: StoredResponse) -> bytes:
    decoded = content_of(stored, limit=ROBOTS_BYTES * 4)
    return decoded.body if isinstance(decoded, Decoded) else b""
