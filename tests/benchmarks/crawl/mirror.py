"""Crawl the mirror of saved sites: a first run, a second, one after edits, one over a mirror that errs; print each.

usage: mirror.py [--sites N] [--faults SHARE]

The mirror is ../shared/bench/mirror.py; without it there is nothing to measure. Exits with 1 where an announced address
has no fate, where the second run was sent a page that had not changed, where an article is revised that nobody edited,
or is not found gone. An edit may fall outside the article's text, for the mirror takes a page's longest paragraph.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage import open_archive

ROOT = Path(__file__).parents[3]
MIRROR = ROOT.parent / "shared" / "bench" / "mirror.py"
BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")
HEAD = """
[archive]
path = "archive"
[crawl]
contact = "mailto:bench@mirror.test"
delay = "50ms"
revisit = ["0s"]
"""
SOURCE = """
[[source]]
name = "{name}"
entrances = ["http://{host}/news-sitemap.xml", "http://{host}/feed.xml", "http://{host}/"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One run from outside: its exit code, seconds, and what the mirror answered meanwhile, by status."""

    code: int
    seconds: float
    answers: Counter[str]


@contextlib.contextmanager
def mirrored(sites: int, faults: float) -> Iterator[str]:
    """A mirror on a port of its own; its address as a proxy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(MIRROR), "--port", str(port), "--sites", str(sites), "--faults", str(faults)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            print(process.stdout.readline().strip(), flush=True)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def control(proxy: str, path: str) -> str:
    """What the mirror's control host says."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    with opener.open(f"http://mirror.test{path}", timeout=30) as answer:
        return str(answer.read().decode())


def answers(proxy: str) -> Counter[str]:
    """How often the mirror answered with each status so far."""
    counted: Counter[str] = Counter()
    for key, count in json.loads(control(proxy, "/stats")).items():
        if not key.startswith("mirror.test "):
            counted[key.rpartition(" ")[2]] += count
    return counted


def crawl(folder: Path, proxy: str) -> Seen:
    """One run of the crawl, with what it says on standard output."""
    before, start = answers(proxy), time.monotonic()
    env = {**os.environ, "http_proxy": proxy, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*BROADSHEET, "crawl"], cwd=folder, env=env, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    print(done.stdout + done.stderr[-2000:], flush=True)
    return Seen(code=done.returncode, seconds=seconds, answers=answers(proxy) - before)


def coverage(folder: Path) -> dict[str, int]:
    """The fates of all announced addresses, by outcome and reason."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [*BROADSHEET, "coverage", "--archive", "archive", "--json"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    whole = json.loads(done.stdout)["total"]
    fates = {f"{fate['outcome']} {fate['reason'] or ''}".strip(): fate["count"] for fate in whole["fates"]}
    return {"all": whole["announced"], "captured": whole["captured"], **fates}


def chosen(folder: Path) -> tuple[list[str], list[str]]:
    """Ten archived articles to edit and five to take away, spread over the sites."""
    table = open_archive(folder / "archive").articles().to_table(["requested_url"])
    urls = sorted(table["requested_url"].to_pylist())
    picked = urls[:: max(1, len(urls) // 15)][:15]
    return picked[:10], picked[10:]


def latest(folder: Path) -> dict[str, str]:
    """The latest fate of each announced address."""
    table = open_archive(folder / "archive").captures().to_table(["kind", "requested_url", "at", "outcome"])
    rows = sorted(table.to_pylist(), key=lambda row: row["at"])
    return {row["requested_url"]: row["outcome"] for row in rows if row["kind"] == "article"}


def written(folder: Path, hosts: list[str]) -> int:
    """Write the configuration with a source for each host that is a name of its own; how many there are."""
    blocks, seen = [], set()
    for host in hosts:
        if (bare := host.removeprefix("www.")) not in seen:
            seen.add(bare)
            blocks.append(SOURCE.format(name=host.encode("idna").decode().replace("_", "-"), host=host))
    (folder / "broadsheet.toml").write_text(HEAD + "".join(blocks), encoding="utf-8")
    return len(blocks)


def main() -> int:
    """Run and print; the exit code."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--sites", type=int, default=0, help="only the N hosts with the most articles")
    cli.add_argument("--faults", type=float, default=0.1)
    args = cli.parse_args()
    if not MIRROR.exists():
        print(f"{MIRROR} is not there; nothing was measured")
        return 0
    wrong = []
    with tempfile.TemporaryDirectory() as first, mirrored(args.sites, 0.0) as proxy:
        folder = Path(first)
        sources = written(folder, control(proxy, "/").split())
        for number in (1, 2):
            seen = crawl(folder, proxy)
            print(f"run {number}: exit {seen.code}, {seen.seconds:.1f} s, answers {dict(seen.answers)}")
            print(f"coverage: {coverage(folder)}\n", flush=True)
        # The mirror gives front page, feed and sitemap no validators, so that these come whole each time.
        sent = seen.answers["200"] - 3 * sources
        if sent > 0:
            wrong.append(f"the second run was sent {sent} pages that had not changed")
        if coverage(folder).get("announced"):
            wrong.append("an address has no fate")
        edited, gone = chosen(folder)
        for what, urls in (("edit", edited), ("gone", gone)):
            for url in urls:
                control(proxy, f"/{what}?url={urllib.parse.quote(url, safe='')}")
        seen = crawl(folder, proxy)
        print(f"run 3, {len(edited)} edited and {len(gone)} gone: exit {seen.code}, {seen.seconds:.1f} s")
        fates = latest(folder)
        told = Counter(fates[url] for url in edited), Counter(fates[url] for url in gone)
        print(
            f"edited: {dict(told[0])}; gone: {dict(told[1])}; revised in all: {Counter(fates.values())['revised']}\n",
            flush=True,
        )
        if told[1] != Counter({"gone": len(gone)}):
            wrong.append("an article that is gone was not found gone")
        if sum(fate == "revised" and url not in edited for url, fate in fates.items()):
            wrong.append("an article was revised that nobody edited")
    with tempfile.TemporaryDirectory() as second, mirrored(args.sites, args.faults) as proxy:
        folder = Path(second)
        written(folder, control(proxy, "/").split())
        seen = crawl(folder, proxy)
        print(f"faults {args.faults}: exit {seen.code}, {seen.seconds:.1f} s, answers {dict(seen.answers)}")
        print(f"coverage: {coverage(folder)}")
        if coverage(folder).get("announced"):
            wrong.append("an address has no fate after faults")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
