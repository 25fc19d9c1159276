"""The articles of the last weeks as sorted arrays, in which any span of any source is two searches away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.rows import Rows

WEEKS = 10
"""How far back a source's past reaches: long enough for ten of each weekday, short enough to follow the seasons."""
DAY = 86_400
WEEK = 7 * DAY
# Seconds fit in 32 bits until 2106; the number of the source stands above them.
_BITS = 32
_COLUMNS = ("id", "source", "date", "date_crawled", "date_source", "authors", "bullets", "word_count")
# What was published longer ago than this when it was fetched is a backfill's, and says nothing of today.
_STALE_DAYS = 14
FLAGS = ("date", "date_source", "authors", "bullets")
# Where a page itself states its date; ``text`` and ``url`` are read off it, the rest is the entrance's word.
_STATED = pa.array(["json-ld", "meta", "microdata", "time"])

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """First captures of articles, by source and time.

    ``keys`` are sorted (:meth:`key`), ``sums`` hold for each of :data:`FLAGS` how many of the first n articles have it,
    ``words`` the length of each.
    """

    sources: tuple[str, ...]
    keys: Ints
    sums: Ints
    words: Ints

    def spans(self, start: Ints | int, end: Ints | int) -> tuple[Ints, Ints]:
        """The first and one past the last article of each source from ``start`` to before ``end`` (seconds)."""
        base = np.arange(len(self.sources), dtype=np.int64) << _BITS
        return np.searchsorted(self.keys, base + start), np.searchsorted(self.keys, base + end)

    def counts(self, start: Ints | int, end: Ints | int) -> Ints:
        """How many articles each source has from ``start`` to before ``end``."""
        low, high = self.spans(start, end)
        return (high - low).astype(np.int64)

    def times(self, low: int, high: int) -> Ints:
        """The instants of a range of articles of one source, in seconds."""
        return self.keys[low:high] & ((1 << _BITS) - 1)

    def first(self) -> Ints:
        """When each source's first article came, in seconds; far in the future where there is none."""
        low, high = self.spans(0, (1 << _BITS) - 1)
        out = np.full(len(self.sources), (1 << _BITS) - 1, dtype=np.int64)
        there = high > low
        out[there] = self.keys[low[there]] & ((1 << _BITS) - 1)
        return out


def load(articles: Rows, *, at: dt.datetime) -> Series:
    """The first captures in the ten weeks before ``at``; of all revisions of an article the oldest counts."""
    begin = at - dt.timedelta(weeks=WEEKS)
    wanted = (pc.field("date_crawled") >= pa.scalar(begin)) & (pc.field("date_crawled") <= pa.scalar(at))
    parts = [_reduced(batch) for batch in articles.to_batches(_COLUMNS, wanted) if batch.num_rows]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Series(sources=(), keys=nothing, sums=np.zeros((len(FLAGS), 1), dtype=np.int64), words=nothing)
    table = pa.concat_tables(parts).combine_chunks()
    encoded = pc.dictionary_encode(table["source"]).combine_chunks()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    keys = (place[encoded.indices.to_numpy()] << _BITS) | table["at"].to_numpy()
    sorting = np.argsort(keys, kind="stable")
    # The earliest row of each id stands first among its equals, for the sorting is stable and by source.
    sorting = sorting[_firsts(table["id"].to_numpy()[sorting])]
    flags = np.stack([table[name].to_numpy()[sorting] for name in FLAGS]).astype(np.int64)
    return Series(
        sources=tuple(names[index] for index in order),
        keys=keys[sorting],
        sums=np.concatenate([np.zeros((len(FLAGS), 1), dtype=np.int64), np.cumsum(flags, axis=1)], axis=1),
        words=table["words"].to_numpy()[sorting].astype(np.int64),
    )


def _firsts(ids: Ints) -> npt.NDArray[np.bool_]:
    _, index = np.unique(ids, return_index=True)
    first = np.zeros(len(ids), dtype=np.bool_)
    first[index] = True
    return first


def _reduced(batch: pa.RecordBatch) -> pa.Table:
    crawled = pc.cast(batch["date_crawled"], pa.timestamp("s", "UTC"), safe=False)
    days = pc.days_between(batch["date"], pc.cast(crawled, pa.date32()))
    fresh = pc.less_equal(pc.fill_null(days, 0), _STALE_DAYS)
    return pa.table(
        {
            "id": _short(batch["id"]),
            "source": batch["source"],
            "at": pc.cast(crawled, pa.int64()),
            "date": pc.is_valid(batch["date"]),
            "date_source": pc.fill_null(pc.is_in(batch["date_source"], value_set=_STATED), False),
            "authors": pc.greater(pc.list_value_length(batch["authors"]), 0),
            "bullets": pc.greater(pc.list_value_length(batch["bullets"]), 0),
            "words": pc.cast(batch["word_count"], pa.int64()),
        }
    ).filter(fresh)


def _short(ids: pa.Array) -> pa.Array:
    """A 64-bit hash of each id of 32 hex digits."""
    digits = pc.cast(pc.binary_slice(pc.cast(pc.ascii_rpad(ids, 32), pa.binary()), 0, 32), pa.binary(32))
    words = np.frombuffer(digits.buffers()[1], dtype=np.uint64).reshape(-1, 4)
    words = words[digits.offset : digits.offset + len(digits)]
    mixed = np.zeros(len(words), dtype=np.uint64)
    for column in range(4):
        mixed = (mixed ^ words[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return pa.array(mixed.view(np.int64))
