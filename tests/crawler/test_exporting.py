"""`broadsheet export`: what a name says of the form, what is told, and how it ends."""

from __future__ import annotations

import csv
import datetime as dt
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.commands.export import form_of
from storage import delta
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.records import SourceRecord
from storage.schema import ARTICLES, SOURCES, to_arrow
from tests.archive_samples import NOON, SOURCE, article, make


@pytest.mark.parametrize(
    ("out", "form", "size", "made", "why"),
    [
        ("a.parquet", None, None, ("parquet", False), "a file's name says its form"),
        ("a.jsonl", None, None, ("jsonl", False), "JSON lines"),
        ("a.ndjson.gz", None, None, ("jsonl", False), "by their other name, compressed"),
        ("paper.manifest.csv.zst", None, None, ("csv", False), "only the end counts"),
        ("a.csv", "csv", None, ("csv", False), "said twice"),
        ("a", None, None, ("parquet", True), "a name without an end is a folder's"),
        ("a/", "jsonl", None, ("jsonl", True), "a slash makes a folder"),
        ("v1.2/", None, None, ("parquet", True), "whatever its name"),
        ("a", None, 10**6, ("parquet", True), "so does a size of files"),
        ("a", "huggingface", None, ("huggingface", True), "and the hub"),
    ],
)
def test_a_name_says_the_form(out: str, form: str | None, size: int | None, made: tuple[str, bool], why: str) -> None:
    _, found, file_size = form_of(out, form, size)  # type: ignore[arg-type]
    assert (found, file_size is not None) == made, why


@pytest.mark.parametrize(
    ("out", "form", "size", "told"),
    [
        ("a.json", None, None, "let it end with"),
        ("a.parquet.gz", None, None, "let it end with"),
        ("a.csv", "jsonl", None, "--format says jsonl"),
        ("a.csv", None, 10**6, "such as a/"),
        ("a.parquet", "huggingface", None, "such as a/"),
        ("s3://bucket/a.parquet", None, None, "then copy it"),
    ],
)
def test_names_that_contradict(out: str, form: str | None, size: int | None, told: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        form_of(out, form, size)  # type: ignore[arg-type]
    assert told in str(caught.value)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive with two articles."""
    archive = make(tmp_path_factory.mktemp("export"))
    archive.append(ARTICLES, [article(1), article(2, title="=2+2")], run="someone", number=1)
    source = SourceRecord(source=SOURCE, digest="d", since=NOON, entrances=(), hosts=(), run="someone")
    delta.append(archive.root, SOURCES, to_arrow(SOURCES, [source]), application="someone", number=1)
    return str(archive.root)


def export(place: str, *args: str) -> tuple[int, str, str]:
    got = CliRunner().invoke(main, ["export", "--archive", place, *args])
    return got.exit_code, got.stdout, got.stderr


def test_it_exports_and_tells_what(place: str, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    code, told, _ = export(place, "-o", str(out), "--columns", "title, word_count", "--where", "word_count < 9")
    assert (code, told) == (0, f"Exported 2 articles to {out}, {out.stat().st_size} bytes (version 1 of the table).\n")
    with out.open(newline="") as file:
        assert list(csv.reader(file)) == [["title", "word_count"], ["Ferry number 1 is late", "5"], ["'=2+2", "5"]]


def test_as_json_it_names_the_files(place: str, tmp_path: Path) -> None:
    code, told, _ = export(place, "-o", f"{tmp_path}/all/", "--format", "jsonl", "--as", "schema.org", "--json")
    done = json.loads(told)
    assert (code, done["rows"]) == (0, 2)
    assert done["files"][0]["path"] == str(tmp_path / "all" / "part-00001.jsonl.gz")
    assert len(done["files"][0]["sha256"]) == 64


def test_it_ends_with_1_where_nothing_matches(place: str, tmp_path: Path) -> None:
    code, told, _ = export(place, "-o", str(tmp_path / "a.csv"), "--since", "2027-01-01")
    assert (code, told) == (1, "No article matches; nothing was written.\n")
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("name", ["show", "diff", "status", "coverage", "inspect", "export", "health", "report"])
def test_every_reading_command_takes_a_moment(name: str) -> None:
    assert "--as-of" in [option for parameter in main.commands[name].params for option in parameter.opts]


def test_coverage_of_a_time_that_ends_before_it_begins_is_refused(place: str) -> None:
    got = CliRunner().invoke(main, ["coverage", "--archive", place, "--since", "2026-11-02", "--until", "2026-11-01"])
    assert (got.exit_code, got.stdout) == (2, "")
    assert "it is before --since" in got.stderr


def test_an_earlier_instant_and_a_snapshot_are_exported_as_they_were(tmp_path: Path, archive: Archive) -> None:
    out = str(tmp_path / "a.csv")
    archive.append(ARTICLES, [article(1)], run="someone", number=1)
    place, told = str(archive.root), CliRunner().invoke(main, ["snapshot", "first", "--archive", str(archive.root)])
    assert told.exit_code == 0
    time.sleep(0.01)
    instant = dt.datetime.now(dt.UTC).isoformat()
    time.sleep(0.01)
    archive.append(ARTICLES, [article(2)], run="someone", number=2)
    for moment, rows in (("first", 1), (instant, 1), (dt.datetime.now(dt.UTC).isoformat(), 2)):
        code, said, _ = export(place, "-o", out, "--as-of", moment, "--force")
        assert (code, said.split(" ")[1]) == (0, str(rows)), moment


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("-o", "a.csv", "--where", "titel = 'x'"), "did you mean title?"),
        (("-o", "a.csv", "--columns", "titel"), "did you mean title?"),
        (("-o", "a.csv", "--source", "harbor"), "there are: harbour"),
        (("-o", "a.csv", "--as-of", "2020-01-01"), "instants from"),
        (("-o", "a.csv", "--as-of", "nothing"), "none is pinned"),
        (("-o", "a.csv", "--as-of", "2999-01-01"), "lies in the future"),
        (("-o", "hub/", "--manifest", "--format", "huggingface"), "export it as .csv, .jsonl or .parquet"),
        (("-o", "a.csv", "--copies", "--where", "role = 'copy'"), "filter the file"),
        (("-o", "a.csv", "--since", "yesterday"), "write YYYY-MM-DD"),
        (("-o", "a.csv", "--manifest", "--columns", "url"), "columns of its own"),
        (("-o", "no/such/a.csv"), "there is no folder"),
        ((), "'-o' / '--output'"),
    ],
)
def test_mistakes_end_with_2_and_say_what_to_write(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = export(place, *args)
    assert code == 2
    assert told in err
    assert not (tmp_path / "a.csv").exists()
