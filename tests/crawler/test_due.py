"""Which URLs are due: what the archive knows decides, and nobody is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crawler.due import PATIENCE, Due, Resting, decide
from pipelines.history import UrlState
from storage.records import Announcement
from tests.archive_samples import NOON

HOUR = dt.timedelta(hours=1)
SEEN = Announcement(entrance="http://harbour.test/feed", kind="feed", seen_at=NOON - 10 * HOUR)


def state(outcome: Any, **changes: Any) -> UrlState:
    fields: dict[str, Any] = {"announcement": SEEN, "fetched_at": NOON - 5 * HOUR}
    return UrlState("harbour", "http://harbour.test/1", "article", outcome, None, NOON - HOUR, **fields | changes)


@pytest.mark.parametrize(
    ("known", "revisit", "expected"),
    [
        pytest.param(None, (), Due(why="new"), id="never met"),
        pytest.param(state("announced"), (), Due(why="pending"), id="announced and no more"),
        pytest.param(state("deferred"), (), Due(why="pending"), id="deferred"),
        pytest.param(state("refused"), (), Due(why="pending"), id="a refusal is looked into again"),
        pytest.param(state("failed", failures=1), (), Due(why="retry"), id="failed"),
        pytest.param(state("failed", failures=PATIENCE - 1), (), Due(why="retry"), id="the last patience"),
        pytest.param(state("failed", failures=PATIENCE), (), Resting(why="given_up"), id="patience is over"),
        pytest.param(state("failed", not_before=NOON + HOUR), (), Resting(why="not_before"), id="not yet"),
        pytest.param(state("failed", not_before=NOON), (), Due(why="retry"), id="just now"),
        pytest.param(state("deferred", not_before=NOON + HOUR), (), Resting(why="not_before"), id="deferred until"),
        pytest.param(state("archived"), (), Resting(why="known"), id="archived"),
        pytest.param(state("rejected"), (0,), Resting(why="known"), id="no article stays none"),
        pytest.param(state("gone"), (0,), Resting(why="known"), id="gone"),
        pytest.param(state("archived"), (0,), Due(why="revisit"), id="age 0: at every run"),
        pytest.param(state("archived"), (7 * 3600,), Due(why="revisit"), id="7 h old since the last visit at 5 h"),
        pytest.param(state("archived"), (4 * 3600,), Resting(why="known"), id="visited since it was 4 h old"),
        pytest.param(state("unchanged"), (4 * 3600, 9 * 3600), Due(why="revisit"), id="the second age"),
        pytest.param(state("revised"), (11 * 3600,), Resting(why="known"), id="an age to come"),
        pytest.param(state("archived", announcement=None), (1800,), Due(why="revisit"), id="never announced"),
        pytest.param(state("archived", fetched_at=None), (3600,), Resting(why="known"), id="never fetched"),
    ],
)
def test_what_is_due(known: UrlState | None, revisit: tuple[float, ...], expected: Due | Resting) -> None:
    assert decide(known, now=NOON, revisit=revisit) == expected
