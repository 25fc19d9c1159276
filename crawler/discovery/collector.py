"""Where links are gathered: cleaned, folded, counted and bounded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from crawler.discovery.model import Discovery, Link, Reason
from crawler.discovery.urls import BadLink, absolute
from storage.records import EntranceKind

# The sitemap protocol allows 50,000 entries in a file; real ones overshoot. This is where reading stops.
MAX_LINKS = 200_000


class Collector:
    """Gathers what one entrance at ``url`` announces; at most ``limit`` links and child entrances each."""

    def __init__(self, url: str, *, limit: int = MAX_LINKS) -> None:
        self.url = url
        self.limit = limit
        self.language: str | None = None
        self.next: str | None = None
        self.full = False
        self.begun = False
        self._links: dict[str, Link] = {}
        self._entrances: dict[str, dt.datetime | None] = {}
        self._feeds: dict[str, None] = {}
        self.archives: list[str] = []
        self.sections: list[str] = []
        self._dropped: Counter[str] = Counter()

    def add(self, raw: str, base: str, said: Link) -> None:
        """Announce ``raw``, resolved against ``base``, with the statements in ``said`` (whose own URL is not used).

        Where a URL comes again, the first statement of each kind stands and later ones fill what it left open.
        """
        url = self.resolve(raw, base)
        if url is None:
            return
        known = self._links.get(url)
        if known is not None:
            self._links[url] = _joined(known, said)
        elif len(self._links) >= self.limit:
            self.full = True
        else:
            self._links[url] = replace(said, url=url)

    def add_entrance(self, raw: str, modified: dt.datetime | None) -> None:
        """A child sitemap."""
        url = self.resolve(raw, self.url)
        if url is None:
            return
        if len(self._entrances) >= self.limit:
            self.full = True
        else:
            self._entrances.setdefault(url, modified)

    def add_feed(self, raw: str, base: str) -> None:
        """A feed that a page names."""
        url = self.resolve(raw, base)
        if url is not None and len(self._feeds) < 100:
            self._feeds[url] = None

    @property
    def has_feeds(self) -> bool:
        """Whether the page names a feed."""
        return bool(self._feeds)

    def set_next(self, raw: str, base: str) -> None:
        """The following page of the same entrance; the first one named stands."""
        url = self.resolve(raw, base)
        if url is not None and url != self.url and self.next is None:
            self.next = url

    def drop(self, code: str) -> None:
        """Count a link that is left out."""
        self._dropped[code] += 1

    def resolve(self, raw: str, base: str) -> str | None:
        """The absolute URL, or None with the reason counted."""
        try:
            return absolute(raw, base)
        except BadLink as bad:
            self.drop(bad.code)
            return None

    def discovery(self, kind: EntranceKind, reason: Reason | None = None, detail: str = "") -> Discovery:
        """What was gathered; ``reason`` unless fullness or emptiness gives a graver one."""
        if self.full:
            reason, detail = "too_many", f"more than {self.limit:,} links"
        elif reason is None and not self._links and not self._entrances:
            reason, detail = "empty", f"no link in this {kind}"
        return Discovery(
            kind=kind,
            links=tuple(self._links.values()),
            entrances=tuple(self._entrances),
            entrances_modified=tuple(self._entrances.values()),
            feeds=tuple(self._feeds),
            next=self.next,
            archives=tuple(self.archives),
            sections=tuple(self.sections),
            language=self.language,
            reason=reason,
            detail=detail,
            dropped=tuple(sorted(self._dropped.items())),
        )


def _joined(first: Link, later: Link) -> Link:
    return replace(
        first,
        title=first.title or later.title,
        date=first.date or later.date,
        date_raw=first.date_raw or later.date_raw,
        modified=first.modified or later.modified,
        language=first.language or later.language,
        nofollow=first.nofollow and later.nofollow,
    )
