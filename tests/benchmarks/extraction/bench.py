"""Score Broadsheet and its peers on saved real pages, and write the table of docs/extraction.md.

usage: bench.py [--peers NAME,NAME…] [--bench FOLDER] [--limit N]

The scoring and the timing program and the pages lie in FOLDER (default ../shared/bench, seen from the repository). Each
extractor runs by itself, one after another; what needs other packages gets a virtual environment in build/bench. What
was measured is kept in results.json after each extractor, so that an interrupted run is continued with --peers. Every
page's answer goes to build/bench/NAME.jsonl.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import table
from peers import BY_NAME, PEERS, Peer
from results import Result, load, save

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "bench"
SECONDS_PER_RUN = 5400
"""Wall clock of one program; it ends what hangs outside Python, where a page's own limit cannot reach."""
NEVER = frozenset({"pages/s"})
"""Figures that are not kept: they depend on what else the machine was doing."""


class BenchError(Exception):
    """One extractor could not be measured; the message says why."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def python_of(peer: Peer) -> Path:
    """The interpreter that has the extractor and trafilatura; its environment is made where it is missing or old.

    Raises:
        BenchError: The installation failed.
    """
    if not peer.requirements:
        return Path(sys.executable)
    wanted = [*peer.requirements, f"trafilatura=={version('trafilatura')}"]
    home = BUILD / peer.name
    python, stamp = home / "bin" / "python", home / "requirements.txt"
    text = "\n".join(wanted) + "\n"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == text:
        return python
    say(f"{peer.name}: installing {', '.join(wanted)}")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for step in (
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [*pip, "--upgrade", "pip"],
        [*pip, *wanted],
    ):
        done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=SECONDS_PER_RUN)
        if done.returncode:
            raise BenchError(f"{' '.join(step)} failed:\n{done.stderr[-2000:]}")
    stamp.write_text(text, encoding="utf-8")
    return python


def version_of(peer: Peer, python: Path) -> str:
    code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"
    return subprocess.run(
        [python, "-c", code, peer.package], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def run(peer: Peer, python: Path, program: Path, *options: str, pages: int = 0) -> str:
    """What the program prints when it is given the extractor.

    Raises:
        BenchError: It failed or took too long.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "PYTHONWARNINGS": "ignore",
        "BENCH_ADAPTER": peer.adapter,
        "BENCH_PAGES": str(pages),
        "TLDEXTRACT_CACHE": str(BUILD / "tldextract"),
    }
    command = [str(python), str(program), "--extractor", "guarded:extract", *options]
    try:
        done = subprocess.run(
            command, env=environment, cwd=BUILD, stdout=subprocess.PIPE, text=True, check=False, timeout=SECONDS_PER_RUN
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{program.name} took longer than {SECONDS_PER_RUN} s") from None
    if done.returncode:
        raise BenchError(f"{program.name} ended with {done.returncode}")
    return done.stdout


def pace(peer: Peer, python: Path, bench: Path, limit: int | None) -> float:
    """Time one extractor: how many times it is as fast as trafilatura.

    Raises:
        BenchError: It could not be timed.
    """
    say(f"  {peer.adapter}: timing")
    timed = run(peer, python, bench / "speed.py", *(["--pages", str(limit), "--rounds", "1"] if limit else []))
    ratio = re.search(r"^times as fast as trafilatura: ([\d.]+)$", timed, flags=re.MULTILINE)
    if ratio is None:
        raise BenchError(f"speed.py told no ratio: {timed[-500:]}")
    return float(ratio[1])


def measure(peer: Peer, bench: Path, truth: Path, limit: int | None) -> Result:
    """Score and time one extractor.

    Raises:
        BenchError: It could not be installed, scored or timed.
    """
    python = python_of(peer)
    sets = Counter(json.loads(line)["set"] for line in truth.open(encoding="utf-8"))
    some = ["--limit", str(limit)] if limit else []
    pages = sum(min(limit or size, size) for size in sets.values())
    details = BUILD / f"{peer.name}.jsonl"
    scored = run(peer, python, bench / "score.py", "--json", "--details", str(details), *some, pages=pages)
    try:
        figures = {
            name: {figure: round(value, 4) for figure, value in row.items() if figure not in NEVER}
            for name, row in json.loads(scored).items()
        }
    except ValueError as error:
        raise BenchError(f"score.py printed no JSON ({error}): {scored[-500:]}") from error
    speed = 1.0 if peer.name == "trafilatura" else pace(peer, python, bench, limit)
    return Result(
        version=version_of(peer, python),
        date=datetime.now(UTC).date().isoformat(),
        python=platform.python_version(),
        data=hashlib.sha256(truth.read_bytes()).hexdigest(),
        speed=speed,
        sets=figures,
    )


def arguments() -> argparse.Namespace:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--peers", default="", help=f"some of {','.join(BY_NAME)}; all where it is empty")
    cli.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", metavar="FOLDER")
    cli.add_argument("--limit", type=int, metavar="N", help="pages of each set; prints the table and keeps nothing")
    chosen = cli.parse_args()
    chosen.peers = [name.strip() for name in chosen.peers.split(",") if name.strip()] or list(BY_NAME)
    if unknown := sorted(set(chosen.peers) - set(BY_NAME)):
        cli.error(f"unknown: {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    return chosen


def main() -> int:
    chosen = arguments()
    bench = chosen.bench.resolve()
    truth = bench / "dev" / "truth.jsonl"
    programs = (bench / "score.py", bench / "speed.py")
    if missing := [path for path in (truth, *programs) if not path.exists()]:
        say(f"Nothing is measured: {missing[0]} is not there. The pages are not part of the repository.")
        return 0
    BUILD.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(truth.read_bytes()).hexdigest()
    results: dict[str, Result] = {}
    for name, result in ({} if chosen.limit else load()).items():
        if result.data == digest and name in BY_NAME:
            results[name] = result
        elif name not in chosen.peers:
            say(f"{name}: left out, it was measured on other pages")
    failed = 0
    for peer in PEERS:
        if peer.name not in chosen.peers:
            continue
        say(f"{peer.name}:")
        try:
            results[peer.name] = measure(peer, bench, truth, chosen.limit)
        except (BenchError, OSError, subprocess.SubprocessError) as error:
            say(f"{peer.name}: not measured, its old row stays. {error}")
            failed += 1
            continue
        if not chosen.limit:
            save(results)
    if chosen.limit:
        print(table.render(results))
    else:
        table.write(results)
        say(f"Written: {table.PAGE.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
