"""A soak: one crawl of 100,000 pages, and the memory of its processes meanwhile: ``make soak``.

usage: soak.py [--pages 100000] [--bench FOLDER] [--out FILE] [--write]

Every page is a saved one in turn, under an address of its own. What is noted is the resident memory of the crawl's
process and of its workers, by the number of pages that have come, and what Python's own collector holds. Memory is
flat where no later twentieth holds much more than the one after the first 5,000 pages. ``--write`` puts the curve into
docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from deltalake.exceptions import TableNotFoundError
from whole import BROADSHEET, HEAD, PAPERS, ROOT, SOURCE, Server, prepare

from storage import delta, log, open_archive
from storage.places import place
from tests.benchmarks.figures import put, where

EVERY = 2.0
STEADY = 5_000
"""From here on memory is to be flat."""
MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was seen at one moment: seconds since the start, pages that had come, and MiB."""

    seconds: float
    pages: int
    own: int
    workers: int
    most_of_a_worker: int


def resident(pid: int) -> int:
    """Resident memory of a process in bytes, 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text(encoding="ascii").split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def came(archive: Path) -> int:
    """How many pages are archived by now, as the table's log tells; to count what is current would take longer."""
    try:
        return sum(file.rows or 0 for file in log.files(delta.opened(place(archive) / "articles")))
    except TableNotFoundError:
        return 0


def watch(process: subprocess.Popen[bytes], archive: Path) -> list[Sample]:
    """Look every few seconds until the crawl has ended."""
    begun, samples, pages, looked = time.monotonic(), list[Sample](), 0, 0.0
    while process.poll() is None:
        time.sleep(EVERY)
        if time.monotonic() - looked > 10:
            looked, pages = time.monotonic(), came(archive)
        started = children(process.pid)
        # The workers are forked off one of them; what they share with it is counted in each.
        started += [one for server in started for one in children(server)]
        workers = [size for size in map(resident, started) if size]
        sample = Sample(
            seconds=round(time.monotonic() - begun, 1),
            pages=pages,
            own=resident(process.pid) // MIB,
            workers=sum(workers) // MIB,
            most_of_a_worker=max(workers, default=0) // MIB,
        )
        if sample.own:
            samples.append(sample)
    return samples


def curve(samples: list[Sample], pages: int, parts: int = 20) -> list[str]:
    """Rows of a table: the most that was seen in each twentieth of the pages."""
    rows = ["| pages | crawl's process | its workers | the largest worker |", "|---:|---:|---:|---:|"]
    for number in range(parts):
        low, high = pages * number // parts, pages * (number + 1) // parts
        mine = [sample for sample in samples if low <= sample.pages < high]
        if mine:
            rows.append(
                f"| {low:,} to {high:,} | {max(s.own for s in mine)} MiB | {max(s.workers for s in mine)} MiB "
                f"| {max(s.most_of_a_worker for s in mine)} MiB |"
            )
    return rows


def main() -> int:
    """Crawl, watch, print, and write where that is asked for."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--pages", type=int, default=100_000)
    cli.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", metavar="FOLDER")
    cli.add_argument("--out", type=Path, help="a file for every sample, as JSON lines")
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    if not (args.bench / "dev").is_dir():
        print(f"there are no saved pages in {args.bench}; nothing is measured", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as name:
        pages, folder = Path(name) / "pages", Path(name) / "crawl"
        pages.mkdir()
        folder.mkdir()
        print(f"{prepare(args.bench, pages)} saved pages that are articles", file=sys.stderr)
        text = HEAD + "".join(SOURCE.format(n=n) for n in range(PAPERS))
        (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
        with Server(pages, args.pages) as server, (folder / "log").open("wb") as log:
            process = subprocess.Popen(BROADSHEET, cwd=folder, env=server.environment, stdout=log, stderr=log)
            samples = watch(process, folder / "archive")
        if process.returncode not in (0, 3):
            raise SystemExit((folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:])
        articles = open_archive(folder / "archive").articles().count_rows()
    if args.out:
        args.out.write_text("".join(json.dumps(asdict(sample)) + "\n" for sample in samples), encoding="utf-8")
    steady = min(STEADY, args.pages // 20)
    early = [s.own + s.workers for s in samples if steady <= s.pages < args.pages // 5]
    late = [s.own + s.workers for s in samples if s.pages >= args.pages * 4 // 5]
    lines = [
        f"- {args.pages:,} pages of {PAPERS} hosts: {articles:,} articles in {samples[-1].seconds:,.0f} s",
        f"- all processes together: at most {max(early, default=0)} MiB from page {steady:,} to the end of the first "
        f"fifth, at most {max(late, default=0)} MiB in the last fifth",
        "",
        *curve(samples, args.pages),
    ]
    print(*lines, sep="\n")
    if args.write:
        put("soak", [where("scrapy", "trafilatura", "pyarrow"), "", *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
