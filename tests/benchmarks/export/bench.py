"""What an export costs, in memory and processor time, for docs/export.md: ``make bench-export``.

usage: bench.py [--rows 300000 --rows 1000000] [--folder build/bench-export]

The archive is generated as compaction leaves one, by the generator of ``bench-query``, but with texts of 400 words; a
tenth as many rows of earlier revisions stand in a file of their own. Each export is a process of its own, into Parquet
and into JSON lines with zstd. It stays in the folder and is used again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from storage import log, parquet  # noqa: E402
from storage.archive import Archive, open_archive  # noqa: E402
from storage.export import Wanted, export  # noqa: E402
from storage.schema import ARTICLES  # noqa: E402
from tests.benchmarks.figures import where  # noqa: E402
from tests.benchmarks.query import bench as query  # noqa: E402

WORDS = 400


def generate(folder: Path, rows: int) -> None:
    """Write an archive of ``rows`` articles, where it is not there yet."""
    marker = folder / "rows.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == rows:
        return
    shutil.rmtree(folder, ignore_errors=True)
    archive = Archive.create(folder / "archive")
    query.WORDS = WORDS
    random = np.random.default_rng(20261122)
    sentences = query.vocabulary(random)
    added = []
    for number, (year, month) in enumerate(query.MONTHS):
        made = query.month_of(number, rows // len(query.MONTHS), sentences, random)
        added.append(_written(archive, made, f"month={year}-{month:02}"))
        # An earlier revision sorts before the current one, whose key is the article's.
        older = made.slice(0, made.num_rows // 10)
        keys = pa.array([f"-{key[1:]}" for key in older["row"].to_pylist()])
        at = ARTICLES.schema.get_field_index("row")
        added.append(
            _written(archive, older.set_column(at, ARTICLES.schema.field(at), keys), f"month={year}-{month:02}")
        )
        print(f"{year}-{month:02} written", file=sys.stderr, flush=True)
    log.replace(archive.local / "articles", removed=(), added=added, operation="WRITE", data_change=True)
    marker.write_text(json.dumps(rows), encoding="utf-8")


def _written(archive: Archive, rows: pa.Table, month: str) -> log.AddedFile:
    path = f"{month}/bench-{uuid.uuid4()}.zstd.parquet"
    group = parquet.group_rows(rows.num_rows, rows.nbytes // 3)
    return parquet.write(archive.local / "articles", path, rows, ARTICLES, row_group=group)


def run(archive: Path, target: Path) -> None:
    """What :func:`measured` starts: one export; prints what it took."""
    begin, cpu = time.perf_counter(), time.process_time()
    form = "jsonl" if ".jsonl" in target.name else "parquet"
    done = export(open_archive(archive), Wanted(form=form), target, force=True)
    # Not ru_maxrss: a process begins with the highest of the one that started it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    told = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "rows": done.rows}
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({**told, "megabytes": memory, "bytes": done.files[0].bytes, "sha256": done.files[0].sha256}))


def measured(archive: Path, target: Path) -> dict[str, float]:
    """One export in a process of its own."""
    command = [sys.executable, __file__, "--run", str(archive), str(target)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Generate where needed, measure, and print."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--rows", type=int, action="append")
    cli.add_argument("--folder", type=Path, default=ROOT / "build" / "bench-export")
    cli.add_argument("--run", type=Path, nargs=2)
    args = cli.parse_args()
    if args.run:
        run(*args.run)
        return
    lines = [
        where("pyarrow"),
        "",
        "| articles | form | MB of memory | seconds | CPU seconds | bytes an article |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for rows in args.rows or (300_000, 1_000_000):
        folder = args.folder / str(rows)
        generate(folder, rows)
        for name in ("all.parquet", "all.jsonl.zst"):
            told = measured(folder / "archive", folder / name)
            (folder / name).unlink()
            figures = (told["megabytes"], told["seconds"], told["cpu"], told["bytes"] / told["rows"])
            lines.append(f"| {told['rows']:,} | {name[4:]} | " + " | ".join(f"{one:,.0f}" for one in figures) + " |")
            print(lines[-1], told["sha256"], flush=True)
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
