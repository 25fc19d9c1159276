"""Coverage by source and span: the sources with the smallest share first, counted in parts that fit into memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from storage.coverage import CAPTURED, Day, Fate, coverage
from storage.report.census import Census
from storage.report.model import Cell, Coverage, FateLine, SourceLine
from storage.report.period import Period
from storage.report.samples import Key, Samples
from storage.rows import Rows

LISTED = 40
"""Sources that are shown one by one."""
SILENT = 100
"""Names of silent sources that are told."""
REASONS = 40
"""Fates that are told one by one."""
_TOP = 3
_PART = 1_500_000


@dataclass(slots=True)
class _Sums:
    announced: Counter[str] = field(default_factory=Counter)
    captured: Counter[str] = field(default_factory=Counter)
    fates: dict[Key, Counter[str]] = field(default_factory=dict)

    def add(self, day: Day) -> None:
        self.announced[day.source] += day.announced
        self.captured[day.source] += day.captured
        for fate in day.fates:
            self.fates.setdefault((fate.outcome, fate.reason), Counter())[day.source] += fate.count


def covered(
    captures: Rows,
    counted: Census,
    when: Period,
    *,
    sources: Collection[str],
    active: Collection[str],
    same: Callable[[str], str],
) -> Coverage:
    """What ``sources`` (empty: all) announced in the period; ``active`` are those that ought to have.

    ``same`` is that of :func:`storage.coverage.coverage`.
    """
    sums = _Sums()
    for part in counted.parts(_PART):
        wanted = [name for name in part if not sources or name in sources]
        if wanted:
            for day in coverage(captures, sources=wanted, since=when.since, until=when.until, same=same):
                sums.add(day)
    worst = sorted(sums.announced, key=lambda name: _rank(name, sums))
    shown = worst[:LISTED]
    found = coverage(captures, sources=shown, since=when.since, until=when.until, same=same) if shown else []
    fates = _frequent(sums.fates)
    samples = Samples.found(captures, when, shown, {(line.fate.outcome, line.fate.reason) for line in fates}, sources)
    cells = _cells(found, when)
    silent = sorted(set(active) - set(sums.announced))
    return Coverage(
        announced=sums.announced.total(),
        captured=sums.captured.total(),
        known=len(sums.announced) + len(silent),
        listed=len(shown),
        sources=tuple(
            SourceLine(
                source=name,
                announced=sums.announced[name],
                captured=sums.captured[name],
                cells=tuple(replace(cell, samples=samples.of_cell(name, cell.span)) for cell in cells.get(name, ())),
            )
            for name in shown
        ),
        silent=tuple(silent),
        fates=tuple(replace(line, samples=samples.of_fate(line.fate.outcome, line.fate.reason)) for line in fates),
    )


def _rank(name: str, sums: _Sums) -> tuple[float, int, str]:
    """Whole percents, so that among sources as bad as each other the one that misses most comes first."""
    announced, captured = sums.announced[name], sums.captured[name]
    return captured * 100 // announced, captured - announced, name


def _frequent(fates: Mapping[Key, Counter[str]]) -> list[FateLine]:
    """The most frequent fates, and last all others in one."""
    ordered = sorted(fates.items(), key=lambda item: (-item[1].total(), str(item[0])))
    lines = [
        FateLine(fate=Fate(outcome=key[0], reason=key[1], count=by.total()), sources=tuple(by.most_common(_TOP)))
        for key, by in ordered[:REASONS]
    ]
    rest = sum(by.total() for _, by in ordered[REASONS:])
    if rest:
        lines.append(FateLine(fate=Fate(outcome="other", reason=None, count=rest), sources=()))
    return lines


def _cells(days: Iterable[Day], when: Period) -> dict[str, Sequence[Cell]]:
    """The days of each source in spans."""
    sums: dict[str, dict[int, Counter[Key]]] = {}
    for day in days:
        counts = sums.setdefault(day.source, {}).setdefault(when.span(day.day), Counter())
        for fate in day.fates:
            counts[fate.outcome, fate.reason] += fate.count
    return {
        name: [
            Cell(
                span=span,
                announced=counts.total(),
                captured=sum(count for (outcome, _), count in counts.items() if outcome in CAPTURED),
                fates=tuple(
                    Fate(outcome=outcome, reason=reason, count=count)
                    for (outcome, reason), count in counts.most_common()
                ),
            )
            for span, counts in sorted(spans.items())
        ]
        for name, spans in sums.items()
    }
