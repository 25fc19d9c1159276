"""What the archive knows of a URL and of an article, read from ``captures`` and kept up to date while a run goes on.

The crawl asks it what is due; the crawl and the recovery alike ask it what a page that came back means: a new
article, an edit, or nothing new. What stood in the tables when the run began lies in a
:class:`~pipelines.ledger.Ledger`; only what the run touches becomes an object, and lies on a
:class:`~pipelines.shelf.Shelf`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipelines import moves, verdicts
from pipelines.ledger import Ledger, Vectors, place_of
from pipelines.shelf import Shelf
from pipelines.sieve import Bools
from pipelines.sites import Sites
from pipelines.states import (
    KNOWN_ARTICLE,
    ArticleState,
    Glance,
    Known,
    UrlState,
    announced,
    born,
    folded,
    key,
)
from pipelines.urls import article_id, canonical
from pipelines.verdicts import Verdict, as_itself, degraded
from storage.archive import Archive
from storage.records import Article, Capture, CaptureKind, Rejection, WarcPosition

__all__ = [
    "KNOWN_ARTICLE",
    "ArticleState",
    "Glance",
    "History",
    "Known",
    "UrlState",
    "Verdict",
    "announced",
    "as_itself",
    "born",
    "degraded",
    "folded",
    "key",
]

_TICK = dt.timedelta(microseconds=1)
# URLs whose rows are read in one go.
_AT_ONCE = 10_000


class History:
    """URLs and articles of some sources, by key and by id."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger
        self._urls: Shelf[str, UrlState] = Shelf()
        # The place of each URL of the ledger that was read, by its number.
        self._read: Shelf[int, str] = Shelf()
        self._aliases: Shelf[str, str] = Shelf()
        self._articles: Shelf[str, ArticleState] = Shelf()

    @classmethod
    def load(cls, archive: Archive, sources: Iterable[str] | None = None, *, sites: Sites | None = None) -> History:
        """Read the history of ``sources``, and of the pages of ``sites`` (all by default), from ``captures``."""
        return cls(Ledger(archive.captures(), sources, sites))

    def __len__(self) -> int:
        return (len(self._ledger) if self._ledger is not None else 0) + len(self._urls) - len(self._read)

    def get(self, url: str, kind: CaptureKind = "article") -> UrlState | None:
        """What is known of ``url``, or of the URL that led there; None where nothing is."""
        place = place_of(kind, url)
        state = self._own(place)
        if state is None and self._ledger is not None:
            leader = self._ledger.leader(place)
            state = self._states([leader])[0] if leader is not None else None
        if state is None and (first := self._aliases.get(place)) is not None:
            state = self._own(first)
        return state

    def glance(self, url: str) -> Known | None:
        """What deciding takes of an article's ``url``: as :meth:`get`, but without a look into the tables."""
        place = place_of("article", url)
        state = self._urls.get(place)
        if state is not None or self._ledger is None:
            return state or self.get(url)
        number = self._ledger.own(place)
        if number is None:
            number = self._ledger.leader(place)
        if number is None or number in self._read:
            return self.get(url)
        return self._ledger.glance(number)

    def due(self, decide: Callable[[Vectors], Bools]) -> Iterator[UrlState]:
        """The articles' URLs that ``decide`` picks, as they stood when the run began, in the order of their rows."""
        if self._ledger is None:
            return
        vectors = self._ledger.vectors("article")
        numbers = self._ledger.in_order(vectors.number[decide(vectors)])
        for start in range(0, len(numbers), _AT_ONCE):
            yield from self._states(numbers[start : start + _AT_ONCE].tolist())

    def prepare(self, urls: Iterable[str]) -> None:
        """Read what is known of many articles' URLs in one go, before each is asked after with :meth:`get`."""
        if self._ledger is not None:
            places = [place_of("article", url) for url in urls]
            self._states([number for place in places if (number := self._ledger.own(place)) is not None])

    def urls(self, kind: CaptureKind = "article") -> list[UrlState]:
        """All that is known of URLs of that kind, each once. This makes an object of each; :meth:`due` does not."""
        if self._ledger is not None:
            self._states(self._ledger.vectors(kind).number.tolist())
        return [state for state in self._urls.values() if state.kind == kind]

    def article(self, id: str) -> ArticleState | None:  # noqa: A002
        """What is known of the article with that id, or None."""
        state = self._articles.get(id)
        if state is None and self._ledger is not None:
            state = self._ledger.article(id)
            if state is not None:
                self._articles[id] = state
        return state

    def apply(self, capture: Capture) -> None:
        """Take in one event; events come in the order in which they happened."""
        place = place_of(capture.kind, capture.requested_url)
        state = self._own(place)
        if state is None:
            state = self._urls[place] = UrlState.begin(capture)
        state.take(capture)
        if capture.id is None or capture.outcome not in KNOWN_ARTICLE:
            return
        if ArticleState.concerns(capture):
            known = self.article(capture.id)
            if known is None:
                self._articles[capture.id] = ArticleState.begin(capture)
            else:
                known.take(capture)
        final = place_of(capture.kind, capture.url) if capture.url is not None else place
        if final != place and final not in self._aliases:
            self._aliases[final] = place

    def stamp(self, url: str, now: dt.datetime, kind: CaptureKind = "article") -> dt.datetime:
        """When an event of ``url`` is to be said to happen: ``now``, or a microsecond after all that is known of it.

        The tables tell what is newest by time alone, so a clock that was set back must not place an answer before the
        one that it follows: the older text would count as the current one, and the newer as an edit at every visit.
        Of a URL that brought nothing yet, the article that has the same address counts.
        """
        known = self.get(url, kind)
        latest = known.at if known is not None else now - _TICK
        if kind == "article" and (known is None or known.id is None):
            same = self.article(article_id(canonical(url)))
            latest = max(latest, same.at) if same is not None else latest
        return max(now, latest + _TICK)

    def earlier(self, requested_url: str, result: Article | Rejection) -> WarcPosition | None:
        """The record to be read again before ``result`` is called an edit; None where it cannot be one."""
        if isinstance(result, Rejection):
            return None
        known, state = self.article(result.id), self.get(requested_url)
        if known is None or state is None or known.revision == result.revision or state.id != result.id:
            return None
        return state.warc

    def leads_elsewhere(self, requested_url: str, result: Article | Rejection, before: Article | None) -> bool:
        """Whether a known article's address led, over a redirect, to a page that is not that article.

        ``before`` is as for :meth:`verdict`; without it only the headline tells.
        """
        state = self.get(requested_url)
        if isinstance(result, Rejection) or state is None or state.id is None:
            return False
        known = self.article(state.id)
        return moves.is_elsewhere(result, requested_url=requested_url, given=state.id, known=known, before=before)

    def verdict(self, requested_url: str, result: Article | Rejection, *, before: Article | None = None) -> Verdict:
        """What ``result``, read from the page at ``requested_url``, means beside what is known.

        An article seen for the first time is ``archived``. Another text under the URL that speaks for it is
        ``revised``. The same text, or any text under another address of the same article, is ``unchanged``: twins (AMP,
        print) differ in layout, and their differences are no edits. The page at the article's own canonical address
        takes a twin's place where the twin came first. But a page with another headline is no twin: the canonical
        address that it declares is not believed, and it becomes an article of its own. What is cut short or walled
        replaces nothing.

        ``before`` is what today's extractor reads from the record that :meth:`earlier` names: where the two agree, the
        extractor has changed and the publisher's text has not.
        """
        if isinstance(result, Rejection):
            return verdicts.refused(result, self.get(requested_url))
        verdict = verdicts.judged(result, self.article(result.id), requested_url, before)
        if verdict is not None:
            return verdict
        itself = as_itself(result)
        verdict = verdicts.judged(itself, self.article(itself.id), requested_url, before)
        if verdict is None:
            raise RuntimeError(f"{itself.url} is no article of its own, and none of another address")
        return dataclasses.replace(verdict, id=itself.id)

    def _own(self, place: str) -> UrlState | None:
        """The state of the URL that is known under ``place`` itself."""
        state = self._urls.get(place)
        if state is None and self._ledger is not None:
            number = self._ledger.own(place)
            if number is not None:
                found = self._states([number])[0]
                # Two addresses of ten million may share a hash once in half a million archives.
                state = found if place_of(found.kind, found.requested_url) == place else None
        return state

    def _states(self, numbers: Sequence[int]) -> list[UrlState]:
        """The states of the ledger's URLs of those numbers; from the first time on they are kept up to date here."""
        found: dict[int, UrlState] = {}
        for number in numbers:
            place = self._read.get(number)
            state = self._urls.get(place) if place is not None else None
            if state is not None:
                found[number] = state
        fresh = sorted(set(numbers) - found.keys())
        if fresh and self._ledger is not None:
            for number, state in zip(fresh, self._ledger.states(fresh), strict=True):
                found[number] = state
                place = place_of(state.kind, state.requested_url)
                self._read[number] = place
                self._urls[place] = state
        return [found[number] for number in numbers]
