"""Whose turn it is first in a run: so that what a budget cuts off is not cut off in every run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from storage.archive import Archive

# Rows older than this say nothing of whose turn it is: whoever was asked last before counts as never asked.
MEMORY = dt.timedelta(days=7)
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_COLUMNS = ("source", "kind", "run", "at")


class Turns:
    """When each source's articles were asked for last, and when the last run of these sources began to ask."""

    def __init__(self, paged: dict[str, dt.datetime], began: dt.datetime | None = None) -> None:
        self._paged = paged
        self._began = began

    @classmethod
    def load(cls, archive: Archive, sources: Sequence[str], *, now: dt.datetime) -> Turns:
        """Read them from the archive's ``captures`` of the last :data:`MEMORY`."""
        asked = pc.field("status").is_valid() | (pc.field("outcome") == "failed")
        wanted = (
            (pc.field("at") >= pa.scalar(now - MEMORY, pa.timestamp("us", "UTC")))
            & pc.field("source").isin(pa.array(sorted(sources), pa.string()))
            & pc.field("kind").isin(pa.array(["article", "entrance"]))
            & asked
        )
        paged: dict[str, dt.datetime] = {}
        runs: dict[str, tuple[dt.datetime, dt.datetime]] = {}
        for batch in archive.captures().to_batches(list(_COLUMNS), wanted):
            groups = pa.Table.from_batches([batch]).group_by(["source", "kind", "run"])
            for row in groups.aggregate([("at", "min"), ("at", "max")]).to_pylist():
                first, last = row["at_min"], row["at_max"]
                if row["kind"] == "article":
                    paged[row["source"]] = max(last, paged.get(row["source"], last))
                else:
                    begun, ended = runs.get(row["run"], (first, last))
                    runs[row["run"]] = (min(first, begun), max(last, ended))
        return cls(paged, max(runs.values(), key=lambda run: run[1])[0] if runs else None)

    def of_source(self, source: str) -> dt.datetime:
        """What sorts a source's articles among those of others: who was asked longest ago comes first."""
        return self._paged.get(source, _NEVER)

    def of_entrance(self, source: str, asked: dt.datetime | None) -> tuple[dt.datetime, dt.datetime]:
        """What sorts an entrance that was asked at ``asked`` (None: never) among those of all sources.

        Those that the last run did not come to are first, whoever has waited longest before the others. Among those
        that it did ask, it counts how long their source's articles have waited, for these line up behind it.
        """
        since = asked or _NEVER
        return (min(since, self._began) if self._began is not None else since, self.of_source(source))
