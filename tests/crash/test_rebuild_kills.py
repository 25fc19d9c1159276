"""Rebuilds killed with SIGKILL at random moments: the archive is as it was or as it is to be, never in between.

``python -m tests.crash.test_rebuild_kills 100 7`` kills a hundred, with seed 7.
"""

from __future__ import annotations

import dataclasses
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path

import storage
from pipelines import rebuild
from pipelines.process import process
from pipelines.scopes import Request
from storage import compact, replace, snapshots
from storage.archive import Archive
from storage.records import Article, Page, Rejection
from storage.verify import verify
from tests.archive_samples import HOST, faults
from tests.crash.test_maintenance_kills import kill, progress
from tests.damaged_archives import sound

NEWER = "test/2"
KILLS = 3
PAUSE = 0.03


def newer(page: Page) -> Future[Article | Rejection]:
    """Another extractor: it reads one page as none, and a section in all others; slowly, so that kills meet it."""
    time.sleep(PAUSE)
    done: Future[Article | Rejection] = Future()
    found = process(page)
    if page.url == f"{HOST}/2":
        found = Rejection(url=page.url, stage="quality", reason="listing")
    done.set_result(
        dataclasses.replace(found, section="Port", extractor=NEWER) if isinstance(found, Article) else found
    )
    return done


def rebuilding(root: str, ready: object) -> None:
    """In a process of its own: rebuild once."""
    archive = storage.open_archive(root)
    ready.set()  # type: ignore[attr-defined]
    again(archive)


def again(archive: Archive) -> None:
    """Rebuild, as the command does once it was agreed to."""
    with archive.lock_maintenance("rebuilding"):
        rebuild.carry_out(archive, rebuild.look(archive, Request(again=True), submit=newer))
        replace.abandon(archive.root)


def state(archive: Archive) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Which extractor read which page, and which addresses are rejected."""
    rows = archive.articles(all_revisions=True).to_table(["row", "extractor"]).to_pylist()
    fates = archive.captures().to_table(["requested_url", "outcome"]).to_pylist()
    rejected = frozenset(one["requested_url"] for one in fates if one["outcome"] == "rejected")
    return frozenset((one["row"], one["extractor"]) for one in rows), rejected


def rebuilds(folder: Path, *, kills: int, seed: int) -> tuple[int, int]:
    """Kill rebuilds; how many were killed at work, and after how many of these the rows were the new ones."""
    rnd = random.Random(seed)
    whole = sound(Archive.create(folder / "whole"))
    snapshots.pin(whole.root, "pinned")
    old = state(whole)
    shutil.copytree(whole.root, folder / "new")
    done = storage.open_archive(folder / "new")
    start = time.monotonic()
    again(done)
    takes, new = time.monotonic() - start, state(done)
    assert len(new[0]) == len(old[0]) - 1
    killed = renewed = 0
    for trial in range(kills):
        root = folder / f"trial-{trial}"
        shutil.copytree(whole.root, root)
        dead = kill(rebuilding, root, rnd.uniform(0, takes * 1.3))
        killed += dead
        progress("rebuilds", trial + 1, kills)
        archive = storage.open_archive(root)
        with archive.lock_maintenance("looking"):
            compact.compact(archive.root)
        assert state(archive) in (old, new)
        renewed += dead and state(archive) == new
        assert verify(archive).problems == ()
        assert faults(archive) == []
        assert not (archive.root / replace.FOLDER).exists()
        again(archive)
        assert state(archive) == new
        assert verify(archive).problems == ()
        assert state(storage.open_archive(root, as_of="pinned"))[0] == old[0]
        shutil.rmtree(root)
    return killed, renewed


def test_a_killed_rebuild_leaves_the_old_rows_or_the_new_ones(tmp_path: Path) -> None:
    assert rebuilds(tmp_path, kills=KILLS, seed=11)[0] > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        at_work, after = rebuilds(Path(scratch), kills=int(sys.argv[1]), seed=int(sys.argv[2]))
        print(f"{sys.argv[1]} rebuilds, {at_work} killed at work, {after} of them once it was noted: none half done")
