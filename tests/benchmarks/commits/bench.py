"""How many batches a minute one archive takes, and how many requests a batch costs on S3: ``make bench-commits``.

usage: bench.py [--seconds 20] [--write]

Writers in processes of their own commit batches of ten articles, each to ``captures`` and to ``articles``, as fast as
they can, in a folder. On S3 (moto's server on loopback) one writer commits a hundred batches, and the server's log
tells the requests; how many a minute a real store takes follows from its own latency, which a loopback server has not.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from storage.archive import Archive, Run
from tests.archive_samples import article, begin, capture
from tests.benchmarks.figures import put, where
from tests.storage.object_storage.faulty import answers, free_port

SPAWN = multiprocessing.get_context("spawn")
WRITERS = (1, 4, 16)
ROWS = 10
BATCHES = 100
_REQUEST = re.compile(r'"(GET|PUT|POST|HEAD|DELETE) (\S+) HTTP')


def write(run: Run, number: int) -> None:
    """Commit one batch."""
    for row in range(number * ROWS, (number + 1) * ROWS):
        run.record(capture(row), article(row))
    run.commit(run.take())


def writing(root: str, ready: Barrier, over: Event, told: Any) -> None:
    """Commit until it is over; tells how many batches there were and how long the slowest took."""
    archive = Archive(Path(root))
    run, number, slowest = begin(archive), 0, 0.0
    ready.wait()
    while not over.is_set():
        started = time.perf_counter()
        write(run, number)
        slowest = max(slowest, time.perf_counter() - started)
        number += 1
    run.abandon()
    told.put((number, slowest))


def at_once(folder: Path, writers: int, seconds: float) -> tuple[float, float]:
    """Batches a minute, and the seconds that the slowest took."""
    archive = Archive.create(folder)
    ready, over, told = SPAWN.Barrier(writers + 1), SPAWN.Event(), SPAWN.Queue()
    processes = [SPAWN.Process(target=writing, args=(str(archive.root), ready, over, told)) for _ in range(writers)]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    time.sleep(seconds)
    over.set()
    found = [told.get() for _ in processes]
    took = time.perf_counter() - started
    for process in processes:
        process.join()
    return sum(count for count, _ in found) * 60 / took, max(slowest for _, slowest in found)


def on_s3(folder: Path) -> Counter[str]:
    """Requests by method that :data:`BATCHES` batches need."""
    port = free_port()
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-test-1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    said = folder / "server.log"
    with said.open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            answers(server, port, "PUT", "/papers")
            archive = Archive.create("s3://papers/archive", spool=folder / "spool")
            run = begin(archive)
            write(run, 0)
            before = len(_REQUEST.findall(said.read_text(encoding="utf-8")))
            for number in range(1, BATCHES + 1):
                write(run, number)
            text = said.read_text(encoding="utf-8")
            run.abandon()
        finally:
            server.terminate()
            server.wait()
    found = _REQUEST.findall(text)[before:]
    return Counter(method for method, _ in found)


def main() -> int:
    """Measure, print, and write where that is asked for."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--seconds", type=float, default=20)
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    lines = [where("deltalake", "pyarrow"), ""]
    with tempfile.TemporaryDirectory() as name:
        for writers in WRITERS:
            rate, slowest = at_once(Path(name) / f"archive-{writers}", writers, args.seconds)
            noun = "writer" if writers == 1 else "writers at once"
            lines.append(
                f"- {writers} {noun}, in a folder: {rate:,.0f} batches a minute; the slowest took {slowest:.1f} s"
            )
            print(lines[-1], flush=True)
        requests = on_s3(Path(name))
    told = ", ".join(f"{count / BATCHES:.1f} {method}" for method, count in requests.most_common())
    lines.append(f"- one batch on S3: {sum(requests.values()) / BATCHES:.1f} requests ({told})")
    print(lines[-1])
    if args.write:
        put("commits", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
