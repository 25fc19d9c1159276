"""Every source beside its own past: the one question, put to ``captures``, ``articles`` and ``runs``."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import pairwise

from storage.archive import Archive
from storage.health import expectations, fates, series, shares, troubles, volume
from storage.health.model import CODES, ROOTS, Expectations, Finding, Health
from storage.health.polls import Polls
from storage.health.polls import polls as load_polls
from storage.health.runs import TALLY, Runs
from storage.health.runs import load as load_runs
from storage.health.series import DAY, Series
from storage.records import Tally

BUDGET = 1e-3
"""False alarms a day that the measures of articles may raise over all sources together, were every day independent."""
# A past of so many runs says what can be said; more of them would only be read.
_RUNS = 500
_AT_LEAST = dt.timedelta(days=14)
_GAP = 12 * 3600


def judge(
    archive: Archive,
    *,
    at: dt.datetime,
    began: dt.datetime | None = None,
    sources: Collection[str] | None = None,
    declared: Mapping[str, Expectations] | None = None,
) -> Health:
    """How the sources stood at ``at``; nothing that came later counts.

    ``began`` is the start of a run that has no row yet. ``sources`` are those whom findings may be about, by default
    all; who had no part in the last days' runs is not missed. A source needs some two weeks of its own past before
    much can be said of it.

    Raises:
        ArchiveError: a table cannot be read.
    """
    now = int(at.timestamp()) + 1
    runs = load_runs(archive, at, began)
    found = series.load(archive.articles(all_revisions=True), at=at)
    places = {name: index for index, name in enumerate(found.sources)}
    open_ = frozenset((places[name], code) for name, code in runs.open if name in places)
    closed = {(places[name], code): when for (name, code), when in runs.closed().items() if name in places}
    limit = _limit(found, runs, now)
    polls, bad = _troubles(archive, runs, at)
    fallen = volume.falls(
        found,
        now,
        limit=limit,
        open_=frozenset(index for index, code in open_ if code == "articles"),
        heard=[_heard(found, runs, polls, now, days) for days in volume.WINDOWS],
    )
    lacking = shares.lacks(found, now, limit=limit, starts=runs.starts[-2:], open_=open_, closed=closed)
    lacking += expectations.unmet(found, declared or {}, now)
    listed = [
        *(_of_lack(found, lack) for lack in lacking),
        *(_of_fall(found, fall, at) for fall in fallen),
        *bad,
    ]
    wanted = frozenset(found.sources) | {one.source for one in listed}
    if runs.active is not None:
        wanted &= runs.active
    if sources is not None:
        wanted &= frozenset(sources)
    kept = [_fresh(one, runs.open) for one in _folded(listed) if one.source in wanted]
    still = {(one.source, one.code) for one in kept}
    return Health(
        at=at,
        judged=tuple(sorted(wanted)),
        findings=tuple(sorted(kept, key=lambda one: (one.source, list(CODES).index(one.code), one.cause or ""))),
        recovered=tuple(sorted(one for one in runs.open - still if one[0] in wanted)),
    )


def tallies(health: Health) -> list[Tally]:
    """What a run's row keeps of it, so that the next run knows what is news: () where there is nothing to tell."""
    if not health.findings and not health.recovered:
        return []
    counts = Counter((one.source, one.code) for one in health.findings)
    return [
        Tally(source="", outcome=TALLY, reason=None, count=len(health.findings)),
        *(Tally(source=source, outcome=TALLY, reason=code, count=count) for (source, code), count in counts.items()),
    ]


def _limit(found: Series, runs: Runs, now: int) -> float:
    """The chance below which a measure of articles alarms: the budget over sources, measures and a day's runs."""
    today = sum(1 for start in runs.starts if start > now - DAY)
    return BUDGET / (max(1, len(found.sources)) * max(1, today)) / (len(series.FLAGS) + 2)


def _heard(found: Series, runs: Runs, polls: Polls, now: int, days: int) -> list[float]:
    """What part of a window each source was heard in; 0 for all where runs did not go on as usual.

    A gap between runs that is longer than half a day, or than one usual one and a half, may have cost articles.
    """
    start = now - days * DAY
    earlier = [one for one in runs.starts if one <= start]
    edges = [*earlier[-1:], *(one for one in runs.starts if one > start), now]
    every = sorted(later - one for one, later in pairwise(runs.starts))
    usual = every[len(every) // 2] if every else DAY
    if len(edges) < 2 or max(later - one for one, later in pairwise(edges)) > max(_GAP, 1.5 * usual):
        return [0.0] * len(found.sources)
    return [polls.answered(name, start) for name in found.sources]


def _troubles(archive: Archive, runs: Runs, at: dt.datetime) -> tuple[Polls, list[Finding]]:
    since = at - dt.timedelta(weeks=series.WEEKS)
    if len(runs.starts) > _RUNS:
        since = max(since, min(at - _AT_LEAST, dt.datetime.fromtimestamp(runs.starts[-_RUNS], dt.UTC)))
    captures = archive.captures()
    polls = load_polls(captures, since=since, at=at)
    configured = _entrances(archive) if polls.ceased else {}
    # Whoever is configured no more is missed no more.
    ceased = [one for one in polls.ceased if one.entrance in configured.get(one.source, {one.entrance})]
    bad = [*ceased, *fates.pages(captures, since=since, at=at, open_=runs.open)]
    said = troubles.reasons(captures, bad, at=at)
    found = [
        Finding(
            source=one.source,
            code=one.code,
            since=dt.datetime.fromtimestamp(one.since, dt.UTC),
            now=one.now,
            past=one.past,
            seen=one.seen,
            chance=one.chance,
            cause=_cause(one.entrance, said.get((one.source, one.code, one.entrance))),
        )
        for one in bad
    ]
    return polls, _silent(found, configured)


def _entrances(archive: Archive) -> dict[str, frozenset[str | None]]:
    """The entrances of each source by its newest rules."""
    table = archive.sources().to_table(["source", "entrances", "since"]).sort_by("since")
    rows = zip(table["source"].to_pylist(), table["entrances"].to_pylist(), strict=True)
    return {name: frozenset(listed) for name, listed in rows}


def _silent(found: list[Finding], configured: Mapping[str, frozenset[str | None]]) -> list[Finding]:
    """``found`` with one finding in place of those of all entrances of a source."""
    out = [one for one in found if one.code != "entrance"]
    for name in sorted({one.source for one in found if one.code == "entrance"}):
        mine = [one for one in found if one.source == name and one.code == "entrance"]
        if len(mine) != len(configured.get(name, ())):
            out += mine
        else:
            worst = max(mine, key=lambda one: one.since)
            causes = dict.fromkeys(one.cause for one in mine if one.cause)
            out.append(replace(worst, code="silent", cause=", ".join(str(one) for one in causes)))
    return out


def _cause(entrance: str | None, reason: str | None) -> str | None:
    if entrance is None:
        return reason
    return f"{entrance} {'is empty' if reason == 'empty' else f'({reason})' if reason else 'is silent'}"


def _of_lack(found: Series, lack: shares.Lack) -> Finding:
    return Finding(
        source=found.sources[lack.source],
        code=lack.code,
        since=dt.datetime.fromtimestamp(lack.since, dt.UTC),
        now=lack.now,
        past=lack.past,
        seen=lack.seen,
        chance=lack.chance or None,
    )


def _of_fall(found: Series, fall: volume.Fall, at: dt.datetime) -> Finding:
    low, high = found.spans(0, int(at.timestamp()) + 1)
    since = at - dt.timedelta(days=fall.days)
    if not fall.came and high[fall.source] > low[fall.source]:
        last = int(found.times(int(high[fall.source]) - 1, int(high[fall.source]))[0])
        since = dt.datetime.fromtimestamp(last, dt.UTC)
    return Finding(
        source=found.sources[fall.source],
        code="articles",
        since=since,
        now=fall.came / fall.days,
        past=fall.expected / fall.days,
        seen=fall.came,
        chance=fall.chance,
    )


def _folded(found: list[Finding]) -> list[Finding]:
    """``found`` without what follows from something else that is found of the same source."""
    codes: dict[str, set[str]] = {}
    for one in found:
        codes.setdefault(one.source, set()).add(one.code)
    return [
        one
        for one in found
        if not (one.code == "articles" and codes[one.source] & ROOTS)
        and not (one.code == "date_source" and "date" in codes[one.source])
    ]


def _fresh(one: Finding, before: frozenset[tuple[str, str]]) -> Finding:
    return replace(one, fresh=(one.source, one.code) not in before)
