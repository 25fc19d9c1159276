"""Every kind of damage is found, named by its code, and nothing else is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

from storage import compact, delta, log, snapshots, vacuum, warc
from storage.archive import Archive
from storage.schema import ARTICLES, CAPTURES, RUNS
from storage.verify import CODES, pages, stream, verify
from tests.archive_samples import HOST, article, begin, capture, exchange, html
from tests.damaged_archives import empty, files, garble, newest_entry, remove, segment, truncate


def test_a_sound_archive_is_clean(whole: Archive) -> None:
    said: list[str] = []
    report = verify(whole, say=said.append)
    assert report.problems == ()
    assert (report.segments, report.records) == (2, 2 + 2 * 7), "two warcinfo records, seven answers and their requests"
    assert report.rows == 5 + 7 + 2
    assert "checking 2 WARC segments" in said


def test_it_stays_clean_when_it_is_compacted_and_vacuumed(copy: Archive) -> None:
    snapshots.pin(copy.root, "before")
    compact.compact(copy.root, many=1)
    assert verify(copy).problems == ()
    vacuum.vacuum(copy.root, grace=vacuum.GRACE * 0)
    snapshots.drop(copy.root, "before")
    vacuum.vacuum(copy.root, grace=vacuum.GRACE * 0)
    assert verify(copy).problems == ()


def record(archive: Archive, url: str) -> warc.StoredResponse:
    for name in warc.segments(archive.warc):
        for found in warc.scan(archive.warc / name, root=archive.warc):
            if isinstance(found, warc.StoredResponse) and found.url == url:
                return found
    raise LookupError(url)


def _torn(archive: Archive) -> None:
    truncate(segment(archive, 1), 5)


def _cut_in_the_middle(archive: Archive) -> None:
    """Sixty bytes of the second page are gone, and all that follows stands sixty bytes further to the front."""
    where = record(archive, f"{HOST}/2").position
    path = archive.warc / where.file
    data = path.read_bytes()
    path.write_bytes(data[: where.offset + 60] + data[where.offset + 120 :])


def _other_digest(archive: Archive) -> None:
    """A whole member whose header says another digest of the block."""
    from storage.warc.member import pack, unpack

    where = record(archive, f"{HOST}/5").position
    path = archive.warc / where.file
    data = path.read_bytes()
    pieces = iter([data[where.offset : where.offset + where.length], b""])
    text, _ = unpack(lambda: next(pieces), 1_000_000)
    digest = text.index(b"WARC-Block-Digest: sha1:") + len(b"WARC-Block-Digest: sha1:")
    member = pack(text[:digest] + b"A" * 32 + text[digest + 32 :], b"", b"")
    path.write_bytes(data[: where.offset] + member + data[where.offset + where.length :])


DAMAGE: list[tuple[str, Callable[[Archive], object], dict[str, int]]] = [
    ("a table deleted", lambda a: remove(a.root / "captures"), {"table_missing": 1}),
    ("a log deleted", lambda a: remove(a.root / "articles" / "_delta_log"), {"table_missing": 1}),
    ("an empty newest entry", lambda a: empty(newest_entry(a, ARTICLES)), {"log_damaged": 1, "article_missing": 2}),
    ("half a newest entry", lambda a: truncate(newest_entry(a, CAPTURES)), {"log_damaged": 1}),
    ("a missing file", lambda a: remove(files(a, ARTICLES)[1]), {"file_missing": 1, "article_missing": 1}),
    ("a truncated file", lambda a: truncate(files(a, ARTICLES)[1]), {"file_damaged": 1, "article_missing": 1}),
    ("an empty file", lambda a: empty(files(a, RUNS)[0]), {"file_damaged": 1, "run_open": 1}),
    (
        "captures' first file is gone",
        lambda a: remove(files(a, CAPTURES)[0]),
        {"file_missing": 1, "record_unindexed": 2, "article_unknown": 2},
    ),
    ("garbled data pages", lambda a: garble(files(a, ARTICLES)[0], 200), {"file_damaged": 1, "article_missing": 2}),
    (
        "another file in its place",
        lambda a: shutil.copyfile(files(a, ARTICLES)[0], files(a, ARTICLES)[1]),
        {"file_rows": 1, "row_doubled": 2, "article_missing": 1},
    ),
    (
        "an orphan",
        lambda a: shutil.copyfile(files(a, ARTICLES)[0], files(a, ARTICLES)[0].with_name("part-x.parquet")),
        {"file_orphaned": 1},
    ),
    ("a torn last record", _torn, {"record_torn": 1}),
    ("a segment cut in the middle", _cut_in_the_middle, {"record_damaged": 1, "page_lost": 3, "record_unindexed": 2}),
    ("a wrong block digest", _other_digest, {"record_damaged": 1, "page_lost": 1}),
    ("a segment deleted", lambda a: remove(segment(a, 1)), {"page_lost": 2}),
    ("bytes of a page garbled", lambda a: garble(segment(a), record(a, f"{HOST}/3").position.offset + 300),
     {"record_damaged": 1, "page_lost": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "found"), [pytest.param(h, f, id=name) for name, h, f in DAMAGE])
def test_damage_is_named(copy: Archive, harm: Callable[[Archive], object], found: dict[str, int]) -> None:
    harm(copy)
    tally = verify(copy).tally()
    assert tally == dict(sorted(found.items()))
    assert set(tally) <= set(CODES)


def test_rows_that_stand_twice(copy: Archive) -> None:
    rows = copy.articles(all_revisions=True).to_table().slice(0, 1)
    delta.append(copy.root, ARTICLES, rows, application="twice", number=1)
    (problem,) = verify(copy).problems
    assert (problem.code, problem.where) == ("row_doubled", "articles")
    assert problem.detail.startswith("2 times: 2")


def test_all_is_found_where_few_rows_are_held_at_once(copy: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment's rows at a time, and one key: a place that is lost, an article too few, one too many, a double."""
    again = copy.captures().to_table(filter=pc.field("requested_url") == f"{HOST}/2")
    delta.append(copy.root, CAPTURES, again, application="twice", number=1)
    garble(segment(copy), record(copy, f"{HOST}/3").position.offset + 300)
    remove(segment(copy, 1))
    copy.append(ARTICLES, [article(7, warc_file="x", warc_offset=1, warc_length=1)], run="stranger", number=1)
    remove(files(copy, ARTICLES)[0])
    before = verify(copy)
    assert before.tally() == {
        "article_missing": 3, "article_unknown": 1, "file_missing": 1, "page_lost": 3, "record_damaged": 1,
        "row_doubled": 2,
    }  # fmt: skip
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    monkeypatch.setattr(stream, "AT_ONCE", 1)
    assert verify(copy).problems == before.problems


def test_a_row_that_names_another_digest(archive: Archive) -> None:
    run = begin(archive)
    written = run.write(exchange(f"{HOST}/1", html("The ferry")))
    place = written.position
    where = {"warc_file": place.file, "warc_offset": place.offset, "warc_length": place.length}
    run.record(capture(1, payload_digest="sha1:" + "A" * 32, **where), article(1, **where))
    run.finish()
    assert [(one.code, one.detail) for one in verify(archive).problems] == [("page_differs", f"{HOST}/1")]


def test_an_article_that_captures_never_heard_of(copy: Archive) -> None:
    copy.append(ARTICLES, [article(7, warc_file="x", warc_offset=1, warc_length=1)], run="stranger", number=1)
    assert verify(copy).tally() == {"article_unknown": 1}


def test_a_record_that_repeats_a_lost_one_is_lost_with_it(archive: Archive) -> None:
    run = begin(archive)
    first = run.write(exchange(f"{HOST}/1", html("The ferry")))
    again = run.write(exchange(f"{HOST}/2", html("The ferry")), original=first.response)
    for number, written in ((1, first), (2, again)):
        place = written.position
        where = {"warc_file": place.file, "warc_offset": place.offset, "warc_length": place.length}
        run.record(capture(number, **where), article(number, **where))
    run.finish()
    assert verify(archive).problems == ()
    garble(segment(archive), first.position.offset + 300)
    assert verify(archive).tally() == {"page_lost": 2, "record_damaged": 1}


def test_a_page_that_was_never_processed(copy: Archive) -> None:
    run = begin(copy)
    run.write(exchange(f"{HOST}/8", html("Never read")))
    report = verify(copy)
    assert (report.problems, report.writing) == ((), (run.name,)), "a living run is left out"
    run.abandon()
    assert verify(copy).tally() == {"record_unindexed": 1, "run_open": 1}


def test_a_pin_whose_files_are_gone(copy: Archive) -> None:
    snapshots.pin(copy.root, "paper")
    compact.compact(copy.root, many=1, tables=[ARTICLES])
    next(copy.root.glob("articles/month=*/part-*.parquet")).unlink()
    (problem,) = verify(copy).problems
    assert (problem.code, problem.where) == ("snapshot_damaged", "snapshots/paper.json")
    (copy.root / "snapshots" / "paper.json").write_text("{", encoding="utf-8")
    assert verify(copy).tally() == {"snapshot_damaged": 1}


def test_a_damaged_checkpoint(copy: Archive) -> None:
    compact.checkpoint(copy.root / "captures")
    ((_, path),) = log.checkpoints(copy.root / "captures")
    assert verify(copy).problems == ()
    empty(path)
    assert verify(copy).tally() == {"log_damaged": 1}


def test_quick_reads_no_page(copy: Archive) -> None:
    """A page's bytes are not looked at, but a file that is too short for its rows is seen."""
    third = record(copy, f"{HOST}/3").position.offset
    garble(segment(copy), third + 300)
    assert verify(copy, quick=True).problems == ()
    os.truncate(segment(copy), third + 10)
    assert verify(copy, quick=True).tally() == {"page_lost": 2}
    truncate(files(copy, ARTICLES)[0])
    assert "file_damaged" in verify(copy, quick=True).tally()


@pytest.fixture
def readable(whole: Archive) -> Iterator[Path]:
    """A copy in a folder that another user may enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    shutil.copytree(whole.root, folder / "archive")
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder / "archive"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


AS_SOMEBODY = """
import os, sys
import pyarrow.dataset, rich.progress, rich.table
import crawler.commands.compact, crawler.commands.snapshot, crawler.commands.status, crawler.commands.verify
from crawler.cli import main
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
main(sys.argv[1:], prog_name="broadsheet")
"""


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        pytest.param(["verify"], 0, "", id="verifying writes nothing"),
        pytest.param(["status"], 0, "", id="nor does reading"),
        pytest.param(["compact"], 2, "cannot be locked: Permission denied", id="compact"),
        pytest.param(["snapshot", "x"], 2, "cannot be locked: Permission denied", id="snapshot"),
    ],
)
def test_a_read_only_archive(readable: Path, command: list[str], code: int, says: str) -> None:
    words = [sys.executable, "-c", AS_SOMEBODY, *command, "--archive", str(readable)]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_every_code_is_explained_and_met() -> None:
    met = {code for _, _, found in DAMAGE for code in found} | {"page_differs", "snapshot_damaged"}
    met |= {"forget_open", "forgotten_remains"}  # in test_forget.py
    met |= {"repair_open"}  # in test_repair.py
    assert met == set(CODES)
    assert all(text.endswith(".") and len(text) > 15 for text in CODES.values())
