"""Four crawls, a compaction and three readers on one archive at once: nothing lost, nothing doubled, no half commit.

Each takes part in a process of its own. ``python -m tests.concurrency.test_at_once 180`` lets them go on for three
minutes; ``make torture`` runs that.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from pipelines.history import History
from storage import compact, vacuum
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import begin, exchange, faults, fetch, html, minutes

SPAWN = multiprocessing.get_context("spawn")
CRAWLS, READERS = 4, 3
# Every batch brings so many articles, in one commit: whoever sees a part of them saw half a commit.
BATCH = 3
SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How much was done while all of them were at work."""

    runs: int
    batches: int
    compactions: int
    readings: int


def crawling(root: str, number: int, over: Event, told: Any) -> None:
    """One source, run after run, each with a lock, a WARC and batches of its own, until it is over."""
    archive, history = Archive(Path(root)), History()
    source, page, batches, runs = f"paper-{number}", 0, 0, 0
    while not over.is_set() or runs == 0:
        held = archive.lock_source(source, holder="a test")
        assert held is not None, "another run holds the source of this one"
        run = begin(archive, segment_bytes=20_000)
        for _ in range(4):
            for _ in range(BATCH):
                page += 1
                address = f"http://{source}.test/{page}"
                answer = exchange(address, html(f"Ferry {page} of {source} is late"), fetched_at=minutes(page))
                fetch(run, answer, history)
            run.commit(run.take())
            batches += 1
        run.finish()
        held.release()
        runs += 1
    told.put(("crawl", runs, batches))


def compacting(root: str, _: int, over: Event, told: Any) -> None:
    """Compact again and again; what was replaced is not vacuumed, for readers are given days to end."""
    archive, done = Archive(Path(root)), 0
    while not over.is_set() or done == 0:
        with archive.lock_maintenance("compacting"):
            done += len(compact.compact(archive.root, many=3))
        time.sleep(0.05)
    told.put(("compaction", done, 0))


def reading(root: str, _: int, over: Event, told: Any) -> None:
    """Read whole tables again and again: no batch may stand there in part, and none may ever go."""
    archive, readings = Archive(Path(root)), 0
    articles: Counter[str] = Counter()
    captures: Counter[tuple[str, int]] = Counter()
    while not over.is_set() or readings == 0:
        before = articles
        # In this order: articles are committed behind the rows that vouch for them.
        rows = archive.articles(all_revisions=True).to_table(["run", "body"])
        table = archive.captures().to_table(["run", "batch"])
        articles = Counter(rows["run"].to_pylist())
        assert [run for run, count in articles.items() if count % BATCH] == [], "half a commit of articles was seen"
        assert [run for run, count in before.items() if articles[run] < count] == [], "articles went"
        assert all(rows["body"].to_pylist()), "a row came without its text"
        seen = Counter(zip(table["run"].to_pylist(), table["batch"].to_pylist(), strict=True))
        assert [batch for batch, count in seen.items() if count != BATCH] == [], "half a commit of captures was seen"
        assert captures <= seen, "captures went"
        captures = seen
        known: Counter[str] = Counter()
        for (run, _number), count in seen.items():
            known[run] += count
        assert articles <= known, "articles stood there before their captures"
        readings += 1
    told.put(("reading", readings, 0))


def parts(root: Path, over: Event, told: Any) -> Iterator[Any]:
    for number in range(CRAWLS):
        yield SPAWN.Process(target=crawling, args=(str(root), number, over, told), name=f"crawl {number}")
    yield SPAWN.Process(target=compacting, args=(str(root), 0, over, told), name="compaction")
    for number in range(READERS):
        yield SPAWN.Process(target=reading, args=(str(root), number, over, told), name=f"reader {number}")


def at_once(folder: Path, *, seconds: float) -> Met:
    """Let them work side by side for so long, then hold the archive to what was done. Raises AssertionError."""
    archive = Archive.create(folder / "archive")
    over, told = SPAWN.Event(), SPAWN.Queue()
    processes = list(parts(archive.root, over, told))
    for process in processes:
        process.start()
    until = time.monotonic() + seconds
    # The clock runs from the first commit on: starting eight interpreters takes its time.
    while archive.captures().count_rows() == 0 and all(process.exitcode is None for process in processes):
        until = time.monotonic() + seconds
        time.sleep(0.05)
    while time.monotonic() < until and all(process.exitcode is None for process in processes):
        time.sleep(0.05)
    over.set()
    done: dict[str, list[int]] = {"crawl": [0, 0], "compaction": [0, 0], "reading": [0, 0]}
    for process in processes:
        process.join(100)
    assert {process.name: process.exitcode for process in processes} == {process.name: 0 for process in processes}
    for _ in processes:
        what, first, second = told.get(timeout=30)
        done[what] = [done[what][0] + first, done[what][1] + second]
    met = Met(
        runs=done["crawl"][0],
        batches=done["crawl"][1],
        compactions=done["compaction"][0],
        readings=done["reading"][0],
    )
    pages = met.batches * BATCH
    assert archive.captures().count_rows() == pages
    assert archive.articles(all_revisions=True).count_rows() == archive.articles().count_rows() == pages
    assert archive.runs().count_rows() == met.runs
    assert faults(archive) == []
    assert verify(archive).problems == ()
    with archive.lock_maintenance("vacuuming"):
        compact.compact(archive.root, many=1)
        vacuum.vacuum(archive.root, grace=vacuum.GRACE * 0)
    assert verify(archive).problems == ()
    assert archive.articles().count_rows() == pages
    return met


@pytest.mark.extras
def test_crawls_a_compaction_and_readers_at_once(tmp_path: Path) -> None:
    met = at_once(tmp_path, seconds=SECONDS)
    assert met.runs >= CRAWLS
    assert met.compactions > 0
    assert met.readings >= READERS


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="broadsheet-at-once-") as scratch:
        print(f"{at_once(Path(scratch), seconds=float(sys.argv[1]))}: nothing lost, nothing doubled, no half commit")
