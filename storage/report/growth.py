"""How large the archive is and how it grew.

The WARC's segments carry the day on which they were begun in their path. The tables' files do not say when their rows
came, for compaction writes them anew: a table's bytes of today are spread over the days as its rows are.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pyarrow.dataset as ds

from storage import warc
from storage.archive import Archive
from storage.places import Place
from storage.report.model import Sizes
from storage.report.period import Period
from storage.rows import Rows


def segments(archive: Archive, *, until: dt.date) -> tuple[Counter[dt.date], int]:
    """The bytes of the WARC's segments by day, and how many segments there are up to ``until``."""
    days: Counter[dt.date] = Counter()
    count = 0
    for name in warc.segments(archive.warc):
        day = _day(name)
        if day is None or day > until:
            continue
        try:
            days[day] += (archive.warc / name).stat().st_size
        except FileNotFoundError:
            # A removal or a repair took it away meanwhile.
            continue
        count += 1
    return days, count


def table_bytes(folder: Place, rows: Rows) -> tuple[int, int]:
    """The bytes of the Parquet files of one version of a table, and how many there are."""
    found = rows.dataset()
    names = found.files if isinstance(found, ds.FileSystemDataset) else []
    return sum((folder / name).stat().st_size for name in names), len(names)


def at_ends(days: Mapping[dt.date, float], when: Period) -> list[int]:
    """The sum of all ``days`` up to the end of each span."""
    ordered = sorted(days.items())
    out, sum_, place = [], 0.0, 0
    for span in range(when.spans):
        end = when.last(span)
        while place < len(ordered) and ordered[place][0] <= end:
            sum_ += ordered[place][1]
            place += 1
        out.append(round(sum_))
    return out


def spread(size: int, days: Mapping[dt.date, int]) -> dict[dt.date, float]:
    """``size`` bytes over the days, in proportion to their rows."""
    rows = sum(days.values())
    return {day: size * count / rows for day, count in days.items()}


def sizes(warc_bytes: int, count: int, captures: tuple[int, int], articles: tuple[int, int]) -> Sizes:
    """What was measured, as a record."""
    return Sizes(
        warc=warc_bytes, segments=count, captures=captures[0], articles=articles[0], files=captures[1] + articles[1]
    )


def _day(name: str) -> dt.date | None:
    year, month, day, *_ = name.split("/")
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
