"""Records to Arrow, to Parquet and Delta, and back: nothing is lost, and every column explains itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import delta
from storage.archive import Archive
from storage.records import (
    Access,
    Article,
    Capture,
    CaptureKind,
    DateSource,
    EntranceKind,
    Kind,
    Outcome,
    RunRecord,
    SourceRecord,
    Tally,
)
from storage.schema import (
    ARTICLES,
    CAPTURES,
    CLUSTERS,
    RUNS,
    SOURCES,
    TABLES,
    Table,
    articles_from_arrow,
    captures_from_arrow,
    data_dictionary,
    to_arrow,
)
from tests.archive_samples import NOON, article, begin, capture

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
INSTANTS = st.datetimes(timezones=st.just(dt.UTC))
TYPES: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "int": st.integers(-(2**15), 2**15 - 1),
    "dt.date": st.dates(),
    "dt.datetime": INSTANTS,
    "tuple[str, ...]": st.lists(TEXT, max_size=4).map(tuple),
    "Access": st.sampled_from(get_args(Access)),
    "Kind": st.sampled_from(get_args(Kind)),
    "DateSource": st.sampled_from(get_args(DateSource)),
    "CaptureKind": st.sampled_from(get_args(CaptureKind)),
    "EntranceKind": st.sampled_from(get_args(EntranceKind)),
    "Outcome": st.sampled_from(get_args(Outcome)),
}


def records(kind: type, always: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Records of that type with any values; the columns named ``always`` are filled when a row is written."""
    built = {}
    for field in fields(kind):
        plain = str(field.type).removesuffix(" | None")
        values = TYPES[plain]
        optional = plain != field.type and field.name not in always
        built[field.name] = st.none() | values if optional else values
    if "month" in built:
        built["month"] = st.dates().map(lambda day: f"{day:%Y-%m}") | st.just("unknown")
    return st.builds(kind, **built)


@given(st.lists(records(Article, always=("run",)), max_size=3))
def test_articles_come_back_from_arrow_as_they_went(written: list[Article]) -> None:
    back = articles_from_arrow(to_arrow(ARTICLES, written))
    assert sorted(back, key=repr) == sorted(written, key=repr)


@given(st.lists(records(Capture, always=("run", "batch")), max_size=3))
def test_captures_come_back_from_arrow_as_they_went(written: list[Capture]) -> None:
    back = captures_from_arrow(to_arrow(CAPTURES, written))
    assert sorted(back, key=repr) == sorted(written, key=repr)


def test_a_fixed_column_has_its_value_in_every_row() -> None:
    rows = to_arrow(CAPTURES, [capture(1, run="its own"), capture(2)], fixed={"run": "r", "batch": 7})
    assert rows.select(["run", "batch"]).to_pylist() == [{"run": "r", "batch": 7}] * 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(records(Article, always=("run",)), min_size=1, max_size=4))
def test_articles_come_back_from_delta_and_plain_parquet(
    tmp_path_factory: pytest.TempPathFactory, written: list[Article]
) -> None:
    root = tmp_path_factory.mktemp("delta")
    delta.create(root, ARTICLES)
    delta.append(root, ARTICLES, to_arrow(ARTICLES, written), application="run", number=1)
    back = articles_from_arrow(Archive(root).articles(all_revisions=True).to_table())
    assert sorted(back, key=repr) == sorted(written, key=repr)
    plain = articles_from_arrow(pq.read_table(root / "articles", schema=ARTICLES.schema))
    assert sorted(plain, key=repr) == sorted(written, key=repr)


@pytest.mark.parametrize(
    ("table", "record"),
    [(ARTICLES, Article), (CAPTURES, Capture), (RUNS, RunRecord), (SOURCES, SourceRecord)],
    ids=[table.name for table in (ARTICLES, CAPTURES, RUNS, SOURCES)],
)
def test_every_field_has_its_column_and_the_reverse(table: Table, record: type) -> None:
    assert table.schema.names == [field.name for field in fields(record)]
    for field in fields(record):
        column = table.schema.field(field.name)
        if "| None" not in str(field.type):
            assert not column.nullable, f"{field.name} is never None, its column may be null"
        elif column.name not in ("run", "batch"):
            assert column.nullable, f"{field.name} may be None, its column may not be null"


@pytest.mark.parametrize("table", [one for one in TABLES if one is not CLUSTERS], ids=lambda table: table.name)
def test_every_column_is_described_in_the_parquet_files(table: Table, tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "archive")
    run = begin(archive, sources=[source_record()])
    run.record(capture(), article())
    run.finish(tallies=[Tally(source="harbour", outcome="archived", reason=None, count=1)])
    (file,) = (archive.root / table.name).rglob("*.parquet")
    schema = pq.read_schema(file)
    for field in table.schema:
        if field.name not in table.partition_by:
            assert schema.field(field.name).metadata[b"description"] == field.metadata[b"description"]
            assert len(field.metadata[b"description"].split()) >= 2
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def source_record() -> SourceRecord:
    """A source of the tests."""
    return SourceRecord(source="harbour", digest="d1", since=NOON, entrances=("http://harbour.test/feed",), hosts=())


NOT_NULL = [
    (table, record, field.name)
    for table, record in ((ARTICLES, article()), (CAPTURES, capture()))
    for field in table.schema
    if not field.nullable
]


@pytest.mark.parametrize(("table", "record", "name"), NOT_NULL, ids=[f"{t.name}.{name}" for t, _, name in NOT_NULL])
def test_a_null_is_refused_in_a_column_that_may_hold_none(table: Table, record: Any, name: str) -> None:
    broken = type(record)(**{field.name: getattr(record, field.name) for field in fields(record)} | {name: None})
    with pytest.raises(pa.ArrowInvalid):
        to_arrow(table, [record, broken])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("title", b"\xff", id="bytes that are no text"),
        pytest.param("word_count", 2**40, id="a number beyond its column"),
        pytest.param("bullets", 1, id="a number for a list"),
        pytest.param("tags", (None,), id="null inside a list"),
        pytest.param("date_crawled", "noon", id="text for an instant"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        to_arrow(ARTICLES, [article(**{name: value})])


def test_half_surrogate_pairs_become_replacement_characters() -> None:
    table = to_arrow(ARTICLES, [article(title="A \ud83d boat", tags=("\udc00",)), article(2, title="Plain")])
    assert sorted(table["title"].to_pylist()) == ["A \ufffd boat", "Plain"]
    assert sorted(table["tags"].to_pylist()) == [[], ["\ufffd"]]


def test_rows_are_sorted_as_their_table_is() -> None:
    rows = to_arrow(CAPTURES, [capture(2), capture(1), capture(3, source="anchor")])
    assert rows["source"].to_pylist() == ["anchor", "harbour", "harbour"]
    assert rows["requested_url"].to_pylist()[1:] == ["http://harbour.test/1", "http://harbour.test/2"]


def test_the_data_dictionary_names_every_column() -> None:
    text = data_dictionary()
    for table in TABLES:
        for field in table.schema:
            assert f"| `{field.name}`" in text
