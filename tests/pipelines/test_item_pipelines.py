"""Extract and Archive, with a real pool, history and archive behind them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from pipelines import item_pipelines
from pipelines.history import History
from pipelines.item_pipelines import ArchivePipeline, Extracted, ExtractPipeline, Fetched
from pipelines.urls import identity
from pipelines.workers import Workers
from storage.records import Article, Capture, Page, Rejection
from storage.tombstones import Tombstones
from tests.archive_samples import HOST, NOON, article, capture, html


@dataclass
class Keeper:
    """What a session offers the pipelines, without a crawl."""

    workers: Workers
    history: History = field(default_factory=History)
    forgotten: Tombstones = field(default_factory=lambda: Tombstones((), identity))
    bugs: list[str] = field(default_factory=list)
    rows: list[tuple[Capture, Article | None]] = field(default_factory=list)
    commits: int = 0
    slow: float = 0.0
    ended: int = 0

    def record(self, capture: Capture, article: Article | None = None, *, final: bool = True) -> None:
        assert final is (capture.reason != "alias")
        self.history.apply(capture)
        self.rows.append((capture, article))

    async def commit_if_due(self) -> None:
        self.commits += 1
        await asyncio.sleep(self.slow)
        self.ended += 1


@dataclass
class Spider:
    session: Keeper


@dataclass
class Crawler:
    spider: Spider


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    made = Workers(1, timeout=60, memory=10**9)
    yield made
    made.stop()


@pytest.fixture
def keeper(pool: Workers) -> Keeper:
    return Keeper(pool)


def fetched(body: bytes) -> Fetched:
    url = f"{HOST}/1"
    bare = dataclasses.replace(capture(1), outcome="fetched", id=None, revision=None)
    return Fetched(page=Page(url=url, body=body, fetched_at=NOON), capture=bare)


def through(keeper: Keeper, *items: object) -> list[object]:
    """Send items through both pipelines, one after the other."""
    extract = ExtractPipeline.from_crawler(Crawler(Spider(keeper)))
    keep = ArchivePipeline.from_crawler(Crawler(Spider(keeper)))

    async def run() -> list[object]:
        await keep.open_spider()
        done = [await keep.process_item(await extract.process_item(item)) for item in items]
        await keep.close_spider()
        return done

    return asyncio.run(run())


def test_a_page_becomes_an_article_and_its_twin_in_time_nothing_new(keeper: Keeper) -> None:
    page = html("The ferry is late")
    other = html("The ferry is late", "The ferry came at noon after all, and the quay was empty by the time it did.")
    through(keeper, fetched(page), fetched(page), fetched(other))
    assert [(row.outcome, row.reason) for row, _ in keeper.rows] == [
        ("archived", None),
        ("unchanged", "same_text"),
        ("revised", None),
    ]
    kept = [one for _, one in keeper.rows]
    assert [one is not None for one in kept] == [True, False, True]
    assert kept[0] is not None
    assert kept[0].title == "The ferry is late"
    assert keeper.rows[0][0].revision == kept[0].revision
    assert keeper.commits >= 3
    assert keeper.bugs == []


def test_a_copy_does_not_name_the_removed_page_that_it_was_made_from(keeper: Keeper) -> None:
    named = dataclasses.replace(article(), declared_canonical="http://elsewhere.test/removed")
    stones = Tombstones((), identity)
    keeper.forgotten = Tombstones((stones.carve(["http://elsewhere.test/removed"], reason=None, places=()),), identity)
    page = fetched(b"")
    through(keeper, Extracted(page=page.page, capture=page.capture, result=named))
    ((row, kept),) = keeper.rows
    assert row.outcome == "archived"
    assert kept is not None
    assert kept.declared_canonical is None


def test_what_is_no_article_is_rejected_with_its_reason(keeper: Keeper) -> None:
    (done,) = through(keeper, fetched(b""))
    assert isinstance(done, Rejection)
    assert [(row.outcome, row.reason, one) for row, one in keeper.rows] == [("rejected", done.reason, None)]


def test_other_items_pass(keeper: Keeper) -> None:
    other = {"url": HOST}
    assert through(keeper, other) == [other]
    assert keeper.rows == []


def test_a_bug_of_the_extractor_keeps_the_page_and_is_named(keeper: Keeper) -> None:
    """A page that is none makes the extractor raise."""
    broken = dataclasses.replace(fetched(b"x"), page=Page(url=f"{HOST}/1", body=None, fetched_at=NOON))  # type: ignore[arg-type]
    (done,) = through(keeper, broken)
    assert isinstance(done, Extracted)
    assert done.result is None
    assert "Traceback" in (done.bug or "")
    ((row, kept),) = keeper.rows
    assert (row.outcome, row.reason, kept) == ("failed", "extract_crashed", None)
    assert row.not_before is not None
    assert keeper.bugs[0].startswith(f"extraction of {HOST}/1: ")


def test_a_bug_of_the_keeping_is_named_too(keeper: Keeper) -> None:
    broken = Extracted(page=fetched(b"").page, capture=None, result=article())  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        through(keeper, broken)
    assert keeper.bugs[0].startswith(f"keeping {HOST}/1: AttributeError")


def test_the_age_of_a_batch_is_watched_and_a_commit_under_way_is_awaited(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_pipelines, "TICK", 0.05)
    keeper.slow = 0.3
    keep = ArchivePipeline.from_crawler(Crawler(Spider(keeper)))

    async def run() -> None:
        await keep.open_spider()
        while not keeper.commits:
            await asyncio.sleep(0.01)
        assert keeper.ended == 0
        await keep.close_spider()

    asyncio.run(run())
    assert keeper.commits == keeper.ended == 1


def test_a_pipeline_that_was_never_opened_closes(keeper: Keeper) -> None:
    asyncio.run(ArchivePipeline.from_crawler(Crawler(Spider(keeper))).close_spider())
    assert keeper.commits == 0
