"""Asking for a URL: the request, its redirects, its further tries, and the fate where no answer can be used."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.config.values import MAX_URL
from crawler.errand import ERRAND, SPENT, Errand, errand_of, stored_of
from crawler.failures import detail_of, reason_of
from crawler.hosts import PATIENCE_SECONDS
from crawler.refused import Refused
from crawler.session import Session
from pipelines import moves, outcomes
from pipelines.history import KNOWN_ARTICLE, UrlState, announced, key
from pipelines.outcomes import RETRIED
from pipelines.urls import join
from storage.records import Capture, CaptureKind
from storage.warc import StoredResponse
from storage.warc.headers import first

MAX_HOPS = 10

Callback = Callable[[Response], AsyncIterator[Any]]
_PRIORITY: Mapping[CaptureKind, int] = {"entrance": 10}


class Asking:
    """What entrances and articles share on the wire; ``retries`` are further tries after the first."""

    def __init__(self, session: Session, *, retries: int, hops: int = MAX_HOPS) -> None:
        self.session = session
        self.callbacks: dict[CaptureKind, Callback] = {}
        self._retries = retries
        self._hops = hops
        # The articles' addresses that were asked for in this run, each with the announced one that led there.
        self._asked: dict[str, str] = {}
        # Redirects to a page that is under way for another address: their fate is that page's, once it has one.
        self._joining: list[tuple[Capture, str]] = []
        self._logger = logging.getLogger(__name__)

    def request(self, url: str, errand: Errand) -> Request:
        """The request for ``url``, conditional where the archive holds what it brought last."""
        kind = errand.info.kind
        headers: dict[str, str] = {}
        if kind == "article":
            self._asked.setdefault(key(url), key(errand.info.requested_url))
        known = self.session.history.get(errand.info.requested_url, kind)
        at_hand = not errand.hops or self.session.history.get(url, kind) is known
        if known is not None and known.fetched_at is not None and at_hand:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return Request(
            url,
            callback=self.callbacks[kind],
            errback=self.failed,
            headers=headers,
            meta={ERRAND: errand, "handle_httpstatus_all": True},
            priority=errand.urgency or _PRIORITY.get(kind, 0),
            dont_filter=True,
        )

    def answer(self, response: Response) -> tuple[Errand, StoredResponse]:
        """What an answer was asked for, and its WARC record."""
        request = response.request
        errand = errand_of(request) if request is not None else None
        stored = stored_of(request) if request is not None else None
        if errand is None or stored is None:
            raise RuntimeError(f"the answer of {response.url} did not pass the capture middleware")
        return errand, stored

    def settle(self, capture: Capture) -> None:
        """Record a URL's fate in this run, and count it as its kind is counted."""
        self.session.record(capture)
        if capture.kind == "entrance":
            self.session.count(capture.source, f"entrance {capture.outcome}", capture.reason)

    def follow(self, stored: StoredResponse, errand: Errand, capture: Capture) -> Iterator[Request]:
        """One redirect further, or the fate of a chain that leads nowhere."""
        location = first(stored.response_headers, "location") or ""
        target = join(stored.url, location) if location.strip() else None
        now = dt.datetime.now(dt.UTC)
        row = dataclasses.replace(capture, at=now, outcome="failed", warc_file=None, warc_offset=None, warc_length=None)
        hops = {*map(key, errand.hops), key(stored.url)}
        if target is None or len(target) > MAX_URL:
            self._fail(row, "redirect_broken", location[:200])
        elif stored.url in errand.hops or len(errand.hops) >= self._hops:
            self._fail(row, "redirect_loop", f"{len(hops)} addresses")
        elif not errand.source.owns(target):
            refusal = dataclasses.replace(row, outcome="refused", reason="offsite", detail=f"leads to {target[:200]}")
            self.settle(refusal)
        elif errand.info.kind != "article":
            yield self.request(target, errand.onward(stored.url))
        else:
            state = self.session.history.get(target)
            own = self.session.history.get(errand.info.requested_url)
            if own and own.is_article and moves.leads_to_front(errand.info.requested_url, target):
                self.settle(moves.gone(row, own.id, target))
            elif state and state is not own and key(target) not in hops and state.outcome in KNOWN_ARTICLE:
                self.settle(self._led(row, target, own, state))
            elif self._asked.setdefault(key(target), key(errand.info.requested_url)) != key(errand.info.requested_url):
                self._joining.append((row, target))
            else:
                yield self.request(target, errand.onward(stored.url))

    def _fail(self, row: Capture, reason: str, detail: str) -> None:
        """Settle a redirect that leads nowhere, with the wait before it is tried in another run."""
        known = self.session.history.get(row.requested_url, row.kind)
        failures = known.failures_with(self.session.run.name) if known else 1
        later = outcomes.not_before(None, now=row.at, failures=failures)
        self.settle(dataclasses.replace(row, outcome="failed", reason=reason, detail=detail, not_before=later))

    def _led(self, row: Capture, target: str, own: UrlState | None, known: UrlState) -> Capture:
        """The fate of an address that led to the page of a known article.

        An address that has an id keeps it where both are one story; where they are not, its own article is gone.
        """
        given = own.id if own is not None and own.id is not None else known.id
        if given != known.id and given is not None and known.id is not None:
            history = self.session.history
            if not moves.is_same_story(history.article(given), history.article(known.id)):
                return moves.gone(row, given, target)
        return dataclasses.replace(row, outcome="unchanged", reason="alias", url=target, id=given)

    def join(self) -> None:
        """Settle the addresses that led to a page which another one was asking for: when the walk is over."""
        waiting = {key(row.requested_url): self._asked[key(target)] for row, target in self._joining}
        for row, target in self._joining:
            row = dataclasses.replace(row, at=dt.datetime.now(dt.UTC))
            met, leader = {key(row.requested_url)}, self._asked[key(target)]
            while leader in waiting and leader not in met:
                met.add(leader)
                leader = waiting[leader]
            if leader in waiting:
                self._fail(row, "redirect_loop", f"{len(met)} addresses lead to each other")
            else:
                self._join(row, target, self.session.history.get(leader))
        self._joining.clear()

    def _join(self, row: Capture, target: str, known: UrlState | None) -> None:
        """Settle an address by what became of the one, in that state now, that asked for the same page."""
        own = self.session.history.get(row.requested_url)
        if known is not None and known.id is not None and known.outcome in KNOWN_ARTICLE:
            self.settle(self._led(row, target, own, known))
        elif known is not None and known.outcome in ("rejected", "refused"):
            detail = f"leads to {target[:200]}"
            self.settle(dataclasses.replace(row, outcome=known.outcome, reason=known.reason, detail=detail))
        else:
            self.settle(dataclasses.replace(row, outcome="deferred", reason="same_target", detail=target[:200]))

    async def try_again_or_settle(
        self, capture: Capture, errand: Errand, stored: StoredResponse
    ) -> tuple[Request] | tuple[()]:
        """The request for another try, after the wait that the host asks for; none where ``capture`` is final."""
        wait = outcomes.wait_within_run(stored, errand.attempt)
        last = capture.outcome != "failed" or capture.reason not in RETRIED or errand.attempt > self._retries
        if last or wait > PATIENCE_SECONDS:
            self.settle(capture)
            return ()
        self.session.record(capture, final=False)
        await self.session.pause(wait)
        return (self.request(stored.url, errand.again()),)

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Settle a URL for which no answer came, or try again."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand = errand_of(request)
        if errand is None:
            raise RuntimeError(f"a request without errand failed: {request.url}") from failure.value
        info, now = errand.info, dt.datetime.now(dt.UTC)
        base = (
            dataclasses.replace(
                announced(info.announcement, url=info.requested_url, source=info.source), kind=info.kind, at=now
            )
            if info.announcement
            else Capture(kind=info.kind, source=info.source, requested_url=info.requested_url, at=now, outcome="failed")
        )
        error = failure.value or RuntimeError("a failure without an exception")
        if isinstance(error, Refused):
            if error.outcome == "deferred" and request.meta.pop(SPENT, False):
                self.session.budget.spend(info.source, pages=-1)
            if error.row is not None:
                self.settle(error.row)
                return
            self.session.settle_unfetched(base, error.outcome, error.reason, now, error.detail)
            if info.kind == "entrance":
                self.session.count(info.source, f"entrance {error.outcome}", error.reason)
            return
        try:
            reason = reason_of(error)
        except Exception:  # noqa: BLE001 - whatever is no failure of the network is a bug: it is named, and ends the run as failed
            reason = "bug"
            self.session.bugs.append(f"{request.url}: {failure.getErrorMessage()}")
            self._logger.error("%s", failure.getTraceback())
        known = self.session.history.get(info.requested_url, info.kind)
        later = outcomes.not_before(None, now=now, failures=known.failures_with(self.session.run.name) if known else 1)
        capture = dataclasses.replace(
            base,
            at=now,
            outcome="failed",
            reason=reason,
            url=request.url,
            detail=detail_of(error),
            not_before=later,
        )
        if reason in RETRIED and errand.attempt <= self._retries:
            await self.session.pause(errand.attempt)
            yield self.request(request.url, errand.again())
            return
        self.settle(capture)
