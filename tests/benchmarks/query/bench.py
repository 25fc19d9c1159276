"""What a question about one source and one month costs in DuckDB: over the archive, and over gzipped JSON lines.

usage: bench.py [--rows 5000000] [--folder build/bench-query] [--write]

The archive is generated as compaction leaves one: 40 sources, 24 months, a file a month, sorted by source and date; its
texts are 80 words of an invented vocabulary, so that the JSON lines are easier to read through than real ones. It stays
in the folder and is used again. Each question is asked three times in turn; the median counts.
"""

from __future__ import annotations

import argparse
import calendar
import datetime as dt
import json
import shutil
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[3]))

from storage import log, parquet
from storage.archive import Archive
from storage.schema import ARTICLES
from tests.benchmarks.figures import put, where

MONTHS = [(year, month) for year in (2025, 2026) for month in range(1, 13)]
SOURCES = 40
WORDS = 80
WANTED = ("paper-17", dt.date(2026, 3, 1), dt.date(2026, 3, 31))
ROUNDS = 3


def vocabulary(random: np.random.Generator) -> pa.Array:
    """Sentences of words whose frequencies fall as those of languages do (Zipf)."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(random.choice(letters, random.integers(2, 11))) for _ in range(20_000)])
    weights = 1 / np.arange(1, len(words) + 1)
    chosen = random.choice(words, (20_000, WORDS // 4), p=weights / weights.sum())
    return pa.array([" ".join(row) + "." for row in chosen])


def month_of(number: int, rows: int, sentences: pa.Array, random: np.random.Generator) -> pa.Table:
    """A month's articles, sorted as the archive's files are."""
    year, month = MONTHS[number]
    serial = np.arange(number * rows, (number + 1) * rows, dtype=np.uint64)
    key = pa.array([f"{value:032x}" for value in (serial * np.uint64(0x9E3779B97F4A7C15)).tolist()])
    source = pa.array([f"paper-{n:02}" for n in range(SOURCES)]).take(pa.array(random.integers(0, SOURCES, rows)))
    days = pa.array([dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])])
    date = days.take(pa.array(random.integers(0, len(days), rows)))
    body = pc.binary_join_element_wise(
        *(sentences.take(pa.array(random.integers(0, len(sentences), rows))) for _ in range(4)), "\n\n"
    )
    url = pc.binary_join_element_wise("https://www.", source, ".test/news/", key, "")
    at = pc.cast(date, pa.timestamp("us", "UTC"))
    texts = {"kind": "news", "access": "free", "language": "en", "extractor": "bench", "run": "bench"}
    filled: dict[str, pa.Array] = {
        "row": key, "id": key, "revision": key, "url": url, "canonical_url": url, "requested_url": url,
        "source": source, "domain": source, "title": pc.utf8_slice_codeunits(body, 0, 60), "date": date,
        "date_published": at, "date_crawled": at, "first_seen": at, "body": body,
        "word_count": pa.array(np.full(rows, WORDS), pa.int32()),
        "month": pa.array([f"{year}-{month:02}"]).take(pa.array(np.zeros(rows, np.int64))),
    }  # fmt: skip
    columns = []
    for field in ARTICLES.schema:
        if field.name in filled:
            columns.append(filled[field.name])
        elif field.name in texts:
            columns.append(pa.array([texts[field.name]]).take(pa.array(np.zeros(rows, np.int64))))
        elif pa.types.is_list(field.type):
            columns.append(pa.array([[]] * rows, field.type))
        else:
            columns.append(pa.nulls(rows, field.type))
    table = pa.Table.from_arrays(columns, schema=ARTICLES.schema)
    return table.sort_by([(name, "ascending") for name in ARTICLES.sort_by])


def generate(folder: Path, rows: int) -> None:
    """Write the archive and the JSON lines, where they are not there yet."""
    marker = folder / "rows.json"
    if marker.exists() and json.loads(marker.read_text()) == rows:
        return
    # A plain reader counts what a stopped run left.
    shutil.rmtree(folder / "archive", ignore_errors=True)
    archive = Archive.create(folder / "archive")
    table = archive.local / "articles"
    random = np.random.default_rng(20261122)
    sentences = vocabulary(random)
    added = []
    for number, (year, month) in enumerate(MONTHS):
        made = month_of(number, rows // len(MONTHS), sentences, random)
        size = made.nbytes // 3
        path = f"month={year}-{month:02}/bench-{uuid.uuid4()}.zstd.parquet"
        added.append(parquet.write(table, path, made, ARTICLES, row_group=parquet.group_rows(made.num_rows, size)))
        print(f"{year}-{month:02} written", flush=True)
    log.replace(table, removed=(), added=added, operation="WRITE", data_change=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM {parquet_of(folder)}) TO '{folder}/all.jsonl.gz' (FORMAT json, COMPRESSION gzip)"
        )
    marker.write_text(json.dumps(rows))


def parquet_of(folder: Path) -> str:
    """The archive's articles as DuckDB reads them."""
    return f"read_parquet('{folder}/archive/articles/month=*/*.parquet', hive_partitioning = true)"


def lines_of(folder: Path) -> str:
    """The JSON lines as DuckDB reads them, with the types given so that it need not guess."""
    types = "{source: 'VARCHAR', date: 'DATE', title: 'VARCHAR', body: 'VARCHAR', word_count: 'INTEGER'}"
    return f"read_json('{folder}/all.jsonl.gz', format = 'newline_delimited', columns = {types})"


def timed(question: str) -> tuple[float, int]:
    """Seconds that DuckDB takes for ``question``, and how many rows it gives."""
    with duckdb.connect() as connection:
        start = time.perf_counter()
        found = connection.sql(question).fetchall()
        return time.perf_counter() - start, len(found)


def groups(folder: Path) -> Iterator[bool]:
    """Of each row group, whether its statistics leave it to be read."""
    source, first, last = WANTED
    for file in sorted((folder / "archive" / "articles").glob("month=*/*.parquet")):
        with pq.ParquetFile(file) as opened:
            at = {opened.metadata.row_group(0).column(n).path_in_schema: n for n in range(opened.metadata.num_columns)}
            for number in range(opened.metadata.num_row_groups):
                group = opened.metadata.row_group(number)
                sources, dates = (group.column(at[name]).statistics for name in ("source", "date"))
                yield sources.min <= source <= sources.max and dates.min <= last and dates.max >= first


def main() -> int:
    """Generate where needed, ask, print, and write where that is asked for; 1 where the answers differ."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--rows", type=int, default=5_000_000)
    cli.add_argument("--folder", type=Path, default=Path(__file__).parents[3] / "build" / "bench-query")
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    generate(args.folder, args.rows)
    source, first, last = WANTED
    wanted = f"source = '{source}' AND date BETWEEN '{first}' AND '{last}'"
    question = f"SELECT date, title, body FROM {{}} WHERE {wanted}"
    seconds: dict[str, list[float]] = {"parquet": [], "lines": []}
    found: set[int] = set()
    for _ in range(ROUNDS):
        for name, relation in (("parquet", parquet_of(args.folder)), ("lines", lines_of(args.folder))):
            took, rows = timed(question.format(relation))
            seconds[name].append(took)
            found.add(rows)
            print(f"{name}: {took:.2f} s, {rows:,} rows", flush=True)
    read = list(groups(args.folder))
    sizes = {
        "parquet": sum(file.stat().st_size for file in (args.folder / "archive" / "articles").rglob("*.parquet")),
        "lines": (args.folder / "all.jsonl.gz").stat().st_size,
    }
    fast, slow = (statistics.median(seconds[name]) for name in ("parquet", "lines"))
    lines = [
        where("duckdb", "pyarrow"),
        "",
        f"- {args.rows:,} generated articles of {SOURCES} sources and {len(MONTHS)} months: "
        f"{sizes['parquet'] / 1e9:.2f} GB of Parquet, {sizes['lines'] / 1e9:.2f} GB of gzipped JSON lines",
        f"- {max(found):,} texts of one source in one month: {fast:.2f} s from the archive, {slow:.0f} s from the JSON "
        f"lines, {slow / fast:,.0f} times as long",
        f"- {len(read) - sum(read):,} of {len(read):,} row groups are skipped by their statistics",
    ]
    print(*lines, sep="\n")
    if args.write:
        put("query", lines)
    return 0 if len(found) == 1 and found != {0} else 1


if __name__ == "__main__":
    sys.exit(main())
