"""Bytes on the disk for an article: in Parquet and in the WARC, beside JSON lines gzipped and the pages' own gzip.

usage: bench.py [--archive FOLDER] [--write]

Without an archive the mirror of saved sites is crawled, ../shared/bench/mirror.py; without that nothing is measured.
The archive is compacted first. ``--write`` puts the figures into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from pipelines.pages import page_of
from storage import compact, open_archive, vacuum, warc
from storage.export import Wanted, export
from storage.records import Page, WarcPosition
from tests.benchmarks.crawl.mirror import MIRROR, control, crawl, mirrored, written
from tests.benchmarks.figures import put, where


def pages(folder: Path) -> tuple[int, int, int]:
    """Of the pages behind the current articles: bytes of HTML, the same by ``gzip -6``, and of their WARC records."""
    archive = open_archive(folder)
    plain = packed = stored = 0
    for row in archive.articles().to_table(["warc_file", "warc_offset", "warc_length"]).to_pylist():
        place = WarcPosition(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
        page = page_of(warc.read(archive.warc, place))
        assert isinstance(page, Page), page
        plain += len(page.body)
        packed += len(gzip.compress(page.body, 6))
        stored += row["warc_length"]
    return plain, packed, stored


def measured(folder: Path) -> list[str]:
    """The figures of the archive in ``folder``, a line of a table each; it is compacted."""
    compact.compact(folder, many=1)
    vacuum.vacuum(folder, grace=vacuum.GRACE * 0)
    archive = open_archive(folder)
    rows = archive.articles().count_rows()
    plain, packed, stored = pages(folder)
    segments = sum(file.stat().st_size for file in (folder / "warc").rglob("*.warc.gz"))
    tables = {
        name: sum(file.stat().st_size for file in (folder / name).rglob("*.parquet"))
        for name in ("articles", "captures")
    }
    files = sum(1 for _ in (folder / "articles").rglob("*.parquet"))
    with tempfile.TemporaryDirectory() as aside:
        lines = export(archive, Wanted(form="jsonl"), Path(aside) / "a.jsonl.gz").files[0].bytes
        single = export(archive, Wanted(), Path(aside) / "a.parquet").files[0].bytes

    def line(what: str, size: int) -> str:
        return f"| {what} | {size / rows:,.0f} | {size / packed:.2f} |"

    return [
        f"{rows:,} articles of saved sites; {plain / rows:,.0f} bytes of HTML each.",
        "",
        "| what | bytes an article | beside the pages' gzip |",
        "|---|---:|---:|",
        line("the pages themselves, each by `gzip -6`", packed),
        line("their WARC records, with the headers of question and answer", stored),
        line("all of `warc/`: with robots.txt, entrances, what is no article", segments),
        line("JSON lines of the articles, gzipped", lines),
        line(f"table `articles`, compacted, {files:,} files", tables["articles"]),
        line("`broadsheet export -o all.parquet`", single),
        line("table `captures`, compacted", tables["captures"]),
    ]


def main() -> int:
    """Crawl where there is no archive, measure, print, and write where that is asked for."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--archive", type=Path)
    cli.add_argument("--write", action="store_true")
    args = cli.parse_args()
    if args.archive is None and not MIRROR.exists():
        print(f"{MIRROR} is not there; nothing was measured")
        return 0
    if args.archive is not None:
        lines = measured(args.archive)
    else:
        with tempfile.TemporaryDirectory() as name, mirrored(0, 0.0) as proxy:
            written(Path(name), control(proxy, "/").split())
            crawl(Path(name), proxy)
            lines = measured(Path(name) / "archive")
    print(*lines, sep="\n")
    if args.write:
        put("size", [where("pyarrow"), "", *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
