"""Which of the announced URLs are due: a decision from what the archive knows, without asking the site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.history import UrlState

# After so many failed runs in a row a URL is left alone.
PATIENCE = 6

Why = Literal["new", "pending", "retry", "revisit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Why a URL is to be fetched now."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """Why a URL is not to be fetched now: ``known``, ``not_before``, ``given_up``."""

    why: Literal["known", "not_before", "given_up"]


def decide(state: UrlState | None, *, now: dt.datetime, revisit: Sequence[float] = ()) -> Due | Resting:
    """Whether a URL in that state is due at ``now``; ``revisit`` are ages in seconds at which an article is due again.

    An age of 0 makes an article due whenever a run begins. A refusal is looked into at every run where what refuses is
    known before anything is asked (robots.txt, the host); one that came with an answer, a redirect that leads
    elsewhere, rests.
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
            return _revisit(state, now, revisit)
        case _:
            return Resting(why="known")


def _revisit(state: UrlState, now: dt.datetime, revisit: Sequence[float]) -> Due | Resting:
    first = state.announcement.seen_at if state.announcement else state.at
    last = state.fetched_at or state.at
    for age in revisit:
        if age == 0 or last < first + dt.timedelta(seconds=age) <= now:
            return Due(why="revisit")
    return Resting(why="known")
