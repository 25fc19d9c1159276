"""Reading: the current revision of each article, lazily, by every reader, and with a clean exit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable

from storage import rows as reading
from storage.archive import Archive
from storage.records import Article
from storage.rows import DEGRADED
from storage.schema import ARTICLES
from tests.archive_samples import article, begin, capture, minutes

STARTS, FEW = 15, 3


def keep(archive: Archive, *articles: Article) -> None:
    """One run that archives ``articles``, a batch for each."""
    run = begin(archive)
    for one in articles:
        run.record(capture(), one)
        run.commit(run.take())
    run.finish()


def revision(number: int, minute: int, *warnings: str, **changes: object) -> Article:
    at = minutes(minute)
    row = f"{at:%Y%m%dT%H%M%S}.000000Z-{number}{minute}"
    title = f"{number} at {minute}"
    return article(number, row=row, revision=f"r{minute}", title=title, date_crawled=at, warnings=warnings, **changes)


def titles(archive: Archive, **options: object) -> list[str]:
    return sorted(archive.articles().to_table(["title"], **options)["title"].to_pylist())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("revisions", "current"),
    [
        pytest.param([(1, ())], 1, id="only one"),
        pytest.param([(1, ()), (2, ())], 2, id="the newer"),
        pytest.param([(2, ()), (1, ())], 2, id="the newer, written first"),
        pytest.param([(1, ()), (2, (DEGRADED,))], 1, id="a degraded one is never current"),
        pytest.param([(1, ()), (2, ("no_date", DEGRADED))], 1, id="degraded among other warnings"),
        pytest.param([(1, ("no_date",)), (2, ("degradedness",))], 2, id="another word is another warning"),
        pytest.param([(1, (DEGRADED,)), (2, (DEGRADED,))], 2, id="nothing but degraded ones"),
        pytest.param([(1, (DEGRADED,)), (2, ()), (3, (DEGRADED,))], 2, id="the only sound one"),
    ],
)
def test_the_current_revision(archive: Archive, revisions: list[tuple[int, tuple[str, ...]]], current: int) -> None:
    keep(archive, *(revision(1, minute, *warnings) for minute, warnings in revisions), revision(2, 7))
    assert titles(archive) == [f"1 at {current}", "2 at 7"]
    assert archive.articles().count_rows() == 2
    assert archive.articles(all_revisions=True).count_rows() == len(revisions) + 1


def test_articles_whose_ids_hash_to_one_number_stay_apart(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_hashes", lambda batch: np.zeros(batch.num_rows, np.int64))
    keep(archive, revision(1, 5), revision(2, 7), revision(1, 6), revision(3, 8))
    assert titles(archive) == ["1 at 6", "2 at 7", "3 at 8"]


def test_a_filter_applies_after_the_current_revision_is_chosen(archive: Archive) -> None:
    keep(archive, revision(1, 1, section="sport"), revision(1, 2, section="news"), revision(2, 1, section="sport"))
    sport = pc.field("section") == "sport"
    assert titles(archive, filter=sport) == ["2 at 1"]
    assert archive.articles().count_rows(sport) == 1
    assert archive.articles(all_revisions=True).count_rows(sport) == 2


def test_columns_come_in_the_order_asked_for(archive: Archive) -> None:
    keep(archive, revision(1, 1), revision(2, 2))
    table = archive.articles().to_table(["title", "month", "id"])
    assert table.column_names == ["title", "month", "id"]
    assert table["month"].to_pylist() == ["2026-11", "2026-11"]
    whole = archive.articles().to_table()
    assert whole.schema.equals(ARTICLES.schema)
    assert whole.schema.field("bullets").metadata[b"description"]
    assert archive.articles().to_table([]).num_columns == 0
    with pytest.raises(KeyError):
        archive.articles().to_table(["headline"])


def test_an_empty_table_has_its_columns(archive: Archive) -> None:
    for rows in (archive.articles(), archive.articles(all_revisions=True), archive.captures()):
        assert rows.to_table().schema.equals(rows.schema)
        assert rows.count_rows() == 0
        assert list(rows.to_batches(filter=pc.field("source") == "harbour")) == []


def test_batches_come_lazily(archive: Archive) -> None:
    keep(archive, *(revision(number, 1) for number in range(5)))
    batches = archive.articles().to_batches(["title"])
    assert isinstance(batches, Iterator)
    first = next(batches)
    assert isinstance(first, pa.RecordBatch)
    assert first.schema.names == ["title"]
    assert first.num_rows + sum(batch.num_rows for batch in batches) == 5


def test_no_scan_holds_the_footers_of_many_files(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(archive, *(revision(number % 3, number, section="sport" if number < 4 else "news") for number in range(5)))
    sport = pc.field("section") == "sport"

    def read() -> list[object]:
        every, current = archive.articles(all_revisions=True), archive.articles()
        return [
            [rows.to_table(["title"], wanted)["title"].to_pylist() for rows in (every, current)]
            + [rows.count_rows(wanted) for rows in (every, current)]
            for wanted in (None, sport)
        ]

    at_once = read()
    opened: list[int] = []
    whole = ds.dataset
    monkeypatch.setattr(ds, "dataset", lambda files, **how: (opened.append(len(files)), whole(files, **how))[1])
    monkeypatch.setattr(reading, "_AT_ONCE", 2)
    assert read() == at_once
    assert set(opened) == {1, 2}, "five files are read two by two"


def test_it_reads_one_snapshot_whatever_is_added_meanwhile(archive: Archive) -> None:
    keep(archive, revision(1, 1))
    rows = archive.articles(all_revisions=True)
    keep(archive, revision(1, 2), revision(2, 2))
    assert rows.count_rows() == 1
    assert archive.articles(all_revisions=True).count_rows() == 3


def test_orphans_of_a_killed_writer_do_not_count(archive: Archive) -> None:
    keep(archive, revision(1, 1))
    (file,) = (archive.root / "articles").rglob("*.parquet")
    (file.parent / "part-00000-orphan.parquet").write_bytes(file.read_bytes())
    assert archive.articles(all_revisions=True).count_rows() == 1


@pytest.mark.parametrize("name", ["plain", "Zürich & 100 % (neu)", "#1 ?x=y", "новое"])
def test_an_archive_may_be_moved_and_read_under_a_name_of_any_kind(archive: Archive, name: str) -> None:
    keep(archive, revision(1, 1))
    moved = archive.root.rename(archive.root.with_name(name))
    assert Archive(moved).articles().count_rows() == 1
    keep(Archive(moved), revision(2, 1))
    assert Archive(moved).articles().count_rows() == 2


def test_every_reader_counts_the_same_rows(archive: Archive) -> None:
    """Plain readers see every revision."""
    undated = revision(3, 1, month="unknown")
    keep(archive, revision(1, 1), revision(1, 2), revision(2, 1, month="2026-10"), undated)
    expected = archive.articles(all_revisions=True).count_rows()
    folder = archive.root / "articles"
    files = DeltaTable(str(folder)).file_uris()
    found = pd.read_parquet(folder)
    assert expected == 4
    assert len(found) == expected
    assert set(found["month"].astype(str)) == {"2026-10", "2026-11", "unknown"}
    assert pl.read_delta(str(folder)).height == expected
    assert pl.scan_parquet(files).select(pl.len()).collect().item() == expected
    assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{folder}/*/*.parquet')").fetchall() == [(expected,)]
    newest = found.sort_values("row").drop_duplicates("id", keep="last")
    assert sorted(newest["title"]) == titles(archive)


READ = """
import sys
import storage
archive = storage.open_archive(sys.argv[1])
rows = archive.articles()
table = rows.to_table(["date", "title", "bullets"])
assert table.num_rows == rows.count_rows() == sum(batch.num_rows for batch in rows.to_batches(["body"])) == 3
assert archive.articles(all_revisions=True).to_table().num_rows == 4
assert archive.captures().to_table().num_rows == 4 and archive.runs().count_rows() == 1
"""
MAIN = "from crawler.cli import main; main(prog_name='broadsheet')"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = Archive.create(tmp_path_factory.mktemp("small") / "archive")
    keep(archive, revision(1, 1), revision(1, 2), revision(2, 1), revision(3, 1, month="unknown"))
    return archive.root


STATUS = [MAIN, "status", "--archive", "{archive}"]
SHOW = [MAIN, "show", "--archive", "{archive}", "http://harbour.test/1"]
COMMANDS = [
    pytest.param([READ, "{archive}"], 10, id="api"),
    pytest.param(STATUS, FEW, id="status"),
    pytest.param(SHOW, FEW, id="show"),
    pytest.param(STATUS, STARTS, id="status, often", marks=pytest.mark.extras),
    pytest.param(SHOW, STARTS, id="show, often", marks=pytest.mark.extras),
]


@pytest.mark.parametrize(("command", "starts"), COMMANDS)
def test_every_reading_command_ends_cleanly(small: Path, command: list[str], starts: int) -> None:
    """Some ways of reading a Delta table abort the interpreter as it ends, in one start out of four to twenty."""

    def start(_: int) -> tuple[int, str]:
        words = [word.format(archive=small) if word == "{archive}" else word for word in command]
        done = subprocess.run([sys.executable, "-c", *words], capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stderr

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(start, range(starts))) == {(0, "")}
