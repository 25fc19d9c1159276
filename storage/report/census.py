"""How many rows ``captures`` has of each source and day, by which a report's memory is planned; how many articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.report.sums import Sums, batches, ones
from storage.rows import Rows

# Numbers of articles after which they are sorted out, so that memory grows with articles and not with revisions.
_SORTED = 2_000_000
_TAIL = 16
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Rows of ``captures`` by source, and by day (UTC) over all sources."""

    sources: Mapping[str, int]
    days: Mapping[dt.date, int]

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.days.values())

    def parts(self, size: int) -> list[list[str]]:
        """The sources, in parts of about ``size`` rows; a larger source is a part of its own."""
        out: list[list[str]] = []
        filled = size
        for name in sorted(self.sources):
            if filled + self.sources[name] > size:
                out.append([])
                filled = 0
            out[-1].append(name)
            filled += self.sources[name]
        return out


def census(captures: Rows) -> Census:
    """The rows of ``captures``, counted."""
    sources = Sums(["source"], {"n": "sum"})
    days = Sums(["day"], {"n": "sum"})
    for batch in batches(captures, ["source", "at"], None):
        one = ones(batch)
        sources.add(pa.table({"source": batch["source"], "n": one}))
        days.add(pa.table({"day": pc.cast(batch["at"], pa.date32()), "n": one}))
    by_source, by_day = sources.table(), days.table()
    if by_source is None or by_day is None:
        return Census(sources={}, days={})
    return Census(
        sources=dict(zip(by_source["source"].to_pylist(), by_source["n"].to_pylist(), strict=True)),
        days=dict(zip(by_day["day"].to_pylist(), by_day["n"].to_pylist(), strict=True)),
    )


def articles(rows: Rows, wanted: pc.Expression | None) -> int:
    """How many articles ``rows``, of all revisions, are of; eight bytes of memory for each.

    An id counts by its last 64 of 128 bits: among ten million articles two are taken for one with a chance of 1 to
    400,000.
    """
    known = np.zeros(0, np.uint64)
    parts: list[npt.NDArray[np.uint64]] = []
    pending = 0
    for batch in batches(rows, ["id"], wanted):
        parts.append(_numbers(batch["id"]))
        pending += batch.num_rows
        if pending > _SORTED:
            known, parts, pending = np.unique(np.concatenate([known, *parts])), [], 0
    return len(np.unique(np.concatenate([known, *parts])))


def _numbers(ids: pa.Array) -> npt.NDArray[np.uint64]:
    tails = pc.utf8_lpad(pc.utf8_slice_codeunits(ids, -_TAIL), _TAIL, "0")
    halves = np.frombuffer(pc.cast(pc.cast(tails, pa.binary()), pa.binary(_TAIL)).buffers()[1], np.uint64)
    pairs = halves[: 2 * len(ids)].reshape(-1, 2)
    return pairs[:, 0] * _ODD + pairs[:, 1]
