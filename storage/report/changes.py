"""New articles and revisions of the period, and the articles that were changed most often."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.report.model import Edited
from storage.report.period import Period
from storage.report.sums import Sums, batches, ones
from storage.rows import Rows

EDITED = 25
"""Articles that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """New articles and revisions by span; ``known`` articles were changed, ``edited`` are those changed most."""

    articles: Counter[int]
    revisions: Counter[int]
    known: int
    edited: tuple[Edited, ...]


def changes(captures: Rows, when: Period, *, sources: Collection[str]) -> Changes:
    """What the period brought of ``sources`` (empty: all), by the instant at which a page was fetched."""
    wanted = (pc.field("kind") == "article") & pc.field("outcome").isin(pa.array(["archived", "revised"]))
    wanted &= when.inside("at")
    if sources:
        wanted &= pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    spans = Sums(["span", "outcome"], {"n": "sum"})
    ids = Sums(["source", "id"], {"n": "sum", "at": "max"})
    for batch in batches(captures, ["source", "outcome", "at", "id"], wanted):
        table = pa.table(
            {name: batch[name] for name in ("source", "outcome", "at", "id")}
            | {"n": ones(batch), "span": when.spans_of(batch["at"])}
        )
        spans.add(table.select(["span", "outcome", "n"]))
        revised = table.filter(pc.equal(table["outcome"], "revised"))
        ids.add(revised.select(["source", "id", "n", "at"]))
    articles: Counter[int] = Counter()
    revisions: Counter[int] = Counter()
    by_span = spans.table()
    for row in by_span.to_pylist() if by_span is not None else ():
        (articles if row["outcome"] == "archived" else revisions)[row["span"]] += row["n"]
    changed = ids.table()
    if changed is None:
        return Changes(articles=articles, revisions=revisions, known=0, edited=())
    order = [("n", "descending"), ("at", "descending"), ("id", "ascending")]
    top = changed.sort_by(order).slice(0, EDITED).to_pylist()
    last = _last(captures, {row["id"]: row["at"] for row in top if row["id"] is not None})
    return Changes(
        articles=articles,
        revisions=revisions,
        known=changed.num_rows,
        edited=tuple(
            Edited(
                source=row["source"], url=last[row["id"]][0], title=last[row["id"]][1], times=row["n"], last=row["at"]
            )
            for row in top
            if row["id"] in last
        ),
    )


def _last(captures: Rows, wanted: dict[str, dt.datetime]) -> dict[str, tuple[str, str]]:
    """The address and the headline that each article had at an instant."""
    if not wanted:
        return {}
    found: dict[str, tuple[str, str]] = {}
    revised = (pc.field("outcome") == "revised") & pc.field("id").isin(pa.array(sorted(wanted), pa.string()))
    for batch in batches(captures, ["id", "at", "url", "requested_url", "title"], revised):
        for row in batch.to_pylist():
            if row["at"] == wanted[row["id"]]:
                found[row["id"]] = (row["url"] or row["requested_url"], row["title"] or "")
    return found
