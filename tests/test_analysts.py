"""The snippets of docs/analysts.md, run as they are written, answer their questions rightly on the demo's articles."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import re
import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import storage
from crawler.cli import main
from crawler.demo import DemoServer, articles
from pipelines.history import History
from storage.archive import Archive
from storage.records import Announcement
from storage.warc import CaptureInfo
from tests.archive_samples import begin, exchange, fetch

PAGE = (Path(__file__).parent.parent / "docs" / "analysts.md").read_text(encoding="utf-8")
FETCHED = dt.datetime(2025, 7, 1, 12, tzinfo=dt.UTC)
EDITED = "Port Ellery votes to raise its harbour wall by a metre"


def blocks(heading: str, language: str) -> list[str]:
    """The fenced blocks of one language below a heading that begins like that."""
    (section,) = re.findall(rf"^## {re.escape(heading)}.*?$(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{language}\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's articles in `archive`, one of them edited, and with what the page says to export."""
    where = tmp_path_factory.mktemp("analysts")
    archive = Archive.create(where / "archive")
    server = DemoServer()
    run = begin(archive)
    history = History.load(archive, sorted({truth.paper for truth in articles()}))
    for number, truth in enumerate(sorted(articles(), key=lambda one: one.instant)):
        said = Announcement(entrance="http://x.test/", kind="feed", seen_at=FETCHED)
        info = CaptureInfo(kind="article", source=truth.paper, requested_url=truth.url, announcement=said)
        served = server.resource(truth.url)
        headers = (("Content-Type", served.content_type), *served.headers)
        at = FETCHED + dt.timedelta(minutes=number)
        answer = exchange(truth.url, served.body, fetched_at=at, info=info, response_headers=headers)
        fetch(run, answer, history)
        if truth.title == EDITED:
            newer = served.body.replace(b"by a metre", b"by two metres")
            later = replace(answer, payload=newer, fetched_at=FETCHED + dt.timedelta(days=1))
            assert fetch(run, later, history)[0].outcome == "revised"
    run.finish()
    before = Path.cwd()
    os.chdir(where)
    try:
        for command in re.findall(r"^\$ broadsheet (.*)$", PAGE, flags=re.MULTILINE):
            done = CliRunner().invoke(main, shlex.split(command))
            assert done.exit_code == 0, done.output
    finally:
        os.chdir(before)
    return where


def answered(folder: Path, heading: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a heading's Python snippet leaves behind."""
    monkeypatch.chdir(folder)
    found: dict[str, Any] = {}
    exec("\n".join(blocks(heading, "python")), found)
    return found


def asked(folder: Path, heading: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The rows that a heading's SQL gives."""
    import duckdb

    monkeypatch.chdir(folder)
    (query,) = blocks(heading, "sql")
    return list(duckdb.sql(query).to_arrow_table().to_pylist())


def test_pandas_counts_articles_by_day_and_source(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(folder, "pandas", monkeypatch)["per_day"]
    truth = Counter((one.date, one.paper) for one in articles())
    counted = {(day, paper): many for paper in found.columns for day, many in found[paper].items() if many}
    assert counted == truth


def test_polars_finds_the_headline_that_was_edited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(folder, "Polars", monkeypatch)["edited"].to_dicts()
    assert [(row["before"], row["title"]) for row in found] == [(EDITED, EDITED.replace("a metre", "two metres"))]


def test_duckdb_gives_first_paragraphs_on_a_topic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(folder, "DuckDB: the", monkeypatch)
    current = storage.open_archive(folder / "archive").articles().to_table(["title", "body"]).to_pylist()
    topic = re.compile(r"\b(harbour|harbor|Hafen|port)\b", re.IGNORECASE)
    near = [row for row in current if topic.search(f"{row['title']} {row['body']}")]
    wanted = {row["title"]: row["body"].split("\n\n")[0] for row in near}
    assert {row["title"]: row["first_paragraph"] for row in found} == wanted
    assert 1 < len(wanted) < len(current)


def test_pyarrow_tells_the_share_with_bullets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(folder, "pyarrow", monkeypatch)["shares"].to_pylist()
    many = Counter(one.paper for one in articles())
    having = Counter(one.paper for one in articles() if one.bullets)
    assert [(row["source"], row["having_count"]) for row in found] == sorted(many.items())
    assert {row["source"]: round(row["having_mean"] * row["having_count"]) for row in found} == {
        paper: having[paper] for paper in many
    }


def test_duckdb_tells_whose_copy_came_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = asked(folder, "DuckDB again", monkeypatch)
    assert found["reprinted_by"] != found["original_at"]
    assert {found["reprinted_by"], found["original_at"]} == {"courier", "saltmarsh"}
    assert found["original_came_first"] is True


@pytest.mark.extras
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="the extra [spark] is not installed")
@pytest.mark.filterwarnings("default")  # Of PySpark's own imports.
def test_pyspark_tells_how_long_articles_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(folder, "PySpark", monkeypatch)
    lengths = found["lengths"]
    found["spark"].stop()
    assert sum(row["articles"] for row in lengths) == len(articles())
    assert {row["source"] for row in lengths} == {one.paper for one in articles()}
    assert all(row["median_words"] > 50 for row in lengths)


@pytest.mark.extras
@pytest.mark.skipif(importlib.util.find_spec("datasets") is None, reason="the extra [huggingface] is not installed")
def test_hugging_face_takes_a_sample_of_one_language(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = answered(folder, "Hugging Face", monkeypatch)
    assert found["articles"].num_rows == len(articles())
    assert len(found["sample"]) == 5
    assert {row["source"] for row in found["sample"]} <= {"courier", "saltmarsh"}


def test_every_snippet_is_run() -> None:
    headings = ("pandas", "Polars", "DuckDB: the", "pyarrow", "DuckDB again", "PySpark", "Hugging Face")
    run = [block for heading in headings for language in ("python", "sql") for block in blocks(heading, language)]
    assert len(run) == len(re.findall(r"^```(?:python|sql)$", PAGE, flags=re.MULTILINE)) == len(headings)
