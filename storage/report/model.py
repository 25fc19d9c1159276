"""What a report tells: plain records, bounded in number, each with what a person needs to find the rows behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from storage.coverage import Fate
from storage.report.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One address that is not captured, and its fate as the archive stands."""

    url: str
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one source announced in one span of the period, and what became of it; ``fates`` add up to ``announced``."""

    span: int
    announced: int
    captured: int
    fates: tuple[Fate, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def share(self) -> float:
        """Captured out of announced, 0 to 1."""
        return self.captured / self.announced


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source in the period; ``cells`` are those of the spans in which it announced something."""

    source: str
    announced: int
    captured: int
    cells: tuple[Cell, ...] = ()

    @property
    def share(self) -> float:
        """Captured out of announced, 0 to 1."""
        return self.captured / self.announced


@dataclass(frozen=True, slots=True, kw_only=True)
class FateLine:
    """How many announced addresses of the period met a fate, with the sources where it is most frequent."""

    fate: Fate
    sources: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The sources of the period, those with the smallest share first, and what is left out.

    ``sources`` are ``listed`` of ``known`` sources; ``silent`` are names of sources that announced nothing.
    """

    announced: int
    captured: int
    known: int
    listed: int
    sources: tuple[SourceLine, ...]
    silent: tuple[str, ...]
    fates: tuple[FateLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLine:
    """One span of the period: new articles, revisions, the rows of articles it brought, and how complete they are.

    ``filled`` says for each field how many of ``rows`` have it. ``warc`` and ``parquet`` are the archive's size in
    bytes at the end of the span; ``parquet`` is an estimate, see :mod:`storage.report.growth`.
    """

    span: int
    articles: int = 0
    revisions: int = 0
    rows: int = 0
    filled: Mapping[str, int]
    warc: int = 0
    parquet: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many of the ``rows`` of one source that the period brought have each field."""

    source: str
    rows: int
    filled: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An article that its publisher changed in the period, ``times`` over, ``last`` at that instant."""

    source: str
    url: str
    title: str
    times: int
    last: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLine:
    """One host: its answers and failures in the period, and its pace.

    ``pace`` is the median over its runs of the seconds from one answer to the next, None where no run had enough.
    """

    host: str
    answers: int
    failures: int
    pace: float | None
    fates: tuple[Fate, ...] = ()
    sample: str | None = None

    @property
    def share(self) -> float:
        """Failures out of all that was asked for, 0 to 1."""
        return self.failures / (self.answers + self.failures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The hosts that take longest and those that fail most, of ``known`` ones."""

    known: int
    slowest: tuple[HostLine, ...]
    failing: tuple[HostLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run, with how many articles and revisions it brought and how many pages failed."""

    run: str
    command: str
    outcome: str
    started_at: dt.datetime
    finished_at: dt.datetime
    articles: int
    revisions: int
    failures: int
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes of the archive as it stands, and how many rows and files hold them."""

    warc: int
    segments: int
    captures: int
    articles: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report tells of an archive as it stood ``at`` an instant."""

    archive: str
    at: dt.datetime
    snapshot: str | None
    period: Period
    chosen: tuple[str, ...]
    articles: int
    revisions: int
    captures: int
    version: int
    coverage: Coverage
    spans: tuple[SpanLine, ...]
    completeness: tuple[Completeness, ...]
    edited: tuple[Edited, ...]
    edits: int
    hosts: Hosts
    sizes: Sizes
    runs: tuple[RunLine, ...]
    runs_known: int
    last_run: RunLine | None
