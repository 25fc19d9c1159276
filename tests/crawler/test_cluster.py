"""``broadsheet cluster`` and what else has to know of it: show, forget, verify, compact, snapshots, other readers."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars
import pytest
from click.testing import CliRunner, Result

import storage
from crawler.cli import main
from pipelines.clusters import cluster
from pipelines.history import History
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import HOST, begin, exchange, fetch, html, make

WORDS = ("harbour", "ferry", "quay", "island", "council", "winter", "storm", "bridge", "school", "boat", "winch")


def story(number: int) -> bytes:
    """A page whose text no other number has."""
    sentences = [
        " ".join(f"{WORDS[(number * 5 + at * 3 + place * (number + 2)) % len(WORDS)]}{number}" for place in range(9))
        for at in range(6)
    ]
    return html(f"Story {number}", " ".join(f"The {sentence}." for sentence in sentences))


@pytest.fixture
def copied(tmp_path: Path) -> Archive:
    """Three pages; the second repeats the first."""
    archive = make(tmp_path)
    run, history = begin(archive), History.load(archive)
    for path, number in (("/original", 1), ("/reprint", 1), ("/alone", 2)):
        fetch(run, exchange(f"{HOST}{path}", story(number)), history)
    run.finish()
    return archive


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_it_tells_what_it_did_and_does_it_once(copied: Archive) -> None:
    done = broadsheet("cluster", "--archive", copied.root)
    assert (done.exit_code, done.stdout) == (0, "Compared 3 articles: 1 copy among them.\n")
    assert "3 of 3 articles compared, 1 copy among them" in done.stderr
    again = broadsheet("cluster", "--archive", copied.root)
    assert (again.exit_code, again.stdout) == (0, "Every article was compared already; nothing has changed.\n")
    told = json.loads(broadsheet("cluster", "--archive", copied.root, "--all", "--json").stdout)
    assert told | {"run": None} == {"run": None, "compared": 3, "copies": 1, "merged": 0, "retold": 0, "gone": 0}
    assert broadsheet("cluster", "--archive", copied.root, "--since", "2999-01-01").exit_code == 0
    assert broadsheet("cluster", "--archive", copied.root / "nowhere").exit_code == 2


@pytest.mark.parametrize("columns", [None, "title"])
def test_an_export_tells_who_copied_whom(copied: Archive, tmp_path: Path, columns: str | None) -> None:
    broadsheet("cluster", "--archive", copied.root)
    run, history = begin(copied), History.load(copied)
    fetch(run, exchange(f"{HOST}/later", story(3)), history)
    run.finish()
    narrowed = ("--columns", columns) if columns else ()
    done = broadsheet("export", "--archive", copied.root, "-o", tmp_path / "all.jsonl", "--copies", *narrowed)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    told = {(row["title"], row["role"], row["similarity"], row["contained"]) for row in rows}
    assert told == {
        ("Story 1", "first", 1.0, 1.0),
        ("Story 1", "copy", 1.0, 1.0),
        ("Story 2", "first", 1.0, 1.0),
        ("Story 3", None, None, None),
    }
    assert len({row["cluster"] for row in rows}) == 3
    assert ("url" in rows[0]) == (columns is None)


def test_show_names_the_original(copied: Archive) -> None:
    assert "copy of" not in broadsheet("show", f"{HOST}/reprint", "--archive", copied.root).stdout
    cluster(copied)
    shown = {name: broadsheet("show", f"{HOST}/{name}", "--archive", copied.root).stdout for name in FIRSTS}
    copy = next(name for name, text in shown.items() if "copy of" in text)
    first = "original" if copy == "reprint" else "reprint"
    assert f"copy of    {HOST}/{first}" in shown[copy]
    assert "1 other has this text" in shown[first]
    assert "cop" not in shown["alone"].rpartition("words")[2]


FIRSTS = ("original", "reprint", "alone")


def test_the_archive_is_sound_and_other_readers_read_the_table(copied: Archive) -> None:
    cluster(copied)
    for _ in range(3):
        cluster(copied, again=True)
    assert verify(copied).problems == ()
    assert broadsheet("compact", "--archive", copied.root, "--files", "1", "--vacuum-now").exit_code == 0
    assert verify(copied).problems == ()
    folder = copied.root / "clusters"
    assert polars.read_delta(str(folder)).height == 3
    query = f"SELECT role, count(*) FROM '{folder}/month=*/*.parquet' GROUP BY role ORDER BY role"
    assert duckdb.sql(query).fetchall() == [("copy", 1), ("first", 2)]
    schema = copied.clusters().schema
    assert schema.field("cluster").metadata[b"description"].startswith(b"articles with the same one")


def test_a_removed_page_leaves_no_row_in_any_version(copied: Archive) -> None:
    cluster(copied)
    broadsheet("snapshot", "then", "--archive", copied.root)
    gone = copied.clusters().to_table(["id", "row"]).to_pylist()
    broadsheet("cluster", "--all", "--archive", copied.root)
    done = broadsheet("forget", f"{HOST}/original", "--archive", copied.root, "--yes")
    assert done.exit_code == 0, done.output
    assert f"stays, but has the text of one of these: {HOST}/reprint" in done.output
    assert f"{HOST}/alone" not in done.output
    (left,) = {row["row"] for row in gone} - set(copied.articles().to_table(["row"])["row"].to_pylist())
    (name,) = (row["id"] for row in gone if row["row"] == left)
    every = [polars.read_parquet(path) for path in (copied.root / "clusters").rglob("month=*/*.parquet")]
    assert every
    assert not any(name in table["id"].to_list() for table in every)
    then = storage.open_archive(copied.root, as_of="then")
    assert then.clusters().count_rows() == then.articles().count_rows() == 2
    assert not any(name in path.read_text() for path in (copied.root / "clusters").rglob("*.json"))
    assert cluster(copied).compared == 0
    assert set(copied.clusters().to_table(["role"])["role"].to_pylist()) == {"first"}, "a copy that is alone is no copy"
    assert verify(copied).problems == ()


def test_a_lost_table_is_made_again(copied: Archive) -> None:
    cluster(copied)
    for path in sorted((copied.root / "clusters").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (copied.root / "clusters").rmdir()
    assert broadsheet("cluster", "--archive", copied.root).exit_code == 2
    broadsheet("verify", "--repair", "--archive", copied.root)
    assert broadsheet("cluster", "--archive", copied.root).stdout == "Compared 3 articles: 1 copy among them.\n"
    assert verify(copied).problems == ()
