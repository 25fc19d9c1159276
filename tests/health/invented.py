"""Sources that never were, their history day by day, and the ways in which one of them breaks.

Everything is drawn from one generator, so that a seed gives the same days again. The papers have weekends, public
holidays, busy and quiet days, days on which one agency writes most of it, pages that fail and outages of a run.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from storage.archive import Archive
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, RUNS, SOURCES, Table

BEGIN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
HOLIDAYS = frozenset({88, 91, 121, 129, 130, 140, 151, 160, 215, 216, 217, 222, 228, 255, 263})
"""Days of the calendar, counted from :data:`BEGIN`, on which all papers are as on a Sunday or quieter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One source: articles on a weekday, what part of it weekends bring, and shares of what articles have."""

    name: str
    a_day: float
    weekend: float = 0.5
    date: float = 1.0
    authors: float = 0.7
    bullets: float = 0.3
    words: float = 420.0
    rejected: float = 0.05
    failed: float = 0.01
    offsite: float = 0.08


PAPERS = (
    Paper(name="hamlet", a_day=2.0, weekend=0.6, authors=0.9),
    Paper(name="weekly", a_day=6.0, weekend=0.2, bullets=0.0),
    Paper(name="town", a_day=15.0, weekend=0.5),
    Paper(name="county", a_day=60.0, weekend=0.6, authors=0.5, bullets=0.5),
    Paper(name="capital", a_day=180.0, weekend=0.7, authors=0.4),
    Paper(name="agency", a_day=500.0, weekend=0.75, authors=0.95, bullets=0.9, date=0.98),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run met at one paper: per article its fields, per other page its fate, per entrance its poll."""

    at: dt.datetime
    articles: int
    date: np.ndarray
    authors: np.ndarray
    bullets: np.ndarray
    words: np.ndarray
    stated: np.ndarray
    others: tuple[tuple[str, str], ...]
    polls: tuple[tuple[str, str | None], ...]


Break = Callable[[Run], Run]


def _nothing(run: Run, **changes: object) -> Run:
    none = np.zeros(0, dtype=bool)
    empty = {"date": none, "authors": none, "bullets": none, "stated": none, "words": np.zeros(0)}
    return replace(run, articles=0, **empty, **changes)  # type: ignore[arg-type]


def _cut(run: Run, kept: int) -> Run:
    names = ("date", "authors", "bullets", "stated", "words")
    return replace(run, articles=kept, **{name: getattr(run, name)[:kept] for name in names})


BREAKS: dict[str, tuple[Break, frozenset[str]]] = {
    "dates vanish": (
        lambda run: replace(run, date=run.date & False, stated=run.stated & False),
        frozenset({"date"}),
    ),
    "dates come from the feed only": (
        lambda run: replace(run, stated=run.stated & False),
        frozenset({"date_source"}),
    ),
    "authors vanish": (lambda run: replace(run, authors=run.authors & False), frozenset({"authors"})),
    "bullets vanish": (lambda run: replace(run, bullets=run.bullets & False), frozenset({"bullets"})),
    "bodies are cut short": (lambda run: replace(run, words=run.words * 0.2), frozenset({"length"})),
    "the feed is empty": (
        lambda run: _nothing(run, others=(), polls=(("fetched", "empty"), ("fetched", "empty"))),
        frozenset({"silent", "entrance", "articles"}),
    ),
    "the feed is gone (404)": (
        lambda run: replace(run, polls=(("failed", "http_404"), run.polls[1])),
        frozenset({"entrance"}),
    ),
    "every answer is 403": (
        lambda run: _nothing(
            run,
            others=(("failed", "http_403"),) * (run.articles + len(run.others)),
            polls=(("failed", "http_403"),) * 2,
        ),
        frozenset({"silent", "errors"}),
    ),
    "a wall on every page": (
        lambda run: _nothing(run, others=(("rejected", "consent_wall"),) * (run.articles + len(run.others))),
        frozenset({"walls"}),
    ),
    "a new template empties the body": (
        lambda run: _nothing(run, others=(("rejected", "too_short"),) * (run.articles + len(run.others))),
        frozenset({"rejected"}),
    ),
    "articles halve": (lambda run: _cut(run, run.articles // 2), frozenset({"articles"})),
    "the server times out": (
        lambda run: _nothing(run, others=(("failed", "timeout"),) * (run.articles + len(run.others))),
        frozenset({"errors"}),
    ),
    "links lead to another host": (
        lambda run: _nothing(run, others=(("refused", "offsite"),) * (run.articles + len(run.others))),
        frozenset({"offsite"}),
    ),
}
"""Each way to break with the codes of which one has to be found."""


class Memory(Rows):
    """Rows of a table that stands in memory."""

    def __init__(self, table: Table, rows: pa.Table) -> None:
        self._table = table
        self._current = False
        self._rows = rows
        self._files: list[str] = []

    def dataset(self) -> ds.Dataset:
        return ds.dataset(self._rows)


@dataclass
class Told(Archive):
    """An archive of invented rows: ``captures`` and ``articles`` of all days at once, ``runs`` as they end."""

    papers: tuple[Paper, ...]
    captured: pa.Table
    written: pa.Table
    ended: list[dict[str, object]] = field(default_factory=list)

    def captures(self) -> Rows:
        return Memory(CAPTURES, self.captured)

    def articles(self, *, all_revisions: bool = False) -> Rows:  # noqa: ARG002
        return Memory(ARTICLES, self.written)

    def runs(self) -> Rows:
        return Memory(RUNS, pa.Table.from_pylist(self.ended, schema=RUNS.schema))

    def sources(self) -> Rows:
        rows = [
            {
                "source": paper.name, "digest": "d", "since": BEGIN, "run": "r", "hosts": [], "labels": [],
                "entrances": [f"http://{paper.name}.test/feed", f"http://{paper.name}.test/"],
            }
            for paper in self.papers
        ]  # fmt: skip
        return Memory(SOURCES, pa.Table.from_pylist(rows, schema=SOURCES.schema))


def history(
    papers: Iterable[Paper],
    *,
    days: int,
    runs_a_day: int,
    seed: int,
    breaks: Mapping[str, Break] | None = None,
    broken: int = 0,
) -> tuple[Told, list[dt.datetime]]:
    """An archive of so many days, and when its runs ended.

    ``breaks`` says of a paper how it breaks, which it does in the last ``broken`` days.
    """
    papers = tuple(papers)
    spans = [(0, days - broken), (days - broken, days)] if broken else [(0, days)]
    parts = [
        part(paper, first, last, runs_a_day, seed, (breaks or {}).get(paper.name) if first else None)
        for paper in papers
        for first, last in spans
    ]
    told = Told(
        papers=papers,
        captured=pa.concat_tables([events for _, events in parts]),
        written=pa.concat_tables([kept for kept, _ in parts]),
    )
    return told, [at + dt.timedelta(minutes=20) for at in instants(0, days, runs_a_day)]


def instants(first: int, last: int, runs_a_day: int) -> list[dt.datetime]:
    """When the runs of some days begin."""
    return [
        BEGIN + dt.timedelta(hours=6 + 24 * day + 24 * number / runs_a_day)
        for day in range(first, last)
        for number in range(runs_a_day)
    ]


@lru_cache(maxsize=64)
def part(
    paper: Paper, first: int, last: int, runs_a_day: int, seed: int, broken: Break | None
) -> tuple[pa.Table, pa.Table]:
    """What some days of one paper bring: rows of ``articles`` and of ``captures``."""
    random = np.random.default_rng([seed, first, *paper.name.encode()])
    mood = _moods(random, last - first)
    kept: dict[str, list[object]] = {name: [] for name in _ARTICLE}
    events: dict[str, list[object]] = {name: [] for name in _CAPTURE}
    for number, at in enumerate(instants(first, last, runs_a_day)):
        day = number // runs_a_day
        run = _run(paper, at, first + day, runs_a_day, _Mood(float(mood[0, day]), float(mood[1, day])), random)
        _write(paper, run if broken is None else broken(run), f"run-{first * runs_a_day + number:05}", kept, events)
    return (
        pa.table(kept, schema=pa.schema([ARTICLES.schema.field(name) for name in _ARTICLE])),
        pa.table(events, schema=pa.schema([CAPTURES.schema.field(name) for name in _CAPTURE])),
    )


_ARTICLE = ("id", "source", "date", "date_crawled", "date_source", "authors", "bullets", "word_count")
_CAPTURE = ("kind", "source", "requested_url", "at", "outcome", "reason", "url", "announced_by", "announced_at", "run")


@dataclass(frozen=True, slots=True)
class _Mood:
    volume: float
    authors: float


def _moods(random: np.random.Generator, days: int) -> np.ndarray:
    return np.stack([np.exp(random.normal(0, 0.12, days)), random.normal(0, 0.5, days)])


def _run(paper: Paper, at: dt.datetime, day: int, runs_a_day: int, mood: _Mood, random: np.random.Generator) -> Run:
    level = paper.weekend if at.weekday() >= 5 else 1.0
    if day in HOLIDAYS:
        level = min(level, paper.weekend) * 0.9
    # Papers sleep: the hours of the day bring unequal parts.
    hours = 1.0 if runs_a_day == 1 else 1 + 0.6 * np.sin(2 * np.pi * at.hour / 24 - 1.5)
    count = int(random.poisson(paper.a_day * level * mood.volume * hours / runs_a_day))
    odds = np.log(paper.authors / (1 - paper.authors)) + mood.authors
    down = random.random() < 0.003
    others = [("failed", "http_404")] * random.poisson(count * paper.failed)
    others += [("rejected", "section_page")] * random.poisson(count * paper.rejected)
    others += [("refused", "offsite")] * random.poisson(count * paper.offsite)
    date = random.random(count) < paper.date
    run = Run(
        at=at,
        articles=count,
        date=date,
        stated=date & (random.random(count) < 0.99),
        authors=random.random(count) < 1 / (1 + np.exp(-odds)),
        bullets=random.random(count) < paper.bullets,
        words=np.maximum(20, paper.words * np.exp(random.normal(0, 0.6, count))),
        others=tuple(others),
        polls=(("fetched", None), ("fetched", None)),
    )
    return _nothing(run, others=(), polls=(("failed", "timeout"),) * 2) if down else run


def _write(
    paper: Paper,
    run: Run,
    name: str,
    kept: dict[str, list[object]],
    events: dict[str, list[object]],
) -> None:
    step = dt.timedelta(minutes=15) / (run.articles + len(run.others) + 1)

    def event(kind: str, url: str, at: dt.datetime, outcome: str, reason: str | None) -> None:
        row = (kind, paper.name, url, at, outcome, reason, url, None if kind == "entrance" else "feed", run.at, name)
        for column, value in zip(_CAPTURE, row, strict=True):
            events[column].append(value)

    for path, (outcome, reason) in zip(("feed", ""), run.polls, strict=True):
        event("entrance", f"http://{paper.name}.test/{path}", run.at, outcome, reason)
    for index in range(run.articles):
        at = run.at + step * (index + 1)
        event("article", "", at, "archived", None)
        row = (
            f"{int(at.timestamp()):016x}{zlib.crc32(f'{paper.name} {index}'.encode()):016x}",
            paper.name,
            at.date() if run.date[index] else None,
            at,
            ("json-ld" if run.stated[index] else "feed") if run.date[index] else None,
            ["A. Writer"] if run.authors[index] else [],
            ["One", "Two"] if run.bullets[index] else [],
            int(run.words[index]),
        )
        for column, value in zip(_ARTICLE, row, strict=True):
            kept[column].append(value)
    for index, (outcome, reason) in enumerate(run.others):
        event("article", "", run.at + step * (run.articles + index + 1), outcome, reason)
