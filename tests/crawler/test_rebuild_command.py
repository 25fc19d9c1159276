"""``broadsheet rebuild``: what it shows, how it ends, and that a worse extractor replaces nothing unseen."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.commands import rebuild as view
from pipelines.history import History
from pipelines.limits import Limits
from pipelines.process import process
from pipelines.scopes import Request
from storage import replace
from storage.archive import Archive
from storage.records import Article, Page, Rejection
from storage.schema import articles_from_arrow
from storage.warc import CaptureInfo
from tests.archive_samples import HOST, SOURCE, begin, exchange, faults, fetch, html, minutes

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:archive@harbour.test"
extract_timeout = "7s"
[[source]]
name = "harbour"
entrances = ["http://harbour.test/feed"]
title = "h2.head"
[[source]]
name = "pier"
entrances = ["http://pier.test/feed"]
"""
ESCAPE = "Boat \x1b[31m‮ 1"


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two sources with three articles each; one page of the first is none."""
    made = Archive.create(tmp_path / "archive")
    run, history = begin(made), History()
    for number in range(6):
        source = SOURCE if number < 3 else "pier"
        url = f"http://{source}.test/{number}"
        body = html(f"Boat {number}").replace(b"<article>", b"<article><h2 class=head>The head of it</h2>")
        info = CaptureInfo(kind="article", source=source, requested_url=url)
        fetch(run, exchange(url, body, fetched_at=minutes(number), info=info), history)
    fetch(run, exchange(f"{HOST}/none", b"<p>no", fetched_at=minutes(9)), history)
    run.finish()
    return made


class Reader:
    """Stands for the pool of worker processes, which a test cannot give another extractor."""

    change: Callable[[Article], Article | Rejection] = staticmethod(lambda one: one)

    limits: ClassVar[list[Limits]] = []

    def __init__(self, count: int, limits: Limits) -> None:
        self.count = count
        self.limits.append(limits)

    def submit(self, page: Page) -> Future[Article | Rejection]:
        done: Future[Article | Rejection] = Future()
        found = process(page)
        done.set_result(type(self).change(found) if isinstance(found, Article) else found)
        return done

    def stop(self) -> None:
        self.count = 0


def reading(monkeypatch: pytest.MonkeyPatch, change: Callable[[Article], Article | Rejection]) -> None:
    """Have pages read by another extractor: ours, with ``change`` made of each article."""

    def newer(article: Article) -> Article | Rejection:
        return change(dataclasses.replace(article, extractor="test/2"))

    monkeypatch.setattr(view, "Pool", type("Other", (Reader,), {"change": staticmethod(newer)}))
    monkeypatch.setattr("pipelines.scopes.EXTRACTOR", "test/2")
    monkeypatch.setattr("pipelines.rebuild.EXTRACTOR", "test/2")


def kept(archive: Archive) -> list[Article]:
    return articles_from_arrow(archive.articles(all_revisions=True).to_table().sort_by("row"))


def test_a_dry_run_reads_in_worker_processes_and_changes_nothing(archive: Archive) -> None:
    before = [archive.articles().version, archive.captures().version, archive.runs().version]
    done = broadsheet("rebuild", "--archive", archive.root, "--all", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Nothing differs in 2 sources: 7 pages read, 6 articles compared" in done.output
    assert done.output.endswith("Nothing was changed.\n")
    assert [archive.articles().version, archive.captures().version, archive.runs().version] == before
    assert not (archive.root / replace.FOLDER).exists()


def test_it_shows_what_changes_and_replaces_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    reading(monkeypatch, lambda one: dataclasses.replace(one, section="Port", title=ESCAPE, revision=f"r{one.row}"))
    done = broadsheet("rebuild", "--archive", archive.root, "--yes", "--samples", "1")
    assert done.exit_code == 0, done.output
    assert "  title                   3 changed, 0 appeared, 0 vanished, of 3" in done.output
    assert "    changed in http://harbour.test/0\n      - Boat 0\n      + Boat [31m 1\n" in done.output
    assert "  section                 0 changed, 3 appeared, 0 vanished, of 0" in done.output
    assert "Replaced 6 rows of articles by 6, and 6 of captures by 6, as run 20" in done.output
    assert {one.section for one in kept(archive)} == {"Port"}
    assert faults(archive) == []
    again = broadsheet("rebuild", "--archive", archive.root, "--yes")
    assert (again.exit_code, again.output.partition(":")[0]) == (0, "Nothing to do")


def without_dates_of_the_pier(article: Article) -> Article:
    if article.source != "pier":
        return article
    return dataclasses.replace(article, date=None, date_published=None, month="unknown")


def without_last_paragraphs(article: Article) -> Article:
    body = article.body.rpartition("\n\n")[0] if article.source == "pier" else article.body
    return dataclasses.replace(article, body=body, revision=f"r{article.row}", word_count=len(body.split()))


def without_articles_of_the_pier(article: Article) -> Article | Rejection:
    return Rejection(url=article.url, stage="quality", reason="listing") if article.source == "pier" else article


WORSE = [
    pytest.param(without_dates_of_the_pier, "date", id="dates"),
    pytest.param(without_last_paragraphs, "body", id="last paragraphs"),
    pytest.param(without_articles_of_the_pier, "article", id="articles"),
]


@pytest.mark.parametrize(("worse", "what"), WORSE)
def test_a_worse_extractor_is_reported_and_replaces_nothing_of_the_source(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, worse: Callable[[Article], Article | Rejection], what: str
) -> None:
    reading(monkeypatch, worse)
    pier = [one for one in kept(archive) if one.source == "pier"]
    done = broadsheet("rebuild", "--archive", archive.root, "--yes")
    assert done.exit_code == 3, done.output
    assert f"Source pier would lose: {what} of 3 articles of 3 (100.0%)" in done.output
    assert "1 of 2 sources stay as they are" in done.output
    assert "Left as they were: pier." in done.output
    assert [one for one in kept(archive) if one.source == "pier"] == pier
    assert {one.extractor for one in kept(archive) if one.source == SOURCE} == {"test/2"}
    told = json.loads(broadsheet("rebuild", "--archive", archive.root, "--dry-run", "--json").stdout)
    assert what in {loss["what"] for loss in told["losses"]["pier"]}
    assert {loss["share"] for loss in told["losses"]["pier"]} == {1.0}
    assert [source["source"] for source in told["sources"]] == ["pier"], "of the other there is nothing left to do"
    taken = broadsheet("rebuild", "--archive", archive.root, "--yes", "--accept-loss")
    assert taken.exit_code == 0, taken.output
    assert [one for one in kept(archive) if one.source == "pier"] != pier
    assert faults(archive) == []


def test_a_smaller_loss_than_is_allowed_is_taken(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(article: Article) -> Article:
        return dataclasses.replace(article, language=None) if article.url.endswith("/1") else article

    reading(monkeypatch, forgetful)
    assert broadsheet("rebuild", "--archive", archive.root, "--yes", "--max-loss", "33").exit_code == 3
    assert broadsheet("rebuild", "--archive", archive.root, "--yes", "--max-loss", "34").exit_code == 0


def test_who_says_no_changes_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    reading(monkeypatch, lambda one: dataclasses.replace(one, section="Port"))
    asked = []
    outcome = view.run(
        archive,
        Request(),
        bound=0.02,
        accept_loss=False,
        dry_run=False,
        workers=1,
        agree=lambda preview, _: bool(asked.append(preview.pages)),  # type: ignore[func-returns-value]
    )
    assert asked == [7]
    assert (outcome.code, outcome.rebuilt) == (1, None)
    assert view.closing(outcome) == ["Nothing was changed."]
    assert {one.section for one in kept(archive)} == {None}
    assert not (archive.root / replace.FOLDER).exists()


def test_the_configurations_rules_are_those_of_today(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(monkeypatch, lambda one: one)
    config = tmp_path / "broadsheet.toml"
    config.write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert broadsheet("rebuild", "--yes").exit_code == 0
    assert Reader.limits[-1] == Limits(timeout=7.0)
    assert [one.title for one in kept(archive)] == ["The head of it"] * 3 + ["Boat 3", "Boat 4", "Boat 5"]


def test_a_source_with_a_mistake_in_its_block_is_left_alone(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(monkeypatch, lambda one: dataclasses.replace(one, section="Port"))
    config = tmp_path / "broadsheet.toml"
    config.write_text(CONFIG.replace('title = "h2.head"', 'title = "h2..head"'), encoding="utf-8")
    done = broadsheet("rebuild", "-c", config, "--archive", archive.root, "--yes")
    assert done.exit_code == 3, done.output
    assert "source harbour is left out: " in done.output
    assert {(one.source, one.section) for one in kept(archive)} == {(SOURCE, None), ("pier", "Port")}
    named = broadsheet("rebuild", "-c", config, "--archive", archive.root, "--yes", "--source", SOURCE)
    assert named.exit_code == 2
    assert "h2..head" in named.output


REFUSED = [
    (("--json",), "write --yes to replace the rows"),
    (("--dry-run", "--since", "2026-11-22", "--until", "2026-11-21"), "give the earlier one first"),
    (("--dry-run", "--source", "quay"), "the archive has no pages of 'quay'; it has harbour, pier"),
    (("--dry-run", "--max-loss", "101"), "0<=x<=100"),
]


@pytest.mark.parametrize(("words", "says"), REFUSED, ids=[words[-1] for words, _ in REFUSED])
def test_what_cannot_be_done_is_said_with_code_2(archive: Archive, words: tuple[str, ...], says: str) -> None:
    done = broadsheet("rebuild", "--archive", archive.root, *words)
    assert done.exit_code == 2, done.output
    assert says in done.output
