"""All questions of a report, put to one archive."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from storage.archive import Archive
from storage.errors import ArchiveError
from storage.report import growth, runs
from storage.report.census import articles, census
from storage.report.changes import changes
from storage.report.fields import FIELDS, filled
from storage.report.heat import covered
from storage.report.hosts import RUNS, hosts
from storage.report.model import Report, SpanLine
from storage.report.period import period


def report(
    archive: Archive,
    *,
    now: dt.datetime,
    since: dt.date | None = None,
    until: dt.date | None = None,
    sources: Sequence[str] = (),
    same: Callable[[str], str] = str,
    said: Callable[[str], None] = lambda _: None,
) -> Report:
    """What there is to tell of ``archive`` from ``since`` to ``until`` (days in UTC), of ``sources`` (empty: all).

    ``now`` is the instant of the report; of an archive opened as of an earlier one, that one counts. ``same`` is that
    of :func:`storage.coverage.coverage`; ``said`` is told what is being counted.

    Raises:
        ArchiveError: a table cannot be read, or the period ends before it begins.
    """
    at = archive.as_of.at if archive.as_of is not None else now
    captures, rows = archive.captures(), archive.articles(all_revisions=True)
    said("rows")
    counted = census(captures)
    first, last = min(counted.days, default=None), max(counted.days, default=at.date())
    try:
        when = period(since=since, until=until, first=first, last=last, today=at.date())
    except ValueError as error:
        raise ArchiveError(f"{error}; write an earlier --since or a later --until") from None
    known = runs.names(archive.runs())
    said("coverage")
    names = [name for name in _named(archive) if not sources or name in sources]
    coverage = covered(captures, counted, when, sources=sources, active=names, same=same)
    said("revisions")
    changed = changes(captures, when, sources=sources)
    said("fields")
    complete = filled(rows, when, sources=sources)
    said("hosts")
    asked = hosts(captures, when, sources=sources, runs=known[:RUNS])
    said("storage")
    warc_days, segments = growth.segments(archive, until=at.date())
    tables = (
        growth.table_bytes(archive.root / "captures", captures),
        growth.table_bytes(archive.root / "articles", rows),
    )
    parquet: Counter[dt.date] = Counter()
    for (size, _), days in zip(tables, (counted.days, complete.days), strict=True):
        for day, share in growth.spread(size, days).items():
            parquet[day] += share  # type: ignore[assignment]
    warc_ends, parquet_ends = growth.at_ends(warc_days, when), growth.at_ends(parquet, when)
    listed = runs.newest(archive.runs(), known)
    mine = pc.field("source").isin(pa.array(sorted(sources), pa.string())) if sources else None
    return Report(
        archive=str(archive.root),
        at=at,
        snapshot=archive.as_of.name if archive.as_of is not None else None,
        period=when,
        chosen=tuple(sources),
        articles=articles(rows, mine),
        revisions=rows.count_rows(mine),
        captures=captures.count_rows(mine),
        version=rows.version,
        coverage=coverage,
        spans=tuple(
            SpanLine(
                span=span,
                articles=changed.articles[span],
                revisions=changed.revisions[span],
                rows=complete.rows.get(span, 0),
                filled=complete.fields.get(span, dict.fromkeys(FIELDS, 0)),
                warc=warc_ends[span],
                parquet=parquet_ends[span],
            )
            for span in range(when.spans)
        ),
        completeness=complete.sources,
        edited=changed.edited,
        edits=changed.known,
        hosts=asked,
        sizes=growth.sizes(warc_days.total(), segments, *tables),
        runs=listed,
        runs_known=len(known),
        last_run=listed[0] if listed else None,
    )


def _named(archive: Archive) -> list[str]:
    """Every source that the archive has a row of rules of."""
    return sorted(set(archive.sources().to_table(["source"])["source"].to_pylist()))
