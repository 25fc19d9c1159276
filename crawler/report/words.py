"""Numbers, days, links and commands as the page writes them."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.reasons import OUTCOMES, explain
from crawler.terminal import clean
from storage.coverage import Fate
from storage.report.period import Period

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Shares captured from which on a cell has the next better colour: what is near to all of it is told apart."""
DEPTHS = (0.05, 0.3, 0.6, 0.85, 0.97, 1.0)
"""The same of shares with a field, of which some are rightly small."""


def level(share: float) -> int:
    """0 (less than half) to 6 (all of it): the colour of a share captured."""
    return sum(share >= bound for bound in LEVELS)


def depth(share: float) -> int:
    """0 (hardly any) to 6 (all of it): the colour of a share with a field."""
    return sum(share >= bound for bound in DEPTHS)


def key(bounds: Sequence[float]) -> list[str]:
    """The colours' names: ``below 50 %``, ``50``, …, ``100 %``."""
    return [f"below {bounds[0]:.0%}".replace("%", " %"), *(f"{100 * one:g}" for one in bounds[:-1]), "100 %"]


def percent(part: int, whole: int) -> str:
    """A share with one decimal, rounded down, so that 100 % means all of it; a dash for a share of nothing."""
    if not whole:
        return "–"
    tenths = part * 1000 // whole
    return "100 %" if tenths == 1000 else f"{tenths / 10:.1f} %"


def number(value: float) -> str:
    """A whole number with separators between thousands."""
    return f"{round(value):,}"


def size(value: float) -> str:
    """Bytes in decimal units, such as ``1.2 MB``."""
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            return f"{round(value):,} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    raise AssertionError


def seconds(value: float) -> str:
    """Seconds, such as ``0.79 s``."""
    return f"{value:,.2f} s" if value < 10 else f"{value:,.0f} s"


def instant(value: dt.datetime) -> str:
    """An instant to the minute, UTC."""
    return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def lasted(value: dt.timedelta) -> str:
    """How long something took, such as ``1 h 03 min``."""
    whole = round(value.total_seconds())
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"


def day(value: dt.date) -> str:
    """A day without its year, such as ``22 Nov``."""
    return f"{value.day} {value:%b}"


def span(period: Period, index: int) -> str:
    """The days of a span, such as ``22 Nov 2026`` or ``16 to 22 Nov 2026``."""
    first, last = period.first(index), period.last(index)
    if first == last:
        return f"{day(last)} {last.year}"
    begin = f"{first.day}" if first.month == last.month and first.year == last.year else day(first)
    begin += f" {first.year}" if first.year != last.year else ""
    return f"{begin} to {day(last)} {last.year}"


def href(url: str) -> str | None:
    """``url`` as the target of a link; None where it is no sound http or https address, which is then only text."""
    if clean(url) != url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return url if sound else None


def cut(text: str, letters: int) -> str:
    """``text``, cleaned, and cut to so many characters with an ellipsis."""
    text = clean(text)
    return text if len(text) <= letters else text[: letters - 1] + "…"


def fate(one: Fate) -> str:
    """A fate in words, such as ``rejected (no_article)``."""
    return f"{one.outcome} ({one.reason})" if one.reason else one.outcome


def meaning(one: Fate) -> str:
    """The sentence that explains a fate; empty where there is none, as of several in one."""
    told = (explain(one.reason) if one.reason else None) or OUTCOMES.get(one.outcome, "")
    return told.replace("`", "")


def command(name: str, archive: str, *arguments: str) -> str:
    """A command line for a shell; every argument is quoted where it has to be."""
    return shlex.join(["broadsheet", name, "--archive", archive, *(clean(argument) for argument in arguments)])


def sql(table: str, archive: str, columns: str, condition: str = "") -> str:
    """A query for DuckDB over a table of the archive."""
    place = f"{archive}/{table}".replace("'", "''")
    return f"SELECT {columns} FROM delta_scan('{place}'){f' WHERE {condition}' if condition else ''}"
