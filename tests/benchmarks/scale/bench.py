"""How an import scales: one process with one worker and two, one task on a Ray cluster and two: ``make bench-scale``.

usage: bench.py [--pages 1500] [--write]

Each imports the same WARC file of the saved pages in ../shared/bench into an archive of its own, one after the other,
by the command that a user gives; with ``--on ray`` it starts a cluster of its own. What a start costs is measured
before, by a file of a few pages of different sites, as the quicker of two. Processor time is that of every process
that stems from the command, Ray's own too; they are looked at five times a second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from storage import open_archive
from tests.benchmarks.figures import put, where
from tests.benchmarks.importing.bench import build
from tests.quality.pages import DATA

ROOT = Path(__file__).resolve().parents[3]
WAYS = {
    "one process, one worker": ("--workers", "1"),
    "one process, two workers": ("--workers", "2"),
    "one Ray task": ("--on", "ray", "--tasks", "1"),
    "two Ray tasks": ("--on", "ray", "--tasks", "2"),
}
FEW = 12
LOOK = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds by the clock and of processors that a command took, and the articles that it brought."""

    wall: float
    cpu: float
    articles: int


def imported(file: Path, folder: Path, words: tuple[str, ...]) -> Cost:
    """Import ``file`` into a new archive in ``folder``."""
    archive = folder / f"archive-{secrets.token_hex(4)}"
    code = "from crawler.cli import main; main(prog_name='broadsheet')"
    command = [sys.executable, "-c", code, "import", str(file), "--archive", str(archive), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    environment.pop("RAY_ADDRESS", None)
    used: dict[int, float] = {}
    begin = time.monotonic()
    with (
        (folder / "said").open("wb") as said,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said) as process,
    ):
        while process.poll() is None:
            used |= _used(process.pid)
            time.sleep(LOOK)
    wall = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{(folder / 'said').read_text()[-2000:]}")
    return Cost(wall=wall, cpu=sum(used.values()), articles=open_archive(archive).articles().count_rows())


def _used(command: int) -> dict[int, float]:
    """Processor seconds of the process ``command`` and of every living one that stems from it."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # What follows the name, which stands in brackets and may hold blanks: state, parent, …
            told = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            # It has ended meanwhile.
            continue
        parents[int(folder.name)] = int(told[1])
        seconds[int(folder.name)] = (int(told[11]) + int(told[12])) / _TICKS
    return {process: used for process, used in seconds.items() if _stems(process, command, parents)}


def _stems(process: int, command: int, parents: dict[int, int]) -> bool:
    while process not in (command, 0):
        process = parents.get(process, 0)
    return process == command


def _cluster_runs() -> bool:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if "gcs_server" in (folder / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace"):
                return True
    return False


def table(costs: dict[str, tuple[Cost, Cost]], pages: int) -> list[str]:
    """The rows that docs/performance.md shows."""
    lines = ["| import | start | the rest | pages a second | processor time a page | times the first |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    first = 0.0
    for name, (start, whole) in costs.items():
        rest = whole.wall - start.wall
        rate = (pages - FEW) / rest
        first = first or rate
        cpu = 1000 * (whole.cpu - start.cpu) / (pages - FEW)
        lines.append(f"| {name} | {start.wall:.1f} s | {rest:.1f} s | {rate:.1f} | {cpu:.1f} ms | {rate / first:.2f} |")
    return lines


def main() -> None:
    """Measure, print, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=1500)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not there: nothing to measure")
    if _cluster_runs():
        raise SystemExit("a Ray cluster runs on this machine, which the commands would join; stop it first")
    costs: dict[str, tuple[Cost, Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="broadsheet-scale-") as scratch:
        folder = Path(scratch)
        few, whole = folder / "few.warc.gz", folder / "whole.warc.gz"
        build(few, 1, limit=FEW)
        pages = build(whole, given.pages, limit=given.pages)
        size = whole.stat().st_size / 1e6
        for name, words in WAYS.items():
            start = min((imported(few, folder, words) for _ in range(2)), key=lambda cost: cost.wall)
            cost = imported(whole, folder, words)
            costs[name] = start, cost
            print(
                f"{name}: {cost.wall:.1f} s, of a few pages {start.wall:.1f} s; {cost.cpu:.1f} s of processors",
                flush=True,
            )
    articles = {cost.articles for _, cost in costs.values()}
    if len(articles) != 1:
        raise SystemExit(f"not every way brought the same articles: {articles}")
    lines = [
        where("ray", "pyarrow", "trafilatura"),
        "",
        f"{pages:,} saved pages, {size:.0f} MB of WARC; each way brought the same {articles.pop():,} articles.",
        "",
        *table(costs, pages),
    ]
    print("\n".join(lines))
    if given.write:
        put("scaling", lines)


if __name__ == "__main__":
    main()
