"""``broadsheet demo``: a whole crawl of the demo newspapers, from nothing to a table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from crawler.commands import show
from crawler.commands.crawl import closing_lines, run
from crawler.config import check_archive_path, parse
from crawler.demo import SHOWCASE_URL, demo_config_toml
from crawler.demo.server import DemoServer
from crawler.session import Session
from crawler.terminal import clean, say_on
from storage.archive import Archive

ROWS = 12
_PROXIES = ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY")


def demo(archive: Path, *, out: Console, err: Console, log_level: str = "WARNING") -> int:
    """Serve the demo newspapers on loopback, crawl them into ``archive``, show what came; returns the exit code."""
    config = parse(demo_config_toml(str(archive.absolute())), Path("demo.toml"))
    check_archive_path(config)
    with DemoServer() as server, _proxied(server.proxy_url):
        out.print(f"Demo newspapers on {server.proxy_url}, crawling them into {archive}")
        code, session = run(
            lambda: Session.open(config, command="demo", say=say_on(err)),
            console=err,
            log_level=log_level,
        )
    out.print()
    for line in closing_lines(session):
        out.print(line)
    out.print()
    _present(session.archive, archive, out)
    return code


def _present(archive: Archive, path: Path, out: Console) -> None:
    rows = archive.articles().to_table(["date", "source", "language", "title", "bullets"])
    rows = rows.sort_by([("date", "descending"), ("title", "ascending")])
    table = Table(title=f"{path}/articles: {rows.num_rows} articles, the newest {min(ROWS, rows.num_rows)}", box=None)
    for name, width in (("date", 10), ("source", 9), ("language", 8), ("bullets", 7), ("title", 20)):
        side: Literal["left", "right"] = "right" if name == "bullets" else "left"
        table.add_column(name, justify=side, overflow="ellipsis", no_wrap=True, min_width=width)
    for row in rows.slice(0, ROWS).to_pylist():
        day = str(row["date"]) if row["date"] else ""
        table.add_row(day, row["source"], row["language"], str(len(row["bullets"])), clean(row["title"]))
    out.print(table)
    out.print()
    article, _ = show.find(archive, SHOWCASE_URL)
    if article is not None:
        out.print(f"$ broadsheet show --archive {path} {SHOWCASE_URL}")
        out.print()
        out.print(show.as_text(article))
    out.print("Open it (.venv/bin/pip install -e '.[analysis]' brings pandas, Polars and DuckDB):")
    for line in one_liners(path):
        out.print(f"  {line}", soft_wrap=True)


def one_liners(path: Path) -> tuple[str, ...]:
    """How to open the archive at ``path`` in pandas, Polars and DuckDB."""
    return (
        f'import pandas;  pandas.read_parquet("{path}/articles")[["date", "source", "title"]]',
        f'import polars;  polars.read_delta("{path}/articles").select("date", "source", "title")',
        f"import duckdb;  duckdb.sql(\"SELECT date, source, title FROM '{path}/articles/month=*/*.parquet'\")",
    )


@contextmanager
def _proxied(url: str) -> Iterator[None]:
    """Send this process's http requests through ``url`` while inside: that is where the demo's hosts live."""
    before = {name: os.environ.pop(name, None) for name in _PROXIES}
    os.environ["http_proxy"] = url
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
