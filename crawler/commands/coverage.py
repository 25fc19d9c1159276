"""``broadsheet coverage``: what was announced and what became of it, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Console
from rich.text import Text

from crawler.terminal import clean
from storage.archive import Archive
from storage.coverage import Day, total
from storage.errors import ArchiveError

# Wide enough for a million.
WIDTHS = {"share": 8, "open": 7}
COLUMNS = ("announced", "captured", "share", "rejected", "refused", "failed", "deferred", "open")
# From here on a share is shown in green, and below the second one in red.
GOOD, POOR = 0.95, 0.8


def check_names(archive: Archive, names: Sequence[str]) -> None:
    """Raise ArchiveError where one of ``names`` is no source that the archive has ever had."""
    if not names:
        return
    known = sorted(set(archive.sources().to_table(["source"])["source"].to_pylist()))
    for name in names:
        if name not in known:
            raise ArchiveError(
                f"{archive.root} has no source {name!r}; there are: {clean(', '.join(known)) or 'none yet'}"
            )


def print_text(days: Sequence[Day], console: Console) -> None:
    """A line for each source and day, at most 80 columns wide, and the total with its reasons."""
    whole = total(days)
    if whole is None:
        console.print("Nothing was announced in that time.")
        return
    console.print("".join(["day".ljust(10), *(name.rjust(_width(name)) for name in COLUMNS)]))
    for source, listed in groupby(days, key=lambda day: day.source):
        console.print(clean(source))
        for day in listed:
            console.print(_line(str(day.day), day))
    console.print(_line("total", whole))
    for fate in whole.fates:
        if fate.reason is not None:
            console.print(f"{fate.count:>20} {fate.outcome} ({clean(fate.reason)})", soft_wrap=True)
    console.print(f"{percent(whole)} of what was announced is captured.")


def percent(day: Day) -> str:
    """The share captured with one decimal, rounded down, so that 100.0 % means all of it."""
    return f"{day.captured * 1000 // day.announced / 10:.1f} %"


def as_json(days: Sequence[Day]) -> str:
    """``days`` and ``total`` as one JSON object, with the share (0 to 1) of each."""
    whole = total(days)
    return json.dumps(
        {
            "days": [{**asdict(day), "share": day.share} for day in days],
            "total": {
                "announced": whole.announced,
                "captured": whole.captured,
                "share": whole.share,
                "fates": [asdict(fate) for fate in whole.fates],
            }
            if whole
            else None,
        },
        ensure_ascii=False,
        indent=2,
        default=lambda value: value.isoformat(),
    )


def _line(label: str, day: Day) -> Text:
    open_ = day.count("announced")
    values = {name: str(day.count(name)) for name in COLUMNS}
    values |= {
        "announced": str(day.announced),
        "captured": str(day.captured),
        "share": percent(day),
        "open": str(open_),
    }
    line = Text(label.ljust(10))
    for name in COLUMNS:
        style = "green" if day.share >= GOOD else "red" if day.share < POOR else "yellow"
        line.append(values[name].rjust(_width(name)), style if name == "share" else "")
    return line


def _width(name: str) -> int:
    return WIDTHS.get(name, max(8, len(name) + 1))
