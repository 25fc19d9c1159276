"""Which of the announced URLs are due: a decision from what the archive knows, without asking the site.

:func:`decide` decides for one URL, :func:`due` for millions at once; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipelines.history import Known
from pipelines.ledger import OUTCOMES, Vectors
from pipelines.sieve import NEVER, Bools
from storage.records import Outcome

# After so many failed runs in a row a URL is left alone.
PATIENCE = 6
# Where more than half of so many entries of one listing name the same instant of change, it is the listing's own.
STAMPED = 5
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Why = Literal["new", "pending", "retry", "revisit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Why a URL is to be fetched now."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """Why a URL is not to be fetched now: ``known``, ``not_before``, ``given_up``."""

    why: Literal["known", "not_before", "given_up"]


def decide(
    state: Known | None, *, now: dt.datetime, revisit: Sequence[float] = (), modified: dt.datetime | None = None
) -> Due | Resting:
    """Whether a URL in that state is due at ``now``; ``revisit`` are ages in seconds at which an article is due again.

    An age of 0 makes an article due whenever a run begins. ``modified`` is when its entrance says that it was changed
    last: where that lies between our last visit and now, the next visit is due at once, also after the last age;
    without any age there are no visits to bring forward. A refusal is looked into at every run where what refuses is
    known before anything is asked (robots.txt, the host); one that came with an answer, a redirect that leads
    elsewhere, rests. A known article whose page was rejected keeps its ages: a wall may fall.
    """
    if state is None:
        return Due(why="new")
    if state.not_before is not None and state.not_before > now:
        return Resting(why="not_before")
    match state.outcome:
        case "refused" if state.status is not None:
            return Resting(why="known")
        case "announced" | "deferred" | "refused":
            return Due(why="pending")
        case "failed":
            return Due(why="retry") if state.failures < PATIENCE else Resting(why="given_up")
        case "archived" | "revised" | "unchanged":
            return _revisit(state, now, revisit, modified)
        case "rejected" if state.is_article:
            return _revisit(state, now, revisit, modified)
        case "gone" if _changed(state, now, revisit, modified):
            return Due(why="revisit")
        case _:
            return Resting(why="known")


def _revisit(state: Known, now: dt.datetime, revisit: Sequence[float], modified: dt.datetime | None) -> Due | Resting:
    last = state.fetched_at or state.born
    aged = any(age == 0 or last < state.born + dt.timedelta(seconds=age) <= now for age in revisit)
    return Due(why="revisit") if aged or _changed(state, now, revisit, modified) else Resting(why="known")


def _changed(state: Known, now: dt.datetime, revisit: Sequence[float], modified: dt.datetime | None) -> bool:
    if not revisit or modified is None:
        return False
    instant = modified if modified.tzinfo is not None else modified.replace(tzinfo=dt.UTC)
    return (state.fetched_at or state.born) < instant <= now


def due(urls: Vectors, *, now: dt.datetime, revisit: Sequence[float] = ()) -> Bools:
    """Which of many URLs an earlier run left open, or are due again: announced, due by :func:`decide`, not refused."""
    moment = (now - _EPOCH) // dt.timedelta(microseconds=1)

    def fate(*outcomes: Outcome) -> Bools:
        return np.isin(urls.outcome, [OUTCOMES.index(outcome) for outcome in outcomes])

    visited = np.where(urls.fetched == NEVER, urls.born, urls.fetched)
    again = np.zeros(len(visited), np.bool_)
    for age in revisit:
        turn = urls.born + round(age * 1_000_000)
        again |= (age == 0) | ((visited < turn) & (turn <= moment))
    found: Bools = fate("announced", "deferred")
    found |= fate("failed") & (urls.failures < PATIENCE)
    found |= (fate("archived", "revised", "unchanged") | (fate("rejected") & urls.is_article)) & again
    return found & urls.is_announced & (urls.not_before <= moment)


def stamp(changes: Iterable[dt.datetime | None]) -> dt.datetime | None:
    """The instant that more than half of a listing's entries name as their last change, or None.

    It is when the listing was made, and tells nothing of the articles.
    """
    found = list(changes)
    if len(found) < STAMPED:
        return None
    instant, count = Counter(found).most_common(1)[0]
    return instant if instant is not None and 2 * count > len(found) else None
