"""What a survey learns of a site, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from crawler.discovery import Discovery, Link
from crawler.discovery.periods import of_article
from storage.records import EntranceKind


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One address that may serve as an entrance: what it announces, and how its tried articles were read.

    ``links`` are those on the site's hosts, ``elsewhere`` counts the others by host; of an index, ``children`` is how
    many sitemaps it names, and ``links`` come from the looked-at ones. ``tried`` are URLs of articles; which of them
    could be read, ``good``, is known when the survey ends, with the ``reasons`` of the others.
    """

    url: str
    kind: EntranceKind
    how: str
    links: tuple[Link, ...] = ()
    elsewhere: dict[str, int] = field(default_factory=dict)
    children: int = 0
    problem: str | None = None
    tried: list[str] = field(default_factory=list)
    good: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def newest(self) -> dt.date | None:
        """The day of its newest article, by what it says or by the date in an address; None where nothing tells."""
        return max(filter(None, map(day_of, self.links)), default=None)

    @property
    def oldest(self) -> dt.date | None:
        """The day of its oldest article."""
        return min(filter(None, map(day_of, self.links)), default=None)

    def recent(self, today: dt.date) -> int:
        """How many of its articles are of the last seven days."""
        return sum(1 for link in self.links if (day := day_of(link)) is not None and (today - day).days < 7)

    @property
    def is_news_sitemap(self) -> bool:
        """Whether it is a sitemap that gives titles, as the news extension does."""
        titled = sum(1 for link in self.links if link.title)
        return self.kind == "sitemap" and not self.children and 2 * titled > len(self.links)


@dataclass(slots=True, kw_only=True)
class Survey:
    """All that was learned: candidates in the order in which they were found, and what kept others from being read."""

    url: str
    candidates: list[Candidate] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)


def day_of(link: Link) -> dt.date | None:
    """The day of a link's article, as far as the entrance or the address tells it."""
    said = link.date or link.modified
    if said is not None:
        return said.date()
    period = of_article(link.url)
    return period.first if period is not None and period.first == period.last else None


def newest_first(found: Discovery) -> list[str]:
    """The child sitemaps of an index, the latest changed first; those without a date keep their order behind them."""
    dated = zip(found.entrances, found.entrances_modified, strict=True)
    return [url for url, _ in sorted(dated, key=lambda pair: str(pair[1] or ""), reverse=True)]
