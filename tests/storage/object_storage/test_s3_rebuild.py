"""Articles on S3 are made again as those in a folder are, also where a kill comes between the two tables."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future

import pytest

import storage
from pipelines import rebuild
from pipelines.history import History
from pipelines.process import process
from pipelines.scopes import Request
from storage import log, replace, snapshots
from storage.archive import Archive
from storage.places import Place
from storage.records import Article, Page, Rejection
from storage.remote import Remote
from storage.verify import verify
from tests.archive_samples import HOST, begin, exchange, fetch, html, minutes


class Killed(BaseException):
    """Stands for SIGKILL."""


def newer(page: Page) -> Future[Article | Rejection]:
    """Another extractor: it takes one page for none, and reads a section in the others."""
    done: Future[Article | Rejection] = Future()
    found = process(page)
    assert isinstance(found, Article)
    none = Rejection(url=page.url, stage="quality", reason="listing")
    done.set_result(none if page.url.endswith("/2") else dataclasses.replace(found, section="Port"))
    return done


def test_rows_on_s3_are_replaced_though_a_kill_comes_between(folder: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, history = Archive.create(folder), History()
    run = begin(archive)
    for number in (1, 2, 3):
        fetch(run, exchange(f"{HOST}/{number}", html(f"Boat {number}"), fetched_at=minutes(number)), history)
    run.finish()
    snapshots.pin(archive.root, "before")
    committed = []
    commit = log.replace

    def once(table: Place, **options: object) -> int:
        if committed:
            raise Killed
        committed.append(table)
        return commit(table, **options)  # type: ignore[arg-type]

    held = archive.lock_maintenance("rebuilding")
    preview = rebuild.look(archive, Request(again=True), submit=newer)
    with monkeypatch.context() as patch:
        patch.setattr(log, "replace", once)
        with pytest.raises(Killed):
            rebuild.carry_out(archive, preview)
    held.release()
    assert {row["section"] for row in archive.articles().to_table(["section"]).to_pylist()} == {None}
    archive.lock_maintenance("compacting").release()
    rows = archive.articles().to_table(["url", "section"]).to_pylist()
    assert [(row["url"], row["section"]) for row in rows] == [(f"{HOST}/1", "Port"), (f"{HOST}/3", "Port")]
    outcomes = archive.captures().to_table(["outcome"])["outcome"].to_pylist()
    assert sorted(outcomes) == ["archived", "archived", "rejected"]
    assert not (archive.root / replace.FOLDER).exists()
    assert verify(archive).problems == ()
    assert storage.open_archive(str(folder), as_of="before").articles().count_rows() == 3
