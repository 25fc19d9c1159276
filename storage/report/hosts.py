"""The hosts: how fast their answers follow each other, and what of them fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from storage.coverage import Fate
from storage.report.model import HostLine, Hosts
from storage.report.period import Period
from storage.report.samples import LONGEST
from storage.report.sums import Sums, batches, ones
from storage.rows import Rows

LISTED = 15
"""Hosts that are told of each kind."""
RUNS = 200
"""Newest runs whose pace counts."""
# Of fewer answers the time from the first to the last says little.
_ENOUGH = 5
_HOST = r"(?i)^https?://(?:[^/?#@]*@)?(?P<host>[^/?#]+)"
_MICROSECONDS = 1e6


def hosts(captures: Rows, when: Period, *, sources: Collection[str], runs: Sequence[str]) -> Hosts:
    """The slowest and the failing hosts of ``sources`` (empty: all); ``runs`` are those whose pace counts.

    A failure is a capture that ended as ``failed``, with an answer of the host or without.
    """
    wanted = when.inside("at") & (pc.is_valid(pc.field("status")) | (pc.field("outcome") == "failed"))
    if sources:
        wanted &= pc.field("source").isin(pa.array(sorted(sources), pa.string()))
    ends = Sums(["host", "failed"], {"n": "sum"})
    why = Sums(["host", "reason"], {"n": "sum", "url": "min"})
    stays = Sums(["host", "run"], {"n": "sum", "first": "min", "last": "max"})
    newest = pa.array(sorted(runs), pa.string())
    for batch in batches(captures, ["requested_url", "at", "outcome", "reason", "status", "run"], wanted):
        named = pc.struct_field(pc.extract_regex(batch["requested_url"], pattern=_HOST), "host")
        table = pa.table(
            {
                "host": pc.utf8_lower(pc.fill_null(named, "")),
                "failed": pc.equal(batch["outcome"], "failed"),
                "reason": pc.fill_null(batch["reason"], ""),
                "url": batch["requested_url"],
                "run": batch["run"],
                "first": batch["at"],
                "last": batch["at"],
                "n": ones(batch),
                "answered": pc.is_valid(batch["status"]),
            }
        )
        ends.add(table.select(["host", "failed", "n"]))
        short = pc.if_else(
            pc.less_equal(pc.utf8_length(table["url"]), LONGEST), table["url"], pa.scalar(None, pa.string())
        )
        failed = table.set_column(table.schema.get_field_index("url"), "url", short).filter(table["failed"])
        why.add(failed.select(["host", "reason", "n", "url"]))
        paced = table.filter(pc.and_(table["answered"], pc.is_in(table["run"], value_set=newest)))
        stays.add(paced.select(["host", "run", "n", "first", "last"]))
    answers, failures = _ends(ends.table())
    pace = _pace(stays.table())
    known = answers.keys() | failures.keys()
    slowest = sorted(pace, key=lambda host: (-pace[host], host))[:LISTED]
    failing = sorted(failures, key=lambda host: (-failures[host], host))[:LISTED]
    told = _reasons(why.table(), {*slowest, *failing})
    lines = {
        host: HostLine(
            host=host,
            answers=answers[host],
            failures=failures[host],
            pace=pace.get(host),
            fates=told[host][0] if host in told else (),
            sample=told[host][1] if host in told else None,
        )
        for host in {*slowest, *failing}
    }
    return Hosts(
        known=len(known),
        slowest=tuple(lines[host] for host in slowest),
        failing=tuple(lines[host] for host in failing),
    )


def _ends(table: pa.Table | None) -> tuple[Counter[str], Counter[str]]:
    answers: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for row in table.to_pylist() if table is not None else ():
        (failures if row["failed"] else answers)[row["host"]] += row["n"]
    return answers, failures


def _pace(table: pa.Table | None) -> dict[str, float]:
    """The median over the runs of the mean time between two answers, in seconds."""
    found: dict[str, list[float]] = {}
    if table is None:
        return {}
    enough = table.filter(pc.greater_equal(table["n"], _ENOUGH))
    micros = pc.cast(pc.subtract(enough["last"], enough["first"]), pa.int64()).to_pylist()
    for host, count, lasted in zip(enough["host"].to_pylist(), enough["n"].to_pylist(), micros, strict=True):
        found.setdefault(host, []).append(lasted / _MICROSECONDS / (count - 1))
    return {host: median(paces) for host, paces in found.items()}


def _reasons(table: pa.Table | None, wanted: Collection[str]) -> dict[str, tuple[tuple[Fate, ...], str | None]]:
    """Why requests to each host failed, most frequent first, and one address that did."""
    out: dict[str, tuple[tuple[Fate, ...], str | None]] = {}
    if table is None or not wanted:
        return out
    mine = table.filter(pc.is_in(table["host"], value_set=pa.array(sorted(wanted), pa.string())))
    for row in mine.sort_by([("n", "descending"), ("reason", "ascending")]).to_pylist():
        fates, sample = out.get(row["host"], ((), None))
        fate = Fate(outcome="failed", reason=row["reason"] or None, count=row["n"])
        out[row["host"]] = ((*fates, fate), sample or row["url"])
    return out
