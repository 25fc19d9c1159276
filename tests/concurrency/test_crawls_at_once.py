"""Four times ``broadsheet crawl``, ``broadsheet compact`` and three readers on one archive, over and over.

The commands themselves, as schedulers start them: nothing is lost or doubled, and no reader sees half a commit.
``python -m tests.concurrency.test_crawls_at_once 180`` lets them go on for three minutes; ``make torture`` runs that.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

import storage
from crawler.demo import DemoServer, demo_config_toml
from storage.errors import ArchiveNotFound
from storage.verify import verify
from tests.archive_samples import faults
from tests.crash.harness import ARCHIVE, CRAWL, FORKS, PATIENCE, crawling, differences, hurry

CRAWLS, READERS = 4, 3
ROUNDS = 2
SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How often each ended while all were at work, and what the archive holds then."""

    crawls: int
    compactions: int
    readings: int
    captures: int
    articles: int


class Part:
    """Where one of the commands is started, again and again, and the archive that all of them share."""

    def __init__(self, folder: Path, name: str, config: str, proxy: str) -> None:
        self._place = folder / name
        self._place.mkdir()
        self._proxy = proxy
        (self._place / "broadsheet.toml").write_text(config, encoding="utf-8")

    def run(self, *words: str) -> None:
        """Start the command and wait for its end. Raises AssertionError where that is none to be content with."""
        process = FORKS.Process(target=crawling, args=(str(self._place), self._proxy, *words))
        process.start()
        process.join(PATIENCE)
        assert process.exitcode == 0, f"{words}: {process.exitcode}, {(self._place / 'said.txt').read_text()}"

    def again(self, over: threading.Event, *words: str, least: int = ROUNDS) -> int:
        """Run it until ``over``; how often."""
        times = 0
        while not over.is_set() or times < least:
            self.run(*words)
            times += 1
        return times


def reading(root: Path, over: threading.Event) -> int:
    """Read whole tables again and again: a batch once seen stays as it is, and vouches for its articles."""
    batches: Counter[tuple[str, int]] = Counter()
    brought: Counter[tuple[str, int]] = Counter()
    times = 0
    while not over.is_set() or times == 0:
        try:
            archive = storage.open_archive(root)
        except ArchiveNotFound:
            time.sleep(0.05)
            continue
        # In this order: articles are committed behind the rows that vouch for them.
        articles = archive.articles(all_revisions=True).to_table(["warc_file", "warc_offset"])
        rows = archive.captures().to_table(["run", "batch", "warc_file", "warc_offset"]).to_pylist()
        batch_of = {(row["warc_file"], row["warc_offset"]): (row["run"], row["batch"]) for row in rows}
        places = zip(articles["warc_file"].to_pylist(), articles["warc_offset"].to_pylist(), strict=True)
        now_brought = Counter(batch_of[place] for place in places)
        now = Counter((row["run"], row["batch"]) for row in rows)
        for what, before, after in (("captures", batches, now), ("articles", brought, now_brought)):
            other = {batch: (count, after[batch]) for batch, count in before.items() if after[batch] != count}
            assert not other, f"a commit of {what} was seen in part, or went: {other}"
        batches, brought = now, now_brought
        times += 1
    return times


def at_once(folder: Path, server: DemoServer, *, seconds: float) -> Met:
    """Let them work side by side for so long, then hold the archive to one that was crawled alone."""
    hurry(server)
    head, *sources = demo_config_toml(str(folder / "archive")).split("\n[[source]]\n")
    head = "\n".join(line for line in head.splitlines() if not line.startswith("delay = "))
    head = head.replace("[archive]\n", f"[archive]\n{ARCHIVE}").replace(
        "[crawl]\n", f'[crawl]\n{CRAWL}revisit = ["0s"]\n'
    )
    blocks = [f"\n[[source]]\n{source}" for source in sources[:CRAWLS]]
    crawls = [Part(folder, f"crawl-{n}", head + block, server.proxy_url) for n, block in enumerate(blocks)]
    compaction = Part(folder, "compaction", head + "".join(blocks), server.proxy_url)
    over = threading.Event()
    with ThreadPoolExecutor(CRAWLS + 1 + READERS) as pool:
        crawled = [pool.submit(part.again, over) for part in crawls]
        readers = [pool.submit(reading, folder / "archive", over) for _ in range(READERS)]
        _await((folder / "archive" / "broadsheet.json"), crawled)
        compacted = pool.submit(compaction.again, over, "compact", "--files", "3")
        until = time.monotonic() + seconds
        everybody: list[Future[int]] = [*crawled, *readers, compacted]
        while time.monotonic() < until and not any(one.done() for one in everybody):
            time.sleep(0.05)
        over.set()
        counts = [one.result() for one in everybody]
    archive = storage.open_archive(folder / "archive")
    assert faults(archive) == []
    assert verify(archive).problems == ()
    compaction.run("compact", "--files", "1", "--vacuum-now")
    assert verify(archive).problems == ()
    alone = Part(
        folder, "alone", (head + "".join(blocks)).replace(str(folder / "archive"), "archive"), server.proxy_url
    )
    alone.run("crawl")
    assert list(differences(archive, storage.open_archive(folder / "alone" / "archive"))) == []
    return Met(
        crawls=sum(counts[:CRAWLS]),
        compactions=counts[-1],
        readings=sum(counts[CRAWLS:-1]),
        captures=archive.captures().count_rows(),
        articles=archive.articles(all_revisions=True).count_rows(),
    )


def _await(path: Path, crawled: list[Future[int]]) -> None:
    while not path.exists() and not any(one.done() for one in crawled):
        time.sleep(0.02)


@pytest.mark.extras
def test_crawls_a_compaction_and_readers_at_once(tmp_path: Path, demo_server: DemoServer) -> None:
    met = at_once(tmp_path, demo_server, seconds=SECONDS)
    assert met.crawls >= CRAWLS * ROUNDS
    assert met.compactions >= ROUNDS
    assert met.readings >= READERS
    assert met.articles > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="broadsheet-crawls-") as scratch, DemoServer() as papers:
        found = at_once(Path(scratch), papers, seconds=float(sys.argv[1]))
        print(f"{found}: nothing lost, nothing doubled, no half commit")
