"""Invented weeks: what breaks is found, healthy days raise nothing, and what was told is not told again."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from storage.health import Expectations
from storage.health.judge import judge, tallies
from storage.health.runs import TALLY
from storage.schema import SOURCES
from tests.health.evaluate import healthy, walk
from tests.health.invented import BREAKS, PAPERS, Memory, Paper, Told, history

OTHERS = tuple(Paper(name=f"other{number}", a_day=12.0) for number in range(4))
COUNTY = next(paper for paper in PAPERS if paper.name == "county")
CAPITAL = next(paper for paper in PAPERS if paper.name == "capital")
DAYS = 71


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_of_a_middling_paper_is_found_within_two_runs(name: str) -> None:
    change, codes = BREAKS[name]
    paper = CAPITAL if name == "articles halve" else COUNTY
    told, ends = history([*OTHERS, paper], days=DAYS + 2, runs_a_day=1, seed=7, breaks={paper.name: change}, broken=2)
    raised = dict(walk(told, ends, DAYS - 1))
    assert [one.code for one in raised[DAYS - 1].findings] == []
    found = [one for number in (DAYS, DAYS + 1) for one in raised[number].findings]
    assert {one.source for one in found} == {paper.name}
    assert codes & {one.code for one in found}
    # The last articles before the break may have lacked the same by chance.
    begun = ends[DAYS if "date" in codes else DAYS - 1] - dt.timedelta(hours=1)
    assert all(one.since >= begun for one in found if one.code in codes - {"articles"})


def test_healthy_weeks_raise_nothing() -> None:
    assert healthy([*OTHERS, COUNTY], days=8, runs_a_day=1, seed=3) == []


def test_an_alarm_is_news_once_and_its_end_too() -> None:
    change, _ = BREAKS["dates vanish"]
    told, ends = history([*OTHERS, COUNTY], days=DAYS + 2, runs_a_day=1, seed=7, breaks={"county": change}, broken=2)
    first, second = (health for number, health in walk(told, ends, DAYS - 1) if number >= DAYS)
    assert [(one.code, one.fresh) for one in first.findings] == [("date", True)]
    assert [(one.code, one.fresh) for one in second.findings] == [("date", False)]
    assert second.findings[0].since == first.findings[0].since

    healed, ends = history([*OTHERS, COUNTY], days=DAYS + 1, runs_a_day=1, seed=7)
    for _ in walk(healed, ends[:DAYS], DAYS):
        pass
    healed.ended[-1]["tallies"] = [
        {"source": "county", "outcome": TALLY, "reason": "date", "count": 1},
        {"source": "county", "outcome": "archived", "reason": None, "count": 60},
    ]
    last = judge(healed, at=ends[DAYS])
    assert (last.findings, last.recovered) == ((), (("county", "date"),))
    assert [(one.source, one.reason, one.count) for one in tallies(last)] == [("", None, 0)]


def test_an_entrance_that_is_configured_no_more_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    change, _ = BREAKS["the feed is gone (404)"]
    told, ends = history([*OTHERS, COUNTY], days=DAYS + 2, runs_a_day=1, seed=7, breaks={"county": change}, broken=2)
    for _ in walk(told, ends, DAYS + 2):
        pass
    (found,) = judge(told, at=ends[-1]).findings
    assert (found.code, found.seen) == ("entrance", 2)
    assert found.cause == "http://county.test/feed (http_404)"
    row = {"source": "county", "digest": "e", "since": ends[-1], "run": "r", "hosts": [], "labels": []}
    rules = pa.Table.from_pylist([{**row, "entrances": ["http://county.test/"]}], schema=SOURCES.schema)
    monkeypatch.setattr(Told, "sources", lambda _: Memory(SOURCES, rules))
    assert judge(told, at=ends[-1]).findings == ()


def test_whoever_is_crawled_no_more_is_not_missed() -> None:
    told, ends = history([*OTHERS, COUNTY], days=DAYS, runs_a_day=1, seed=7)
    for _ in walk(told, ends, DAYS):
        pass
    for run in told.ended:
        run["tallies"] = [one for one in run["tallies"] if one["source"] != "county"]  # type: ignore[attr-defined]
    assert "county" not in judge(told, at=ends[-1] + dt.timedelta(hours=1)).judged


def test_a_gap_between_runs_is_no_fall() -> None:
    told, ends = history([*OTHERS, COUNTY], days=DAYS, runs_a_day=1, seed=7)
    for _ in walk(told, ends, DAYS):
        pass
    later = ends[-1] + dt.timedelta(days=4)
    assert judge(told, at=later, began=later - dt.timedelta(minutes=5)).findings == ()


def test_what_was_declared_has_to_come() -> None:
    told, ends = history([*OTHERS, COUNTY], days=DAYS, runs_a_day=1, seed=7)
    for _ in walk(told, ends, DAYS):
        pass
    wanted = Expectations(articles_per_day=200, date=0.9, authors=0.99, bullets=0.2, words=5000)
    found = judge(told, at=ends[-1], declared={"county": wanted}).findings
    assert [one.code for one in found] == ["expect_articles_per_day", "expect_authors", "expect_words"]
    assert found[0].past == 200
    assert 20 < found[0].now < 100


def test_an_archive_without_a_past_is_well() -> None:
    told, ends = history([COUNTY], days=1, runs_a_day=1, seed=7)
    assert judge(told, at=ends[0]).findings == ()
