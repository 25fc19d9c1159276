"""Which URLs are due: what the archive knows decides, and nobody is asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any

import numpy as np
import pytest

from crawler.due import PATIENCE, Due, Resting, decide, due, stamp
from pipelines.history import Glance, UrlState
from pipelines.ledger import OUTCOMES, Vectors
from pipelines.sieve import NEVER, NO_STATUS
from storage.records import Announcement
from tests.archive_samples import NOON

HOUR = dt.timedelta(hours=1)
SEEN = Announcement(entrance="http://harbour.test/feed", kind="feed", seen_at=NOON - 10 * HOUR)

LONG_AGO = dataclasses.replace(SEEN, date=NOON - 90 * 24 * HOUR)


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
        pytest.param(state("rejected", id="a"), (7 * 3600,), Due(why="revisit"), id="a wall before a known article"),
        pytest.param(
            state("archived", announcement=LONG_AGO), (7 * 3600,), Resting(why="known"), id="found long after its date"
        ),
    ],
)
def test_what_is_due(known: UrlState | None, revisit: tuple[float, ...], expected: Due | Resting) -> None:
    assert decide(known, now=NOON, revisit=revisit) == expected


CHANGED = NOON - 2 * HOUR


@pytest.mark.parametrize(
    ("known", "revisit", "modified", "due_now"),
    [
        pytest.param(state("archived"), (1.0,), CHANGED, True, id="changed since our last visit"),
        pytest.param(state("archived"), (1.0,), CHANGED.replace(tzinfo=None), True, id="without a zone"),
        pytest.param(state("archived"), (1.0,), NOON - 6 * HOUR, False, id="changed before it"),
        pytest.param(state("archived"), (1.0,), NOON + HOUR, False, id="the future tells nothing"),
        pytest.param(state("archived"), (), CHANGED, False, id="no ages, no visits"),
        pytest.param(state("gone"), (1.0,), CHANGED, True, id="may be back"),
        pytest.param(state("rejected"), (1.0,), CHANGED, False, id="no article stays none"),
        pytest.param(state("archived", not_before=NOON + HOUR), (1.0,), CHANGED, False, id="not yet"),
    ],
)
def test_an_entrance_brings_a_visit_forward(
    known: UrlState, revisit: tuple[float, ...], modified: dt.datetime, due_now: bool
) -> None:
    assert isinstance(decide(known, now=NOON, revisit=revisit, modified=modified), Due) is due_now


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([NOON] * 5, NOON, id="all at once"),
        pytest.param([NOON] * 3 + [CHANGED, None], NOON, id="most"),
        pytest.param([NOON] * 4, None, id="too few to tell"),
        pytest.param([None] * 9, None, id="nothing said"),
        pytest.param([NOON, NOON, CHANGED, NOON - HOUR, None], None, id="each its own"),
    ],
)
def test_a_listings_own_date_tells_nothing_of_its_articles(
    changes: list[dt.datetime | None], expected: dt.datetime | None
) -> None:
    assert stamp(changes) == expected


def test_many_are_decided_as_one_is() -> None:
    chance = random.Random(4)
    instants = [NOON - hours * HOUR for hours in (0, 1, 2, 5, 7, 30)]
    glances = [
        Glance(
            outcome=chance.choice(OUTCOMES),
            status=chance.choice([None, 200, 301]),
            failures=chance.randint(0, PATIENCE + 1),
            not_before=chance.choice([None, NOON, NOON + HOUR, NOON - HOUR]),
            fetched_at=chance.choice([None, *instants]),
            born=chance.choice(instants),
            is_article=chance.random() < 0.5,
            is_announced=chance.random() < 0.9,
        )
        for _ in range(2_000)
    ]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

    def micros(instant: dt.datetime | None) -> int:
        return (instant - epoch) // dt.timedelta(microseconds=1) if instant is not None else NEVER

    vectors = Vectors(
        number=np.arange(len(glances)),
        outcome=np.array([OUTCOMES.index(one.outcome) for one in glances], np.uint8),
        status=np.array([one.status or NO_STATUS for one in glances], np.int16),
        failures=np.array([one.failures for one in glances], np.uint8),
        not_before=np.array([micros(one.not_before) for one in glances]),
        fetched=np.array([micros(one.fetched_at) for one in glances]),
        born=np.array([micros(one.born) for one in glances]),
        is_article=np.array([one.is_article for one in glances]),
        is_announced=np.array([one.is_announced for one in glances]),
    )
    for revisit in ((), (0.0,), (3600.0, 6 * 3600.0, 86400.0)):
        one_by_one = [
            isinstance(decide(one, now=NOON, revisit=revisit), Due) and one.is_announced and one.outcome != "refused"
            for one in glances
        ]
        assert due(vectors, now=NOON, revisit=revisit).tolist() == one_by_one
        assert any(one_by_one)
