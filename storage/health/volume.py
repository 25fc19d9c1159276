"""Whether as many articles come as at such a time of the week: each window beside the same hours of earlier weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from storage.health.chance import count_low
from storage.health.series import DAY, WEEK, WEEKS, Floats, Ints, Series

WINDOWS = (1, 2, 4, 8)
"""Days that a window has: a paper of five hundred a day shows in one, one of two a day in eight."""
# A fall to less than this share of what is expected is one worth waking somebody for, and one that ended.
FALL, STILL = 0.6, 0.75
# On a public holiday papers bring as little as on their quietest day; this much less than it is a holiday's too.
HOLIDAY = 0.6
# A window in which a source was heard less than this is not judged: what an outage has cost is not known so well.
HEARD = 0.85
# The other sources' present tells a holiday from a fault; no holiday brings all of them below this.
LOWEST = 0.3
# So many others with so many articles expected of each are enough to tell.
PEERS, PEER_ARTICLES = 4, 5.0
_LEAST_WEEKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A source whose articles fell: in how many days, how many came, how many were expected, the chance."""

    source: int
    days: int
    came: int
    expected: float
    chance: float


def falls(
    series: Series, now: int, *, limit: float, open_: frozenset[int], heard: Sequence[Sequence[float]]
) -> list[Fall]:
    """The sources with so few articles in a window that the chance is below ``limit``, the likeliest window of each.

    ``open_`` are sources that were found before, which stay found while a day brings less than :data:`STILL`;
    ``heard`` tells for each window in what part of it each source was heard (0: not to be judged).
    """
    if not series.sources:
        return []
    excess = _excess(series, now)
    first = series.first()
    found: dict[int, Fall] = {}
    for days, part in zip(WINDOWS, heard, strict=True):
        came = series.counts(now - days * DAY, now)
        usual, quiet = _expected(series, now, days, first)
        # An outage has cost what would have come meanwhile; it is a fault of its own.
        usual, quiet = (np.where(np.array(part) < HEARD, 0.0, level * part) for level in (usual, quiet))
        for index in np.flatnonzero((usual > 0) & (came < FALL * usual)).tolist():
            others = np.delete(np.arange(len(series.sources)), index)
            expected = _expected_here(came[others], usual[others], usual[index], quiet[index], days)
            if came[index] >= FALL * expected:
                continue
            # Busy and quiet days even out over a longer window, though not as fast as strangers would.
            chance = count_low(int(came[index]), float(expected), float(excess[index]) / math.sqrt(days))
            fall = Fall(source=index, days=days, came=int(came[index]), expected=float(expected), chance=chance)
            if chance < limit and (index not in found or chance < found[index].chance):
                found[index] = fall
        if days == 1:
            for index in open_:
                if came[index] < STILL * usual[index]:
                    found.setdefault(
                        index,
                        Fall(source=index, days=1, came=int(came[index]), expected=float(usual[index]), chance=limit),
                    )
    return [found[index] for index in sorted(found)]


def _expected(series: Series, now: int, days: int, first: Ints) -> tuple[Floats, Floats]:
    """What each source's window usually brings at this time of the week, and at its quietest time of it."""
    weeks = range(1, WEEKS)
    medians = []
    for shift in range(7):
        columns = []
        for week in weeks:
            end = now - week * WEEK - shift * DAY
            counts = series.counts(end - days * DAY, end).astype(np.float64)
            counts[first > end - days * DAY] = np.nan
            columns.append(counts)
        table = np.stack(columns, axis=1)
        known = np.count_nonzero(~np.isnan(table), axis=1)
        table[known < _LEAST_WEEKS] = 0.0
        medians.append(np.nanmedian(table, axis=1))
    return medians[0], np.min(np.stack(medians), axis=0)


def _expected_here(came: Ints, usual: Floats, own: float, quiet: float, days: int) -> float:
    """What is to be expected of one source today, by what the others bring and by its own quietest time."""
    telling = usual >= PEER_ARTICLES
    if np.count_nonzero(telling) < PEERS:
        return min(own, quiet * HOLIDAY) if days == 1 else min(own, quiet)
    others = float(np.clip(np.median(came[telling] / usual[telling]), LOWEST, 1.0))
    # One country's holiday leaves the others busy: a single day has to fall below the quietest one as well.
    return min(own * others, quiet * HOLIDAY) if days == 1 else own * others


def _excess(series: Series, now: int) -> Floats:
    """The variance from day to day beyond Poisson's, in units of the squared mean, of each source.

    The median of the squared distances from the weekday's median is taken, which a holiday or an outage does not move.
    """
    days = np.stack(
        [series.counts(now - (back + 1) * DAY, now - back * DAY) for back in range(1, 7 * (WEEKS - 1) + 1)], axis=1
    ).astype(np.float64)
    weekly = days.reshape(len(series.sources), WEEKS - 1, 7)
    usual = np.median(weekly, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0.4549 is the median of the squared standard normal; 9 of 8 for the mean that was taken from the same nine.
        variance = np.median((weekly - usual) ** 2 / usual**2, axis=1) / 0.4549 * 9 / 8 - 1 / usual[:, 0, :]
    variance[~np.isfinite(variance)] = np.nan
    with np.errstate(all="ignore"):
        pooled = np.where(np.isnan(variance).all(axis=1), 0.0, np.nanmedian(_filled(variance), axis=1))
    return np.clip(pooled, 0.01, 1.0)


def _filled(variance: Floats) -> Floats:
    rows = np.isnan(variance).all(axis=1)
    out = variance.copy()
    out[rows] = 0.0
    return out
