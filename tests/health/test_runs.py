from __future__ import annotations

import datetime as dt

import pytest

from storage.archive import Archive
from storage.health.runs import TALLY, load
from storage.records import RunRecord, Tally
from storage.schema import RUNS

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def at(minutes: int) -> dt.datetime:
    """So many minutes after noon."""
    return NOON + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("runs", "began", "starts", "found"),
    [
        ([(0, 10, "date"), (60, 70, None)], None, [0, 60], ["date", None]),
        # The whole of a crawl and its tasks: only the whole says what was found, and one task was begun again.
        ([(0, 30, "date"), (1, 10, None), (1, 29, None), (12, 28, None)], None, [0], ["date"]),
        # What comes next is another look, though a task of the one before was the last to begin.
        ([(0, 30, None), (5, 29, None), (40, 50, "length")], None, [0, 40], [None, "length"]),
        # The whole has no row yet while it looks at what its tasks did.
        ([(-60, -50, "date"), (1, 10, None), (2, 12, None)], 0, [-60, 0], ["date", None]),
    ],
)
def test_runs_beside_each_other_are_one_look_at_the_sources(
    archive: Archive,
    runs: list[tuple[int, int, str | None]],
    began: int | None,
    starts: list[int],
    found: list[str | None],
) -> None:
    for number, (start, end, code) in enumerate(runs):
        tallies = (Tally(source="daily", outcome=TALLY, reason=code, count=1),) if code else ()
        record = RunRecord(
            run=f"r{number}",
            command="crawl",
            outcome="done",
            started_at=at(start),
            finished_at=at(end),
            tallies=tallies,
        )
        archive.append(RUNS, [record], run=record.run, number=1)
    told = load(archive, at(100), at(began) if began is not None else None)
    assert list(told.starts) == [int(at(minutes).timestamp()) for minutes in starts]
    assert [None if one is None else sorted(code for _, code in one) for one in told.found] == [
        None if code is None else [code] for code in found
    ]
