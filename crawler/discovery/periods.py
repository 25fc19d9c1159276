"""The days that an address speaks of: an archive page of a month, a sitemap of a year, an article of a day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.config.values import MAX_URL

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH = rf"(?P<month>0?[1-9]|1[0-2]|(?:{_NAMES})[a-z]{{0,6}})"
_TIGHT = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_TIGHT_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_SEP = r"(?P<sep>[-/._])"
_HEAD, _TAIL = r"(?<![0-9])", r"(?![0-9])"

# From the most to the least exact; the first that is found counts.
_DAYS = (
    re.compile(rf"{_HEAD}{_YEAR}{_SEP}{_MONTH}(?P=sep){_DAY}{_TAIL}"),
    re.compile(rf"{_HEAD}{_YEAR}/{_TIGHT}{_TIGHT_DAY}{_TAIL}"),
    re.compile(rf"{_HEAD}{_YEAR}{_TIGHT}{_TIGHT_DAY}{_TAIL}"),
)
_MONTHS = (re.compile(rf"{_HEAD}{_YEAR}{_SEP}{_MONTH}(?![0-9a-z])"), re.compile(rf"{_HEAD}{_YEAR}{_TIGHT}{_TAIL}"))
_YEARS = (re.compile(rf"{_HEAD}{_YEAR}{_TAIL}"),)
# In the address of an article a month or a year counts only as a segment of its own: slugs speak of years, too.
_OWN_MONTHS = (re.compile(rf"/{_YEAR}[-/]{_MONTH}(?=/)"), re.compile(rf"/{_YEAR}{_TIGHT}(?=/)"))
_OWN_YEARS = (re.compile(rf"/{_YEAR}(?=/)"),)

_YEAR_KEYS = ("yyyy", "year", "jahr", "annee", "ano", "anno", "y")
_MONTH_KEYS = ("mm", "month", "monat", "mois", "mes", "mese", "m")
_DAY_KEYS = ("dd", "day", "tag", "jour", "dia", "giorno", "d")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    def meets(self, other: Period) -> bool:
        """Whether they have a day in common."""
        return self.first <= other.last and other.first <= self.last


def of_list(url: str) -> Period | None:
    """What a page, feed or sitemap that lists articles says by its address, in path or query, that it covers."""
    path, query = _taken_apart(url)
    for value in query.values():
        if found := _found(value, _DAYS):
            return found
    asked = [next((query[key] for key in keys if key in query), "") for keys in (_YEAR_KEYS, _MONTH_KEYS, _DAY_KEYS)]
    if re.fullmatch(r"(?:19|20)\d\d", asked[0]):
        return _period(*asked)
    for value in query.values():
        if found := _found(value, _MONTHS):
            return found
    return _found(path, _DAYS) or _found(path, _MONTHS) or _found(path, _YEARS)


def of_article(url: str) -> Period | None:
    """The day, month or year in which an article appeared, by the path of its address."""
    path, _ = _taken_apart(url)
    return _found(path, _DAYS) or _found(path, _OWN_MONTHS) or _found(path, _OWN_YEARS)


def _taken_apart(url: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(url[:MAX_URL])
        query = parse_qsl(parts.query, max_num_fields=50)
    except ValueError:
        return "", {}
    return unquote(parts.path).lower(), {key.lower(): value.lower() for key, value in query}


def _found(text: str, patterns: tuple[re.Pattern[str], ...]) -> Period | None:
    for pattern in patterns:
        for match in pattern.finditer(text):
            named: Mapping[str, str | None] = match.groupdict()
            period = _period(named["year"] or "", named.get("month") or "", named.get("day") or "")
            if period is not None:
                return period
    return None


def _period(year: str, month: str, day: str) -> Period | None:
    number = int(year)
    if not month:
        return Period(dt.date(number, 1, 1), dt.date(number, 12, 31))
    names = _NAMES.split("|")
    at = int(month) if month.isdecimal() else names.index(month[:3]) + 1 if month[:3] in names else 0
    if not 1 <= at <= 12:
        return None
    length = calendar.monthrange(number, at)[1]
    if not day:
        return Period(dt.date(number, at, 1), dt.date(number, at, length))
    if not day.isdecimal() or not 1 <= int(day) <= length:
        return None
    only = dt.date(number, at, int(day))
    return Period(only, only)
