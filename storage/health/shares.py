"""Whether articles still have what they had: a date, authors, key points, the length of a text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from storage.health.chance import share_low
from storage.health.series import DAY, FLAGS, WEEK, WEEKS, Floats, Ints, Series

# A fall to less than this part of the past's share, and by at least so much, is worth waking somebody for.
FALL, DROP = 0.6, 0.2
# The past's tenth of shortest texts; a text cut short lies below it, as one in ten does where nothing is wrong.
SHORT = 0.1
# So unlikely must be what came last alone, where no fault goes on: an end of a fault shows before its traces are gone.
_LATELY = 0.01
_WINDOWS = (1, 2, 4, 8)
_LEAST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a source's articles lack: the code, since when (seconds), the share or words now and before, the chance."""

    source: int
    code: str
    since: int
    now: float
    past: float
    seen: int
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    share: float
    total: float
    design: float


def lacks(
    series: Series,
    now: int,
    *,
    limit: float,
    starts: Sequence[int],
    open_: frozenset[tuple[int, str]],
    closed: Mapping[tuple[int, str], int],
) -> list[Lack]:
    """The sources and codes where the chance of what came lately is below ``limit``.

    ``starts`` are the starts of the last runs, beside which windows of one to eight days are looked at. ``open_`` were
    found before and stay found until what comes has it again; ``closed`` tells when one ended, and nothing before it
    counts again.
    """
    found: list[Lack] = []
    windows = sorted({*starts, *(now - days * DAY for days in _WINDOWS)}, reverse=True)
    for row, code in enumerate(FLAGS):
        found += _of_flag(series, series.sums[row], code, now, windows, limit, open_, closed)
    for index in range(len(series.sources)):
        lack = _length(series, index, now, windows, limit, (index, "length") in open_, closed.get((index, "length"), 0))
        if lack is not None:
            found.append(lack)
    return found


def _of_flag(
    series: Series,
    sums: Ints,
    code: str,
    now: int,
    windows: Sequence[int],
    limit: float,
    open_: frozenset[tuple[int, str]],
    closed: Mapping[tuple[int, str], int],
) -> list[Lack]:
    suspects = {index for index, known in open_ if known == code}
    for start in windows:
        low, high = series.spans(start, now)
        past, _ = series.spans(now - WEEKS * WEEK, start)
        with np.errstate(divide="ignore", invalid="ignore"):
            lately = (sums[high] - sums[low]) / (high - low)
            before = (sums[low] - sums[past]) / (low - past)
            # A rough look at all sources at once: the chance is no less than this bound (Chernoff's, from below).
            bound = (high - low) * _distance(lately, before) + np.log(high - low + 1)
        suspects.update(np.flatnonzero((lately < 0.8 * before) & (bound > -0.8 * math.log(limit))).tolist())
    found = []
    for index in sorted(suspects):
        lack = _judge(
            series, sums, code, index, now, windows, limit, (index, code) in open_, closed.get((index, code), 0)
        )
        if lack is not None:
            found.append(lack)
    return found


def _distance(share: Floats, past: Floats) -> Floats:
    """Kullback and Leibler's, in nats, of a share from the past's; a past of all or nothing counts as nearly so."""
    past, share = np.clip(past, 1e-3, 1 - 1e-3), np.clip(share, 1e-9, 1 - 1e-9)
    return share * np.log(share / past) + (1 - share) * np.log((1 - share) / (1 - past))


def _judge(
    series: Series,
    sums: Ints,
    code: str,
    index: int,
    now: int,
    windows: Sequence[int],
    limit: float,
    is_open: bool,
    closed: int,
) -> Lack | None:
    best: float | None = None
    chosen: _Past | None = None
    for start in windows:
        low, high = _span(series, index, max(start, closed), now)
        past = _past(series, sums, index, max(start, closed))
        if past is None or high <= low:
            continue
        if chosen is None and is_open:
            chosen = past
        share = float(sums[high] - sums[low]) / (high - low)
        if share > FALL * past.share or past.share - share < DROP:
            continue
        chance = _chance(share, high - low, past)
        if chance < limit and (best is None or chance < best):
            best, chosen = chance, past
    if chosen is None:
        return None
    past, chance = chosen, limit if best is None else best
    low, high = _span(series, index, now - WEEKS * WEEK, now)
    latest = min(high - low, math.ceil(_enough(past.share) * past.design))
    share = float(sums[high] - sums[high - latest]) / latest if latest else 0.0
    if share > FALL * past.share or (not is_open and _chance(share, latest, past) > _LATELY):
        return None
    begin = _begin(np.diff(sums[low : high + 1]).astype(np.float64), past.share)
    seen = high - low - begin
    return Lack(
        source=index,
        code=code,
        since=int(series.times(low + begin, low + begin + 1)[0]),
        now=float(sums[high] - sums[low + begin]) / seen,
        past=past.share,
        seen=seen,
        chance=chance,
    )


def _length(
    series: Series, index: int, now: int, windows: Sequence[int], limit: float, is_open: bool, closed: int
) -> Lack | None:
    """A fall of the median length, by how many texts are as short as the past's shortest tenth."""
    low, high = _span(series, index, now - WEEKS * WEEK, now)
    words = series.words[low:high]
    latest = min(len(words), 4)
    if not latest or np.median(words[-latest:]) > np.median(words):
        return None
    for start in windows:
        first, _ = _span(series, index, max(start, closed), now)
        past, lately = words[: first - low], words[first - low :]
        if len(past) < _LEAST or len(lately) < 3:
            continue
        usual = float(np.median(past))
        if np.median(words[-latest:]) > FALL * usual or np.median(lately) > FALL * usual:
            continue
        bound = float(np.quantile(past, SHORT))
        long = int(np.count_nonzero(lately > bound))
        kept = float(np.count_nonzero(past > bound))
        chance = share_low(long, len(lately), kept, len(past))
        if chance < limit or is_open:
            begin = _begin((words > FALL * usual).astype(np.float64), float(np.mean(past > FALL * usual)))
            return Lack(
                source=index,
                code="length",
                since=int(series.times(low + begin, low + begin + 1)[0]),
                now=float(np.median(words[begin:])),
                past=usual,
                seen=len(words) - begin,
                chance=min(chance, limit),
            )
    return None


def _past(series: Series, sums: Ints, index: int, start: int) -> _Past | None:
    """The share before ``start``: the median of its weeks, which a fault of five of them does not move."""
    edges = np.array([start - week * WEEK for week in range(WEEKS)], dtype=np.int64)
    places = np.searchsorted(series.keys, (index << 32) + edges)
    hits, totals = -np.diff(sums[places]), -np.diff(places)
    there = totals > 0
    total = float(totals.sum())
    if total < _LEAST:
        return None
    share = float(hits.sum()) / total
    if np.count_nonzero(there) >= 3:
        share = float(np.median(hits[there] / totals[there]))
    return _Past(share=share, total=total, design=_design(series, sums, index, start, share))


def _design(series: Series, sums: Ints, index: int, start: int, share: float) -> float:
    """How much more the share varies from day to day than chance makes it: days on which one agency writes it all."""
    edges = np.array([start - day * DAY for day in range(7 * (WEEKS - 1) + 1)], dtype=np.int64)
    places = np.searchsorted(series.keys, (index << 32) + edges)
    hits, totals = -np.diff(sums[places]), -np.diff(places)
    totals, hits = totals[totals > 0], hits[totals > 0]
    if len(totals) < 5:
        return 1.0
    usual = min(max(share, 0.5 / float(totals.sum())), 1 - 0.5 / float(totals.sum()))
    distance: Floats = (hits - totals * usual) ** 2 / (totals * usual * (1 - usual))
    # The tenth that lies furthest off may be faults. The rest of a squared normal has a mean of 0.62, not of 1.
    return float(np.clip(np.mean(np.sort(distance)[: math.ceil(0.9 * len(distance))]) / 0.62, 1.0, 20.0))


def _chance(share: float, seen: int, past: _Past) -> float:
    total = max(1, int(seen / past.design))
    return share_low(math.ceil(share * total), total, past.share * past.total / past.design, past.total / past.design)


def _enough(share: float) -> int:
    """How many articles in a row without it are no chance where that share of them has it."""
    return 3 if share > 0.97 else min(40, math.ceil(math.log(0.003) / math.log(1 - min(share, 0.9))))


def _begin(has: Floats, share: float) -> int:
    """Where the fault began: the place from which the most are missing beyond half of what there used to be."""
    missing = share / 2 - has
    return len(has) - 1 - int(np.argmax(np.cumsum(missing[::-1])))


def _span(series: Series, index: int, start: int, end: int) -> tuple[int, int]:
    low, high = np.searchsorted(series.keys, [(index << 32) + start, (index << 32) + end])
    return int(low), int(high)
