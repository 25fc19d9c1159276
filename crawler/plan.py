"""What one run is asked to look for: what is new, or what appeared within certain days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crawler.discovery.model import Link
from crawler.discovery.periods import Period, of_article
from storage.records import EntranceKind

# A day's list is read again in a later run of a backfill until it is this old: late editions still join it.
SETTLED = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``since`` and ``until`` (days, both included) make the run a backfill; ``oldest_first`` turns its order round.

    ``now`` asks every entrance, due or not; a backfill always does.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    oldest_first: bool = False
    now: bool = False

    @property
    def backfill(self) -> bool:
        """Whether the run is bound to certain days."""
        return self.since is not None or self.until is not None

    @property
    def period(self) -> Period:
        """The days that are wanted."""
        return Period(self.since or dt.date.min, self.until or dt.date.max)

    def wants_list(self, period: Period | None) -> bool:
        """Whether a list of articles of ``period`` (None: unknown) may hold wanted ones."""
        return period is None or period.meets(self.period)

    def day_of(self, link: Link, kind: EntranceKind, listed: Period | None, today: dt.date) -> Period | None:
        """When the article behind ``link`` appeared, as exactly as is known; None where nothing is.

        By what the entrance says, the date in its address, the days that the list covers (``listed``). A link of a feed
        or a page without any of these counts as today's: such lists show the newest. A sitemap's ``lastmod`` bounds the
        day from above.
        """
        if link.date is not None:
            return Period(link.date.date(), link.date.date())
        known = of_article(link.url) or listed
        if known is not None:
            return known
        if kind != "sitemap":
            return Period(today, today)
        return Period(dt.date.min, link.modified.date()) if link.modified is not None else None

    def wants(self, day: Period | None) -> bool:
        """Whether an article of that day is to be archived in this run."""
        return day is None or day.meets(self.period)

    def leads_on(self, link: Link, listed: Period | None) -> bool:
        """Whether ``link`` speaks for the next page of its list: it is known to be of the wanted days, or younger."""
        day = Period(link.date.date(), link.date.date()) if link.date is not None else of_article(link.url) or listed
        return day is not None and day.last >= self.period.first

    def urgency(self, day: Period | None, *, lists: bool = False) -> int:
        """How early a request has its turn: articles by their day, a list just before the first of its articles.

        So one list after the other is opened and emptied, and few requests wait at a time. What has no day comes last.
        """
        if not self.backfill or day is None:
            return 0
        within = (max(day.first, self.period.first), min(day.last, self.period.last))
        ordinal = within[0].toordinal() if self.oldest_first else within[1].toordinal()
        rank = _LAST - ordinal if self.oldest_first else ordinal
        return 2 * rank + int(lists)

    def settled(self, period: Period | None, fetched: dt.datetime | None) -> bool:
        """Whether a list of ``period`` that was fetched then needs not be asked for again."""
        return period is not None and fetched is not None and fetched.date() - period.last > SETTLED


_LAST = dt.date.max.toordinal()
