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


def sections(heading: str) -> dict[str, str]:
    """What stands below each tool's name below a heading of the page."""
    (section,) = re.findall(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"^### (.*?)$(.*?)(?=^### |\Z)", section, flags=re.MULTILINE | re.DOTALL))


def block(heading: str, tool: str) -> str:
    """The one snippet of a tool below a heading; none is empty."""
    (found,) = re.findall(r"^```(?:python|sql)\n(.*?)^```", sections(heading)[tool], re.MULTILINE | re.DOTALL) or [""]
    return found


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


def shown(value: Any) -> Any:
    """A value as every tool's can be compared: instants in UTC, of a share what a 32-bit float is sure of."""
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return round(value, 3) if isinstance(value, float) else value


def plain(found: Any) -> list[dict[str, Any]]:
    """The rows that an answer holds, in a fixed order, whatever tool it is of."""
    if hasattr(found, "to_dicts"):
        rows = found.to_dicts()
    elif hasattr(found, "to_pylist"):
        rows = found.to_pylist()
    elif hasattr(found, "to_dict") and hasattr(found, "columns"):
        rows = found.to_dict("records")
    else:
        rows = [row.asDict() if hasattr(row, "asDict") else dict(row) for row in found]
    return sorted(({key: shown(row[key]) for key in sorted(row)} for row in rows), key=str)


def answer(tool: str, heading: str) -> list[dict[str, Any]]:
    """What the tool's snippet answers to a question, in the folder where we are."""
    if tool == "DuckDB":
        import duckdb

        return plain(duckdb.sql(block(heading, tool)).to_arrow_table())
    found: dict[str, Any] = {}
    exec(block("Load", tool), found)
    exec(block(heading, tool), found)
    return plain(found[QUESTIONS[heading]])


def current() -> list[dict[str, Any]]:
    """The articles of the archive where we are, as rows."""
    return list(storage.open_archive("archive").articles().to_table().to_pylist())


def per_day() -> list[dict[str, Any]]:
    counted = Counter((one.paper, one.date) for one in articles())
    return [{"source": paper, "date": day, "articles": many} for (paper, day), many in counted.items()]


def edited() -> list[dict[str, Any]]:
    (truth,) = (one for one in articles() if one.title == EDITED)
    (url,) = {row["url"] for row in current() if row["title"] == EDITED.replace("a metre", "two metres")}
    return [{"source": truth.paper, "before": EDITED, "title": EDITED.replace("a metre", "two metres"), "url": url}]


def first() -> list[dict[str, Any]]:
    topic = re.compile(r"\b(harbour|harbor|Hafen|port)\b", re.IGNORECASE)
    near = [row for row in current() if topic.search(f"{row['title']} {row['body']}")]
    assert 1 < len(near) < len(current())
    kept = ("date", "source", "title")
    return [{**{key: row[key] for key in kept}, "paragraph": row["body"].split("\n\n")[0]} for row in near]


def shares() -> list[dict[str, Any]]:
    many = Counter(one.paper for one in articles())
    having = Counter(one.paper for one in articles() if one.bullets)
    assert any(0 < having[paper] < many[paper] for paper in many)
    return [{"source": paper, "share": having[paper] / many[paper], "articles": many[paper]} for paper in many]


def copies() -> list[dict[str, Any]]:
    (reprint,) = (row for row in current() if row["declared_canonical"])
    original = next(row for row in current() if row["canonical_url"] == reprint["declared_canonical"])
    assert {reprint["source"], original["source"]} == {"courier", "saltmarsh"}
    return [
        {
            "source_first": original["source"],
            "since_first": original["date_published"],
            "source": reprint["source"],
            "since": reprint["date_published"],
            "title": reprint["title"],
        }
    ]


QUESTIONS = {
    "How many articles a day, by source?": "per_day",
    "Which headlines were edited?": "edited",
    "The first paragraph of every article on a topic": "first",
    "What share of articles has bullets?": "shares",
    "Whose copy came first?": "copies",
}
TRUTHS = {"per_day": per_day, "edited": edited, "first": first, "shares": shares, "copies": copies}
LIGHT = ("pandas", "Polars", "DuckDB", "pyarrow")
HEAVY = {"PySpark": "pyspark", "Hugging Face `datasets`": "datasets"}


def judged(tool: str, heading: str) -> None:
    """The answer of a tool is the truth about the demo's articles."""
    rows = answer(tool, heading)
    if QUESTIONS[heading] == "copies":
        # How much of a text is contained in another is told by what tells copies, and tested there.
        assert all(0.75 <= row.pop("contained") <= 1 for row in rows)
    assert rows == plain(TRUTHS[QUESTIONS[heading]]())


@pytest.mark.parametrize("tool", LIGHT)
@pytest.mark.parametrize("heading", QUESTIONS)
def test_an_answer_is_right(folder: Path, heading: str, tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    judged(tool, heading)


@pytest.mark.extras
@pytest.mark.parametrize("tool", HEAVY)
@pytest.mark.filterwarnings("default")  # Of PySpark's own imports.
def test_the_answers_of_the_heavy_tools_are_right(
    folder: Path, tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec(HEAVY[tool]) is None:
        pytest.skip(f"{HEAVY[tool]} is not installed")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for heading in QUESTIONS:
        judged(tool, heading)


def test_every_tool_answers_every_question() -> None:
    snippets = 0
    for heading in ("Load", *QUESTIONS):
        assert list(sections(heading)) == ["pandas", "Polars", "DuckDB", "pyarrow", *HEAVY], heading
        for tool in sections(heading):
            assert bool(block(heading, tool)) == ((heading, tool) != ("Load", "DuckDB"))
            snippets += bool(block(heading, tool))
    assert snippets == len(re.findall(r"^```(?:python|sql)$", PAGE, flags=re.MULTILINE)) == 6 * 6 - 1
