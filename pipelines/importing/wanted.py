"""Which pages of a file are wanted, and which source each belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.policy import RightsPolicy
from pipelines.urls import canonical, registered_domain
from storage.records import SiteRules, SourceRecord

MIMES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that pages are taken for: its rules, and what is obeyed of the rights that its pages reserve.

    ``record`` is its row for the table ``sources``; None for one that nobody configured, which is known by its domain.
    """

    rules: SiteRules
    hosts: frozenset[str] = frozenset()
    policy: RightsPolicy = "record"
    obey_noarchive: bool = False
    record: SourceRecord | None = None

    @property
    def name(self) -> str:
        """The source's name."""
        return self.rules.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several tasks that share an import: which, counted from 0, and of how many."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is taken of a file; empty means all.

    ``languages`` are primary subtags of BCP 47 (``de``), ``mimes`` media types, ``since`` and ``until`` the first and
    last day, in UTC, on which a page may have been fetched. ``policy`` and ``obey_noarchive`` are for sources that
    nobody configured.
    """

    sources: tuple[str, ...] = ()
    known_only: bool = False
    languages: tuple[str, ...] = ()
    mimes: tuple[str, ...] = MIMES
    since: dt.date | None = None
    until: dt.date | None = None
    policy: RightsPolicy = "record"
    obey_noarchive: bool = False

    def day(self, fetched_at: dt.datetime) -> bool:
        """Whether a page fetched then is wanted."""
        day = fetched_at.astimezone(dt.UTC).date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def mime(self, content_type: str | None) -> bool:
        """Whether a page of that ``Content-Type`` is wanted; one that tells none is."""
        kind = (content_type or "").partition(";")[0].strip().lower()
        return not kind or not self.mimes or kind in self.mimes

    def language(self, tag: str | None) -> bool:
        """Whether an article in that language is wanted."""
        return not self.languages or (tag or "").partition("-")[0].lower() in self.languages


class Hosts:
    """Which source a page belongs to: the configured one that has its host, or else its registered domain."""

    def __init__(self, sources: Iterable[Source], wanted: Wanted) -> None:
        self._wanted = wanted
        self._known = {host: source for source in sources for host in source.hosts}
        self._others: dict[str, Source] = {}

    def of(self, url: str) -> Source | None:
        """The source of the page at ``url``; None where it is not wanted."""
        host = canonical(url).partition("://")[2].partition("/")[0].removeprefix("www.")
        source = self._known.get(host)
        if source is None and not self._wanted.known_only:
            source = self._others.get(host)
            if source is None:
                rules = SiteRules(name=registered_domain(url))
                source = Source(rules=rules, policy=self._wanted.policy, obey_noarchive=self._wanted.obey_noarchive)
                self._others[host] = source
        if source is None or (self._wanted.sources and source.name not in self._wanted.sources):
            return None
        return source
