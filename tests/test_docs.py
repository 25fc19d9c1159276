"""The documentation's snippets run as they are written, against the demo newspapers' archive."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/reading.md")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `broadsheet demo` was run, as the README says."""
    where = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "demo"]
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return where


def blocks(page: str, language: str) -> list[str]:
    """The fenced code blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_python_snippets_run(page: str, folder: Path) -> None:
    code = "\n".join(blocks(page, "python"))
    assert code, f"{page} has no snippet any more"
    env = {**os.environ, "PYTHONWARNINGS": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_sql_snippets_run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.chdir(folder)
    for query in blocks(page, "sql"):
        assert duckdb.sql(query).fetchall()


def test_the_ways_to_read_agree(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    import storage

    monkeypatch.chdir(folder)
    ours = storage.open_archive("archive").articles(all_revisions=True).count_rows()
    assert ours > 15
    assert len(pd.read_parquet("archive/articles")) == ours
    assert pl.read_delta("archive/articles").height == ours
    assert duckdb.sql("SELECT count(*) FROM 'archive/articles/month=*/*.parquet'").fetchall() == [(ours,)]


def test_the_snippet_on_copies_runs_once_they_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from crawler.cli import main

    monkeypatch.chdir(folder)
    page = "docs/clusters.md"
    (session,) = blocks(page, "console")
    done = CliRunner().invoke(main, ["cluster", "--archive", "archive"])
    assert session.splitlines() == ["$ broadsheet cluster", *done.stdout.splitlines()]
    (code,) = blocks(page, "python")
    names: dict[str, Any] = {}
    exec(compile(code, page, "exec"), names)
    (row,) = names["copies"].to_dict("records")
    assert {row["source_first"], row["source"]} == {"courier", "saltmarsh"}
    assert row["since"] > row["since_first"]


def test_make_run_names_commands_that_exist() -> None:
    """Every `broadsheet …` and `make …` that a page tells people to type is there."""
    from crawler.cli import main

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"`broadsheet ([a-z-]+)", text)) | set(re.findall(r"^broadsheet ([a-z-]+)", text, re.M))
        assert named <= set(main.commands), page
        made = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.M))
        assert made <= targets, page


def test_the_table_that_the_readme_shows_is_the_demos(folder: Path) -> None:
    import storage

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^ (\d{4}-\d\d-\d\d)  (\S+) +(\S+) +(\d+)  (.+)$", text, flags=re.MULTILINE)
    articles = storage.open_archive(folder / "archive").articles()
    held = articles.to_table(["date", "source", "language", "title", "bullets"])
    held = held.sort_by([("date", "descending"), ("title", "ascending")])
    rows = [
        (str(row["date"]), row["source"], row["language"], str(len(row["bullets"])), row["title"])
        for row in held.slice(0, 12).to_pylist()
    ]
    assert shown == rows
    assert f"archive/articles: {held.num_rows} articles, the newest {len(rows)}\n" in text


def test_the_conditions_that_are_shown_find_something_in_the_demo(folder: Path) -> None:
    import storage
    from crawler.cli import main
    from storage.export import Wanted

    articles = storage.open_archive(folder / "archive").articles()
    shown = [(ROOT / "docs" / "export.md").read_text(encoding="utf-8"), main.commands["export"].help or ""]
    for text in shown:
        (where,) = re.findall(r'^ *broadsheet export .*--where "([^"]+)"', text, flags=re.MULTILINE)
        assert articles.to_table(["id"], Wanted(where=where).filter()).num_rows, where


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_leads_to_every_page() -> None:
    named = set(re.findall(r"\]\(docs/([a-z-]+\.md)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named == {page.name for page in (ROOT / "docs").glob("*.md")}


def test_the_readme_names_the_contact_before_what_refuses_to_go_without() -> None:
    commands = " ".join(blocks("README.md", "console"))
    assert 0 < commands.index("contact") < commands.index("broadsheet add") < commands.index("broadsheet crawl")
