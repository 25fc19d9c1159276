"""Many small files become few: the same rows, sorted, once each, beside whoever appends, killed or not."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from storage import compact, delta, log, parquet, twice, vacuum
from storage.archive import Archive
from storage.errors import ArchiveError, CommitFailed
from storage.schema import ARTICLES, CAPTURES, RUNS, to_arrow
from tests.archive_samples import article, capture

SPAWN = multiprocessing.get_context("spawn")
NOTHING = vacuum.GRACE * 0


def fill(archive: Archive, batches: int = 6, *, each: int = 4, run: str = "r", month: str = "2026-11") -> None:
    """So many files for ``articles`` and ``captures``, rows of three sources in no order."""
    for batch in range(1, batches + 1):
        numbers = [batch * each + place for place in range(each)]
        rows = [article(n, row=f"{n:06}-{run}", source="cba"[n % 3], run=run, month=month) for n in numbers]
        archive.append(
            CAPTURES, [capture(n, source="cba"[n % 3], run=run, batch=batch) for n in numbers], run=run, number=batch
        )
        archive.append(ARTICLES, rows, run=run, number=batch)


def rows(archive: Archive) -> list[str]:
    """Every row of both tables, in one order."""
    tables = (archive.articles(all_revisions=True).to_table(), archive.captures().to_table())
    return sorted(str(row) for table in tables for row in table.to_pylist())


def count(archive: Archive, table: Any = ARTICLES) -> int:
    return len(log.files(delta.snapshot(archive.root, table)))


def test_many_files_become_one_with_the_same_rows(archive: Archive) -> None:
    fill(archive)
    before = rows(archive)
    said: list[str] = []
    done = compact.compact(archive.root, many=5, say=said.append)
    assert [(one.table, one.partition, one.files_before, one.files_after) for one in done] == [
        ("captures", "", 6, 1),
        ("articles", "month=2026-11", 6, 1),
    ]
    assert rows(archive) == before
    assert (count(archive), count(archive, CAPTURES)) == (1, 1)
    assert len(said) == 2
    assert "1 of 2: captures, 6 files" in said[0]


def test_few_files_are_left_alone(archive: Archive) -> None:
    fill(archive, 5)
    assert compact.plans(archive.root, many=5) == []
    assert compact.MANY == 50
    assert compact.compact(archive.root, many=5) == []


def test_each_partition_counts_for_itself(archive: Archive) -> None:
    fill(archive, 3, month="2026-10")
    fill(archive, 2, run="s", month="2026-11")
    (plan,) = compact.plans(archive.root, many=2, tables=[ARTICLES])
    assert (plan.partition, len(plan.files)) == ("month=2026-10", 3)


def test_large_files_stay(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive, 1, each=2_000)
    (large,) = log.files(delta.snapshot(archive.root, ARTICLES))
    fill(archive, 3, run="s")
    monkeypatch.setattr(compact, "SMALL", large.size)
    compact.compact(archive.root, many=2)
    assert large.path in {file.path for file in log.files(delta.snapshot(archive.root, ARTICLES))}
    assert count(archive) == 2


def test_a_plain_reader_and_a_delta_reader_agree_once_it_is_vacuumed(archive: Archive) -> None:
    import polars as pl

    fill(archive)
    compact.compact(archive.root, many=1)
    vacuum.vacuum(archive.root, grace=NOTHING)
    plain = ds.dataset([str(path) for path in archive.root.glob("articles/month=*/*.parquet")]).to_table(["row"])
    theirs = pl.read_delta(str(archive.root / "articles"))
    ours = archive.articles(all_revisions=True).to_table(["row"])["row"].to_pylist()
    assert sorted(plain["row"].to_pylist()) == sorted(theirs["row"].to_list()) == sorted(ours)
    assert len(ours) == 24
    assert theirs.filter(pl.col("source") == "a").height == 8, "the log's statistics tell the truth"


def test_files_are_sorted_and_filters_skip_row_groups(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "group_rows", lambda *_: 8)
    fill(archive)
    compact.compact(archive.root, many=1)
    for table in (ARTICLES, CAPTURES):
        (file,) = log.files(delta.snapshot(archive.root, table))
        opened = pq.ParquetFile(archive.root / table.name / file.path)
        read = opened.read()["source"].to_pylist()
        assert read == sorted(read)
        names = opened.schema_arrow.names
        bounds = [opened.metadata.row_group(group).column(names.index("source")).statistics for group in range(3)]
        assert [(one.min, one.max) for one in bounds] == [("a", "a"), ("b", "b"), ("c", "c")]
        column = opened.metadata.row_group(0).column(names.index("id"))
        assert column.compression == "ZSTD"
    fragments = archive.captures().dataset().get_fragments()
    (fragment,) = fragments
    assert len(list(fragment.split_by_row_group(pc.field("source") == "b"))) == 1


@pytest.mark.parametrize(
    ("rows", "size", "group"),
    [
        pytest.param(1_000_000, 100_000_000, 131_072, id="narrow rows"),
        pytest.param(80_000, 200_000_000, 6_400, id="articles: 16 MB a group"),
        pytest.param(10, 100_000_000, 1_024, id="wide rows"),
    ],
)
def test_rows_of_a_group(rows: int, size: int, group: int) -> None:
    assert parquet.group_rows(rows, size) == group


def test_rows_that_stand_twice_are_dropped(archive: Archive) -> None:
    fill(archive, 3)
    archive.append(ARTICLES, [article(4, row="000004-r", source="b", run="r")], run="s", number=1)
    archive.append(CAPTURES, [capture(5, source="a", run="r", batch=1)], run="s", number=1)
    assert archive.articles(all_revisions=True).count_rows() == 13
    done = compact.compact(archive.root, many=1)
    assert [(one.rows, one.doubled) for one in done] == [(12, 1), (12, 1)]
    assert archive.articles(all_revisions=True).count_rows() == archive.captures().count_rows() == 12


def test_rows_that_stand_in_a_large_file_too_are_dropped(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run that was compacted away, a batch came again; a large file is read where its runs say so, and stays."""
    fill(archive, 2, each=2_000, run="q")
    fill(archive, 2, each=3_000)
    before = rows(archive)
    large = {table.name: log.files(delta.snapshot(archive.root, table)) for table in (ARTICLES, CAPTURES)}
    for table, found in ((ARTICLES, archive.articles(all_revisions=True)), (CAPTURES, archive.captures())):
        again = found.to_table().filter(pc.field("run") == "r")
        for number in range(3):
            delta.append(archive.root, table, again.slice(number * 40, 30), application="again", number=number + 1)
    fill(archive, 3, run="s")
    new = rows(archive)
    monkeypatch.setattr(compact, "SMALL", min(file.size for files in large.values() for file in files))
    read: list[str] = []
    real = twice._alike

    def watched(found: pa.Table, schema: pa.Schema, small: pa.Table) -> pa.Table:
        read.append("keys")
        return real(found, schema, small)

    monkeypatch.setattr(twice, "_alike", watched)
    done = compact.compact(archive.root, many=2)
    assert [(one.files_before, one.rows, one.doubled) for one in done] == [(6, 12, 90), (6, 12, 90)]
    assert sorted({*new}) == rows(archive), "each row once, and none is lost"
    assert {*before} < {*rows(archive)}
    for table in (ARTICLES, CAPTURES):
        there = {file.path for file in log.files(delta.snapshot(archive.root, table))}
        assert {file.path for file in large[table.name]} < there
        assert len(there) == 5
    assert len(read) == 2 * 2, "of each table only the row groups of run r, none of run q"


def test_rows_that_stand_twice_in_two_groups_are_dropped(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive, 4)
    again = archive.captures().to_table()
    delta.append(archive.root, CAPTURES, again, application="again", number=1)
    monkeypatch.setattr(compact, "GROUP", 2 * log.files(delta.snapshot(archive.root, CAPTURES))[0].size + 100)
    done = compact.compact(archive.root, many=1, tables=[CAPTURES])
    assert len(done) > 1
    assert sum(one.doubled for one in done) == again.num_rows
    assert sorted({*rows(archive)}) == rows(archive)


def test_a_large_partition_becomes_several_files_of_one_order(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive)
    before = rows(archive)
    (plan,) = compact.plans(archive.root, many=1, tables=[ARTICLES])
    monkeypatch.setattr(compact, "TARGET", plan.size // 3)
    assert compact.run(archive.root, plan).files_after == 3
    assert rows(archive) == before
    spans = []
    for file in log.files(delta.snapshot(archive.root, ARTICLES)):
        sources = pq.read_table(archive.root / "articles" / file.path, columns=["source"], partitioning=None)["source"]
        spans.append((sources[0].as_py(), sources[-1].as_py()))
    assert sorted(spans) == [("a", "a"), ("b", "b"), ("c", "c")]


def test_memory_is_bounded_by_groups(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(archive)
    (plan,) = compact.plans(archive.root, many=1, tables=[ARTICLES])
    monkeypatch.setattr(compact, "GROUP", plan.size // 2 + 1_000)
    assert [len(one.files) for one in compact.plans(archive.root, many=1, tables=[ARTICLES])] == [3, 3]


def test_transaction_numbers_survive(archive: Archive) -> None:
    fill(archive, 3)
    compact.compact(archive.root, many=1)
    vacuum.vacuum(archive.root, grace=NOTHING)
    assert delta.transaction(delta.snapshot(archive.root, ARTICLES), "r") == 3
    assert archive.append(ARTICLES, [article(99)], run="r", number=3) is False
    assert archive.append(ARTICLES, [article(99)], run="r", number=4) is True


def test_an_append_between_plan_and_commit_is_kept(archive: Archive) -> None:
    fill(archive, 3)
    (plan,) = compact.plans(archive.root, many=1, tables=[ARTICLES])
    archive.append(ARTICLES, [article(99)], run="s", number=1)
    compact.run(archive.root, plan)
    assert archive.articles(all_revisions=True).count_rows() == 13


def test_a_plan_that_somebody_else_carried_out_is_refused(archive: Archive) -> None:
    fill(archive, 3)
    (plan,) = compact.plans(archive.root, many=1, tables=[ARTICLES])
    compact.run(archive.root, plan)
    with pytest.raises(CommitFailed, match="replaced by somebody else"):
        compact.run(archive.root, plan)
    assert archive.articles(all_revisions=True).count_rows() == 12


def test_a_snapshot_of_before_is_read_to_its_end(archive: Archive) -> None:
    fill(archive, 3)
    held = archive.articles(all_revisions=True)
    compact.compact(archive.root, many=1)
    assert held.to_table().num_rows == 12


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


@pytest.mark.parametrize("step", ["link", "checkpoint"])
def test_a_compaction_that_is_killed_is_put_right_by_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fill(archive, 3)
    before = rows(archive)

    def ending(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(*{"link": (os, "link"), "checkpoint": (compact, "checkpoint")}[step], ending)
    with pytest.raises(Killed):
        compact.compact(archive.root, many=1)
    monkeypatch.undo()
    assert rows(archive) == before
    compact.compact(archive.root, many=1)
    vacuum.vacuum(archive.root, grace=NOTHING)
    assert rows(archive) == before
    left = {path.relative_to(archive.root / "articles").as_posix() for path in archive.root.glob("articles/month=*/*")}
    assert left == {file.path for file in log.files(delta.snapshot(archive.root, ARTICLES))}
    assert not list(archive.root.rglob("*.tmp"))


@pytest.mark.parametrize("harm", ["truncated", "missing"])
def test_a_damaged_file_stops_it_and_nothing_changes(archive: Archive, harm: str) -> None:
    fill(archive, 3)
    file = archive.root / "articles" / log.files(delta.snapshot(archive.root, ARTICLES))[0].path
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-100])
    version = delta.snapshot(archive.root, ARTICLES).version()
    with pytest.raises(ArchiveError, match="broadsheet verify"):
        compact.compact(archive.root, many=1, tables=[ARTICLES])
    assert delta.snapshot(archive.root, ARTICLES).version() == version


def test_columns_that_old_files_lack_are_null(archive: Archive) -> None:
    """A file from before a column was added to the schema."""
    fill(archive, 2)
    (first, _) = log.files(delta.snapshot(archive.root, CAPTURES))
    path = archive.root / "captures" / first.path
    pq.write_table(pq.read_table(path).drop_columns(["title"]), path)
    done = compact.compact(archive.root, many=1, tables=[CAPTURES])
    assert done[0].rows == 8
    assert archive.captures().to_table(["title"])["title"].null_count == 8


def append_there(root: str, run: str, batches: int) -> None:
    """In a process of its own: a writer that knows nothing of compactions."""
    fill(Archive(Path(root)), batches, run=run)


def test_two_writers_a_compaction_and_a_reader_at_once(archive: Archive) -> None:
    writers = [SPAWN.Process(target=append_there, args=(str(archive.root), run, 25)) for run in ("r", "s")]
    for writer in writers:
        writer.start()
    seen, compacted, until = 0, 0, time.monotonic() + 100
    while any(writer.is_alive() for writer in writers) and time.monotonic() < until:
        compacted += len(compact.compact(archive.root, many=4))
        now = archive.articles(all_revisions=True).count_rows()
        assert now >= seen, "a reader saw rows go"
        assert now % 4 == 0, "a reader saw half a commit"
        seen = now
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert compacted > 2
    numbers = archive.captures().to_table(["run", "batch"]).group_by(["run", "batch"]).aggregate([([], "count_all")])
    assert numbers["count_all"].to_pylist() == [4] * 50
    assert archive.articles(all_revisions=True).count_rows() == 200


def test_runs_and_sources_are_compacted_too(archive: Archive) -> None:
    from tests.archive_samples import begin

    for _ in range(4):
        begin(archive).finish()
    before = archive.runs().to_table().sort_by("run")
    (done,) = compact.compact(archive.root, many=3)
    assert (done.table, done.files_before, done.rows) == ("runs", 4, 4)
    assert archive.runs().to_table().sort_by("run").equals(before)
    assert count(archive, RUNS) == 1


def test_descriptions_and_types_stay_in_the_files(archive: Archive) -> None:
    fill(archive, 2)
    compact.compact(archive.root, many=1)
    (file,) = log.files(delta.snapshot(archive.root, CAPTURES))
    schema = pq.read_schema(archive.root / "captures" / file.path)
    assert schema.field("etag").metadata[b"description"] == b"ETag of the answer"
    assert schema.equals(to_arrow(CAPTURES, []).schema)
