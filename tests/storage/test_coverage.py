"""What was announced and what became of it, by source and day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import pytest

from crawler.commands import coverage as view
from crawler.terminal import console
from pipelines.history import key
from storage.archive import Archive
from storage.coverage import Day, Fate, coverage, total
from storage.errors import ArchiveError
from storage.records import Capture, SourceRecord
from storage.schema import CAPTURES, to_arrow

MONDAY = dt.datetime(2026, 10, 5, 23, 59, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(hours=12)


def row(url: str, outcome: Any, reason: str | None = None, *, hours: float = 0, **more: Any) -> Capture:
    fields: dict[str, Any] = {
        "kind": "article",
        "source": "harbour",
        "requested_url": f"http://harbour.test/{url}",
        "at": MONDAY + dt.timedelta(hours=hours),
        "outcome": outcome,
        "reason": reason,
        "announced_at": MONDAY,
        "run": "r",
        "batch": 1,
    }
    return Capture(**fields | more)


class Table:
    """Rows that stand in memory, in batches of a few."""

    schema = CAPTURES.schema

    def __init__(self, *captures: Capture, size: int = 3) -> None:
        self._table = to_arrow(CAPTURES, captures)
        self._size = size

    def to_batches(self, columns: Any = None, filter: Any = None) -> Any:  # noqa: A002
        found = self._table.filter(filter).select(list(columns))
        return iter(found.to_batches(max_chunksize=self._size))


def days(*captures: Capture, **options: Any) -> list[Day]:
    return coverage(Table(*captures), **options)  # type: ignore[arg-type]


def fates(*captures: Capture, **options: Any) -> dict[tuple[str, str | None], int]:
    whole = total(days(*captures, **options))
    assert whole is not None
    assert sum(fate.count for fate in whole.fates) == whole.announced
    return {(fate.outcome, fate.reason): fate.count for fate in whole.fates}


FOUND = row("a", "announced")


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        pytest.param([], ("announced", None), id="nothing yet"),
        pytest.param([row("a", "archived", hours=1)], ("archived", None), id="archived"),
        pytest.param([row("a", "failed", "timeout", hours=1)], ("failed", "timeout"), id="failed"),
        pytest.param(
            [row("a", "failed", "dns", hours=1), row("a", "archived", hours=2)], ("archived", None), id="had later"
        ),
        pytest.param(
            [row("a", "archived", hours=2), row("a", "failed", "dns", hours=1)],
            ("archived", None),
            id="in whatever order the rows stand",
        ),
        pytest.param(
            [row("a", "archived", hours=1), row("a", "failed", "http_503", hours=9)],
            ("archived", None),
            id="a revisit that fails takes nothing away",
        ),
        pytest.param(
            [row("a", "archived", hours=1), row("a", "revised", hours=3), row("a", "deferred", "stopped", hours=4)],
            ("revised", None),
            id="nor one that is deferred",
        ),
        pytest.param(
            [row("a", "archived", hours=1), row("a", "gone", "http_410", hours=9)], ("gone", "http_410"), id="gone"
        ),
        pytest.param([row("a", "unchanged", "alias", hours=1)], ("unchanged", "alias"), id="an alias"),
        pytest.param([row("a", "deferred", "stopped")], ("deferred", "stopped"), id="at the very instant"),
        pytest.param(
            [row("a", "deferred", "stopped", hours=1), row("a", "rejected", "no_article", hours=2)],
            ("rejected", "no_article"),
            id="the latest",
        ),
    ],
)
def test_the_fate_of_an_address(events: list[Capture], fate: tuple[str, str | None]) -> None:
    assert fates(FOUND, *events) == {fate: 1}


def test_an_address_counts_once_on_the_day_of_its_first_announcement() -> None:
    found = days(FOUND, row("a", "archived", hours=12), row("b", "announced", hours=12, announced_at=TUESDAY))
    assert [(day.source, day.day, day.announced, day.captured) for day in found] == [
        ("harbour", MONDAY.date(), 1, 1),
        ("harbour", TUESDAY.date(), 1, 0),
    ]


def test_what_is_no_article_is_not_counted() -> None:
    assert days(row("feed", "fetched", kind="entrance"), row("robots.txt", "fetched", kind="robots")) == []


def test_spellings_of_one_address_are_one() -> None:
    odd = row("a?utm_source=feed", "archived", hours=5)
    assert fates(FOUND, odd, same=key) == {("archived", None): 1}
    assert fates(FOUND, odd) == {("announced", None): 1, ("archived", None): 1}


def test_the_same_address_at_two_sources_is_two() -> None:
    assert fates(FOUND, row("a", "announced", source="other"), same=key) == {("announced", None): 2}


def test_narrowed_by_source_and_day() -> None:
    rows = (FOUND, row("b", "announced", hours=12, announced_at=TUESDAY), row("c", "announced", source="other"))
    assert [day.day for day in days(*rows, sources=["harbour"], since=TUESDAY.date())] == [TUESDAY.date()]
    assert {day.source for day in days(*rows, until=MONDAY.date())} == {"harbour", "other"}
    assert days(*rows, since=dt.date(2027, 1, 1)) == []


def test_merging_in_between_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(str(n), "announced") for n in range(20)] + [row(str(n), "archived", hours=n) for n in range(0, 20, 3)]
    before = days(*rows)
    monkeypatch.setattr("storage.coverage._MERGE_ROWS", 4)
    assert days(*rows) == before
    assert before[0].share == 7 / 20


def test_a_share_is_rounded_down() -> None:
    day = Day(source="a", day=MONDAY.date(), announced=3000, captured=2999, fates=())
    assert view.percent(day) == "99.9 %"
    assert view.percent(Day(source="a", day=MONDAY.date(), announced=7, captured=7, fates=())) == "100.0 %"


def test_as_people_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    million = Day(
        source="harbour",
        day=MONDAY.date(),
        announced=1_000_000,
        captured=972_000,
        fates=(
            Fate(outcome="archived", reason=None, count=972_000),
            Fate(outcome="failed", reason="dns", count=28_000),
        ),
    )
    view.print_text([million], console())
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "97.2 % of what was announced is captured." in out
    assert "28000 failed (dns)" in out
    assert out.splitlines()[2].split() == [
        "2026-10-05", "1000000", "972000", "97.2", "%", "0", "0", "28000", "0", "0",
    ]  # fmt: skip


def test_as_json() -> None:
    found = json.loads(view.as_json(days(FOUND, row("b", "archived"))))
    assert found["total"]["share"] == 0.5
    assert found["days"][0]["day"] == "2026-10-05"
    assert json.loads(view.as_json([]))["total"] is None


def test_an_empty_archive(archive: Archive) -> None:
    assert coverage(archive.captures()) == []
    assert isinstance(archive.captures().schema, pa.Schema)


def test_a_source_that_there_is_not_is_named_beside_those_that_there_are(archive: Archive) -> None:
    since = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    row = SourceRecord(source="harbour", digest="d", since=since, entrances=(), hosts=())
    run = archive.begin("crawl", software="test/1", sources=[row])
    run.finish(outcome="done", tallies=[])
    view.check_names(archive, ["harbour"])
    with pytest.raises(ArchiveError, match=r"has no source 'habour'; there are: harbour"):
        view.check_names(archive, ["habour"])
