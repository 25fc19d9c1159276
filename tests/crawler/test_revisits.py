"""Visits after the first: edits, pages that are gone, walls, twins, and what a later run asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, articles, demo_config_toml
from pipelines.history import History
from storage import warc
from storage.archive import Archive
from storage.records import Capture
from storage.recovery import position
from storage.schema import captures_from_arrow
from storage.warc import CaptureInfo
from tests.archive_samples import begin, exchange, faults, fetch, html
from tests.crawler.test_crawl_demo import broadsheet

PAPER = "saltmarsh"
OTHERS = [article for article in articles() if article.paper == PAPER]


class Paper:
    """One demo newspaper that is crawled again and again."""

    def __init__(self, folder: Path, server: DemoServer) -> None:
        self.folder, self.server = folder, server

    def crawl(self) -> tuple[str, ...]:
        """One run; the addresses that it asked for."""
        before = len(self.server.requests)
        run = broadsheet("crawl", "--source", PAPER, folder=self.folder, proxy=self.server.proxy_url)
        assert run.returncode == 0, run.stdout + run.stderr
        return tuple(f"http://{request.host}{request.path}" for request in self.server.requests[before:])

    @property
    def archive(self) -> Archive:
        return storage.open_archive(self.folder / "archive")

    def fates(self, url: str) -> list[tuple[str, str | None]]:
        """What became of an address, run by run."""
        return [(event.outcome, event.reason) for event in self.events(url) if event.outcome != "announced"]

    def events(self, url: str) -> list[Capture]:
        table = self.archive.captures().to_table(filter=pc.field("requested_url") == url)
        return captures_from_arrow(table.sort_by([("at", "ascending")]))

    def revisions(self, url: str) -> int:
        found = self.archive.articles(all_revisions=True)
        return found.count_rows(pc.field("requested_url") == url)


def paper_with(folder: Path, revisit: str, server: DemoServer) -> Paper:
    text = demo_config_toml("archive").replace("[crawl]\n", f"[crawl]\nworkers = 1\nrevisit = {revisit}\n", 1)
    assert f"revisit = {revisit}" in text
    (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
    return Paper(folder, server)


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with DemoServer() as server:
        yield paper_with(tmp_path, '["0s"]', server)


def test_edits_are_revisions_and_what_is_gone_stays(paper: Paper) -> None:
    paper.crawl()
    known = [article.url for article in OTHERS if paper.revisions(article.url) == 1]
    edited, gone, same = known[0], known[1], known[2]
    paper.server.append_sentence(edited, "The board has since changed its mind about the last ferry of the evening.")
    paper.server.gone(gone)
    asked = paper.crawl()
    assert len(asked) == len(set(asked)), "no URL is visited twice in a run"
    assert paper.fates(edited) == [("archived", None), ("revised", None)]
    assert paper.fates(gone) == [("archived", None), ("gone", "http_410")]
    assert paper.fates(same)[-1][0] == "unchanged"
    assert (paper.revisions(edited), paper.revisions(gone), paper.revisions(same)) == (2, 1, 1)
    shown = broadsheet("diff", edited, folder=paper.folder)
    assert shown.returncode == 0, shown.stderr
    assert "changed its mind" in shown.stdout
    third = paper.crawl()
    assert gone not in third
    assert paper.fates(edited)[-1][0] == "unchanged"
    repeated = [event for event in paper.events(same) if event.outcome == "unchanged"]
    where = position(repeated[-1])
    assert where is not None
    stored = warc.read(paper.archive.warc, where)
    assert stored.original is not None
    assert warc.read(paper.archive.warc, stored.original.position).status == 200


def test_a_clock_that_was_set_back_makes_no_text_current_again(paper: Paper) -> None:
    url = OTHERS[0].url
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    archive = Archive.create(paper.folder / "archive")
    run = begin(archive)
    info = CaptureInfo(kind="article", source=PAPER, requested_url=url)
    fetch(run, exchange(url, html("What it said before"), fetched_at=later, info=info), History())
    run.finish()
    first = paper.crawl()
    assert url in first
    paper.crawl()
    assert paper.fates(url)[:2] == [("archived", None), ("revised", None)]
    assert paper.fates(url)[2][0] == "unchanged"
    assert paper.revisions(url) == 2
    (current,) = paper.archive.articles().to_table(["title"], pc.field("requested_url") == url)["title"].to_pylist()
    assert current != "What it said before"
    assert faults(archive) == []


def test_never_means_never(tmp_path: Path) -> None:
    with DemoServer() as server:
        paper = paper_with(tmp_path, "[]", server)
        first = paper.crawl()
        assert OTHERS[0].url in first
        paper.server.append_sentence(OTHERS[0].url, "The board has since changed its mind about the ferry.")
        assert not {article.url for article in OTHERS} & set(paper.crawl())
