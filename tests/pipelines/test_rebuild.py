"""A rebuild reads every page again: what it changes, what stays, and what it never does."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

import storage
from pipelines import outcomes, rebuild
from pipelines.executors import Ended
from pipelines.executors.base import Item, Result
from pipelines.history import History, Verdict
from pipelines.limits import Limits
from pipelines.process import EXTRACTOR, process
from pipelines.readings import Submit, here
from pipelines.rebuild import Preview, Rebuilt, UnknownSource
from pipelines.scopes import Request
from pipelines.urls import identity
from storage import replace, snapshots, tombstones, vacuum
from storage.archive import Archive
from storage.records import Article, Capture, Page, Rejection, SiteRules, SourceRecord
from storage.schema import articles_from_arrow, captures_from_arrow
from storage.verify import verify
from storage.warc import CaptureInfo, StoredResponse
from tests.archive_samples import HOST, SOURCE, begin, exchange, faults, fetch, html, make, minutes
from tests.damaged_archives import garble, segment, sound

SHORT = b"<html><head><title>Ferry</title></head><body><p>Late.</p></body></html>"
LATER = "The ferry came at noon after all, and the quay was empty by the time it did."


def another(change: Callable[[Article], Article | Rejection]) -> Submit:
    """An extractor that reads as ours does, and then makes ``change`` of each article."""

    def submit(page: Page) -> Future[Article | Rejection]:
        done: Future[Article | Rejection] = Future()
        try:
            found = process(page)
            done.set_result(change(named(found)) if isinstance(found, Article) else found)
        except RuntimeError as error:
            done.set_exception(error)
        return done

    return submit


def named(article: Article) -> Article:
    return dataclasses.replace(article, extractor="test/2")


def rewritten(article: Article, **changes: object) -> Article:
    """``article`` with other values, and the revision that its text has then."""
    new = dataclasses.replace(article, **changes)  # type: ignore[arg-type]
    text = "\n".join((new.title, *new.bullets, new.body))
    return dataclasses.replace(new, revision=f"{abs(hash(text)):032x}", word_count=len(new.body.split()))


SAME = another(lambda article: article)


def rebuilt(archive: Archive, submit: Submit = SAME, **asked: object) -> tuple[Preview, Rebuilt | None]:
    """Rebuild as the command does, whatever is lost."""
    request = Request(**asked)  # type: ignore[arg-type]
    with archive.lock_maintenance("rebuilding"):
        try:
            preview = rebuild.look(archive, request, submit=submit)
            return preview, rebuild.carry_out(archive, preview)
        finally:
            replace.abandon(archive.root)


def articles(archive: Archive) -> list[Article]:
    return articles_from_arrow(archive.articles(all_revisions=True).to_table().sort_by("row"))


def events(archive: Archive, url: str) -> list[tuple[str, str | None]]:
    table = archive.captures().to_table(filter=pc.field("requested_url") == url).sort_by("at")
    return [(one.outcome, one.reason) for one in captures_from_arrow(table)]


def whole(archive: Archive) -> list[str]:
    """Every row of both tables."""
    rows = [*archive.articles(all_revisions=True).to_table().to_pylist(), *archive.captures().to_table().to_pylist()]
    return sorted(str(row) for row in rows)


def crawled(tmp_path: Path, *answers: tuple[str, bytes], archive: Archive | None = None) -> Archive:
    """An archive whose one run fetched these pages, a minute apart, each in a batch of its own."""
    archive = archive or make(tmp_path)
    run, history = begin(archive), History.load(archive)
    start = archive.captures().count_rows()
    for number, (path, body) in enumerate(answers, start + 1):
        fetch(run, exchange(f"{HOST}{path}", body, fetched_at=minutes(number)), history)
        run.commit(run.take())
    run.finish()
    return archive


@pytest.fixture(autouse=True)
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extractor of today is another than that of the archive's rows."""
    for module in ("rebuild", "scopes"):
        monkeypatch.setattr(f"pipelines.{module}.EXTRACTOR", "test/2")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return sound(make(tmp_path))


def test_the_same_extractor_changes_nothing(archive: Archive) -> None:
    before = whole(archive)
    preview, done = rebuilt(archive, here, again=True)
    assert preview.pages == 5
    assert [(one.compared, one.same, one.fields) for one in preview.differences] == [(5, 5, ())]
    assert done is not None
    assert (done.articles_gone, done.captures_gone) == (0, 0)
    assert whole(archive) == before
    assert faults(archive) == []


def test_another_extractors_rows_take_the_place_of_the_old_ones_under_their_ids(archive: Archive) -> None:
    old = articles(archive)
    snapshots.pin(archive.root, "before")
    preview, done = rebuilt(archive, another(lambda one: rewritten(one, title=one.title.upper(), section="Port")))
    new = articles(archive)
    kept = ("row", "id", "first_seen", "run", "warc_file", "warc_offset", "warc_length", "date_crawled", "body")
    for name in kept:
        assert [getattr(one, name) for one in new] == [getattr(one, name) for one in old], name
    assert {one.extractor for one in new} == {"test/2"}
    assert [one.title for one in new] == [one.title.upper() for one in old]
    told = archive.captures().to_table(filter=pc.field("id").is_valid())
    assert set(told["revision"].to_pylist()) == {one.revision for one in new}
    found = {one.field: (one.changed, one.appeared, one.vanished) for one in preview.differences[0].fields}
    assert found == {"title": (5, 0, 0), "section": (0, 5, 0)}
    assert done is not None
    assert (done.articles_gone, done.articles_come) == (5, 5)
    assert faults(archive) == []
    assert verify(archive).problems == ()
    vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    assert articles(storage.open_archive(archive.root, as_of="before")) == old


def test_a_page_that_was_rejected_becomes_an_article(tmp_path: Path) -> None:
    archive = crawled(tmp_path, ("/1", html("Ferry 1 is late")), ("/2", SHORT))
    assert events(archive, f"{HOST}/2") == [("rejected", "too_short")]

    def generous(page: Page) -> Future[Article | Rejection]:
        return SAME(dataclasses.replace(page, body=html("Ferry 2 is late")) if page.body == SHORT else page)

    preview, _ = rebuilt(archive, generous)
    assert events(archive, f"{HOST}/2") == [("archived", None)]
    assert [one.title for one in articles(archive)] == ["Ferry 1 is late", "Ferry 2 is late"]
    (told,) = preview.differences
    assert [(one.reason, one.count, one.samples[0].title) for one in told.accepted] == [
        ("too_short", 1, "Ferry 2 is late")
    ]
    assert told.compared == 1
    assert faults(archive) == []
    crawled(tmp_path, ("/2", html("Ferry 2 is late")), archive=archive)
    assert events(archive, f"{HOST}/2")[-1] == ("unchanged", "same_text"), "the crawl goes on from what was rebuilt"


def crash(archive: Archive, path: str, body: bytes) -> None:
    """A run in which the extractor crashed on a page."""
    run = begin(archive)
    answer = exchange(f"{HOST}{path}", body, fetched_at=minutes(90))
    stored: StoredResponse = run.write(answer).response
    assert isinstance(answer.info, CaptureInfo)
    row: Capture = outcomes.capture_of(stored, answer.info)
    run.record(outcomes.settle(row, Verdict(outcome="failed", reason="extract_crashed", detail="KeyError")))
    run.finish()


def test_a_page_that_crashed_the_extractor_becomes_an_article(archive: Archive) -> None:
    crash(archive, "/7", html("The seventh boat"))
    preview, _ = rebuilt(archive)
    assert events(archive, f"{HOST}/7") == [("archived", None)]
    assert articles(archive)[-1].title == "The seventh boat"
    assert [one.reason for one in preview.differences[0].accepted] == ["extract_crashed"]
    (row,) = captures_from_arrow(archive.captures().to_table(filter=pc.field("requested_url") == f"{HOST}/7"))
    assert (row.not_before, row.detail) == (None, None)
    assert faults(archive) == []


def test_an_article_that_is_rejected_now_goes_and_what_repeated_it_goes_along(tmp_path: Path) -> None:
    page = html("Ferry 1 is late")
    archive = crawled(tmp_path, ("/1", page), ("/1", page), ("/2", html("Ferry 2 is late")))
    run, history = begin(archive), History.load(archive)
    fetch(run, exchange(f"{HOST}/1", b"", status=304, fetched_at=minutes(30)), history)
    run.finish()
    assert events(archive, f"{HOST}/1") == [
        ("archived", None), ("unchanged", "same_payload"), ("unchanged", "not_modified"),
    ]  # fmt: skip

    def strict(article: Article) -> Article | Rejection:
        wrong = article.title == "Ferry 1 is late"
        return Rejection(url=article.url, stage="quality", reason="listing") if wrong else article

    preview, _ = rebuilt(archive, another(strict))
    assert events(archive, f"{HOST}/1") == [("rejected", "listing")] * 3
    assert [one.title for one in articles(archive)] == ["Ferry 2 is late"]
    (told,) = preview.differences
    assert [(one.reason, one.samples[0].title) for one in told.rejected] == [("listing", "Ferry 1 is late")]
    assert preview.losses(0.4)[SOURCE][0].what == "article"
    assert preview.losses(0.5) == {}, "one of two is not more than half"
    assert faults(archive) == []


def test_captures_that_are_read_alike_are_one_revision(tmp_path: Path) -> None:
    archive = crawled(tmp_path, ("/1", html("Ferry 1 is late")), ("/1", html("Ferry 1 is late", LATER)))
    assert len(articles(archive)) == 2
    preview, _ = rebuilt(archive, another(lambda one: rewritten(one, body="The ferry.\n\nIt sails.\n\nNow.")))
    assert events(archive, f"{HOST}/1") == [("archived", None), ("unchanged", "same_text")]
    assert len(articles(archive)) == 1
    assert preview.differences[0].no_edits == 1
    assert faults(archive) == []


def test_captures_that_are_read_differently_are_an_edit(tmp_path: Path) -> None:
    first = html("Ferry 1 is late").replace(b"</body>", b"<footer>Sails at nine</footer></body>")
    archive = crawled(tmp_path, ("/1", first), ("/1", first.replace(b"nine", b"ten")))
    assert events(archive, f"{HOST}/1") == [("archived", None), ("unchanged", "same_text")]

    def reads_footers(page: Page) -> Future[Article | Rejection]:
        hour = b"nine" if b"nine" in page.body else b"ten"
        return another(lambda one: rewritten(one, body=f"{one.body}\n\nSails at {hour.decode()}"))(page)

    preview, _ = rebuilt(archive, reads_footers)
    assert events(archive, f"{HOST}/1") == [("archived", None), ("revised", None)]
    assert [one.body[-4:] for one in articles(archive)] == ["nine", " ten"]
    assert preview.differences[0].edits == 1
    assert faults(archive) == []


def test_an_older_capture_that_was_imported_makes_no_edit_of_a_newer_one(tmp_path: Path) -> None:
    archive = make(tmp_path)
    answers = (
        ("crawl", LATER, 60),
        ("import", "The ferry was early for once, and all who stood on the quay ran to catch it.", 1),
        ("crawl", LATER, 120),
    )
    for number, (command, text, at) in enumerate(answers):
        run = archive.begin(command, software="test/1")
        page = html("Ferry 1 is late", text) + b" " * number
        fetch(run, exchange(f"{HOST}/1", page, fetched_at=minutes(at)), History.load(archive))
        run.finish()
    before = articles(archive)
    assert len(before) == 2
    rebuilt(archive, here, again=True)
    assert articles(archive) == before
    assert events(archive, f"{HOST}/1") == [("archived", None), ("revised", None), ("unchanged", "same_text")]


def test_removed_pages_never_come_back(archive: Archive) -> None:
    stones = tombstones.load(archive.root, identity)
    tombstones.write(archive.root, stones.carve([f"{HOST}/1", f"{HOST}/moved"], reason=None, places=()))

    def moved(article: Article) -> Article:
        return rewritten(article, title="Anew", canonical_url=f"{HOST}/moved" if article.url == f"{HOST}/2" else HOST)

    before = [one for one in articles(archive) if one.url == f"{HOST}/1"]
    rebuilt(archive, another(moved))
    assert [one for one in articles(archive) if one.url == f"{HOST}/1"] == before, "it waits for its removal"
    assert f"{HOST}/2" not in {one.url for one in articles(archive)}
    assert events(archive, f"{HOST}/2") == [("refused", "forgotten")]


def test_what_a_crawl_commits_meanwhile_stays(archive: Archive) -> None:
    run, history = begin(archive), History.load(archive)
    fetch(run, exchange(f"{HOST}/6", html("Boat 6"), fetched_at=minutes(120)), history)
    run.commit(run.take())

    def while_crawling(page: Page) -> Future[Article | Rejection]:
        if run.batches == 1:
            fetch(run, exchange(f"{HOST}/8", html("Boat 8"), fetched_at=minutes(121)), history)
            run.commit(run.take())
        return another(lambda one: rewritten(one, title=one.title.upper()))(page)

    rebuilt(archive, while_crawling)
    run.finish()
    assert [one.title for one in articles(archive)][-2:] == ["BOAT 6", "Boat 8"]
    assert len(articles(archive)) == 7
    assert faults(archive) == []


def test_a_batch_whose_articles_are_still_to_come_is_left_alone(archive: Archive) -> None:
    run, history = begin(archive), History.load(archive)
    _, kept = fetch(run, exchange(f"{HOST}/6", html("Boat 6"), fetched_at=minutes(120)), history)
    batch = run.take()
    captures = [dataclasses.replace(one, run=run.name, batch=1) for one in batch.captures]
    run.warc.begin_flush()()
    archive.append(storage.schema.CAPTURES, captures, run=run.name, number=1)
    rebuilt(archive, another(lambda one: rewritten(one, title=one.title.upper())))
    assert kept is not None
    archive.append(storage.schema.ARTICLES, [dataclasses.replace(kept, run=run.name)], run=run.name, number=1)
    run.finish()
    assert [one.title for one in articles(archive)][-2:] == ["THE LAST BOAT", "Boat 6"]
    assert faults(archive) == []


def test_a_second_rebuild_has_nothing_to_do(archive: Archive, tmp_path: Path) -> None:
    crash(archive, "/7", SHORT)
    first, _ = rebuilt(archive)
    assert first.pages == 6
    second, done = rebuilt(archive)
    assert (second.pages, done) == (0, None), "also what is no article is not read again"
    assert rebuilt(archive, again=True)[0].pages == 6
    crawled(tmp_path, ("/8", html("Boat 8")), ("/9", SHORT), archive=archive)
    third, _ = rebuilt(archive)
    assert third.pages == 2, "what came since is read, for another extractor read it"
    rules = SiteRules(name=SOURCE, timezone="Asia/Tokyo")
    assert rebuilt(archive, rules=(rules,))[0].pages == 8, "other rules read otherwise"
    assert rebuilt(archive, rules=(rules,))[0].pages == 0


def test_articles_that_this_extractor_read_by_these_rules_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.scopes.EXTRACTOR", EXTRACTOR)
    archive = make(tmp_path)
    told = SourceRecord(source=SOURCE, digest="d", since=minutes(0), entrances=(), hosts=(), timezone="Asia/Tokyo")
    run = archive.begin("crawl", software="test/1", sources=[told])
    fetch(run, exchange(f"{HOST}/1", html("Ferry 1 is late")), History())
    run.finish()
    assert articles(archive)[0].extractor == EXTRACTOR
    assert rebuilt(archive, rules=(SiteRules(name=SOURCE, timezone="Asia/Tokyo"),))[0].pages == 0
    assert rebuilt(archive, rules=(SiteRules(name=SOURCE, timezone="Asia/Seoul"),))[0].pages == 1


def test_the_rules_of_today_are_applied(tmp_path: Path) -> None:
    page = html("Ferry 1 is late").replace(b"<article>", b"<article><h2 class=head>The ferry that never came</h2>")
    archive = crawled(tmp_path, ("/1", page))
    rules = SiteRules(name=SOURCE, title=("h2.head",))
    preview, _ = rebuilt(archive, here, rules=(rules,))
    assert [one.title for one in articles(archive)] == ["The ferry that never came"]
    assert preview.differences[0].fields[0].samples[0].old == "Ferry 1 is late"


def unwell(error: Exception | Rejection) -> Submit:
    """An extractor that fails on every page of /1."""

    def submit(page: Page) -> Future[Article | Rejection]:
        if not page.url.endswith("/1"):
            return another(lambda one: rewritten(one, title=one.title.upper()))(page)
        done: Future[Article | Rejection] = Future()
        done.set_exception(error) if isinstance(error, Exception) else done.set_result(error)
        return done

    return submit


UNWELL = [
    pytest.param(KeyError("x"), "extract_crashed", id="a bug"),
    pytest.param(TimeoutError(), "extract_timeout", id="a page that takes too long today"),
    pytest.param(MemoryError(), "extract_memory", id="a machine short of memory"),
]


@pytest.mark.parametrize(("error", "reason"), UNWELL)
def test_a_page_that_cannot_be_read_today_keeps_its_rows(archive: Archive, error: Exception, reason: str) -> None:
    before = [one for one in articles(archive) if one.url == f"{HOST}/1"]
    preview, _ = rebuilt(archive, unwell(error))
    assert [one for one in articles(archive) if one.url == f"{HOST}/1"] == before
    assert [(one.reason, one.count) for one in preview.differences[0].kept] == [(reason, 2)]
    assert {one.title for one in articles(archive) if one.url != f"{HOST}/1"} == {
        "FERRY 2 IS LATE", "THE PIER IS CLOSED", "THE LAST BOAT",
    }  # fmt: skip
    assert faults(archive) == []


def test_a_damaged_record_keeps_its_rows(archive: Archive) -> None:
    places = {one.url: one.warc_offset for one in articles(archive)}
    garble(segment(archive), (places[f"{HOST}/2"] or 0) + 300)
    preview, _ = rebuilt(archive, another(lambda one: rewritten(one, title=one.title.upper())))
    assert [one.count for one in preview.differences[0].kept] == [1]
    assert "Ferry 2 is late" in {one.title for one in articles(archive)}
    assert len(articles(archive)) == 5


def test_only_the_days_that_are_asked_for_are_read(tmp_path: Path) -> None:
    archive = make(tmp_path)
    run, history = begin(archive), History()
    for day in range(4):
        answer = exchange(f"{HOST}/{day}", html(f"Boat {day}"), fetched_at=minutes(day * 1440))
        fetch(run, answer, history)
    run.finish()
    since, until = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
    louder = another(lambda one: rewritten(one, title=one.title.upper()))
    preview, _ = rebuilt(archive, louder, since=since, until=until)
    assert preview.pages == 2
    assert [one.title for one in articles(archive)] == ["Boat 0", "BOAT 1", "BOAT 2", "Boat 3"]
    assert rebuilt(archive, louder)[0].pages == 2, "those of the other days are left"


def test_sources_that_share_an_article_are_judged_together(tmp_path: Path) -> None:
    archive = make(tmp_path)
    run, history = begin(archive), History()
    for number, source in enumerate((SOURCE, "pier", "alone")):
        path = "9" if source == "alone" else "1"
        info = CaptureInfo(kind="article", source=source, requested_url=f"{HOST}/{path}")
        answer = exchange(f"{HOST}/{path}", html(f"Boat {path}") + b" " * number, fetched_at=minutes(number), info=info)
        fetch(run, answer, history)
        run.commit(run.take())
    run.finish()
    assert len(articles(archive)) == 2
    preview, done = rebuilt(archive, another(lambda one: rewritten(one, title=one.title.upper())))
    assert [one.source for one in preview.differences] == ["alone", SOURCE, "pier"]
    assert [one.title for one in articles(archive)] == ["BOAT 1", "BOAT 9"]
    assert preview.groups == (("alone",), (SOURCE, "pier"))
    assert done is not None
    rebuilt(archive, SAME, sources=("pier",), again=True)
    assert [one.title for one in articles(archive)] == ["BOAT 1", "BOAT 9"], "of the other source the row stays"


def test_what_is_left_out_stays_as_it_was(archive: Archive) -> None:
    before = whole(archive)
    with archive.lock_maintenance("rebuilding"):
        preview = rebuild.look(archive, Request(), submit=another(lambda one: rewritten(one, title="Anew")))
        assert rebuild.carry_out(archive, preview, leave_out=[SOURCE]) is None
        replace.abandon(archive.root)
    assert whole(archive) == before
    assert not (archive.root / replace.FOLDER).exists()


class Elsewhere:
    """Runs each task with nothing but what can be pickled, as one on another machine does."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Ended[Item, Result]]:
        for item in items:
            self.given.append(item)
            there, given = pickle.loads(pickle.dumps((work, item)))
            yield Ended(item=item, result=pickle.loads(pickle.dumps(there(given))))


def test_tasks_can_be_done_elsewhere(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    before = whole(archive)
    with archive.lock_maintenance("rebuilding"):
        begun: list[int] = []
        limits = Limits(timeout=7.0)
        elsewhere = Elsewhere()
        preview = rebuild.look(
            archive, Request(again=True), executor=elsewhere, limits=limits, tasks=9, begin=begun.append
        )
        assert begun == [1], "one source makes one task, however many were asked for"
        assert [(one.timeout, one.memory) for one in elsewhere.given] == [(7.0, 10**9)]
        assert rebuild.carry_out(archive, preview) is not None
    assert preview.pages == 5
    assert whole(archive) == before
    rules = SiteRules(name=SOURCE, title=("p",))
    monkeypatch.setattr("pipelines.rebuild.TASK_ROWS", 1)
    with archive.lock_maintenance("rebuilding"):
        preview = rebuild.look(archive, Request(again=True, rules=(rules,)), executor=Elsewhere())
        rebuild.carry_out(archive, preview)
    assert {one.title[:9] for one in articles(archive)} == {"The ferry"}
    assert faults(archive) == []


class Failing:
    """Tells of every task that it failed, and whether it was left in order."""

    left = False

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Ended[Item, Result]]:
        try:
            for item in items:
                yield Ended(item=item, error=ValueError(f"{work} is of no use"))
        finally:
            self.left = True


def test_a_task_that_fails_elsewhere_leaves_none_behind(archive: Archive) -> None:
    executor = Failing()
    with archive.lock_maintenance("rebuilding"), pytest.raises(ValueError, match="of no use") as raised:
        rebuild.look(archive, Request(again=True), executor=executor)
    assert (executor.left, raised.tb is not None) == (True, True), "whoever has the traceback has the frames, too"


def test_an_unknown_source_is_named_with_those_there_are(archive: Archive) -> None:
    with pytest.raises(UnknownSource, match=f"no pages of 'pier'; it has {SOURCE}"):
        rebuilt(archive, sources=("pier",))
