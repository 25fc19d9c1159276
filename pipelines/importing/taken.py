"""How many pages earlier tries of a task have taken: a try that is begun again gets what they left of its limit."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sites import Sites
from storage.rows import Rows

_COLUMNS: Final = ("requested_url", "warc_file", "warc_offset")


def taken(captures: Rows, sites: Sites | None, *, since: dt.datetime) -> int:
    """The pages of ``sites`` (all by default) that runs begun since an instant have a record of.

    While a job goes on nobody else adds to what its tasks import, and runs are named after their beginning.
    """
    wanted = (pc.field("kind") == "article") & pc.field("warc_file").is_valid()
    wanted &= pc.field("run") >= f"{since.astimezone(dt.UTC):%Y%m%dT%H%M%S.%fZ}"
    found: set[tuple[str, int]] = set()
    for batch in captures.to_batches(_COLUMNS, wanted):
        rows = batch if sites is None else batch.filter(pa.array(sites.own(batch["requested_url"])))
        found.update(zip(rows["warc_file"].to_pylist(), rows["warc_offset"].to_pylist(), strict=True))
    return len(found)
