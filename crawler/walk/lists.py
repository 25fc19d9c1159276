"""Which further lists a list leads to: the children of an index, archives of older days, the next page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from crawler.discovery import Discovery
from crawler.discovery.periods import Period, of_list
from crawler.errand import Errand
from crawler.plan import Plan
from crawler.rhythm import UNNOTED, Rhythms, latest
from pipelines.history import History, key

MAX_DEPTH = 3
# Child sitemaps that are asked for in one run of one source; the largest papers' indexes name a few hundred.
MAX_ENTRANCES = 2_000
# A backfill goes from a front page over an archive, a year and a month to a day.
MAX_BACKFILL_DEPTH = 5
# Lists of the same days below one folder, such as a month's page of each section; calendars with session ids have no
# end of them.
MAX_OF_ONE_PERIOD = 20
# Pages of one list; the next runs of a backfill go no further either.
MAX_PAGES = 2_000

Choice = Literal["ask", "again", "rest", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One further list: ``choice`` says whether to ask for it, to read once more what the archive holds (``again``), to
    leave it because it is not due or not of the days that are wanted (``rest``), or to refuse it, each with a reason.

    ``listed`` are the days that it covers, ``modified`` its date of change as the list that names it says. ``child``
    tells what an index names from what a backfill finds.
    """

    url: str
    choice: Choice
    reason: str | None = None
    listed: Period | None = None
    modified: dt.datetime | None = None
    child: bool = False
    page: int = 1


class Lists:
    """The lists of one run; each is met once in it."""

    def __init__(self, plan: Plan, rhythms: Rhythms, history: History) -> None:
        self._plan = plan
        self._rhythms = rhythms
        self._history = history
        self._met: set[tuple[str, str]] = set()
        self._named: Counter[str] = Counter()
        self._periods: Counter[tuple[str, Period, str]] = Counter()

    def meet(self, source: str, url: str) -> bool:
        """Whether ``url`` is met for the first time."""
        place = (source, key(url))
        if place in self._met:
            return False
        self._met.add(place)
        return True

    def further(self, found: Discovery, errand: Errand, *, go_on: bool, now: dt.datetime) -> Iterator[Step]:
        """The lists that ``found`` leads to; ``go_on`` says whether its next page is of interest."""
        # A front page that lists nothing may still name its feed.
        children = found.entrances or (() if found.links else found.feeds)
        dates = found.entrances_modified if found.entrances else (None,) * len(children)
        for url, modified in zip(children, dates, strict=True):
            if self.meet(errand.source.name, url):
                yield self._child(url, modified, errand, now)
        if not self._plan.backfill:
            return
        for url in found.archives:
            listed = of_list(url)
            wanted = listed is not None or errand.depth == 0
            if wanted and self._plan.wants_list(listed) and self.meet(errand.source.name, url):
                yield self._bounded(url, listed, errand)
        following = found.next if go_on and errand.page < MAX_PAGES else None
        if following is not None and errand.source.owns(following) and self.meet(errand.source.name, following):
            listed = errand.listed or of_list(following)
            choice: Choice = "again" if self._done(following, listed) else "ask"
            yield Step(url=following, choice=choice, listed=listed, page=errand.page + 1)

    def _child(self, url: str, modified: dt.datetime | None, errand: Errand, now: dt.datetime) -> Step:
        refusal = self._refuses(url, errand, MAX_DEPTH, MAX_ENTRANCES)
        if refusal is not None:
            return Step(url=url, choice="refuse", reason=refusal, child=True)
        self._named[errand.source.name] += 1
        listed = of_list(url)
        choice: Choice = "ask"
        reason = None
        if self._plan.backfill:
            # Nothing in a file is younger than the file.
            too_old = modified is not None and modified.date() < self._plan.period.first
            if too_old or not self._plan.wants_list(listed):
                choice, reason = "rest", "out_of_range"
            elif self._unchanged(url, modified, now) or self._done(url, listed, modified):
                choice = "again"
        elif not self._plan.now and not self._rhythms.child_due(url, modified, now, read=self._read_at(url)):
            choice, reason = "rest", "not_due"
        return Step(url=url, choice=choice, reason=reason, listed=listed, modified=modified, child=True)

    def _bounded(self, url: str, listed: Period | None, errand: Errand) -> Step:
        name = errand.source.name
        refusal = self._refuses(url, errand, MAX_BACKFILL_DEPTH, 4 * MAX_ENTRANCES)
        if refusal is None and listed is not None:
            place = (name, listed, urlsplit(url).path.split("/")[1])
            self._periods[place] += 1
            refusal = "too_many_entrances" if self._periods[place] > MAX_OF_ONE_PERIOD else None
        if refusal is not None:
            return Step(url=url, choice="refuse", reason=refusal)
        self._named[name] += 1
        return Step(url=url, choice="again" if self._done(url, listed) else "ask", listed=listed)

    def _refuses(self, url: str, errand: Errand, depth: int, most: int) -> str | None:
        if not errand.source.owns(url):
            return "offsite"
        if errand.depth >= depth:
            return "too_deep"
        return "too_many_entrances" if self._named[errand.source.name] >= most else None

    def _read_at(self, url: str) -> dt.datetime | None:
        """When the archive last noted all that ``url`` announces, or None."""
        known = self._history.get(url, "entrance")
        if known is None or known.outcome not in ("fetched", "unchanged") or known.reason in UNNOTED:
            return None
        return known.fetched_at

    def _done(self, url: str, listed: Period | None, modified: dt.datetime | None = None) -> bool:
        """Whether the archive holds a list of days that were over when it was fetched, and unchanged since."""
        known = self._history.get(url, "entrance")
        if known is None or known.warc is None or known.fetched_at is None:
            return False
        changed = modified is not None and latest(modified) >= known.fetched_at
        return not changed and self._plan.settled(listed, known.fetched_at)

    def _unchanged(self, url: str, modified: dt.datetime | None, now: dt.datetime) -> bool:
        known = self._history.get(url, "entrance")
        if modified is None or known is None or known.warc is None or known.fetched_at is None:
            return False
        return not self._rhythms.child_due(url, modified, now, read=known.fetched_at)
