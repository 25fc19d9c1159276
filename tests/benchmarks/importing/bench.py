"""What an import costs beside the extraction of its pages, and beside news-please: ``make bench-import``.

usage: bench.py [--copies N] [--peer-pages N] [--workers N]

A WARC file as Common Crawl writes them is made of the saved pages in ../shared/bench, and never kept. Four things are
measured in turn on it, each in processes of their own: the pure function alone, one page after the other; the same in
as many processes at once as there are workers, each with its share of the pages, which is what the cores can extract:
they share a cache and the way to memory; `broadsheet import`; news-please's extractor of Common Crawl's news, on the
file's first pages.

The machine may do other work meanwhile, so processor time counts beside the clock's: the share of it that the import
spends on extraction is what the clock would show on idle cores.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks" / "extraction")]

from peers import PEERS  # noqa: E402

from tests.benchmarks.extraction.bench import python_of  # noqa: E402
from tests.quality.pages import DATA  # noqa: E402
from tests.warc_corpus import digest, info, record  # noqa: E402

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: saved\r\nX-Crawler-Content-Encoding: gzip\r\n\r\n"
HERE = Path(__file__).parent
PR_SET_CHILD_SUBREAPER = 36
"""Of ``linux/prctl.h``."""
ALONE = """
import gzip, io, json, resource, sys, time
from pipelines import warmup
from pipelines.importing.candidates import Candidate, as_stored, candidate
from pipelines.importing.wanted import Hosts, Wanted
from pipelines.pages import page_of
from pipelines.process import process
from storage.records import Page
from storage.warc.foreign import Feed, scan
from storage.warc.reader import Record
warmup.warm()
number, of = int(sys.argv[2]), int(sys.argv[3])
used, pages, met = 0.0, 0, 0
with open(sys.argv[1], "rb") as file:
    for found, position in scan(Feed(file.read), "bench"):
        one = candidate(found, position, hosts=Hosts((), Wanted()), wanted=Wanted(), max_page=20_000_000)
        page = page_of(as_stored(one.exchange)) if isinstance(one, Candidate) else None
        met += isinstance(page, Page)
        if isinstance(page, Page) and met % of == number:
            begin = time.process_time()
            process(page)
            used += time.process_time() - begin
            pages += 1
print(json.dumps([used, pages]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a program took: seconds by the clock, seconds of processors with its children's, and what it printed."""

    wall: float
    cpu: float
    said: str


def build(file: Path, copies: int, limit: int | None = None) -> int:
    """Write the saved pages so many times, each under an address and with bytes of its own; how many."""
    count = 0
    with file.open("wb") as out:
        out.write(gzip.compress(info()))
        for copy in range(copies):
            for url, html in _saved():
                if count == limit:
                    return count
                count += 1
                payload = html + b"<!-- %d -->" % copy
                address = f"{url}{'&' if '?' in url else '?'}copy={copy}"
                told = {"WARC_Payload_Digest": digest(payload), "WARC_Block_Digest": digest(HTTP + payload)}
                out.write(gzip.compress(record("request", b"GET / HTTP/1.1\r\n\r\n", url=address), 6))
                out.write(gzip.compress(record("response", HTTP + payload, url=address, **told), 6))
    return count


def _saved() -> Iterator[tuple[str, bytes]]:
    """Each saved page once: some stand in several benchmarks."""
    met: set[str] = set()
    for line in (DATA / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["url"].startswith("http") and told["url"] not in met:
            met.add(told["url"])
            yield told["url"].partition("#")[0], gzip.decompress((DATA / told["html"]).read_bytes())


def told(command: list[str], folder: Path) -> str:
    """Run a command; what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


def measured(command: list[str], folder: Path) -> Cost:
    """Run a command and take its time, and that of what it leaves behind, as an import its workers."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    said = told(command, folder)
    wall = time.monotonic() - begin
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall=wall, cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said=said)


def extracted(file: Path, folder: Path, processes: int) -> tuple[float, int]:
    """Seconds of processors that extraction takes in so many processes at once, and how many pages they share."""
    with ThreadPoolExecutor(processes) as threads:
        commands = ([sys.executable, "-c", ALONE, str(file), str(n), str(processes)] for n in range(processes))
        used, pages = zip(*map(json.loads, threads.map(lambda command: told(command, folder), commands)), strict=True)
    return sum(used), sum(pages)


def imported(file: Path, folder: Path, name: str, workers: int) -> Cost:
    """`broadsheet import` of the file into a new archive."""
    code = "from crawler.cli import main; main(prog_name='broadsheet')"
    command = [sys.executable, "-c", code, "import", str(file), "--archive", str(folder / name)]
    return measured([*command, "--workers", str(workers), "--json"], folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--peer-pages", type=int, default=300)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not there: nothing to measure")
    # What a command leaves behind is ours to wait for, not init's.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        whole, first, few = folder / "whole.warc.gz", folder / "first.warc.gz", folder / "few.warc.gz"
        pages = build(whole, given.copies)
        build(first, 1, limit=1)
        build(few, 1, limit=given.peer_pages)
        print(f"{pages} pages, {whole.stat().st_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}", flush=True)
        alone, count = extracted(whole, folder, 1)
        print(f"extraction alone: {1000 * alone / count:.2f} ms of a processor for each of {count} pages", flush=True)
        used, _ = extracted(whole, folder, given.workers)
        print(f"  in {given.workers} processes at once: {1000 * used / count:.2f} ms", flush=True)
        start = imported(first, folder, "first", given.workers)
        run = imported(whole, folder, "whole", given.workers)
        counts = json.loads(run.said)["counts"]
        fates = ", ".join(f"{sum(reasons.values())} {fate}" for fate, reasons in counts.items())
        print(f"import: {run.wall:.1f} s, {run.cpu:.1f} s of processors ({fates}); of one page {start.wall:.1f} s")
        cpu, wall = run.cpu - start.cpu, run.wall - start.wall
        print(f"  {1000 * cpu / count:.2f} ms of processors a page, start apart")
        shares = f"{used / cpu:.3f} (by what one process alone takes: {alone / cpu:.3f})"
        print(f"  of what the cores can extract, by processor time: {shares}")
        print(f"  by the clock: {used / given.workers / wall:.3f} ({alone / given.workers / wall:.3f})", flush=True)
        if given.peer_pages:
            _peer(few, given.peer_pages, (run.cpu - start.cpu) / count, folder)


def _peer(file: Path, pages: int, ours: float, folder: Path) -> None:
    peer = next(one for one in PEERS if one.name == "news-please")
    python = python_of(peer)
    cost = measured([str(python), str(HERE / "news_please.py"), str(file)], folder)
    theirs = cost.cpu / pages
    print(f"news-please: {1000 * theirs:.1f} ms of a processor a page, {cost.said} articles of {pages} pages")
    print(f"  import takes {1000 * ours:.1f} ms: {theirs / ours:.1f} times as fast", flush=True)


if __name__ == "__main__":
    main()
