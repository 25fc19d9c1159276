"""What is told of a crawl that has ended: one run's session, or the runs of many tasks together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Protocol

from crawler.config import Config
from crawler.health import Report
from storage.records import Tally

Counts = Mapping[tuple[str, str, str | None], int]
"""How often what became of a source's addresses: source, outcome, reason."""


def total(counts: Counts, what: str) -> int:
    """How often ``what`` was counted, over all sources and reasons."""
    return sum(count for (_, outcome, _), count in counts.items() if outcome == what)


class Named(Protocol):
    """A run: its name, and when it began."""

    @property
    def name(self) -> str: ...
    @property
    def started_at(self) -> dt.datetime: ...


class Crawled(Protocol):
    """What summaries, metrics and closing lines read of a crawl; a :class:`crawler.session.Session` has it, too."""

    @property
    def config(self) -> Config: ...
    @property
    def run(self) -> Named: ...
    @property
    def sources(self) -> Sized: ...
    @property
    def busy(self) -> Sequence[str]: ...
    @property
    def tallies(self) -> Counts: ...
    @property
    def bugs(self) -> list[str]: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def health(self) -> Report | None: ...
    @property
    def stopped(self) -> bool: ...
    @property
    def unsettled(self) -> int: ...
    def total(self, what: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What one task's crawl came to, as it travels: the names of its run and of its sources, and what it tells."""

    run: str
    sources: tuple[str, ...]
    busy: tuple[str, ...]
    tallies: tuple[Tally, ...]
    bugs: tuple[str, ...]
    warnings: tuple[str, ...]
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOf:
    """The run that stands for a crawl of many tasks."""

    name: str
    started_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The crawls of many tasks as one: see :class:`Crawled`. ``runs`` are the names of theirs."""

    config: Config
    run: RunOf
    runs: tuple[str, ...]
    sources: tuple[str, ...]
    busy: tuple[str, ...]
    tallies: Counts
    bugs: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    health: Report | None = None
    stopped: bool = False
    unsettled: int = 0

    def total(self, what: str) -> int:
        """As :func:`total`."""
        return total(self.tallies, what)


def together(config: Config, run: RunOf, parts: Sequence[Ended], *, lost: Sequence[str], stopped: bool) -> Together:
    """The crawls of ``parts`` as one; ``lost`` are the sentences about tasks that did not come to their end."""
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for part in parts:
        counts.update({(one.source, one.outcome, one.reason): one.count for one in part.tallies})
    return Together(
        config=config,
        run=run,
        runs=tuple(part.run for part in parts),
        sources=tuple(sorted(name for part in parts for name in part.sources)),
        busy=tuple(sorted(name for part in parts for name in part.busy)),
        tallies=counts,
        bugs=[*(bug for part in parts for bug in part.bugs), *lost],
        # Tasks that meet one fault warn of it one by one.
        warnings=list(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        stopped=stopped or any(part.stopped for part in parts),
    )
