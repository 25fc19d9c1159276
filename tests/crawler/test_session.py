"""One crawl's hold on an archive: locks, tallies, batches, and replies that are lost."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.config import BudgetConfig, Config, parse
from crawler.demo import DemoServer, demo_config_toml
from crawler.errand import Errand
from crawler.job import Job
from crawler.progress import counts
from crawler.provenance import source_record
from crawler.session import Session
from pipelines.executors import claims
from pipelines.history import announced
from storage import delta
from storage.archive import Archive
from storage.errors import CommitFailed
from storage.records import Announcement, Capture
from storage.warc import CaptureInfo
from tests.archive_samples import HOST, NOON, SOURCE, article, begin, capture, exchange, faults, html
from tests.crash.harness import addresses, hurry

CONFIG = """
[archive]
path = "{archive}"
batch_pages = 3
[crawl]
contact = "mailto:archive@harbour.test"
workers = 1
[[source]]
name = "harbour"
entrances = ["http://harbour.test/feed"]
[[source]]
name = "island"
entrances = ["http://island.test/feed"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return parse(CONFIG.format(archive=tmp_path / "archive"), tmp_path / "broadsheet.toml")


@pytest.fixture
def session(config: Config) -> Iterator[Session]:
    made = Session.open(config)
    yield made
    made.workers.stop()
    made.run.abandon()


def new(number: int) -> Capture:
    seen = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=NOON)
    return announced(seen, url=f"{HOST}/{number}", source=SOURCE)


def close(session: Session) -> None:
    asyncio.run(session.close(reason="unsettled"))


def test_a_task_that_is_begun_again_has_what_the_one_before_left_of_its_bounds(config: Config) -> None:
    archive = Archive.create(config.archive.folder)
    began = NOON
    earlier = begin(archive)
    earlier.record(capture(9, at=began - dt.timedelta(hours=1), warc_file="w", warc_offset=0, warc_length=1000))
    earlier.finish()
    dead = begin(archive)
    for number, changes in (
        (1, {"warc_file": "w", "warc_offset": 0, "warc_length": 300}),
        (2, {"outcome": "failed", "reason": "timeout", "status": None}),
        (2, {"outcome": "failed", "reason": "http_500", "status": 500, "warc_length": 40}),
        (3, {"outcome": "announced", "status": None}),
        (4, {"outcome": "deferred", "reason": "limit", "status": None}),
        (5, {"kind": "entrance", "outcome": "fetched", "warc_length": 60}),
        (6, {"source": "island", "warc_length": 5000}),
    ):
        dead.record(capture(number, at=began + dt.timedelta(seconds=number), **changes))
    dead.commit(dead.take())
    dead.abandon()
    with claims.hold(archive, "j", what="a crawl") as held:
        job = Job(name="j", began=began, digest="that of all tasks")
        made = Session.open(config, names=["harbour"], limit=3, budget=BudgetConfig(bytes=500), job=job)
        try:
            assert (made.budget.pages, made.budget.refusal("harbour", article=True)) == (2, None)
            made.budget.spend("harbour", pages=1)
            assert made.budget.refusal("harbour", article=True) == "limit"
            made.budget.spend("harbour", received=99)
            assert made.budget.refusal("harbour", article=False) is None
            made.budget.spend("harbour", received=1)
            assert made.budget.refusal("harbour", article=False) == "budget_bytes"
        finally:
            close(made)
            held.release(remove=True)
    (row,) = archive.runs().to_table(["config_digest"], pc.field("run") == made.run.name).to_pylist()
    assert row["config_digest"] == "that of all tasks"


def test_it_holds_its_sources_and_leaves_out_those_of_others(config: Config, session: Session) -> None:
    said: list[str] = []
    second = Session.open(config, say=said.append)
    assert [source.name for source in session.sources] == ["harbour", "island"]
    assert (second.sources, second.busy) == ((), ("harbour", "island"))
    assert re.fullmatch(
        r"2 sources \(harbour, island\) are being crawled by crawl, process \d+ on .*; left out", said[0]
    )
    assert len(said) == 1, "one line for each run that holds sources, not for each source"
    close(second)
    close(session)
    third = Session.open(config, names=["island"])
    assert [source.name for source in third.sources] == ["island"]
    close(third)
    assert not list((session.archive.root / "locks").glob("source-*"))
    assert faults(session.archive) == []


def test_dead_runs_are_recovered_before_the_history_is_read(config: Config) -> None:
    archive = Archive.create(config.archive.path)
    dead = begin(archive)
    dead.write(exchange(f"{HOST}/1", html("The ferry is late")))
    dead.abandon()
    said: list[str] = []
    made = Session.open(config, say=said.append)
    known = made.history.get(f"{HOST}/1")
    assert known is not None
    assert known.outcome == "archived"
    assert said[0] == f"recovering run {dead.name}, which ended without closing"
    close(made)
    assert faults(archive) == []


def test_every_announced_url_ends_with_a_fate(session: Session) -> None:
    for number in (1, 2):
        session.record(new(number))
        session.announce(new(number))
    session.record(capture(1), article(1))
    assert session.unsettled == 1
    close(session)
    state = session.history.get(f"{HOST}/2")
    assert state is not None
    assert (state.outcome, state.reason) == ("deferred", "unsettled")
    assert counts(session) == "1 archived, 1 deferred"
    (row,) = session.archive.runs().to_table().to_pylist()
    tallies = {(one["outcome"], one["reason"]): one["count"] for one in row["tallies"]}
    assert tallies == {("archived", None): 1, ("deferred", "unsettled"): 1}


def test_a_fate_that_is_no_news_is_counted_and_not_written(session: Session) -> None:
    for _ in range(3):
        session.settle_unfetched(new(1), "refused", "robots", NOON)
    assert session.run.pending == 1
    assert session.total("refused") == 3


def test_an_event_is_dated_after_what_the_archive_holds_of_its_url(session: Session) -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    session.record(capture(1, at=ahead, warc_file="a"))
    assert session.warnings == []
    tick = dt.timedelta(microseconds=1)
    assert session.instant(f"{HOST}/1") == ahead + tick
    assert session.instant(f"{HOST}/2") < ahead, "the clock counts for whatever it is not behind"
    for number in (1, 2):
        now = dt.datetime.now(dt.UTC)
        session.settle_unfetched(new(1), "deferred", f"reason {number}", now)
        state = session.history.get(f"{HOST}/1")
        assert state is not None
        assert (state.reason, state.at) == (f"reason {number}", ahead + number * tick)
    (warning,) = session.warnings
    assert re.match(
        rf"the clock says .* UTC, and the archive holds {HOST}/1 as of {ahead:%Y-%m-%d %H:%M:%S} UTC", warning
    )
    assert "set the clock right" in warning


def test_a_clock_put_right_by_a_second_is_worth_no_line(session: Session) -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)
    session.record(capture(1, at=ahead, warc_file="a"))
    assert session.instant(f"{HOST}/1") > ahead
    assert session.warnings == []


def test_a_batch_is_committed_when_it_is_full(session: Session) -> None:
    async def crawl() -> None:
        for number in range(7):
            place = {"warc_file": "a", "warc_offset": number, "warc_length": 1}
            session.record(capture(number, **place), article(number))
            await session.commit_if_due()

    asyncio.run(crawl())
    assert (session.run.batches, session.run.pending) == (2, 1)


def test_a_waiter_that_is_cancelled_does_not_stop_the_commit(session: Session) -> None:
    async def crawl() -> None:
        for number in range(5):
            session.record(capture(number), article(number))
            waiting = asyncio.ensure_future(session.commit())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            waiting.cancel()
        await session.close(reason="unsettled")

    asyncio.run(crawl())
    assert session.archive.captures().count_rows() == 5
    assert session.archive.articles().count_rows() == 5
    assert session.broken is None


@pytest.mark.parametrize("error", [CommitFailed("disk full"), OSError("disk full"), ZeroDivisionError("disk full")])
def test_an_archive_that_cannot_be_written_ends_the_crawl(
    session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object, **__: object) -> bool:
        raise error

    told: list[bool] = []
    session.on_broken = lambda: told.append(True)
    monkeypatch.setattr(delta, "append", refuse)
    session.record(capture(1), article(1))
    asyncio.run(session.commit())
    asyncio.run(session.commit())
    assert session.broken is error
    assert session.bugs == ["the archive cannot be written: disk full"]
    assert told == [True]
    assert asyncio.run(session.close(reason="unsettled")) is None
    assert session.archive.lock_run(session.run.name) is not None


def test_the_row_of_a_source(config: Config) -> None:
    row = source_record(config.sources[0])
    assert (row.source, row.entrances, row.hosts) == ("harbour", ("http://harbour.test/feed",), ("harbour.test",))
    assert row.digest == config.sources[0].digest


def test_an_errand_counts_its_tries_and_hops(config: Config) -> None:
    info = CaptureInfo(kind="article", source="harbour", requested_url=HOST)
    errand = Errand(source=config.sources[0], info=info)
    assert errand.again().again().attempt == 3
    onward = errand.again().onward("http://harbour.test/a").onward("http://harbour.test/b")
    assert (onward.attempt, onward.hops) == (1, ("http://harbour.test/a", "http://harbour.test/b"))


# The command, with the reply of every so-many-th commit lost on its way back.
LOSSY = """
import itertools
from storage import delta
real, calls = delta.write_deltalake, itertools.count(1)
def lossy(*args, **kwargs):
    real(*args, **kwargs)
    if next(calls) % {every} == 0:
        raise OSError("the reply was lost")
if {every}:
    delta.write_deltalake = lossy
if __name__ == "__main__":
    from crawler.cli import main
    main(["crawl"], prog_name="broadsheet")
"""


def crawled(folder: Path, server: DemoServer, *, every: int) -> Archive:
    folder.mkdir()
    text = demo_config_toml("archive").replace('delay = "0.1s"', 'delay = "0s"')
    text = text.replace("[archive]\n", "[archive]\nbatch_pages = 4\n")
    (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
    (folder / "lossy.py").write_text(LOSSY.format(every=every), encoding="utf-8")
    env = {"http_proxy": server.proxy_url, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "lossy.py"], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return storage.open_archive(folder / "archive")


def test_a_crawl_whose_replies_are_lost_writes_no_row_twice(demo_server: DemoServer, tmp_path: Path) -> None:
    hurry(demo_server)
    plain = crawled(tmp_path / "plain", demo_server, every=0)
    lossy = crawled(tmp_path / "lossy", demo_server, every=2)
    assert faults(lossy) == []
    assert addresses(lossy) == addresses(plain)
