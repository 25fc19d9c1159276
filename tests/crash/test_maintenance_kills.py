"""Compactions, vacuums and repairs killed with SIGKILL at random moments cost nothing.

``python -m tests.crash.test_maintenance_kills 100 7`` kills a hundred of each, with seed 7.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.dataset as ds

from pipelines.repair import finish, mend
from storage import compact, delta, log, snapshots, unfinished, vacuum
from storage.archive import Archive
from storage.schema import ARTICLES, CAPTURES
from storage.verify import verify
from tests.archive_samples import article, capture
from tests.damaged_archives import files, newest_entry, remove, sound, truncate

# A fork server has read the modules already, which takes longer than what is to be killed.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["crawler.commands.forget", "pipelines.repair", "storage.vacuum", "tests.damaged_archives"]
)
KILLS = 3


def compacting(root: str, ready: object) -> None:
    """In a process of its own: compact and vacuum, over and over, until it is killed."""
    archive = Archive(Path(root))
    ready.set()  # type: ignore[attr-defined]
    while True:
        with archive.lock_maintenance("compacting"):
            compact.compact(archive.root, many=1)
            vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)


def repairing(root: str, ready: object) -> None:
    """In a process of its own: repair once."""
    ready.set()  # type: ignore[attr-defined]
    mend(Archive(Path(root)))


def kill(target: object, root: Path, after: float) -> bool:
    """Start ``target`` on the archive, kill it so many seconds after it is ready; whether it was still at work."""
    ready = FORKS.Event()
    process = FORKS.Process(target=target, args=(str(root), ready))  # type: ignore[arg-type]
    process.start()
    assert ready.wait(60)
    time.sleep(after)
    process.kill()
    process.join(30)
    return process.exitcode == -9


def progress(what: str, count: int, kills: int) -> None:
    """Print how far a long series is, every ten kills."""
    if kills > 30 and count % 10 == 0:
        print(f"{count} of {kills} {what} killed", flush=True)


def compactions(folder: Path, *, kills: int, seed: int) -> int:
    """Kill compactions of a table that grows; returns how many were killed."""
    rnd = random.Random(seed)
    archive = Archive.create(folder / "compacted")
    number = killed = 0
    pinned = 0
    for trial in range(kills):
        for _ in range(3):
            number += 1
            rows = [article(number * 10 + place, run="r") for place in range(5)]
            archive.append(CAPTURES, [capture(number * 10, run="r", batch=number)], run="r", number=number)
            archive.append(ARTICLES, rows, run="r", number=number)
        if trial == kills // 2:
            snapshots.pin(archive.root, "half")
            pinned = number * 5
        killed += kill(compacting, archive.root, rnd.uniform(0, 0.25))
        progress("compactions", killed, kills)
        assert archive.articles(all_revisions=True).count_rows() == number * 5
        assert archive.captures().count_rows() == number
    compact.compact(archive.root, many=1)
    vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    assert [one for one in verify(archive).problems if one.code not in ("article_missing", "article_unknown")] == []
    assert len(log.files(delta.snapshot(archive.root, ARTICLES))) == 1
    import storage

    assert storage.open_archive(archive.root, as_of="half").articles(all_revisions=True).to_table().num_rows == pinned
    snapshots.drop(archive.root, "half")
    vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    plain = ds.dataset([str(path) for path in archive.root.glob("articles/month=*/*.parquet")])
    assert plain.count_rows() == number * 5
    return killed


def repairs(folder: Path, *, kills: int, seed: int) -> int:
    """Kill repairs of damaged tables; returns how many were killed."""
    rnd = random.Random(seed)
    archive = sound(Archive.create(folder / "repaired"))

    def contents() -> list[str]:
        return sorted(str(row) for row in archive.articles(all_revisions=True).to_table().to_pylist())

    before, killed = contents(), 0
    harms = (
        lambda: remove(archive.root / "captures"),
        lambda: truncate(newest_entry(archive, ARTICLES)),
        lambda: remove(files(archive, ARTICLES)[0]),
        lambda: (remove(archive.root / "articles"), remove(archive.root / "runs")),
    )
    while killed < kills:
        rnd.choice(harms)()
        while killed < kills and kill(repairing, archive.root, rnd.uniform(0, 0.8)):
            killed += 1
            progress("repairs", killed, kills)
        # Where it had begun, the next crawl ends it.
        if unfinished.is_open(archive.root):
            finish(archive)
        else:
            mend(archive)
        assert verify(archive).problems == ()
        assert contents() == before
    return killed


def test_killed_compactions(tmp_path: Path) -> None:
    assert compactions(tmp_path, kills=KILLS, seed=7) == KILLS


def test_killed_repairs(tmp_path: Path) -> None:
    assert repairs(tmp_path, kills=KILLS, seed=7) == KILLS


if __name__ == "__main__":
    count, given = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as made:
        print(f"{compactions(Path(made), kills=count, seed=given)} compactions were killed, nothing is wrong")
        print(f"{repairs(Path(made), kills=count, seed=given)} repairs were killed, nothing is wrong")
