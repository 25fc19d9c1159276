"""How long a run's history takes to load, and how much memory: ``make bench-history``.

An archive with the rows of so many known URLs (announced, then archived; some visited again, some failed) is written
once below ``build/bench-history``, in files as a run commits them, and each measurement is a process of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import WriterProperties, write_deltalake

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from crawler.due import due  # noqa: E402
from pipelines.history import History  # noqa: E402
from storage.archive import Archive, open_archive  # noqa: E402
from storage.schema import CAPTURES  # noqa: E402

SOURCES = 2_000
AT_ONCE = 500_000
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = 86_400_000_000


def build(folder: Path, urls: int) -> None:
    """Write an archive that knows ``urls`` URLs."""
    archive = Archive.create(folder)
    chance = np.random.default_rng(1)
    for begin in range(0, urls, AT_ONCE):
        count = min(AT_ONCE, urls - begin)
        _append(archive, begin, count, chance)
        print(f"\r{begin + count:,} URLs written", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _append(archive: Archive, begin: int, count: int, chance: np.random.Generator) -> None:
    number = pa.array(np.arange(begin, begin + count))
    text = pc.cast(number, pa.string())
    source = pa.array([f"paper-{one:04}" for one in chance.integers(0, SOURCES, count)])
    slug = pc.binary_join_element_wise("harbour-board-decides-on-the-new-ferry-timetable", text, "-")
    url = pc.binary_join_element_wise("https://www.", source, ".test/2026/11/", slug, "")
    query = pa.array(chance.random(count) < 0.1)
    url = pc.if_else(query, pc.binary_join_element_wise(url, "?id=", text, ""), url)
    seen = int(NOON.timestamp() * 1e6) - chance.integers(0, 900 * DAY, count)
    digest = pa.array([f"{one:032x}" for one in range(begin, begin + count)])
    announced = {
        "kind": "article", "source": source, "requested_url": url, "at": seen, "outcome": "announced",
        "announced_by": pc.binary_join_element_wise("https://www.", source, ".test/feed.xml", ""),
        "announced_kind": "feed", "announced_at": seen, "announced_title": slug, "run": "first", "batch": 1,
    }  # fmt: skip
    archived = announced | {
        "at": seen + 5_000_000, "outcome": "archived", "id": digest, "revision": digest, "title": slug, "url": url,
        "status": 200, "etag": digest, "last_modified": "Sun, 22 Nov 2026 12:00:00 GMT",
        "payload_digest": digest, "warc_file": "2026/11/22/first-00001.warc.gz", "warc_offset": np.arange(count),
        "warc_length": 9,
    }  # fmt: skip
    table = pa.concat_tables([_table(announced, count), _table(archived, count)])
    again = pa.array(chance.random(count) < 0.2)
    later = archived | {"at": seen + 3600_000_000, "outcome": "unchanged", "reason": "not_modified", "status": 304}
    broken = pa.array(chance.random(count) < 0.02)
    failed = announced | {"at": seen + 2 * 3600_000_000, "outcome": "failed", "reason": "http_500", "status": 500}
    table = pa.concat_tables([table, _table(later, count).filter(again), _table(failed, count).filter(broken)])
    table = table.sort_by([(name, "ascending") for name in CAPTURES.sort_by])
    write_deltalake(
        str(archive.root / CAPTURES.name), table, mode="append",
        writer_properties=WriterProperties(compression="ZSTD", max_row_group_size=131_072),
    )  # fmt: skip


def _table(values: dict[str, object], count: int) -> pa.Table:
    columns = []
    for field in CAPTURES.schema:
        value = values.get(field.name)
        if isinstance(value, np.ndarray | pa.Array | pa.ChunkedArray):
            columns.append(pa.array(value).cast(field.type))
        else:
            columns.append(pa.repeat(pa.scalar(value, field.type), count))
    return pa.Table.from_arrays(columns, schema=CAPTURES.schema)


def measure(folder: Path) -> dict[str, float]:
    """Load the history of an archive in this process, and ask it what a run asks."""
    before = _peak()
    begun, working = time.perf_counter(), time.process_time()
    history = History.load(open_archive(folder), [f"paper-{one:04}" for one in range(SOURCES)])
    loaded = time.perf_counter()
    peak, cpu = _peak(), time.process_time() - working
    open_urls = sum(1 for _ in history.due(lambda urls: due(urls, now=NOON, revisit=())))
    answered = time.perf_counter()
    known = [f"https://www.paper-0001.test/2026/11/nothing-{one}" for one in range(100_000)]
    for url in known:
        history.glance(url)
    return {
        "urls": len(history),
        "seconds": loaded - begun,
        "cpu_seconds": cpu,
        "peak_gb": peak / 1e9,
        "interpreter_gb": before / 1e9,
        "due": open_urls,
        "due_seconds": answered - loaded,
        "glance_microseconds": (time.perf_counter() - answered) / len(known) * 1e6,
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def main() -> None:
    """Build what is missing, measure in a fresh process, print a row for docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=10_000_000)
    parser.add_argument("--measure", action="store_true", help="measure in this process")
    options = parser.parse_args()
    folder = ROOT / "build" / "bench-history" / str(options.urls)
    if options.measure:
        print(json.dumps(measure(folder / "archive")))
        return
    if not (folder / "complete").exists():
        build(folder / "archive", options.urls)
        (folder / "complete").touch()
    command = [sys.executable, __file__, "--urls", str(options.urls), "--measure"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = open_archive(folder / "archive").captures().count_rows()
    print(
        "| known URLs | rows | load | of processor time | peak memory | due URLs, all their rows read | one look-up |"
    )
    print("|---|---|---|---|---|---|---|")
    load = f"{found['seconds']:.1f} s | {found['cpu_seconds']:.1f} s | {found['peak_gb']:.2f} GB"
    asked = f"{found['due']:,.0f} in {found['due_seconds']:.1f} s | {found['glance_microseconds']:.1f} µs"
    print(f"| {found['urls']:,.0f} | {rows:,} | {load} | {asked} |")


if __name__ == "__main__":
    main()
