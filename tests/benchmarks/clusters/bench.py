"""How long it takes to tell copies, and how much memory: ``make bench-clusters``.

An archive of invented articles, 300 words each of a vocabulary of 30,000 (as often as words are, by Zipf), is written
once below ``build/bench-clusters``: 200 papers, 50,000 articles a month, every eighth a copy of one that came shortly
before it, a third of these shortened to a half. Each measurement is a process of its own: the first run over all of
them, a second one over 10,000 new articles, a third one that finds nothing to do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from deltalake import WriterProperties, write_deltalake

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from pipelines.clusters import cluster  # noqa: E402
from storage.archive import Archive, open_archive  # noqa: E402
from storage.schema import ARTICLES  # noqa: E402

FOLDER = ROOT / "build" / "bench-clusters"
PAPERS, WORDS, LENGTH, A_MONTH, NEW = 200, 30_000, 300, 50_000, 10_000
BEGIN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def build(folder: Path, count: int) -> None:
    """Write an archive of ``count`` articles."""
    archive = Archive.create(folder)
    dice = np.random.default_rng(1)
    for begin in range(0, count, A_MONTH):
        _append(archive, begin, min(A_MONTH, count - begin), dice)
        print(f"\r{min(begin + A_MONTH, count):,} articles written", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _append(archive: Archive, begin: int, count: int, dice: np.random.Generator) -> None:
    vocabulary = np.array([f"{'aeiou'[n % 5]}{n:x}" for n in range(WORDS)])
    texts: list[str] = []
    for number in range(count):
        if number > 100 and number % 8 == 0:
            parts = texts[number - int(dice.integers(1, 100))].split("\n\n")
            texts.append("\n\n".join(parts[: len(parts) // 2] if number % 3 == 0 else [*parts[:-1], "Another end."]))
            continue
        words = vocabulary[np.minimum(dice.zipf(1.3, LENGTH), WORDS) - 1]
        texts.append("\n\n".join(" ".join(words[at : at + 50]) for at in range(0, LENGTH, 50)))
    at = np.arange(begin, begin + count)
    seen = int(BEGIN.timestamp() * 1e6) + at * (30 * 86_400_000_000 // A_MONTH)
    month = f"{2024 + begin // A_MONTH // 12}-{begin // A_MONTH % 12 + 1:02}"
    urls = [f"https://www.paper{number % PAPERS}.test/{number}" for number in at]
    told: dict[str, object] = {
        "row": [f"{number:020}" for number in at],
        "id": [f"{number:032x}" for number in at],
        "source": [f"paper{number % PAPERS}" for number in at],
        **dict.fromkeys(("url", "canonical_url", "requested_url"), urls),
        **dict.fromkeys(("date_crawled", "first_seen", "date_published"), pa.array(seen, pa.timestamp("us", "UTC"))),
        "body": texts,
    }
    fixed = {"kind": "news", "access": "free", "word_count": LENGTH, "month": month}
    columns = []
    for field in ARTICLES.schema:
        if field.name in told:
            columns.append(pa.array(told[field.name], field.type))
        elif field.nullable:
            columns.append(pa.nulls(count, field.type))
        else:
            empty = [] if pa.types.is_list(field.type) else fixed.get(field.name, "bench")
            columns.append(pa.array([empty] * count, field.type))
    rows = pa.table(columns, schema=ARTICLES.schema)
    target = str(archive.root / ARTICLES.name)
    write_deltalake(target, rows, mode="append", writer_properties=WriterProperties(compression="ZSTD"))


def measured(archive: Path) -> dict[str, float]:
    """One run in a process of its own: seconds, and megabytes at most."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", str(archive)], check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def run(archive: Path) -> None:
    """What :func:`measured` starts."""
    begin, cpu = time.perf_counter(), time.process_time()
    done = cluster(open_archive(archive), say=lambda line: print(line, file=sys.stderr, flush=True))
    # Not ru_maxrss: a process begins with the highest of the one that started it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    told = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "megabytes": memory}
    print(json.dumps({**told, "compared": done.compared, "copies": done.copies}))


def main() -> None:
    """Build the archive, measure, and print a line for each run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--run", type=Path)
    wanted = parser.parse_args()
    if wanted.run:
        run(wanted.run)
        return
    folder = FOLDER / str(wanted.articles)
    shutil.rmtree(folder, ignore_errors=True)
    build(folder, wanted.articles)
    print("| run | articles | copies | seconds | CPU seconds | MB at most |\n|---|---|---|---|---|---|")
    for name in ("first", f"{NEW:,} new ones", "nothing new"):
        if name.endswith("ones"):
            _append(open_archive(folder), -(-wanted.articles // A_MONTH) * A_MONTH, NEW, np.random.default_rng(2))
        told = measured(folder)
        figures = (told["compared"], told["copies"], told["seconds"], told["cpu"], told["megabytes"])
        print(f"| {name} | " + " | ".join(f"{figure:,.0f}" for figure in figures) + " |", flush=True)
    size = sum(path.stat().st_size for path in (folder / "clusters").rglob("*.parquet"))
    print(f"\nThe table takes {size / (wanted.articles + NEW):,.0f} bytes an article.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
