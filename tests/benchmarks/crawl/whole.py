"""A whole crawl of saved pages, beside what its parts allow and beside its peers: ``make bench-crawl``.

usage: whole.py [--pages 5000] [--peers 500] [--bench FOLDER] [--write]

What the parts allow is cores / (processor time a page of a bare Scrapy spider + of ``process`` + of WARC and commit),
each measured alone in the same run (``parts.py``). The peers fetch and extract the same pages from the same server:
news-please by ``NewsPlease.from_urls``, in an environment of its own below ``build/bench``; trafilatura by its command,
with two processes, its pause between requests to one host set to nothing, and all pages on one host, for it takes no
HTTP proxy. ``--write`` puts the figures into docs/performance.md.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime as dt
import gzip
import importlib.metadata
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent / "extraction")]

from bench import python_of  # noqa: E402
from peers import BY_NAME  # noqa: E402
from saved import url_of  # noqa: E402

from pipelines.process import process  # noqa: E402
from storage import open_archive  # noqa: E402
from storage.records import Article, Page  # noqa: E402

DOC = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- whole crawl: begin -->", "<!-- whole crawl: end -->"
PAPERS = 64
PR_SET_CHILD_SUBREAPER = 36
"""Of ``linux/prctl.h``."""
BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "crawl")
HEAD = """
[archive]
path = "archive"
[crawl]
contact = "mailto:bench@papers.test"
delay = "0s"
"""
SOURCE = '[[source]]\nname = "paper-{n}"\nentrances = ["http://paper-{n}.test/sitemap.xml"]\n'
NEWS_PLEASE = """
import sys
from pathlib import Path
from newsplease import NewsPlease
urls = Path(sys.argv[1]).read_text().split()
found = NewsPlease.from_urls(urls, request_args={"timeout": 30}, fetch_images=False)
print(sum(1 for article in found.values() if article is not None and getattr(article, "maintext", None)))
"""


def prepare(bench: Path, folder: Path, most: int = 800) -> int:
    """Put saved pages that are articles into ``folder``, gzipped as they will go over the wire; how many there are."""
    now, count = dt.datetime.now(dt.UTC), 0
    for path in sorted((bench / "dev").rglob("*.html.gz")):
        body = gzip.decompress(path.read_bytes())
        page = Page(url="http://paper-0.test/2026/11/saved-page", body=body, fetched_at=now)
        if len(body) <= 4_000_000 and isinstance(process(page), Article):
            (folder / f"{count:05}").write_bytes(gzip.compress(body, 6))
            count += 1
            if count == most:
                break
    return count


class Server:
    """``saved.py`` in a process of its own."""

    def __init__(self, folder: Path, articles: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, str(HERE / "saved.py"), str(self.port), str(folder), str(PAPERS), str(articles)]
        self.environment = {**os.environ, "http_proxy": f"http://127.0.0.1:{self.port}", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def __enter__(self) -> Server:
        assert self._process.stdout is not None
        self._process.stdout.readline()
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait()


def cost(part: str, server: Server, folder: Path, articles: int) -> float:
    """Milliseconds of processor time a page of one part alone."""
    command = [sys.executable, str(HERE / "parts.py"), part, str(server.port), str(folder), str(PAPERS), str(articles)]
    done = subprocess.run(command, env=server.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{part} failed:\n{done.stderr[-3000:]}")
    return float(done.stdout.split()[-1])


def bury(server: Server) -> None:
    """Wait for what a command that has ended leaves behind, as Broadsheet its workers, so that their time counts."""
    while set(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()) - {str(server.pid)}:
        if (found := os.waitpid(-1, os.WNOHANG)[0]) == server.pid:
            raise SystemExit("the server of saved pages has ended")
        if not found:
            time.sleep(0.01)


def timed(command: Sequence[str | Path], server: Server, cwd: Path) -> tuple[float, float, str]:
    """Wall clock and processor seconds of a command, and what it printed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=server.environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    bury(server)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, spent, done.stdout


def crawl(server: Server, folder: Path, *options: str) -> tuple[float, float, int]:
    """Wall clock and processor seconds of a whole crawl into ``folder``, and how many articles there are then."""
    text = HEAD + "".join(SOURCE.format(n=n) for n in range(PAPERS))
    (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
    seconds, spent, _ = timed([*BROADSHEET, *options], server, folder)
    return seconds, spent, open_archive(folder / "archive").articles().count_rows()


def alone(count: int, pages: Path, scratch: Path) -> list[str]:
    """What a crawl of ``count`` pages reaches of what its parts allow, in lines."""
    cores = len(os.sched_getaffinity(0))
    whole = scratch / "whole"
    whole.mkdir()
    with Server(pages, count) as server:
        parts = {part: cost(part, server, pages, count) for part in ("fetch", "extract", "keep")}
        print(f"parts, ms a page: {parts}", file=sys.stderr)
        server.environment["BENCH_LAG"] = str(scratch / "lag.json")
        server.environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{HERE}"
        seconds, spent, articles = crawl(server, whole, "-s", 'EXTENSIONS={"lag.Lag": 0}')
    lag = json.loads((scratch / "lag.json").read_text(encoding="utf-8"))
    allowed = cores / (sum(parts.values()) / 1e3)
    reached = count / seconds
    return [
        f"- processor time a page, each part alone: {parts['fetch']:.1f} ms for a bare Scrapy spider, "
        f"{parts['extract']:.1f} ms for `process`, {parts['keep']:.1f} ms for WARC and commit; {cores} cores allow "
        f"{allowed:.0f} pages a second",
        f"- a crawl of {count:,} pages of {PAPERS} hosts without a delay, from start to exit: {articles:,} "
        f"articles in {seconds:.1f} s, {reached:.0f} pages a second, **{reached / allowed:.2f} of what the parts "
        f"allow**; {spent / count * 1e3:.1f} ms of processor time a page, start and end within, of which the parts are "
        f"**{sum(parts.values()) / spent * count / 1e3:.2f}**; load {os.getloadavg()[0]:.1f} at the end",
        f"- lag of the event loop meanwhile: {lag['0.5']:.1f} ms at the median, {lag['0.99']:.1f} ms at the 99th "
        f"percentile, **{lag['0.999']:.1f} ms at the 99.9th**, {lag['1.0']:.0f} ms at most of {lag['looks']:,}",
    ]


def against(pages: Path, count: int, scratch: Path) -> list[str]:
    """Rows of a table: Broadsheet and its peers over the same pages, in turn."""
    listed, settings = scratch / "urls.txt", scratch / "settings.cfg"
    listed.write_text("\n".join(url_of(number, PAPERS) for number in range(count)) + "\n", encoding="utf-8")
    import trafilatura

    shipped = (Path(trafilatura.__file__).parent / "settings.cfg").read_text(encoding="utf-8")
    changed = {"SLEEP_TIME": "0", "SSRF_PROTECTION": "False"}
    lines = [line for line in shipped.splitlines() if line.partition(" ")[0].partition("=")[0] not in changed]
    at = lines.index("[DEFAULT]") + 1
    lines[at:at] = [f"{name} = {value}" for name, value in changed.items()]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (scratch / "own").mkdir()
    rows = ["| crawl of the same pages | articles | time | processor time | times as long |", "|---|---|---|---|---|"]
    with Server(pages, count) as server:
        own, spent, articles = crawl(server, scratch / "own")
        rows.append(f"| Broadsheet | {articles} | {own:.1f} s | {spent:.1f} s | 1 |")
        python = python_of(BY_NAME["news-please"])
        seconds, spent, told = timed([python, "-c", NEWS_PLEASE, listed], server, scratch)
        rows.append(
            f"| news-please, `NewsPlease.from_urls` | {told.split()[-1]} | {seconds:.1f} s | {spent:.1f} s "
            f"| {seconds / own:.1f} |"
        )
        # It takes no HTTP proxy, and asks the server itself.
        own_addresses = [
            f"http://127.0.0.1:{server.port}/2026/11/saved-page-number-{number}" for number in range(count)
        ]
        listed.write_text("\n".join(own_addresses) + "\n", encoding="utf-8")
        del server.environment["http_proxy"]
        out = scratch / "trafilatura"
        command = [Path(sys.executable).parent / "trafilatura", "-i", listed, "-o", out, "--json", "--with-metadata"]
        command += ["--parallel", "2", "--config-file", settings]
        seconds, spent, _ = timed(command, server, scratch)
        found = sum(1 for path in out.rglob("*.json"))
        rows.append(f"| trafilatura, its command | {found} | {seconds:.1f} s | {spent:.1f} s | {seconds / own:.1f} |")
    return rows


def main() -> int:
    """Measure, print, and write where that is asked for."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--pages", type=int, default=5000, help="pages of the crawl; 0 leaves it out")
    cli.add_argument("--peers", type=int, default=500, help="pages for the comparison with the peers; 0 leaves it out")
    cli.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", metavar="FOLDER")
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    if not (args.bench / "dev").is_dir():
        print(f"there are no saved pages in {args.bench}; nothing is measured", file=sys.stderr)
        return 0
    cores = len(os.sched_getaffinity(0))
    # What a command leaves behind is ours to wait for, not init's.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory() as name:
        pages = Path(name) / "pages"
        pages.mkdir()
        print(f"{prepare(args.bench, pages)} saved pages that are articles", file=sys.stderr)
        lines = alone(args.pages, pages, Path(name)) if args.pages else []
        if args.peers:
            lines += ["", *against(pages, args.peers, Path(name))]
    print(*lines, sep="\n")
    if args.write:
        versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("scrapy", "twisted", "trafilatura"))
        where = f"{dt.date.today():%B %Y}, {cores} cores, Python {platform.python_version()}, {versions}"  # noqa: DTZ011
        begin, _, rest = DOC.read_text(encoding="utf-8").partition(BEGIN)
        text = "\n".join([BEGIN, "", f"Measured in {where}:", "", *lines, "", END])
        DOC.write_text(begin + text + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
