"""What earlier tries of a task have cost: a try that is begun again gets what they left of its bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.rows import Rows

_COLUMNS = ("kind", "source", "requested_url", "outcome", "status", "warc_length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was asked of a source: articles' addresses, and bytes as the WARC holds them, compressed."""

    source: str
    pages: int
    received: int


def spent(captures: Rows, sources: Collection[str], *, since: dt.datetime) -> list[Spent]:
    """What the rows of ``sources`` show to have been asked for since an instant.

    Who holds these sources' locks is alone with them: whatever came since then is an earlier try's. Redirects have no
    row, so what they took is not counted.
    """
    wanted = (pc.field("at") >= pa.scalar(since)) & pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    pages: dict[str, set[str]] = {name: set() for name in sources}
    received = dict.fromkeys(sources, 0)
    for batch in captures.to_batches(_COLUMNS, wanted):
        asked = pc.and_(
            pc.equal(batch["kind"], "article"), pc.or_(batch["status"].is_valid(), pc.equal(batch["outcome"], "failed"))
        )
        article = batch.filter(asked)
        for source, url in zip(article["source"].to_pylist(), article["requested_url"].to_pylist(), strict=True):
            pages[source].add(url)
        table = pa.Table.from_batches([batch]).group_by("source").aggregate([("warc_length", "sum")])
        for source, size in zip(table["source"].to_pylist(), table["warc_length_sum"].to_pylist(), strict=True):
            received[source] += size or 0
    return [Spent(source=name, pages=len(pages[name]), received=received[name]) for name in sorted(pages)]
