from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import pickle
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from crawler.cli import main
from crawler.cli.options import exits
from crawler.commands.crawl import closing_lines, exit_code
from crawler.config import BudgetConfig, ConfigError, parse
from crawler.crawled import Ended, RunOf, together
from crawler.events import Events
from crawler.job import Job
from crawler.metrics import Exporter
from crawler.plan import Plan
from crawler.sharing_out import Part, budgets, cut, groups, share, spread
from crawler.spread import Overview, named, shared, shared_file
from crawler.summary import summary
from crawler.underway import Underway, words
from pipelines.executors import inside
from pipelines.executors.meter import LINES, METER, Meter
from pipelines.executors.ray import Standing, TaskLost, Working
from storage.places import address
from storage.records import Tally

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:desk@archive.test"
"""
HOSTS = ("www.a.test", "b.test", "news.a.test", "c.test", "d.test", "e.test")


def config(*hosts: str) -> str:
    """A configuration of a source for each host, in which the fourth has pages on the second's host, too."""
    blocks = [
        f'[[source]]\nname = "s{number}"\nentrances = ["https://{host}/feed.xml"]\n'
        + ('hosts = ["img.b.test"]\n' if number == 3 else "")
        for number, host in enumerate(hosts)
    ]
    return CONFIG + "".join(blocks)


def test_sources_that_share_a_domain_go_together() -> None:
    sources = parse(config(*HOSTS), Path("broadsheet.toml")).sources
    assert sorted(sorted(group) for group in groups(sources)) == [["s0", "s2"], ["s1", "s3"], ["s4"], ["s5"]]
    assert sorted(sorted(part) for part in spread(sources, 3)) == [["s0", "s2"], ["s1", "s3"], ["s4", "s5"]]
    assert len(spread(sources, 100)) == 4


def test_a_source_on_two_domains_joins_those_who_were_apart() -> None:
    text = (
        config("a.test", "b.test")
        + '[[source]]\nname = "both"\nentrances = ["https://x.a.test/f", "https://y.b.test/f"]'
    )
    (group,) = groups(parse(text, Path("broadsheet.toml")).sources)
    assert sorted(group) == ["both", "s0", "s1"]


@pytest.mark.parametrize(
    ("whole", "sizes", "shares"),
    [(10, [1, 1], [5, 5]), (10, [3, 1], [7, 3]), (1, [1, 1, 1], [0, 0, 1]), (0, [2, 1], [0, 0]), (7, [1], [7])],
)
def test_what_a_crawl_may_cost_is_divided(whole: int, sizes: list[int], shares: list[int]) -> None:
    assert share(whole, sizes) == shares


@pytest.mark.parametrize(
    ("pages", "sizes", "shares"),
    [(2, [1, 1], [1, 1]), (3, [10, 1, 1], [1, 1, 1]), (101, [10, 1], [91, 10]), (0, [3, 1], [0, 0]), (9, [2], [9])],
)
def test_a_bound_stays_one_however_small_the_share(pages: int, sizes: list[int], shares: list[int]) -> None:
    told = budgets(BudgetConfig(pages=pages, seconds=60), sizes)
    assert [(one.pages, one.bytes, one.seconds) for one in told] == [(share, 0, 60) for share in shares]
    assert sum(shares) == pages


def test_the_parts_of_a_crawl_have_all_sources_and_its_bounds_together() -> None:
    loaded = parse(config(*HOSTS), Path("broadsheet.toml"))
    whole = Part(
        config=loaded,
        job=Job(name="j", began=dt.datetime.now(dt.UTC), digest=loaded.digest),
        limit=7,
        budget=BudgetConfig(bytes=600),
        until=None,
        plan=Plan(),
        log_level="INFO",
        settings=(),
        json=False,
    )
    parts = cut(whole, loaded.sources, 3)
    named = [source.name for part in parts for source in part.config.sources]
    assert sorted(named) == [f"s{number}" for number in range(6)], "each source travels once"
    assert sum(part.limit or 0 for part in parts) == 7
    assert [part.budget.bytes for part in parts] == [200, 200, 200]
    unbounded = cut(dataclasses.replace(whole, limit=None), loaded.sources, 3)
    assert [part.limit for part in unbounded] == [None] * 3
    for pages, count in ((1, 1), (2, 2), (7, 3)):
        bounded = cut(dataclasses.replace(whole, budget=BudgetConfig(pages=pages)), loaded.sources, 3)
        assert (len(bounded), sum(part.budget.pages for part in bounded)) == (count, pages)


def ended(run: str, source: str, outcome: str, **changes: object) -> Ended:
    tally = Tally(source=source, outcome=outcome, reason=None, count=2)
    heard = Tally(source=source, outcome="entrance fetched", reason=None, count=1)
    fields = {"busy": (), "bugs": (), "warnings": ("the disk is slow",), "stopped": False}
    return Ended(run=run, sources=(source,), tallies=(tally, heard), **fields | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "lost", "code", "outcome"),
    [
        ((ended("1", "a", "archived"), ended("2", "b", "rejected")), [], 0, "done"),
        ((ended("1", "a", "archived"), ended("2", "b", "archived", busy=("c",))), [], 3, "done"),
        ((ended("1", "a", "archived", stopped=True), ended("2", "b", "archived")), [], 3, "stopped"),
        ((ended("1", "a", "archived"),), ["the crawl of sources b came to nothing: lost"], 1, "failed"),
        ((ended("1", "a", "archived", bugs=("extraction of x",)), ended("2", "b", "archived")), [], 1, "failed"),
    ],
)
def test_tasks_are_told_as_one_crawl(parts: tuple[Ended, ...], lost: list[str], code: int, outcome: str) -> None:
    run = RunOf(name="whole", started_at=dt.datetime.now(dt.UTC))
    found = together(parse(config(*HOSTS), Path("broadsheet.toml")), run, parts, lost=lost, stopped=False)
    assert exit_code(found) == code
    told = summary(found, code)
    assert (told["run"], told["outcome"]) == ("whole", outcome)
    assert told["fates"]["archived"] == sum(2 for part in parts for one in part.tallies if one.outcome == "archived")  # type: ignore[index, call-overload]
    assert told["warnings"] == ["the disk is slow"], "what each task warns of is said once"
    lines = closing_lines(found)
    assert all(any(line.endswith(bug) for line in lines) for bug in found.bugs)


def test_what_is_named_here_is_named_for_every_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shared(Path("archive")) == tmp_path / "archive"
    assert shared(address("s3://papers/daily")) == address("s3://papers/daily")
    names = ("one.warc.gz", "/two.warc.gz", "https://a.test/three.warc.gz")
    assert [shared_file(name) for name in names] == [str(tmp_path / names[0]), *names[1:]]


def test_how_far_all_tasks_are_stands_in_a_line() -> None:
    working = Working(task=1, item="b", node="10.0.0.7", process=7, counts={"pages": 3}, silent=0.0)
    standing = Standing(ended=1, working=(working,), counts={"pages": 5})
    view = Overview(Console(file=io.StringIO()), of=3, words=lambda counts: named(counts, pages="pages read"))
    assert view.line(standing) == "1 of 3 tasks done, 1 at work on 1 node: 5 pages read"
    view.begin(2)
    assert view.line(standing).startswith("1 of 2 tasks done")


def test_a_crawl_of_many_tasks_tells_how_far_it_is_while_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.events.LINE_SECONDS", 0.0)
    loaded = parse(config("a.test", "b.test"), Path("broadsheet.toml"))
    counts = {"announced": 9, "unsettled": 5, "asked": 20, "archived": 3, "resting": 1}
    standing = Standing(ended=1, working=(), counts=counts)
    seen, asked = io.StringIO(), [False, True]
    underway = Underway(
        loaded,
        RunOf(name="whole", started_at=dt.datetime.now(dt.UTC)),
        view=Overview(Console(file=io.StringIO()), of=3, words=words),
        events=Events(seen),
        metrics=Exporter(tmp_path / "crawl.prom", None),
        stopped=asked.pop,
    )
    assert [underway(standing), underway(standing)] == [True, False]
    told = (tmp_path / "crawl.prom").read_text(encoding="utf-8").splitlines()
    assert 'broadsheet_run_pages{source="",outcome="archived",reason=""} 3.0' in told
    assert {"broadsheet_run_unsettled 5.0", "broadsheet_run_sources 2.0"} <= set(told)
    assert not any("finished" in line for line in told)
    line = json.loads(seen.getvalue().splitlines()[0])
    assert {name: line[name] for name in ("event", "run", "announced", "known", "archived", "failed")} == {
        "event": "progress", "run": "whole", "announced": 9, "known": 1, "archived": 3, "failed": 0,
    }  # fmt: skip
    assert words(counts) == "9 announced, 5 to go, 3 archived"


def test_a_node_with_another_broadsheet_or_python_is_unfit() -> None:
    here = ".".join(map(str, sys.version_info[:2]))
    assert inside.unfit("0.1.0", here) is None
    assert inside.unfit("9.9.9", here) == "it has Broadsheet 0.1.0; install 9.9.9 there, the same as here"
    assert "use 3.99 there" in (inside.unfit("0.1.0", "3.99") or "")


def test_a_line_waits_until_it_was_heard_and_is_written_once() -> None:
    meter, board = Meter(), inside.Board()

    def tell(*, answered: bool = True) -> None:
        first, lines = meter.waiting()
        board.tell(1, "10.0.0.7", 7, {}, first, lines)
        if answered:
            meter.heard(first + len(lines))

    meter.say("one")
    tell(answered=False)
    meter.say("two")
    tell(answered=False)
    tell()
    assert meter.waiting() == (2, [])
    meter.say("three")
    tell()
    assert [line for _, line in board.take()[1]] == ["one", "two", "three"]

    for number in range(LINES + 2):
        meter.say(str(number))
    assert pickle.loads(pickle.dumps(meter)) is METER, "work that travels tells the meter of where it is done"
    first, lines = meter.waiting()
    meter.say("after")
    meter.heard(first + len(lines))
    assert (first, lines[0], meter.waiting()) == (5, "2", (5 + LINES, ["after"])), "of too many the oldest are dropped"
    board.tell(1, "10.0.0.7", 8, {}, 0, ["anew"])
    assert board.take()[1] == [(1, "anew")], "a process that took a dead one's place begins to count anew"
    again = inside.Board()
    again.tell(1, "10.0.0.7", 8, {}, 5, ["later"])
    assert again.take()[1] == [(1, "later")], "so does who has to begin the board anew"


def test_a_mistake_in_a_source_travels_with_the_configuration() -> None:
    loaded = parse(config("a.test") + '[[source]]\nname = "s9"\nentrances = []\n', Path("broadsheet.toml"))
    assert loaded.disabled
    copy = pickle.loads(pickle.dumps(loaded))
    assert copy.digest == loaded.digest
    assert isinstance(copy.disabled[0].error, ConfigError)
    assert str(copy.disabled[0].error) == str(loaded.disabled[0].error)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--on", "ray"], "pip install 'broadsheet[ray]'"),
        (["--on", "dask"], "write ray, or ray://HOST:PORT"),
        (["--on", "ray://head"], "write ray, or ray://HOST:PORT"),
        (["--tasks", "3"], "name it with --on"),
    ],
)
@pytest.mark.parametrize("command", [["crawl"], ["import", "one.warc.gz"], ["rebuild", "--yes"]])
def test_what_cannot_be_done_is_said_with_what_to_write(
    command: list[str], words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "broadsheet.toml").write_text(config("a.test"), encoding="utf-8")
    (tmp_path / "one.warc.gz").write_bytes(b"")
    if command[0] == "rebuild":
        from storage.archive import Archive

        Archive.create(tmp_path / "archive")
    result = CliRunner().invoke(main, [*command, *words])
    assert (result.exit_code, says in " ".join(result.stderr.split())) == (2, True), result.stderr


def test_a_task_that_was_lost_for_good_is_no_mistake_of_the_operators() -> None:
    @click.command()
    @exits
    def command() -> int:
        raise TaskLost("part 1 of 2: NodeDiedError after 5 further tries")

    result = CliRunner().invoke(command, [])
    assert (result.exit_code, result.stderr.startswith("broadsheet: part 1 of 2: NodeDiedError")) == (1, True)
