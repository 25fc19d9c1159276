"""What a bound cuts off in one run has its turn in the next, whatever place it has in the configuration."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from crawler.demo import DemoServer, Resource
from crawler.turns import Turns
from storage.archive import Archive
from storage.records import Capture
from tests.archive_samples import begin
from tests.crawler.test_crawl_edges import CONTACT, TOPICS, crawl, sitemap, source, story

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAPERS = ("ash", "birch", "cedar", "dogwood", "elm", "fir")


def ago(minutes: float) -> dt.datetime:
    return NOW - dt.timedelta(minutes=minutes)


def put(server: DemoServer, name: str, count: int, padding: int = 0) -> str:
    """A paper of ``count`` articles whose sitemap has half as many bytes when compressed; its source's block."""
    host = f"http://{name}.test"
    urls = [f"{host}/2026/05/04/{topic}-stays-open" for topic in TOPICS[:count]]
    for topic, url in zip(TOPICS, urls, strict=False):
        server.put(url, story(f"{name} {topic}"))
    listed = sitemap(*urls)
    text = f"{listed.content}<!--{random.Random(1).randbytes(padding // 2).hex()}-->" if padding else listed.content
    server.put(f"{host}/map.xml", Resource(content=text, content_type="application/xml", validators=False))
    return source(name, f"{host}/map.xml")


def asked(server: DemoServer, begin: int, needle: str) -> list[str]:
    return [request.host.partition(".")[0] for request in server.requests[begin:] if request.path.startswith(needle)]


def test_entrances_that_a_bound_cut_off_are_the_first_of_the_next_run(tmp_path: Path) -> None:
    with DemoServer() as server:
        blocks = "".join(put(server, name, 0, padding=40_000) for name in PAPERS)
        keys = 'poll = ["0s", "0s"]\nconcurrency = 1\nbudget_bytes = "30 kB"\n'
        (tmp_path / "broadsheet.toml").write_text(CONTACT + keys + blocks, encoding="utf-8")
        runs = []
        for _ in range(2):
            before = len(server.requests)
            done = crawl(tmp_path, server)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "silent" not in done.stdout, "it is not their fault that they were not asked"
            assert "not asked (budget_bytes)" in done.stdout
            runs.append(asked(server, before, "/map.xml"))
    assert 2 <= len(runs[0]) < len(PAPERS)
    assert set(PAPERS) - set(runs[0]) <= set(runs[1])


@pytest.mark.parametrize(
    "poll", ["0s", pytest.param("6h", marks=pytest.mark.extras)], ids=["announced anew", "left over"]
)
def test_sources_whose_articles_a_limit_cut_off_are_the_first_of_the_next_run(poll: str, tmp_path: Path) -> None:
    with DemoServer() as server:
        blocks = "".join(put(server, name, 3) for name in PAPERS[:2])
        keys = f'poll = ["{poll}", "6h"]\nconcurrency = 1\n'
        (tmp_path / "broadsheet.toml").write_text(CONTACT + keys + blocks, encoding="utf-8")
        crawl(tmp_path, server, "--limit", "0")
        crawl(tmp_path, server, "--limit", "0")
        for _ in range(3):
            done = crawl(tmp_path, server, "--limit", "1")
            assert done.returncode == 0, done.stdout + done.stderr
        pages = asked(server, 0, "/2026")
    assert len(pages) == 3
    assert set(pages) == {"ash", "birch"}, "one slow answer may cost a turn, no source waits for all of another's"


def test_order(archive: Archive) -> None:
    old, new = begin(archive), begin(archive)

    def note(
        run: str, name: str, kind: str, at: dt.datetime, outcome: str = "fetched", status: int | None = 200
    ) -> None:
        row = Capture(
            kind=kind,  # type: ignore[arg-type]
            source=name,
            requested_url=f"http://{name}.test/{kind}/{at:%H%M}",
            at=at,
            outcome=outcome,  # type: ignore[arg-type]
            status=status,
        )
        (old if run == "old" else new).record(row)

    note("old", "a", "entrance", ago(90))
    note("new", "b", "entrance", ago(30))
    note("new", "c", "entrance", ago(20))
    note("new", "b", "article", ago(10), "archived")
    note("new", "c", "article", ago(5), "deferred", None)
    for run in (old, new):
        run.commit(run.take())
    turns = Turns.load(archive, ["a", "b", "c", "d"], now=NOW)
    last = {"a": ago(90), "b": ago(30), "c": ago(20), "d": None}
    found = sorted(last, key=lambda name: turns.of_entrance(name, last[name]))
    assert found == ["d", "a", "c", "b"], "never asked, not asked in the last run, without an article, with one"
    assert turns.of_source("c") < turns.of_source("b"), "an article that was deferred was not asked for"
    for run in (old, new):
        run.abandon()
