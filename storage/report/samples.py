"""Addresses that stand for what is missing: a few of each source and span, and of each fate.

They are searched in two readings: the first notes candidates, the second asks what became of them since, so that none
is told that was captured later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from storage.coverage import CAPTURED
from storage.report.model import Sample
from storage.report.period import Period
from storage.report.sums import batches
from storage.rows import Rows

Key: TypeAlias = tuple[str, str | None]
_Cell: TypeAlias = tuple[str, int]
LONGEST = 300
"""Characters of the longest address that is told: the report's size is bounded, an address' is not."""
_MISSED = ("rejected", "refused", "failed", "deferred")
_CANDIDATES, _TOLD = 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The samples of each source and span, and of each outcome and reason."""

    cells: Mapping[_Cell, tuple[Sample, ...]]
    fates: Mapping[Key, tuple[Sample, ...]]

    def of_cell(self, source: str, span: int) -> tuple[Sample, ...]:
        """At most two of what a source announced in a span."""
        return self.cells.get((source, span), ())

    def of_fate(self, outcome: str, reason: str | None) -> tuple[Sample, ...]:
        """At most two that met a fate."""
        return self.fates.get((outcome, reason), ())

    @classmethod
    def found(
        cls, captures: Rows, when: Period, shown: Collection[str], fates: Collection[Key], sources: Collection[str]
    ) -> Samples:
        """Samples for the cells of ``shown`` and for each of ``fates``, of ``sources`` (empty: all) alone."""
        cells, kinds = _candidates(captures, when, frozenset(shown), frozenset(fates), sources)
        urls = {url for listed in (*cells.values(), *kinds.values()) for _, url in listed}
        known = _settled(captures, urls)
        return cls(
            cells={key: told for key, listed in cells.items() if (told := _told(listed, known, None))},
            fates={key: told for key, listed in kinds.items() if (told := _told(listed, known, key))},
        )


_Found: TypeAlias = list[tuple[str, str]]


def _candidates(
    captures: Rows, when: Period, shown: frozenset[str], fates: frozenset[Key], sources: Collection[str]
) -> tuple[dict[_Cell, _Found], dict[Key, _Found]]:
    wanted = (pc.field("kind") == "article") & pc.field("outcome").isin(pa.array(_MISSED))
    wanted &= pc.utf8_length(pc.field("requested_url")) <= LONGEST
    if sources:
        wanted &= pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    cells: dict[_Cell, _Found] = {}
    kinds: dict[Key, _Found] = {}
    columns = ["source", "requested_url", "outcome", "reason", "at", "announced_at"]
    for batch in batches(captures, columns, wanted):
        first = pc.coalesce(batch["announced_at"], batch["at"])
        table = pa.table(
            {name: batch[name] for name in ("source", "requested_url", "outcome", "reason")}
            | {"span": when.spans_of(first), "early": pc.less(pc.cast(first, pa.date32()), pa.scalar(when.since))}
        )
        table = table.filter(pc.and_(pc.invert(table["early"]), pc.less(table["span"], when.spans)))
        groups = table.group_by(["source", "span", "outcome", "reason"]).aggregate(
            [("requested_url", "min"), ("requested_url", "max")]
        )
        for row in groups.to_pylist():
            for url in sorted({row["requested_url_min"], row["requested_url_max"]}):
                found = (row["source"], url)
                if row["source"] in shown:
                    _note(cells.setdefault((row["source"], row["span"]), []), found)
                if (row["outcome"], row["reason"]) in fates:
                    _note(kinds.setdefault((row["outcome"], row["reason"]), []), found)
    return cells, kinds


def _note(listed: _Found, found: tuple[str, str]) -> None:
    if len(listed) < _CANDIDATES and found not in listed:
        listed.append(found)


def _settled(captures: Rows, urls: Collection[str]) -> dict[tuple[str, str], Sample | None]:
    """The latest fate of each source's address; None where its article is captured."""
    wanted = (pc.field("kind") == "article") & pc.field("requested_url").isin(pa.array(sorted(urls), pa.string()))
    latest: dict[tuple[str, str], tuple[object, Sample | None]] = {}
    if not urls:
        return {}
    for batch in batches(captures, ["source", "requested_url", "outcome", "reason", "at"], wanted):
        for row in batch.to_pylist():
            key = row["source"], row["requested_url"]
            before = latest.get(key)
            if row["outcome"] in CAPTURED:
                latest[key] = (row["at"], None)
            elif before is None or (before[1] is not None and row["at"] >= before[0]):
                sample = Sample(url=row["requested_url"], outcome=row["outcome"], reason=row["reason"])
                latest[key] = (row["at"], sample)
    return {key: sample for key, (_, sample) in latest.items()}


def _told(listed: _Found, known: Mapping[tuple[str, str], Sample | None], fate: Key | None) -> tuple[Sample, ...]:
    found = [sample for key in listed if (sample := known.get(key)) is not None]
    if fate is not None:
        found = [sample for sample in found if (sample.outcome, sample.reason) == fate]
    return tuple(found[:_TOLD])
