"""What damage costs after a repair: nothing that a page can tell again, and nothing is thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest

from pipelines.history import History
from pipelines.recovery import recover
from pipelines.repair import mend
from storage import compact, delta, log, snapshots, warc
from storage.archive import Archive
from storage.errors import ArchiveBusy
from storage.records import Article, Page, Rejection
from storage.schema import ARTICLES, CAPTURES, RUNS, SOURCES
from storage.verify import verify
from tests.archive_samples import HOST, begin, contents, exchange, faults, fetch, html, minutes
from tests.damaged_archives import empty, files, garble, newest_entry, remove, segment, sound, truncate


def articles(archive: Archive) -> list[str]:
    """Every revision, whole."""
    return sorted(str(row) for row in archive.articles(all_revisions=True).to_table().to_pylist())


def fetches(archive: Archive) -> list[str]:
    """What captures says of every fetch, apart from batches, which a replay numbers anew."""
    names = ["kind", "requested_url", "at", "outcome", "reason", "id", "revision", "status", "payload_digest"]
    names += ["warc_file", "warc_offset", "run", "announced_at", "not_before"]
    rows = archive.captures().to_table(names, filter=pc.field("warc_file").is_valid())
    return sorted(str(row) for row in rows.to_pylist())


def announcements(archive: Archive) -> int:
    return archive.captures().count_rows(filter=pc.field("outcome") == "announced")


TABLES = [
    pytest.param(["captures"], id="captures"),
    pytest.param(["articles"], id="articles"),
    pytest.param(["captures", "articles"], id="both"),
    pytest.param(["runs"], id="runs"),
    pytest.param(["captures", "articles", "runs", "sources"], id="all of them"),
]


@pytest.mark.parametrize("gone", TABLES)
def test_deleted_tables_are_made_again_from_the_warc(copy: Archive, whole: Archive, gone: list[str]) -> None:
    for name in gone:
        remove(copy.root / name)
    said: list[str] = []
    mend(copy, say=said.append)
    assert verify(copy).problems == ()
    assert faults(copy) == []
    assert articles(copy) == articles(whole)
    assert fetches(copy) == fetches(whole)
    assert f"the table {gone[0]} got a new log over 0 files" in said
    assert mend(copy).pages == 0, "a second repair finds nothing to do"


HARM: list[tuple[str, Callable[[Archive], object], bool]] = [
    ("a missing file of articles", lambda a: remove(files(a, ARTICLES)[0]), True),
    ("a truncated file of articles", lambda a: truncate(files(a, ARTICLES)[1]), True),
    ("an empty file of captures", lambda a: empty(files(a, CAPTURES)[1]), True),
    ("the first file of captures, with its announcement", lambda a: remove(files(a, CAPTURES)[0]), False),
    ("garbled data in a file", lambda a: garble(files(a, ARTICLES)[0], 200), True),
    ("an empty newest entry of captures", lambda a: empty(newest_entry(a, CAPTURES)), True),
    ("half a newest entry of articles", lambda a: truncate(newest_entry(a, ARTICLES)), True),
    ("an empty newest entry of runs", lambda a: empty(newest_entry(a, RUNS)), True),
    ("an empty entry in the middle", lambda a: empty(log.versions(a.root / "captures")[1][1]), True),
    ("the whole log of captures", lambda a: remove(a.root / "captures" / "_delta_log"), True),
    ("another file in the place of one", lambda a: shutil.copyfile(*files(a, ARTICLES)[:2]), True),
    ("a wrong number of rows", lambda a: shutil.copyfile(*files(a, CAPTURES)[:2]), True),
]


@pytest.mark.parametrize(("harm", "all_of_it"), [pytest.param(h, a, id=name) for name, h, a in HARM])
def test_damaged_tables(copy: Archive, whole: Archive, harm: Callable[[Archive], object], all_of_it: bool) -> None:
    harm(copy)
    assert not verify(copy).clean
    mend(copy)
    assert verify(copy).problems == ()
    assert faults(copy) == []
    assert articles(copy) == articles(whole)
    assert fetches(copy) == fetches(whole)
    assert announcements(copy) == (1 if all_of_it else 0), "what was only announced stands in captures alone"


def test_what_is_taken_out_is_kept(copy: Archive) -> None:
    entry, file = newest_entry(copy, ARTICLES), files(copy, ARTICLES)[0]
    truncate(entry)
    truncate(file)
    kept = {path.relative_to(copy.root).as_posix(): path.read_bytes() for path in (entry, file)}
    done = mend(copy)
    assert done.aside is not None
    assert set(kept) < set(done.moved)
    assert all((Path(done.aside) / name).read_bytes() == data for name, data in kept.items())


def test_a_damaged_checkpoint(copy: Archive, whole: Archive) -> None:
    """A power cut may leave an empty one, and readers believe it before the entries."""
    compact.checkpoint(copy.root / "captures")
    ((_, path),) = log.checkpoints(copy.root / "captures")
    empty(path)
    mend(copy)
    assert verify(copy).problems == ()
    assert fetches(copy) == fetches(whole)
    assert announcements(copy) == 1


def test_orphans_are_moved_aside(copy: Archive, whole: Archive) -> None:
    stray = files(copy, ARTICLES)[0].with_name("part-00000-killed.zstd.parquet")
    shutil.copyfile(files(copy, ARTICLES)[0], stray)
    done = mend(copy)
    assert not stray.exists()
    assert done.moved == (stray.relative_to(copy.root).as_posix(),)
    assert articles(copy) == articles(whole)


def test_rows_that_stand_twice_are_dropped(copy: Archive, whole: Archive) -> None:
    for table in (ARTICLES, CAPTURES):
        rows = {"articles": copy.articles(all_revisions=True), "captures": copy.captures()}[table.name].to_table()
        delta.append(copy.root, table, rows.slice(0, 2), application="twice", number=1)
    assert verify(copy).tally()["row_doubled"] >= 4
    mend(copy)
    assert verify(copy).problems == ()
    assert articles(copy) == articles(whole)


def test_a_torn_end_is_cut_off_and_kept(copy: Archive) -> None:
    run = begin(copy)
    fetch(run, exchange(f"{HOST}/8", html("The ferry sank"), fetched_at=minutes(90)), History())
    run.abandon()
    path = segment(copy, 2)
    truncate(path, 5)
    data = path.read_bytes()
    done = mend(copy)
    assert verify(copy).problems == ()
    assert f"{HOST}/8" in {url for url, _ in contents(copy)}, "the response is whole, only its request is torn"
    (kept,) = (path for path in Path(done.aside or "").rglob("*@*") if path.is_file())
    assert path.read_bytes() + kept.read_bytes() == data


def test_a_segment_cut_in_half_costs_its_second_half_only(copy: Archive, whole: Archive) -> None:
    """The tables still have what the lost pages said; verify goes on naming the pages."""
    path = segment(copy)
    third = next(
        found.position.offset
        for found in warc.scan(path, root=copy.warc)
        if isinstance(found, warc.StoredResponse) and found.url == f"{HOST}/3"
    )
    truncate(path, path.stat().st_size - third - 10)
    mend(copy)
    left = verify(copy)
    assert left.tally() == {"page_lost": 2}
    assert {one.detail.partition(",")[0] for one in left.problems} == {f"{HOST}/3", f"{HOST}/4"}
    assert articles(copy) == articles(whole)


def test_a_segment_that_lost_bytes_in_the_middle_costs_one_page(copy: Archive, whole: Archive) -> None:
    path = segment(copy)
    stored = [found for found in warc.scan(path, root=copy.warc) if isinstance(found, warc.StoredResponse)]
    data, at = path.read_bytes(), stored[1].position.offset
    path.write_bytes(data[: at + 60] + data[at + 120 :])
    mend(copy)
    left = verify(copy)
    assert left.tally() == {"page_lost": 1, "record_damaged": 1}
    assert f"{HOST}/2" in next(one.detail for one in left.problems if one.code == "page_lost")
    assert contents(copy) == contents(whole)
    assert copy.articles(all_revisions=True).count_rows() == 5


def test_tables_and_a_page_lost(copy: Archive, whole: Archive) -> None:
    """The worst: no tables, and a damaged page. It costs that page, and says which."""
    path = segment(copy)
    stored = [found for found in warc.scan(path, root=copy.warc) if isinstance(found, warc.StoredResponse)]
    garble(path, stored[1].position.offset + 300)
    for name in ("captures", "articles", "runs", "sources"):
        remove(copy.root / name)
    mend(copy)
    assert verify(copy).tally() == {"record_damaged": 1}
    assert contents(whole) - contents(copy) == {
        (f"{HOST}/2", revision) for _, revision in contents(whole) - contents(copy)
    }
    assert len(contents(copy)) == 4


def test_a_run_that_ended_without_closing_is_closed(copy: Archive) -> None:
    run = begin(copy)
    fetch(run, exchange(f"{HOST}/8", html("The ferry sank"), fetched_at=minutes(90)), History())
    run.abandon()
    mend(copy)
    assert verify(copy).problems == ()
    assert recover(copy) == []


def test_a_repair_waits_for_no_writer(copy: Archive) -> None:
    truncate(files(copy, ARTICLES)[0])
    run = begin(copy)
    with pytest.raises(ArchiveBusy, match=r"is being written \(run-"):
        mend(copy)
    run.finish()
    held = copy.lock_source("harbour", holder="crawl")
    with pytest.raises(ArchiveBusy, match=r"is being written \(source-harbour"):
        mend(copy)
    assert held is not None
    held.release()
    mend(copy)


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


@pytest.mark.parametrize("commits", range(1, 6))
def test_a_repair_that_is_killed_is_completed_by_the_next(
    copy: Archive, whole: Archive, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    """Ended at its first, second, … commit."""
    remove(files(copy, CAPTURES)[1])
    truncate(newest_entry(copy, ARTICLES))
    left = commits

    def counting(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(log, "replace", counting(log.replace))
    monkeypatch.setattr(delta, "append", counting(delta.append))
    with pytest.raises(Killed):
        mend(copy)
    monkeypatch.undo()
    mend(copy)
    assert verify(copy).problems == ()
    assert articles(copy) == articles(whole)
    assert fetches(copy) == fetches(whole)


def test_ids_and_articles_stay_where_the_extractor_has_changed(copy: Archive, whole: Archive) -> None:
    """Articles that are there are not read again; one that is lost keeps the id that it was given."""
    from concurrent.futures import Future
    from dataclasses import replace

    from pipelines.process import process

    def newer(page: Page) -> Future[Article | Rejection]:
        done: Future[Article | Rejection] = Future()
        result = process(page)
        done.set_result(replace(result, id="f" * 32, extractor="newer") if isinstance(result, Article) else result)
        return done

    remove(files(copy, CAPTURES)[0])
    remove(files(copy, ARTICLES)[2])
    mend(copy, submit=newer)
    here = {row["row"]: row for row in copy.articles(all_revisions=True).to_table().to_pylist()}
    there = {row["row"]: row for row in whole.articles(all_revisions=True).to_table().to_pylist()}
    assert {key: row["id"] for key, row in here.items()} == {key: row["id"] for key, row in there.items()}
    assert sorted(row["extractor"] == "newer" for row in here.values()) == [False] * 3 + [True] * 2


def test_pins_that_cannot_be_read_are_moved_aside(copy: Archive) -> None:
    snapshots.pin(copy.root, "good")
    (copy.root / "snapshots" / "bad.json").write_text("{", encoding="utf-8")
    done = mend(copy)
    assert done.moved == ("snapshots/bad.json",)
    assert snapshots.names(copy.root) == ["good"]


def test_a_clock_that_jumps_back_harms_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run begins an hour before the one that ended before it."""
    import datetime as dt

    sound(archive)

    real = dt.datetime

    class Earlier(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return real.now(tz) - dt.timedelta(hours=1)

    monkeypatch.setattr(dt, "datetime", Earlier)
    run = begin(archive)
    monkeypatch.undo()
    fetch(run, exchange(f"{HOST}/6", html("Back in time"), fetched_at=minutes(-60)), History.load(archive))
    run.abandon()
    recover(archive)
    assert verify(archive).problems == ()
    assert faults(archive) == []
    assert delta.transaction(delta.snapshot(archive.root, SOURCES), run.name) == 0
    remove(archive.root / "captures")
    remove(archive.root / "articles")
    mend(archive)
    assert verify(archive).problems == ()
    assert archive.articles(all_revisions=True).count_rows() == 6
