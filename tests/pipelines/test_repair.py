"""What damage costs after a repair: nothing that a page can tell again, and nothing is thrown away."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.history import History
from pipelines.recovery import recover
from pipelines.repair import finish, mend
from storage import compact, delta, log, rewrite, snapshots, warc
from storage.archive import Archive
from storage.errors import ArchiveBusy, ArchiveError
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


def killed(archive: Archive, commits: int) -> None:
    """Repair, and be ended before the commit after so many."""
    left = commits

    def counting(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log, "replace", counting(log.replace))
        patched.setattr(delta, "append", counting(delta.append))
        with pytest.raises(Killed):
            mend(archive)


@pytest.mark.parametrize("commits", range(6))
@pytest.mark.parametrize("ends", [mend, finish])
def test_a_repair_that_is_killed_is_ended_by_the_next_start(
    copy: Archive, whole: Archive, ends: Callable[[Archive], object], commits: int
) -> None:
    """Ended before its first, second, … commit; a crawl calls what ends it before it looks at the tables."""
    remove(files(copy, CAPTURES)[1])
    truncate(newest_entry(copy, ARTICLES))
    killed(copy, commits)
    assert "repair_open" in verify(copy).tally()
    with pytest.raises(ArchiveError, match=r"a repair of .* was begun and not ended"):
        begin(copy)
    ends(copy)
    assert verify(copy).problems == ()
    assert articles(copy) == articles(whole)
    assert fetches(copy) == fetches(whole)
    begin(copy).finish()


def test_nothing_is_ended_where_nothing_was_begun(copy: Archive) -> None:
    remove(files(copy, CAPTURES)[1])
    finish(copy)
    assert "record_unindexed" in verify(copy).tally(), "a crawl repairs nothing that nobody asked it to"


def test_a_crawl_waits_for_a_repair_that_is_under_way(copy: Archive) -> None:
    """It begins when the repair has ended, and does not repair once more."""
    remove(files(copy, CAPTURES)[1])
    said: list[str] = []
    first = threading.Event()

    def slowly(line: str) -> None:
        if line.startswith("replaying"):
            first.set()
            time.sleep(0.5)

    repairing = threading.Thread(target=lambda: mend(copy, say=slowly))
    repairing.start()
    assert first.wait(30)
    finish(Archive(copy.root), say=said.append)
    assert verify(copy).problems == ()
    repairing.join()
    assert said == []


PARTS = {"articles": "month=*/", "captures": ""}


def test_replaced_files_do_not_come_back_where_the_log_is_lost(copy: Archive, whole: Archive) -> None:
    """Within the grace time the folder holds the small files of a compaction beside the large one."""
    compact.compact(copy.root, many=1)
    before = {table: len(list((copy.root / table).glob(f"{part}*.parquet"))) for table, part in PARTS.items()}
    assert before == {"articles": 4, "captures": 4}
    for table in before:
        remove(copy.root / table / "_delta_log")
    said: list[str] = []
    done = mend(copy, say=said.append)
    assert (articles(copy), fetches(copy), announcements(copy)) == (articles(whole), fetches(whole), 1)
    assert len(files(copy, ARTICLES)) == len(files(copy, CAPTURES)) == 1, "the compacted files alone"
    assert sum(name.endswith(".parquet") for name in done.moved) == 3 + 3
    assert "5 rows of articles had been replaced by others and stay out" in said
    assert verify(copy).problems == ()


def test_rows_that_an_earlier_repair_moved_do_not_come_back(copy: Archive, whole: Archive) -> None:
    """Bytes went from a segment, the rows followed their pages; then the logs are lost, and old rows lie about."""
    path = segment(copy)
    stored = [found for found in warc.scan(path, root=copy.warc) if isinstance(found, warc.StoredResponse)]
    data, at = path.read_bytes(), stored[1].position.offset
    path.write_bytes(data[: at + 60] + data[at + 120 :])
    mend(copy)
    then = (articles(copy), sorted(fetches(copy)), verify(copy).tally())
    for table in ("articles", "captures"):
        remove(copy.root / table / "_delta_log")
    mend(copy)
    assert (articles(copy), sorted(fetches(copy)), verify(copy).tally()) == then
    assert contents(copy) == contents(whole)


def test_rows_that_a_replay_replaced_do_not_come_back(copy: Archive, whole: Archive) -> None:
    """A replay takes rows out and writes them again under later batches; both lie in the folder."""
    keep = {path: path.read_bytes() for path in files(copy, CAPTURES)}
    remove(files(copy, CAPTURES)[0])
    mend(copy)
    then = fetches(copy)
    for path, data in list(keep.items())[1:]:
        path.write_bytes(data)
    remove(copy.root / "captures" / "_delta_log")
    mend(copy)
    assert fetches(copy) == then == fetches(whole)
    assert verify(copy).problems == ()
    remove(copy.root / "captures" / "_delta_log")
    assert mend(copy).pages == 0, "and once more, now that no log told of batches"
    assert fetches(copy) == then


@pytest.mark.parametrize(
    "lost", [lambda a: remove(a.root / "runs" / "_delta_log"), lambda a: empty(newest_entry(a, RUNS))]
)
def test_a_run_that_is_replayed_and_whose_row_lost_its_entry_stays_one(
    copy: Archive, whole: Archive, lost: Callable[[Archive], object]
) -> None:
    lost(copy)
    remove(files(copy, CAPTURES)[2])
    mend(copy)
    assert verify(copy).problems == ()
    assert fetches(copy) == fetches(whole)
    assert set(copy.runs().to_table(["outcome"])["outcome"].to_pylist()) == {"done"}


def test_of_two_rows_of_one_revision_the_one_that_replaced_the_other_stays(copy: Archive) -> None:
    """As after a rebuild: the same row, read anew; and one whose page gives no article any more is out."""
    gone = copy.articles().to_table(filter=pc.field("url") == f"{HOST}/5")

    def anew(rows: pa.Table) -> pa.Table:
        at = rows.schema.get_field_index("extractor")
        again = pa.chunked_array([pa.repeat("newer", rows.num_rows)])
        rows = rows.set_column(at, rows.schema.field(at), again)
        return rows.filter(pc.not_equal(rows["url"], f"{HOST}/5"))

    def refused(rows: pa.Table) -> pa.Table:
        at = rows.schema.get_field_index("outcome")
        own = pc.equal(rows["requested_url"], f"{HOST}/5")
        return rows.set_column(at, rows.schema.field(at), pc.if_else(own, "rejected", rows["outcome"]))

    rewrite.rewrite(copy.root, ARTICLES, anew)
    rewrite.rewrite(copy.root, CAPTURES, refused)
    remove(copy.root / "articles" / "_delta_log")
    mend(copy)
    rows = copy.articles(all_revisions=True).to_table(["row", "extractor"])
    assert set(rows["extractor"].to_pylist()) == {"newer"}
    assert rows.num_rows == 4
    assert gone["row"][0].as_py() not in rows["row"].to_pylist()
    assert verify(copy).problems == ()


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
