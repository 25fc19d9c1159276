"""Kill crawls with SIGKILL at random moments, and compare what the next run makes of it.

``python -m tests.crash.harness --kills 300 --seed 7`` kills more often than the test suite does, and prints a line for
each trial; with ``--mirror 3`` it crawls three sites of the mirror of saved pages (where there is one) instead of the
demo newspapers. A trial kills a few runs of one archive, lets the last one end, and demands an archive without a fault
that holds the articles that an undisturbed crawl holds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.compute as pc

import storage
from crawler.demo import PAPERS, DemoServer, demo_config_toml
from storage.archive import Archive
from storage.schema import captures_from_arrow
from tests.archive_samples import contents, faults
from tests.benchmarks.crawl import mirror

BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")
KILLS_PER_TRIAL = 3
# Small batches, so that most moments lie near a commit.
ARCHIVE = 'batch_pages = 3\nbatch_seconds = "1s"\nsegment_bytes = "100 kB"\n'
CRAWL = 'delay = "0s"\nworkers = 1\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one trial found: ``wrong`` is empty where the archive is as it should be."""

    kills: int
    recovered: int
    wrong: tuple[str, ...]


class Harness:
    """Crawls in processes of their own: of what ``config`` says by ``proxy``; ``folder`` takes the archives."""

    def __init__(self, config: str, proxy: str, folder: Path, *, seed: int) -> None:
        self._config = config
        self._proxy = proxy
        self._folder = folder
        self._random = random.Random(seed)
        self._trials = 0
        started = time.monotonic()
        self.undisturbed = self._crawled(self._place())
        self._seconds = time.monotonic() - started

    def trial(self, kills: int = KILLS_PER_TRIAL) -> Trial:
        """Kill ``kills`` runs of a new archive, then let one end, and look at what is there."""
        place = self._place()
        killed = sum(self._kill(place) for _ in range(kills))
        archive = self._crawled(place)
        wrong = faults(archive)
        here, there = addresses(archive), addresses(self.undisturbed)
        wrong += [f"missing: {url}, {fates(archive, url)}" for url in sorted(there - here)]
        wrong += [f"not in an undisturbed archive: {url}, {fates(archive, url)}" for url in sorted(here - there)]
        wrong += [f"left: {path.name}" for path in (archive.root / "locks").glob("source-*")]
        recovered = archive.runs().to_table(["outcome"])["outcome"].to_pylist().count("interrupted")
        return Trial(kills=killed, recovered=recovered, wrong=tuple(wrong))

    def _place(self) -> Path:
        """A new folder with a configuration in it."""
        self._trials += 1
        place = self._folder / f"trial-{self._trials}"
        place.mkdir()
        config = re.sub("^delay = .*\n", "", self._config, flags=re.MULTILINE)
        config = config.replace("[archive]\n", f"[archive]\n{ARCHIVE}").replace("[crawl]\n", f"[crawl]\n{CRAWL}")
        (place / "broadsheet.toml").write_text(config, encoding="utf-8")
        return place

    def _start(self, place: Path) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return subprocess.Popen(
            [*BROADSHEET, "crawl"],
            cwd=place,
            env=env | {"http_proxy": self._proxy},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _crawled(self, place: Path) -> Archive:
        """The archive of ``place`` after a crawl that was allowed to end."""
        with self._start(place) as process:
            _, said = process.communicate(timeout=100)
        if process.returncode != 0:
            raise RuntimeError(f"the crawl ended with {process.returncode}: {said}")
        return storage.open_archive(place / "archive")

    def _kill(self, place: Path) -> bool:
        """Start a crawl and kill it somewhere between its start and a little after its usual end."""
        with self._start(place) as process:
            if self._random.random() < 0.8:
                _await_run(place, process)
            deadline = time.monotonic() + self._random.uniform(0, self._seconds * 0.5)
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=30)
        return process.returncode == -signal.SIGKILL


def _await_run(place: Path, process: subprocess.Popen[str]) -> None:
    """Wait until ``process`` has begun a run, for nothing happens to an archive before."""
    before = {path.name for path in place.glob("archive/locks/run-*")}
    while process.poll() is None and {path.name for path in place.glob("archive/locks/run-*")} <= before:
        time.sleep(0.01)


def addresses(archive: Archive) -> set[str]:
    """The addresses of an archive's articles.

    Not their revisions: of a page and its twin (AMP, print) the one that is met first is kept, and a kill may change
    which one that is. The tests of the recovery compare revisions.
    """
    return {url for url, _ in contents(archive)}


def fates(archive: Archive, url: str) -> str:
    """What became of ``url`` and of its host's front page, event by event."""
    parts = urlsplit(url)
    front = f"{parts.scheme}://{parts.netloc}/"
    table = archive.captures().to_table(filter=pc.field("requested_url").isin([url, front]))
    rows = captures_from_arrow(table.sort_by([("at", "ascending")]))
    return "; ".join(f"{row.at:%S.%f} {row.run} {row.batch} {row.kind} {row.outcome} {row.reason}" for row in rows)


def hurry(server: DemoServer) -> None:
    """Have the papers ask for no delay between two requests."""
    for paper in PAPERS:
        robots = paper.address("/robots.txt")
        for line in server.resource(robots).content.splitlines():
            if line.lower().startswith("crawl-delay"):
                server.edit(robots, line, "# No delay is asked for.")


def trials(kills: int, *, seed: int, folder: Path, server: DemoServer) -> Iterator[Trial]:
    """Trials with the demo newspapers until ``kills`` runs have been killed."""
    hurry(server)
    yield from killed_until(kills, Harness(demo_config_toml("archive"), server.proxy_url, folder, seed=seed))


def killed_until(kills: int, harness: Harness) -> Iterator[Trial]:
    """Trials until ``kills`` runs have been killed."""
    while kills > 0:
        found = harness.trial(min(kills, KILLS_PER_TRIAL))
        kills -= max(1, found.kills)
        yield found


def main() -> int:
    """Run from the command line; 1 where a trial found something wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--mirror", type=int, metavar="SITES", help="crawl that many sites of the mirror of saved pages"
    )
    options = parser.parse_args()
    if options.mirror and not mirror.MIRROR.exists():
        print(f"{mirror.MIRROR} is not there; no crawl of it was killed")
        return 0
    killed, recovered, bad = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="broadsheet-crash-") as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        if options.mirror:
            proxy = stack.enter_context(mirror.mirrored(options.mirror, 0.0))
            mirror.written(folder, mirror.control(proxy, "/").split())
            config = (folder / "broadsheet.toml").read_text(encoding="utf-8").replace('revisit = ["0s"]\n', "")
            found_trials = killed_until(options.kills, Harness(config, proxy, folder, seed=options.seed))
        else:
            server = stack.enter_context(DemoServer())
            found_trials = trials(options.kills, seed=options.seed, folder=folder, server=server)
        for found in found_trials:
            killed, recovered, bad = killed + found.kills, recovered + found.recovered, bad + bool(found.wrong)
            print(
                f"{killed} killed, {recovered} runs recovered, {bad} trials wrong", *found.wrong, sep="\n  ", flush=True
            )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
