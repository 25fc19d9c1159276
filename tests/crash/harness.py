"""Kill crawls with SIGKILL at random moments, and compare what the next run makes of it.

``python -m tests.crash.harness --kills 300 --seed 7`` kills more often than the test suite does, and prints a line for
each trial; with ``--mirror 3`` it crawls three sites of the mirror of saved pages (where there is one) instead of the
demo newspapers. A trial kills a few runs of one archive, lets the last one end, and demands an archive without a fault
that holds exactly the revisions that an undisturbed crawl holds, and every one of whose records can be read.

A crawl is the command itself, in a process that a fork server makes: it has read the command's modules already, which
takes longer than a crawl of the demo.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.compute as pc

import storage
from crawler.demo import PAPERS, DemoServer, demo_config_toml
from storage.archive import Archive
from storage.schema import captures_from_arrow
from storage.verify import verify
from tests.archive_samples import faults
from tests.benchmarks.crawl import mirror
from tests.row_for_row import ADDRESSES, OF_A_CRAWL, Row, outcomes, rows, unlike, values

BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")
KILLS_PER_TRIAL = 3
# Small batches, so that most moments lie near a commit.
ARCHIVE = 'batch_pages = 3\nbatch_seconds = "1s"\nsegment_bytes = "100 kB"\n'
CRAWL = 'delay = "0s"\nworkers = 1\n'
PATIENCE = 100
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["crawler.cli", "crawler.commands.crawl", "crawler.session", "storage.verify"])

REVISION = ["canonical_url", "id", "revision"]
Revision = tuple[str, str, str]
"""Whose article, by its address, its id, and the hash of its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one trial found: ``wrong`` is empty where the archive is as it should be.

    ``runs`` were to be killed, ``kills`` were still at work when they were; ``recovered`` of them left something that
    the next start put right, ``records`` were read back by their positions.
    """

    runs: int
    kills: int
    recovered: int
    records: int
    wrong: tuple[str, ...]


def crawling(place: str, proxy: str, *words: str) -> None:
    """In a process of its own: ``broadsheet crawl``, or another command, in the folder ``place``."""
    # As of `python -c`: what is started from here is not to import the tests.
    main = sys.modules["__main__"]
    main.__spec__ = None
    vars(main).pop("__file__", None)
    os.chdir(place)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["http_proxy"] = proxy
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    sys.argv[:] = ["broadsheet", *(words or ("crawl",))]
    from crawler.cli import main as broadsheet

    broadsheet(prog_name="broadsheet")


class Harness:
    """Crawls in processes of their own: of what ``config`` says by ``proxy``; ``folder`` takes the archives.

    Columns of fates in ``moody`` are not compared, for the server answers the same question otherwise each time.
    """

    def __init__(self, config: str, proxy: str, folder: Path, *, seed: int, moody: Sequence[str] = ()) -> None:
        self._config = config
        self._proxy = proxy
        self._folder = folder
        self._seed = seed
        self._moody = tuple(moody)
        self._trials = itertools.count()
        self._starting = threading.Lock()
        warm = FORKS.Process()
        warm.start()
        warm.join(PATIENCE)
        started = time.monotonic()
        self.undisturbed = self._crawled(self._place(next(self._trials)))
        self._seconds = time.monotonic() - started

    def trial(self, kills: int = KILLS_PER_TRIAL) -> Trial:
        """Kill ``kills`` runs of a new archive, then let one end, and look at what is there."""
        number = next(self._trials)
        place = self._place(number)
        rnd = random.Random(f"{self._seed}/{number}")
        killed = sum(self._kill(place, rnd) for _ in range(kills))
        archive = self._crawled(place)
        wrong = faults(archive)
        wrong += [str(problem) for problem in verify(archive).problems]
        wrong += differences(archive, self.undisturbed)
        wrong += other_fates(archive, self.undisturbed, without=self._moody)
        wrong += [f"left: {path.name}" for path in (archive.root / "locks").glob("source-*")]
        recovered = archive.runs().to_table(["outcome"])["outcome"].to_pylist().count("interrupted")
        records = archive.captures().count_rows(filter=pc.field("warc_file").is_valid())
        if not wrong:
            shutil.rmtree(place)
        return Trial(runs=kills, kills=killed, recovered=recovered, records=records, wrong=tuple(wrong))

    def _place(self, number: int) -> Path:
        """A new folder with a configuration in it."""
        place = self._folder / f"trial-{number}"
        place.mkdir()
        config = re.sub("^delay = .*\n", "", self._config, flags=re.MULTILINE)
        config = config.replace("[archive]\n", f"[archive]\n{ARCHIVE}").replace("[crawl]\n", f"[crawl]\n{CRAWL}")
        (place / "broadsheet.toml").write_text(config, encoding="utf-8")
        return place

    def _start(self, place: Path) -> BaseProcess:
        process = FORKS.Process(target=crawling, args=(str(place), self._proxy))
        with self._starting:
            process.start()
        return process

    def _crawled(self, place: Path) -> Archive:
        """The archive of ``place`` after a crawl that was allowed to end."""
        process = self._start(place)
        process.join(PATIENCE)
        if process.exitcode != 0:
            process.kill()
            raise RuntimeError(f"the crawl ended with {process.exitcode}: {(place / 'said.txt').read_text()}")
        return storage.open_archive(place / "archive")

    def _kill(self, place: Path, rnd: random.Random) -> bool:
        """Start a crawl and kill it somewhere between its start and its usual end; whether it was still at work."""
        process = self._start(place)
        if rnd.random() < 0.8:
            _await_run(place, process)
        process.join(rnd.uniform(0, self._seconds * 0.6))
        process.kill()
        process.join(PATIENCE)
        return process.exitcode == -9


def _await_run(place: Path, process: BaseProcess) -> None:
    """Wait until ``process`` has begun a run, for nothing happens to an archive before."""
    before = {path.name for path in place.glob("archive/locks/run-*")}
    while process.is_alive() and {path.name for path in place.glob("archive/locks/run-*")} <= before:
        time.sleep(0.01)


def revisions(archive: Archive, *, current: bool = False) -> Counter[Revision]:
    """The rows of ``articles``, or the ``current`` ones: whose each is and which text, as often as it stands."""
    table = archive.articles(all_revisions=not current).to_table(REVISION)
    return Counter(zip(*(table[name].to_pylist() for name in REVISION), strict=True))


def twins(archive: Archive) -> set[tuple[str, str]]:
    """Texts that were met at another address (AMP, print) of an article that was there already: its id, their hash."""
    met = archive.captures().to_table(["id", "revision"], filter=pc.field("reason") == "alias")
    return set(zip(met["id"].to_pylist(), met["revision"].to_pylist(), strict=True))


def differences(here: Archive, there: Archive) -> Iterator[str]:
    """In what ``here`` holds other articles than ``there``: other current texts, more or fewer revisions, or another
    value in a column that the page decides.

    A twin is kept where it is met before its article's own page, which then takes its place: a kill may change which of
    the two comes first. Where one archive kept a twin, the other must have met it.
    """
    for current in (True, False):
        ours, theirs = revisions(here, current=current), revisions(there, current=current)
        for what, found, met in (
            ("missing", theirs - ours, twins(here)),
            ("not in an undisturbed archive", ours - theirs, twins(there)),
        ):
            for one in sorted(found.elements()):
                if current or one[1:] not in met:
                    yield f"{what}{' (current)' if current else ''}: {one}, {fates(here, one[0])}"
    # The article's own page, too, says in its warnings whether a twin was met before it.
    both, either = revisions(here) & revisions(there), {one for one, _ in twins(here) | twins(there)}
    ours, theirs = (
        _only(
            rows(archive.articles(all_revisions=True), OF_A_CRAWL, folded=ADDRESSES),
            lambda row: values(row, *REVISION) in both and not either.intersection(values(row, "id")),
        )
        for archive in (here, there)
    )
    yield from unlike(ours, theirs, REVISION)


def other_fates(here: Archive, there: Archive, *, without: Iterable[str] = ()) -> Iterator[str]:
    """In what the fates of pages differ, of two crawls of the same sources that ended, one after the other was killed.

    Those of articles that have a twin are left out: which of the two was met first decides them.
    """
    either = {one for one, _ in twins(here) | twins(there)}
    ours, theirs = (
        _only(outcomes(archive, without=without), lambda row: not either.intersection(values(row, "id")))
        for archive in (here, there)
    )
    yield from unlike(ours, theirs, ("requested_url", "outcome", "reason"))


def _only(found: Counter[Row], wanted: Callable[[Row], bool]) -> Counter[Row]:
    return Counter({row: count for row, count in found.items() if wanted(row)})


def addresses(archive: Archive) -> set[str]:
    """The addresses of an archive's articles."""
    return {url for url, _, _ in revisions(archive)}


def fates(archive: Archive, url: str) -> str:
    """What became of ``url`` and of its host's front page, event by event."""
    parts = urlsplit(url)
    front = f"{parts.scheme}://{parts.netloc}/"
    table = archive.captures().to_table(filter=pc.field("requested_url").isin([url, front]))
    events = captures_from_arrow(table.sort_by([("at", "ascending")]))
    return "; ".join(f"{row.at:%S.%f} {row.run} {row.batch} {row.kind} {row.outcome} {row.reason}" for row in events)


def hurry(server: DemoServer) -> None:
    """Have the papers ask for no delay between two requests."""
    for paper in PAPERS:
        robots = paper.address("/robots.txt")
        for line in server.resource(robots).content.splitlines():
            if line.lower().startswith("crawl-delay"):
                server.edit(robots, line, "# No delay is asked for.")


def trials(kills: int, *, seed: int, folder: Path, server: DemoServer, at_once: int = 1) -> Iterator[Trial]:
    """Trials with the demo newspapers until ``kills`` runs have been killed."""
    hurry(server)
    harness = Harness(demo_config_toml("archive"), server.proxy_url, folder, seed=seed)
    yield from killed_until(kills, harness, at_once=at_once)


def killed_until(kills: int, harness: Harness, *, at_once: int = 1) -> Iterator[Trial]:
    """Trials, so many ``at_once``, until ``kills`` runs were killed at work."""
    with ThreadPoolExecutor(at_once) as pool:
        while kills > 0:
            count = max(1, min(kills // KILLS_PER_TRIAL, 2 * at_once))
            under_way = [pool.submit(harness.trial, min(kills, KILLS_PER_TRIAL)) for _ in range(count)]
            for done in as_completed(under_way):
                found = done.result()
                kills -= max(1, found.kills)
                yield found


def main() -> int:
    """Run from the command line; 1 where a trial found something wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, metavar="TRIALS")
    parser.add_argument(
        "--mirror", type=int, metavar="SITES", help="crawl that many sites of the mirror of saved pages"
    )
    options = parser.parse_args()
    if options.mirror and not mirror.MIRROR.exists():
        print(f"{mirror.MIRROR} is not there; no crawl of it was killed")
        return 0
    # Killed crawls leave semaphores behind, which the fork server's tracker removes at the end, with a word.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    done: list[Trial] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="broadsheet-crash-") as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        if options.mirror:
            proxy = stack.enter_context(mirror.mirrored(options.mirror, 0.0))
            mirror.written(folder, mirror.control(proxy, "/").split())
            config = (folder / "broadsheet.toml").read_text(encoding="utf-8").replace('revisit = ["0s"]\n', "")
            # It compresses every answer anew, and gzip notes the time.
            moody = ("payload_digest", "payload_bytes")
            harness = Harness(config, proxy, folder, seed=options.seed, moody=moody)
            found_trials = killed_until(options.kills, harness, at_once=options.at_once)
        else:
            server = stack.enter_context(DemoServer())
            found_trials = trials(
                options.kills, seed=options.seed, folder=folder, server=server, at_once=options.at_once
            )
        for found in found_trials:
            done.append(found)
            print(told(done, options.kills, time.monotonic() - started), *found.wrong, sep="\n  ", flush=True)
    return 1 if any(found.wrong for found in done) else 0


def told(done: list[Trial], kills: int, seconds: float) -> str:
    """How far a series is, in a line."""
    hit = sum(found.kills for found in done)
    return (
        f"{hit} of {kills} killed at work ({sum(found.runs for found in done)} started), "
        f"{sum(found.recovered for found in done)} runs recovered, "
        f"{sum(found.records for found in done)} records read back, "
        f"{sum(bool(found.wrong) for found in done)} of {len(done)} trials wrong, {seconds / 60:.1f} minutes"
    )


if __name__ == "__main__":
    sys.exit(main())
