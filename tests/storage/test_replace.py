"""Rows of two tables replaced at once: all of it or nothing, whenever a kill comes, and what others append stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from storage import delta, log, replace, snapshots, vacuum
from storage.archive import Archive
from storage.errors import ArchiveError, CommitFailed
from storage.places import Place
from storage.replace import Change, Replacement
from storage.schema import ARTICLES, CAPTURES, to_arrow
from storage.verify import verify
from tests.archive_samples import SOURCE, article, capture, make

NEW = {"title": "The ferry is on time", "revision": "r2"}


def filled(tmp_path: Path) -> Archive:
    """Three articles in two months, in two files of one month and one of the other."""
    archive = make(tmp_path)
    for number, month in ((1, "2026-10"), (2, "2026-11"), (3, "2026-11")):
        row = capture(number, warc_file="w", warc_offset=number, warc_length=9, run="r", batch=number)
        archive.append(CAPTURES, [row], run="r", number=number)
        there = article(number, month=month, warc_file="w", warc_offset=number, warc_length=9, run="r")
        archive.append(ARTICLES, [there], run="r", number=number)
    return archive


def woven(archive: Archive) -> list[Replacement]:
    """The first article's text is another, and of another month; the third goes, and is rejected in captures."""
    work = archive.root / replace.FOLDER
    first = article(1, month="2026-11", warc_file="w", warc_offset=1, warc_length=9, run="r", **NEW)
    gone = [(replace.mark(article(number).row), SOURCE) for number in (1, 3)]
    rows = [to_arrow(ARTICLES, [first])]
    captures = [
        capture(3, warc_file="w", warc_offset=3, warc_length=9, run="r", batch=3, outcome="rejected", id=None),
    ]
    old = archive.captures().to_table().filter(pc.field("warc_offset") == 3)
    changes = [
        Change(
            table=CAPTURES,
            come=(replace.spool(work, "captures", to_arrow(CAPTURES, captures)),),
            go=(replace.spool_marks(work, "captures-go", [(one, SOURCE) for one in replace.marks(old, CAPTURES)]),),
        ),
        Change(
            table=ARTICLES,
            come=tuple(replace.spool(work, "articles", table, "month") for table in rows),
            go=(replace.spool_marks(work, "articles-go", gone),),
        ),
    ]
    return [
        replace.weave(archive.root, change, log.files(delta.snapshot(archive.root, change.table))) for change in changes
    ]


def seen(archive: Archive) -> tuple[list[tuple[str, str]], list[str]]:
    rows = archive.articles(all_revisions=True).to_table(["title", "month"]).sort_by("title").to_pylist()
    fates = archive.captures().to_table().sort_by("requested_url")["outcome"].to_pylist()
    return [(row["title"], row["month"]) for row in rows], fates


BEFORE = (
    [
        ("Ferry number 1 is late", "2026-10"),
        ("Ferry number 2 is late", "2026-11"),
        ("Ferry number 3 is late", "2026-11"),
    ],
    ["archived"] * 3,
)
AFTER = (
    [("Ferry number 2 is late", "2026-11"), ("The ferry is on time", "2026-11")],
    ["archived", "archived", "rejected"],
)


def test_rows_change_go_and_move_between_partitions_in_one_commit_of_each_table(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    versions = [delta.snapshot(archive.root, table).version() for table in (CAPTURES, ARTICLES)]
    snapshots.pin(archive.root, "before")
    done = woven(archive)
    assert seen(archive) == BEFORE, "woven files are nobody's before the commit"
    assert [(one.gone, one.come) for one in done] == [(1, 1), (2, 1)]
    replace.begin(archive.root, done)
    assert replace.finish(archive.root)
    assert seen(archive) == AFTER
    assert [delta.snapshot(archive.root, table).version() for table in (CAPTURES, ARTICLES)] == [
        version + 1 for version in versions
    ]
    assert not (archive.root / replace.FOLDER).exists()
    assert not replace.finish(archive.root), "nothing is left to be done"
    vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    assert seen(storage.open_archive(archive.root, as_of="before")) == BEFORE


def test_what_is_appended_meanwhile_stays(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    done = woven(archive)
    archive.append(CAPTURES, [capture(4, run="live")], run="live", number=1)
    archive.append(ARTICLES, [article(4, run="live")], run="live", number=1)
    replace.begin(archive.root, done)
    replace.finish(archive.root)
    assert [title for title, _ in seen(archive)[0]] == [
        "Ferry number 2 is late",
        "Ferry number 4 is late",
        "The ferry is on time",
    ]


class Killed(BaseException):
    """Stands for SIGKILL where the very step matters."""


def _killed_after(count: int, work: Callable[..., int]) -> Callable[..., int]:
    calls = iter(range(count))

    def once(*args: object, **options: object) -> int:
        if next(calls, None) is None:
            raise Killed
        return work(*args, **options)

    return once


@pytest.mark.parametrize("commits", [0, 1], ids=["before the first commit", "between the two"])
def test_once_noted_a_kill_is_made_good_by_the_next_maintenance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    archive = filled(tmp_path)
    replace.begin(archive.root, woven(archive))
    with monkeypatch.context() as patch:
        patch.setattr(log, "replace", _killed_after(commits, log.replace))
        with pytest.raises(Killed):
            replace.finish(archive.root)
    archive.lock_maintenance("compacting").release()
    assert seen(archive) == AFTER
    assert not (archive.root / replace.FOLDER).exists()
    assert [one.code for one in verify(archive, quick=True).problems if one.code == "file_orphaned"] == []


def test_before_the_note_a_kill_leaves_nothing_but_files_that_the_next_maintenance_removes(tmp_path: Path) -> None:
    from storage import compact

    archive = filled(tmp_path)
    woven(archive)
    with archive.lock_maintenance("compacting"):
        compact.compact(archive.root)
    assert seen(archive) == BEFORE
    assert not (archive.root / replace.FOLDER).exists()
    assert list((archive.root / ARTICLES.name).rglob(f"{compact.PREFIX}*")) == []


def test_a_row_that_is_not_there_once_stops_it(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    work = archive.root / replace.FOLDER
    astray = Change(table=ARTICLES, come=(), go=(replace.spool_marks(work, "go", [(replace.mark("nowhere"), SOURCE)]),))
    with pytest.raises(ArchiveError, match="1 rows were to go, and 0 were found; nothing was changed"):
        replace.weave(archive.root, astray, log.files(delta.snapshot(archive.root, ARTICLES)))


def test_a_commit_that_fails_keeps_the_note_for_the_next_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = filled(tmp_path)
    replace.begin(archive.root, woven(archive))

    def refused(_table: Place, **_options: object) -> int:
        raise CommitFailed("captures: the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(log, "replace", refused)
        with pytest.raises(CommitFailed):
            replace.finish(archive.root)
    assert replace.finish(archive.root)
    assert seen(archive) == AFTER


def test_a_damaged_note_is_named(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    (archive.root / replace.FOLDER).mkdir()
    (archive.root / replace.FOLDER / replace.NOTE).write_text("[{")
    with pytest.raises(ArchiveError, match=r"commit\.json is damaged"):
        archive.lock_maintenance("compacting")
