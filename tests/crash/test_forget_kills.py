"""Removals killed with SIGKILL at random moments: every reader sees whole tables, and the next start ends them.

``python -m tests.crash.test_forget_kills 100 7`` kills a hundred, with seed 7.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

import storage
from crawler.commands import forget
from crawler.commands.forget import Request
from pipelines import forgotten
from storage import compact, snapshots
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import HOST, contents, faults
from tests.crash.test_maintenance_kills import kill, progress
from tests.damaged_archives import sound
from tests.storage.test_forget import texts

URL = f"{HOST}/1"
WORDS = "ferry 1 is late"
KILLS = 3


def removing(root: str, ready: object) -> None:
    """In a process of its own: remove one page."""
    archive = storage.open_archive(root)
    ready.set()  # type: ignore[attr-defined]
    forget.run(archive, Request(urls=(URL,)), say=lambda _: None, agree=lambda _: True)


def removals(folder: Path, *, kills: int, seed: int) -> tuple[int, int]:
    """Kill removals; how many were killed at work, and how many of these had begun to change the archive."""
    rnd = random.Random(seed)
    whole = sound(Archive.create(folder / "whole"))
    compact.compact(whole.root, many=1)
    snapshots.pin(whole.root, "pinned")
    everything = contents(whole)
    killed = begun = 0
    for trial in range(kills):
        root = folder / f"trial-{trial}"
        shutil.copytree(whole.root, root)
        killed += kill(removing, root, rnd.uniform(0.05, 0.6) if killed else 0.0)
        progress("removals", trial + 1, kills)
        archive = storage.open_archive(root)
        left = {url for url, _ in contents(archive)}
        assert left | {URL} == {url for url, _ in everything}
        begun += bool(forgotten.load(archive).open)
        forgotten.finish(archive, say=lambda _: None)
        forget.run(archive, Request(urls=(URL,)), say=lambda _: None, agree=lambda _: True)
        assert contents(archive) == {(url, revision) for url, revision in everything if url != URL}
        assert verify(archive, stones=forgotten.load(archive)).problems == ()
        assert faults(archive) == []
        assert storage.open_archive(root, as_of="pinned").articles().count_rows() == len(everything) - 2
        assert [name for name, text in texts(archive) if WORDS in text] == []
        shutil.rmtree(root)
    return killed, begun


def test_a_killed_removal_leaves_whole_tables_and_is_ended(tmp_path: Path) -> None:
    assert removals(tmp_path, kills=KILLS, seed=5)[0] > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        done, at_work = removals(Path(scratch), kills=int(sys.argv[1]), seed=int(sys.argv[2]))
        print(f"{sys.argv[1]} removals, {done} killed, {at_work} of them half done: all were ended, nothing remained")
