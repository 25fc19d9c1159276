"""How much of the delay that each host asks for is used, with many hosts at once: requests a second, and memory.

usage: politeness.py [--sources 2000] [--delay 30] [--articles 5] [--write]

The budget of a host is one request in each delay, from the run's first request to the host's last. ``--write`` puts the
figures into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import itertools
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOC = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- politeness: begin -->", "<!-- politeness: end -->"
BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "crawl")
HEAD = """
[archive]
path = "archive"
[crawl]
contact = "mailto:bench@papers.test"
delay = "{delay}s"
max_delay = "{delay}s"
"""
SOURCE = '[[source]]\nname = "paper-{n}"\nentrances = ["http://paper-{n}.test/sitemap.xml"]\n'


def memory(pid: int) -> tuple[int, int]:
    """Resident memory in bytes: of the process, and of it with all that it started."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                pages = int((entry / "statm").read_text().split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
            resident[int(entry.name)] = pages * os.sysconf("SC_PAGE_SIZE")
    family, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        family += resident.get(one, 0)
        waiting += children.get(one, [])
    return resident.get(pid, 0), family


def main() -> int:
    """Run, print, and write where that is asked for; 1 where less than 95 % of the budget is used."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--sources", type=int, default=2000)
    cli.add_argument("--delay", type=float, default=30.0)
    cli.add_argument("--articles", type=int, default=5)
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    papers = [sys.executable, str(Path(__file__).parent / "papers.py"), str(port), str(args.articles)]
    samples: list[tuple[float, int, int]] = []
    with tempfile.TemporaryDirectory() as name, subprocess.Popen(papers, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            text = HEAD.format(delay=args.delay) + "".join(SOURCE.format(n=n) for n in range(args.sources))
            (Path(name) / "broadsheet.toml").write_text(text, encoding="utf-8")
            env = {**os.environ, "http_proxy": f"http://127.0.0.1:{port}", "PYTHONPATH": str(ROOT)}
            start = time.monotonic()
            with subprocess.Popen(BROADSHEET, cwd=name, env=env) as crawl:
                while crawl.poll() is None:
                    samples.append((time.monotonic() - start, *memory(crawl.pid)))
                    time.sleep(2)
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": env["http_proxy"]}))
            with opener.open("http://control.test/") as answer:
                asked: dict[str, list[float]] = json.loads(answer.read())
        finally:
            server.terminate()
    first = min(times[0] for times in asked.values())
    last = max(times[-1] for times in asked.values())
    requests = sum(map(len, asked.values()))
    used = sum(len(times) - 1 for times in asked.values()) * args.delay
    whole = sum(times[-1] - first for times in asked.values())
    own = sum(times[-1] - times[0] for times in asked.values())
    shortest = min((b - a for times in asked.values() for a, b in itertools.pairwise(times)), default=0.0)
    steady = [sample for sample in samples if first - start + args.delay * 2 < sample[0] < last - start]
    quarters = [steady[len(steady) * n // 4] for n in range(4)] + steady[-1:] if len(steady) >= 4 else samples[-1:]
    lines = [
        f"- {args.sources:,} hosts, a delay of {args.delay:g} s, {args.articles} articles each: {requests:,} requests "
        f"in {last - first:.0f} s, **{requests / (last - first):.1f} requests a second**",
        f"- share of the delay budget that is used: **{used / whole:.1%}** from the run's first request to each "
        f"host's last, {used / own:.1%} from each host's own first",
        f"- shortest time between two requests to one host: {shortest:.2f} s",
        "- memory of the crawl's process in the course of the run: "
        + ", ".join(f"{own_bytes / 1e6:.0f}" for _, own_bytes, _ in quarters)
        + " MB; with its workers "
        + ", ".join(f"{family / 1e6:.0f}" for *_, family in quarters)
        + " MB",
    ]
    print(f"exit {crawl.returncode}", *lines, sep="\n")
    if args.write:
        versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("scrapy", "twisted", "trafilatura"))
        where = f"{dt.date.today():%B %Y}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"  # noqa: DTZ011
        begin, _, rest = DOC.read_text(encoding="utf-8").partition(BEGIN)
        text = "\n".join([BEGIN, "", f"Measured in {where}:", "", *lines, "", END])
        DOC.write_text(begin + text + rest.partition(END)[2], encoding="utf-8")
    return 0 if used / whole >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
