"""How many rows ``captures`` has of each source and day: what a report's memory is planned by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.report.sums import Sums, batches, ones
from storage.rows import Rows


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
