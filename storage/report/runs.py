"""The runs: the newest of them with what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from storage.report.model import RunLine
from storage.rows import Rows

LISTED = 30
"""Runs that are told one by one."""
_COLUMNS = ("run", "command", "outcome", "started_at", "finished_at", "tallies", "detail")


def names(runs: Rows) -> list[str]:
    """All runs' names, the newest first."""
    return sorted(runs.to_table(["run"])["run"].to_pylist(), reverse=True)


def newest(runs: Rows, known: Sequence[str]) -> tuple[RunLine, ...]:
    """The newest of the runs ``known``, newest first."""
    wanted = pc.field("run").isin(pa.array(known[:LISTED], pa.string()))
    rows = runs.to_table(_COLUMNS, wanted).to_pylist()
    return tuple(_line(row) for row in sorted(rows, key=lambda row: str(row["run"]), reverse=True))


def _line(row: dict[str, Any]) -> RunLine:
    counts = {"archived": 0, "revised": 0, "failed": 0}
    for tally in row["tallies"]:
        if tally["outcome"] in counts:
            counts[tally["outcome"]] += tally["count"]
    return RunLine(
        run=row["run"],
        command=row["command"],
        outcome=row["outcome"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        articles=counts["archived"],
        revisions=counts["revised"],
        failures=counts["failed"],
        detail=row["detail"],
    )
