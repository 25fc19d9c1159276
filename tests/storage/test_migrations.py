"""Archives of every earlier format are read as they are, brought up to date where they lie, and crawled on.

``archives/format-1.tar.xz``: two papers of the demo, crawled before anything was released; the second crawl was killed.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

import storage
from crawler.cli import main
from crawler.demo import DemoServer, demo_config_toml
from pipelines.recovery import recover
from storage import delta, marker, migrations, snapshots
from storage.archive import Archive
from storage.errors import ArchiveBusy, ArchiveError, CommitFailed
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, TABLES, Table, to_arrow
from storage.verify import verify
from tests import forked
from tests.archive_samples import article, begin, faults

KEPT = sorted((Path(__file__).parent / "archives").glob("format-*.tar.xz"))


@pytest.fixture(params=KEPT, ids=lambda path: path.name.partition(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of an archive of an earlier format."""
    with tarfile.open(request.param) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / request.param.name.partition(".")[0]


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def rows(archive: Archive, table: Table) -> pa.Table:
    at = snapshots.absent(archive.root, table)
    found = Rows(archive.root / table.name, table, at=at).to_table()
    return found.sort_by([(name, "ascending") for name in table.key[:4]])


def test_an_archive_of_each_earlier_format_is_kept() -> None:
    assert [path.name for path in KEPT] == [f"format-{number}.tar.xz" for number in range(1, marker.FORMAT)]
    assert [step.to for step in migrations.STEPS] == list(range(2, marker.FORMAT + 1))


def test_it_is_read_as_it_is(old: Path) -> None:
    archive = storage.open_archive(old)
    assert archive.articles().count_rows() == 4
    assert f"{old}: 4 articles" in broadsheet("status", "--archive", old).stdout
    url = archive.articles().to_table(["url"])["url"][0].as_py()
    assert broadsheet("show", url, "--archive", old).exit_code == 0
    assert json.loads((old / marker.NAME).read_text())["format"] < marker.FORMAT, "reading changes nothing"


@pytest.mark.parametrize(
    "words", [["compact"], ["snapshot", "now"], ["verify", "--repair"], ["forget", "--again", "--yes"]]
)
def test_whoever_would_write_says_how_to_migrate_it(old: Path, words: list[str]) -> None:
    done = broadsheet(*words, "--archive", old)
    assert done.exit_code == 2
    assert f"`broadsheet migrate --archive {old}`" in done.stderr
    with pytest.raises(ArchiveError, match="broadsheet migrate"):
        begin(storage.open_archive(old))


def test_it_is_migrated_without_a_change_to_a_row_or_a_record(old: Path) -> None:
    archive = storage.open_archive(old)
    before = {table.name: rows(archive, table) for table in TABLES}
    segments = {path: path.read_bytes() for path in old.glob("warc/*/*/*/*")}
    dry = broadsheet("migrate", "--archive", old, "--dry-run")
    assert dry.stdout.startswith(f"to format {marker.read(old).format + 1}: ")
    done = broadsheet("migrate", "--archive", old)
    assert (done.exit_code, done.stdout) == (0, f"The archive has format {marker.FORMAT} now.\n")
    assert "migrating" in done.stderr
    assert marker.read(old) == marker.Marker(format=marker.FORMAT)
    for table in TABLES:
        assert rows(archive, table).equals(before[table.name])
    assert {path: path.read_bytes() for path in old.glob("warc/*/*/*/*")} == segments
    assert broadsheet("migrate", "--archive", old).stdout == "The archive is up to date.\n"
    assert set(verify(archive).tally()) == {"record_unindexed", "run_open"}, "what the killed crawl left"
    recover(archive)
    assert faults(archive) == []
    assert verify(archive).problems == ()
    assert archive.articles().count_rows() > 4


def test_its_columns_are_described_as_they_are_now(old: Path) -> None:
    archive = storage.open_archive(old)
    migrations.migrate(archive)
    for table in TABLES:
        there = {field.name: field.metadata for field in delta.snapshot(archive.root, table).schema().fields}
        assert there == {field.name: {"description": field.metadata[b"description"].decode()} for field in table.schema}


def test_a_crawl_migrates_it_and_goes_on_where_it_was_killed(old: Path, demo_server: DemoServer) -> None:
    (old.parent / "broadsheet.toml").write_text(demo_config_toml(old.name), encoding="utf-8")
    done = subprocess.run(
        [*forked.broadsheet(), "crawl", "--source", "saltmarsh", "--source", "hohenlau"],
        cwd=old.parent,
        env={**os.environ, "http_proxy": demo_server.proxy_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"from {old.name.replace('-', ' ')} to {marker.FORMAT}" in done.stderr
    assert "recovered run" in done.stderr
    archive = storage.open_archive(old)
    assert marker.read(old) == marker.Marker(format=marker.FORMAT)
    assert verify(archive).problems == ()
    assert faults(archive) == []
    sources = archive.articles().to_table(["source"])["source"].to_pylist()
    assert sources.count("saltmarsh") == 4, "nothing of what it knew is new"
    assert sources.count("hohenlau") > 2


def test_a_migration_that_was_killed_locks_older_ones_out_and_is_ended(old: Path) -> None:
    archive = storage.open_archive(old)
    before = marker.read(old).format
    marker.write(old, since=before)
    assert json.loads((old / marker.NAME).read_text())["format"] == marker.FORMAT, "what an older Broadsheet looks at"
    assert storage.open_archive(old).articles().count_rows() == 4
    with pytest.raises(ArchiveError, match=f"has format {before}, this Broadsheet writes {marker.FORMAT}"):
        archive.lock_maintenance("compacting")
    assert [step.to for step in migrations.migrate(archive)] == list(range(before + 1, marker.FORMAT + 1))
    assert not marker.read(old).outdated


def test_nobody_may_be_writing(old: Path) -> None:
    archive = storage.open_archive(old)
    crawling = archive.lock_source("saltmarsh", holder="an older crawl")
    assert crawling is not None
    with crawling, pytest.raises(ArchiveBusy, match="try again once that has ended"):
        migrations.migrate(archive)
    assert marker.read(old).outdated


def test_of_two_that_migrate_at_once_one_waits(old: Path) -> None:
    archive = storage.open_archive(old)
    said: list[str] = []
    first = archive.lock_maintenance("migrating", outdated=True)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(migrations.migrate, archive, say=said.append)
        while not said and not second.done():
            time.sleep(0.01)
        marker.write(old)
        crawling = archive.lock_source("saltmarsh", holder="the crawl that migrated it")
        first.release()
        assert second.result(60) == (), "it was done by then, so that nobody is asked to end"
    assert crawling is not None
    crawling.release()
    assert "waiting to migrate" in said[0]


WIDER = dataclasses.replace(
    ARTICLES, schema=ARTICLES.schema.append(pa.field("mood", pa.string(), metadata={"description": "how it reads"}))
)


def test_a_new_column_leaves_old_rows_readable_by_every_reader(archive: Archive) -> None:
    archive.append(ARTICLES, [article(1, run="r")], run="r", number=1)
    for _ in range(2):
        migrations.widen(archive.root, (WIDER,))
    fresh = to_arrow(ARTICLES, [article(2, run="r")])
    fresh = fresh.append_column(WIDER.schema.field("mood"), pa.array(["cheerful"])).select(WIDER.schema.names)
    delta.append(archive.root, WIDER, fresh, application="r", number=2)
    folder = archive.root / ARTICLES.name
    expected = [("Ferry number 1 is late", None), ("Ferry number 2 is late", "cheerful")]
    ours = Rows(folder, WIDER).to_table(["title", "mood"])
    assert sorted(zip(*ours.to_pydict().values(), strict=True)) == expected
    theirs = polars.read_delta(str(folder)).select("title", "mood").sort("title")
    assert theirs.rows() == expected
    plain = f"SELECT title, mood FROM read_parquet('{folder}/month=*/*.parquet', union_by_name=true) ORDER BY title"
    assert duckdb.sql(plain).fetchall() == expected
    assert Rows(folder, ARTICLES).to_table(["title"]).num_rows == 2, "an older reader leaves the column out"


def test_an_older_writer_could_not_append_to_it(archive: Archive) -> None:
    migrations.widen(archive.root, (WIDER,))
    with pytest.raises(CommitFailed):
        delta.append(
            archive.root,
            ARTICLES,
            to_arrow(ARTICLES, [article(1, run="r")]),
            application="r",
            number=1,
            sleep=lambda _: None,
        )


def test_a_new_column_may_be_null(archive: Archive) -> None:
    closed = dataclasses.replace(CAPTURES, schema=CAPTURES.schema.append(pa.field("mood", pa.string(), nullable=False)))
    with pytest.raises(ArchiveError, match="the column mood of captures may not be null"):
        migrations.widen(archive.root, (closed,))
    assert delta.snapshot(archive.root, CAPTURES).version() == 0, "nothing was changed"
