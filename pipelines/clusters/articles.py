"""The articles that there are, and since when each is known to have been there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.urls import article_id, canonical
from storage.rows import Rows
from storage.schema import INSTANT

COLUMNS: Final = ("id", "row", "month", "date", "date_published", "first_seen", "declared_canonical")
_DAY: Final = np.timedelta64(1, "D")


def current(rows: Rows) -> pa.Table:
    """The articles' current rows: id, row, month, ``since``, ``known_by``, ``original`` (an id, or null).

    ``since`` is the earliest instant at which an article is known to have been there, ``known_by`` the column that
    tells it: ``date_published``, ``first_seen``, or ``date``, which tells its end.
    """
    parts = [_told(pa.Table.from_batches([batch])) for batch in rows.to_batches(list(COLUMNS), frugal=True)]
    return pa.concat_tables([_told(rows.schema.empty_table().select(list(COLUMNS))), *parts])


def from_day(table: pa.Table, day: dt.date | None) -> pa.Table:
    """Those of ``table`` that are known since ``day`` (UTC) or later; all without one."""
    if day is None:
        return table
    begin = pa.scalar(dt.datetime.combine(day, dt.time(), dt.UTC), INSTANT)
    return table.filter(pc.greater_equal(table["since"], begin))


def _told(table: pa.Table) -> pa.Table:
    last = np.iinfo(np.int64).max
    seen = _instants(table["first_seen"].cast(pa.int64()), last)
    published = _instants(table["date_published"].cast(pa.int64()), last)
    days = _instants(table["date"].cast(pa.int32()).cast(pa.int64()), last)
    ended = np.where(days == last, last, (days + 1) * 86_400_000_000)
    # A page with an instant needs no day; one that was seen before it says that it was published has said it wrongly.
    ended = np.where(published < last, last, ended)
    known = np.stack([published, seen, ended])
    by = np.array(["date_published", "first_seen", "date"])[known.argmin(axis=0)]
    originals = (_original(value) for value in table["declared_canonical"].to_pylist())
    return pa.table(
        {
            **{name: table[name].cast(pa.string()) for name in ("id", "row", "month")},
            "since": pa.array(known.min(axis=0)).cast(INSTANT),
            "known_by": pa.array(by, pa.string()),
            "original": pa.array(originals, pa.string()),
        }
    )


def _instants(column: pa.ChunkedArray, missing: int) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(column, missing).to_numpy(), np.int64)


def _original(url: str | None) -> str | None:
    return None if url is None else article_id(canonical(url))


def declared(table: pa.Table) -> list[tuple[str, str]]:
    """Articles that name another page as their original: their id, and that of an article which it would be."""
    named = table.filter(pc.is_valid(table["original"]))
    return list(zip(named["id"].to_pylist(), named["original"].to_pylist(), strict=True))


def numbers(column: pa.ChunkedArray, wanted: Iterable[str]) -> dict[str, int]:
    """At what place in ``column`` each of ``wanted`` stands for the last time; those that do not are left out."""
    at = np.flatnonzero(pc.is_in(column, value_set=pa.array(list(wanted), pa.string())).to_numpy())
    return dict(zip(column.take(pa.array(at)).to_pylist(), at.tolist(), strict=True))
