"""The days that a report is about, in spans that still fit beside each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

SPANS = 62
"""Columns that fit on a screen and days by default: two months."""
_LEAST = 14
_STEPS = (1, 7, 28, 91, 364)
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days (UTC) from ``since`` to ``until``, both included, in spans of ``step`` days from ``since`` on."""

    since: dt.date
    until: dt.date
    step: int

    @property
    def spans(self) -> int:
        """How many spans there are; the last one may be shorter."""
        return ((self.until - self.since).days // self.step) + 1

    def first(self, span: int) -> dt.date:
        """The first day of a span."""
        return self.since + dt.timedelta(days=span * self.step)

    def last(self, span: int) -> dt.date:
        """The last day of a span."""
        return min(self.until, self.first(span + 1) - dt.timedelta(days=1))

    def span(self, day: dt.date) -> int:
        """The span that ``day`` is in; below 0, or :attr:`spans` and above, where it lies outside."""
        return (day - self.since).days // self.step

    def inside(self, column: str) -> pc.Expression:
        """The condition that an instant lies in the period."""
        field = pc.field(column)
        return (field >= _midnight(self.since)) & (field < _midnight(self.until + dt.timedelta(days=1)))

    def spans_of(self, instants: pa.Array) -> pa.Array:
        """The span of each instant that lies in the period or after it (int64)."""
        days = pc.cast(pc.cast(pc.cast(instants, pa.date32()), pa.int32()), pa.int64())
        return pc.divide(pc.subtract(days, (self.since - _EPOCH).days), self.step)


def period(
    *, since: dt.date | None, until: dt.date | None, first: dt.date | None, last: dt.date, today: dt.date
) -> Period:
    """The period asked for; without ``until`` up to ``today``, without ``since`` two months of it.

    ``first`` and ``last`` are the days of the archive's first and last event. The two months do not begin before the
    first one unless they would be shorter than two weeks, and an archive at rest is shown as it was at its last.

    Raises:
        ValueError: ``since`` lies after the end.
    """
    long = dt.timedelta(days=SPANS - 1)
    end = until or (today if today - last <= long else last)
    if since is None:
        since = max(end - long, min(first or end, end - dt.timedelta(days=_LEAST - 1)))
    if since > end:
        raise ValueError(f"the period would end on {end}, before it begins on {since}")
    days = (end - since).days + 1
    step = next((step for step in _STEPS if days <= step * SPANS), _STEPS[-1])
    return Period(since=since, until=end, step=step)


def _midnight(day: dt.date) -> pa.Scalar:
    return pa.scalar(dt.datetime.combine(day, dt.time(), dt.UTC), pa.timestamp("us", "UTC"))
