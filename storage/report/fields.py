"""How many of the rows of ``articles`` that the period brought have each field."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.report.model import Completeness
from storage.report.period import Period
from storage.report.sums import Sums, batches, ones
from storage.rows import Rows

FIELDS: Mapping[str, str] = {
    "title": "title",
    "date": "date",
    "instant": "date_published",
    "modified": "date_modified",
    "authors": "authors",
    "bullets": "bullets",
    "section": "section",
    "image": "image_url",
    "language": "language",
    "body": "word_count",
}
"""What is counted, and the column of ``articles`` that it stands in."""
SOURCES = 40
"""Sources that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Rows and filled fields by span, and of the sources that lack most; ``days`` counts the whole archive's rows."""

    rows: Mapping[int, int]
    fields: Mapping[int, Mapping[str, int]]
    sources: tuple[Completeness, ...]
    days: Mapping[dt.date, int]


def filled(articles: Rows, when: Period, *, sources: Collection[str]) -> Filled:
    """The rows (all revisions) of ``sources`` (empty: all) by the day on which their pages were fetched."""
    how = dict.fromkeys((*FIELDS, "n"), "sum")
    spans, names, days = Sums(["span"], how), Sums(["source"], how), Sums(["day"], {"n": "sum"})  # type: ignore[arg-type]
    for batch in batches(articles, ["date_crawled"], None):
        days.add(pa.table({"day": pc.cast(batch["date_crawled"], pa.date32()), "n": ones(batch)}))
    wanted = when.inside("date_crawled")
    if sources:
        wanted &= pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    for batch in batches(articles, ["source", "date_crawled", *FIELDS.values()], wanted):
        table = pa.table(
            {name: pc.cast(_has(batch[column]), pa.int64()) for name, column in FIELDS.items()}
            | {"n": ones(batch), "source": batch["source"], "span": when.spans_of(batch["date_crawled"])}
        )
        spans.add(table.drop_columns(["source"]))
        names.add(table.drop_columns(["span"]))
    by_span, by_source, by_day = spans.table(), names.table(), days.table()
    rows = by_span.to_pylist() if by_span is not None else []
    listed = by_source.to_pylist() if by_source is not None else []
    counts: Counter[dt.date] = Counter()
    for row in by_day.to_pylist() if by_day is not None else ():
        counts[row["day"]] = row["n"]
    listed.sort(key=lambda row: (sum(row[name] for name in FIELDS) / row["n"], -row["n"], row["source"]))
    return Filled(
        rows={row["span"]: row["n"] for row in rows},
        fields={row["span"]: {name: row[name] for name in FIELDS} for row in rows},
        sources=tuple(
            Completeness(source=row["source"], rows=row["n"], filled={name: row[name] for name in FIELDS})
            for row in listed[:SOURCES]
        ),
        days=counts,
    )


def _has(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type):
        return pc.greater(pc.list_value_length(column), 0)
    if pa.types.is_string(column.type):
        return pc.fill_null(pc.greater(pc.utf8_length(column), 0), False)
    if pa.types.is_integer(column.type):
        return pc.greater(column, 0)
    return pc.is_valid(column)
