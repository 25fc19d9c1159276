"""Files that speak for a whole host, robots.txt and tdmrep.json: asked for once, remembered across runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.errand import ERRAND, ROBOTS_BYTES, Errand, stored_of
from crawler.failures import detail_of, reason_of
from crawler.refused import Refused
from crawler.session import Session, session_of
from pipelines import outcomes
from pipelines.decoding import Decoded
from pipelines.pages import content_of
from pipelines.urls import join
from storage import warc
from storage.records import Capture, CaptureKind
from storage.recovery import is_redirect
from storage.warc import CaptureInfo, StoredResponse, WarcDamage
from storage.warc.headers import first

# RFC 9309, 2.3.1.2: at least five consecutive redirects are followed.
REDIRECTS = 5
_FIRST = 1000
# RFC 9309, 2.4: a copy may be used for longer than a day only where the file cannot be reached; 2.3.1.4 speaks of 30.
STALE = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFile:
    """What came for a host's file: the status (0 where nothing whole came), the bytes, content decoded, and why not."""

    status: int
    body: bytes = b""
    why: str | None = None

    @property
    def speaks(self) -> bool:
        """Whether it says something, if only that there is no such file."""
        return outcomes.robots_speaks(self.status)


class HostFiles:
    """Asks for hosts' files, each answer into the WARC and with a row in ``captures``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def session(self) -> Session:
        """The session of the crawl."""
        return session_of(self._crawler)

    async def get(self, url: str, kind: CaptureKind, errand: Errand) -> HostFile:
        """The file at ``url``, from the archive where that is young enough, else asked for on behalf of ``errand``.

        Where it cannot be had, an older copy of the archive's stands for it. Raises :class:`Refused` where it is not
        to be asked for.
        """
        age = dt.timedelta(seconds=self.session.config.crawl.robots_max_age)
        found = self._remembered(url, kind, age)
        if found is None:
            found = await self._ask(url, kind, errand)
            if not found.speaks:
                found = self._remembered(url, kind, STALE) or found
        return found

    def _remembered(self, url: str, kind: CaptureKind, age: dt.timedelta) -> HostFile | None:
        state = self.session.history.get(url, kind)
        if state is None or state.fetched_at is None or state.status is None:
            return None
        now = dt.datetime.now(dt.UTC)
        if 400 <= state.status < 500 and outcomes.robots_speaks(state.status):
            return HostFile(status=state.status) if now - state.fetched_at < age else None
        if state.warc is None:
            return None
        try:
            stored = warc.read(self.session.archive.warc, state.warc)
        except WarcDamage:
            return None
        # ``fetched_at`` may be that of a later try which failed.
        young = now - stored.fetched_at < age
        return HostFile(status=stored.status, body=_body(stored)) if young and 200 <= stored.status < 300 else None

    async def _ask(self, url: str, kind: CaptureKind, errand: Errand) -> HostFile:
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError(f"{kind} files are asked for while the engine runs")
        info = CaptureInfo(kind=kind, source=errand.source.name, requested_url=url)
        target: str | None = url
        for _ in range(REDIRECTS + 1):
            if target is None:
                break
            request = Request(
                target,
                priority=_FIRST,
                meta={ERRAND: Errand(source=errand.source, info=info), "handle_httpstatus_all": True},
                callback=NO_CALLBACK,
                dont_filter=True,
            )
            try:
                await engine.download_async(request)
            except Refused as refusal:
                self._note(info, refusal.outcome, refusal.reason, refusal.detail)
                if target != url and refusal.outcome == "refused":
                    break
                raise
            except Exception as error:  # noqa: BLE001 - reason_of raises it again where it is no failure of the network
                reason, detail = reason_of(error), detail_of(error)
                self._note(info, "failed", reason, detail)
                return HostFile(status=0, why=f"{reason}, {detail}")
            stored = stored_of(request)
            if stored is None:
                raise RuntimeError(f"the capture middleware did not see the answer for {url}")
            if not is_redirect(stored.status):
                return self._taken(stored, info)
            location = first(stored.response_headers, "location") or ""
            target = join(target, location) if location else None
        else:
            self._note(info, "failed", "redirect_loop", None)
        # RFC 9309, 2.3.1.2 and 2.3.1.3: redirects that lead nowhere, or nowhere that we go, leave the file unavailable.
        return HostFile(status=404)

    def _taken(self, stored: StoredResponse, info: CaptureInfo) -> HostFile:
        row = outcomes.of_host_file(stored, outcomes.capture_of(stored, info))
        self.session.record(row)
        whole = stored.truncated in (None, "length")
        return HostFile(status=stored.status if whole else 0, body=_body(stored), why=row.reason)

    def _note(self, info: CaptureInfo, outcome: outcomes.Unfetched, reason: str, detail: str | None) -> None:
        now = dt.datetime.now(dt.UTC)
        row = Capture(
            kind=info.kind, source=info.source, requested_url=info.requested_url, at=now, outcome=outcome, reason=reason
        )
        self.session.settle_unfetched(row, outcome, reason, now, detail)


def _body(stored: StoredResponse) -> bytes:
    decoded = content_of(stored, limit=ROBOTS_BYTES * 4)
    return decoded.body if isinstance(decoded, Decoded) else b""
