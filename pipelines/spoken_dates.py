"""Dates as people read them: ``12 March 2024``, ``le 3 févr. 2024 à 18h05``, ``2024年6月17日``, ``17.06.2024``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines import calendars, months, timestamps
from pipelines.timestamps import Stamp

#: Longer texts are prose; whoever needs a date out of them cuts a piece.
MAX_TEXT = 500

_WORD = r"[^\s\d.,;:|/()\[\]<>\"'«»„“”·•–—\-]{2,20}"
# Thai short months keep their points ("ม.ค.").
_TOKEN = re.compile(rf"\d{{1,4}}(?!\d)|[\u0e00-\u0e7f]{{1,3}}\.[\u0e00-\u0e7f]{{1,2}}\b|{_WORD}")
_EAST_ASIAN = re.compile(
    r"(?P<y>\d{4}|(?P<era>令和|平成)\s?(?:\d{1,2}|元))\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일号]"
)
_ERAS = {"令和": 2018, "平成": 1988}
_NUMERIC = re.compile(
    r"(?<![\d.,/:\-])(?P<a>\d{1,2})\s?(?P<sep>[./\-·])\s?(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4}|\d{2})(?![\d%]|[.,]\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<![\d.,/:\-])(?P<y>\d{4})\s?(?P<sep>[./\-])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<d>\d{1,2})(?!\d)"
)
# A time of day shortly after (or before) the date.
_CLOCK = re.compile(
    r"(?P<H>[01]?\d|2[0-4])(?:[:：h](?P<M>[0-5]\d)(?:[:：](?P<S>[0-5]\d))?|\.(?P<M2>[0-5]\d)(?=\s?(?:Uhr"
    r"|[ap]\.?m\b|h\b|hrs|\)|$))"
    r"|\s?[時时시]\s?(?P<M3>[0-5]?\d)\s?[分분])(?!\d)\s{0,2}(?P<ap>[AaPp]\.?\s?[Mm]\b\.?)?"
    r"\s{0,2}\(?(?P<z>Z\b|(?:UTC|GMT)\s?[+\-−]\s?\d{1,2}(?::?\d{2})?|[+\-−]\d{2}:?\d{2}|[A-Z]{2,5}\b)?"
)
_HOUR_ONLY = re.compile(r"(?P<H>1[0-2]|[1-9])\s?(?P<ap>[ap]\.?m\b\.?)", re.IGNORECASE)
_PM = re.compile(r"오후|下午|午後")
_AFTER = 24
# Years that calendars other than the Gregorian count: Thai Buddhist.
_BUDDHIST = 543
# Solar Hijri, from 1993 on; the lunar calendar reaches these years only before 2000.
_SOLAR = range(1372, 1421)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A date found in a text: the stamp (its ``raw`` the words that it was read from) and where it stands."""

    stamp: Stamp
    start: int
    end: int


def find(text: str, language: str | None, *, day_first: bool, latest: dt.date) -> list[Written]:
    """The dates that ``text`` (cut at 500 characters) states with day, month and year, in its order.

    ``language`` (BCP 47) says which month names to expect, ``day_first`` how ``03/04/2024`` is read where both
    readings exist, unless one of them lies after ``latest``.
    """
    text = text[:MAX_TEXT]
    found = [
        *_east_asian(text),
        *_year_first(text),
        *_numeric(text, day_first, latest),
        *_named(text, language, latest),
    ]
    found.sort(key=lambda written: (written.start, written.start - written.end))
    out: list[Written] = []
    for written in found:
        if not out or written.start >= out[-1].end:
            out.append(_with_clock(text, written))
    return out


def _day(year: int, month: int, day: int) -> dt.date | None:
    if year > 2400:
        year -= _BUDDHIST
    elif year < 100:
        year += 2000 if year < 70 else 1900
    try:
        value = calendars.solar_hijri(year, month, day) if year in _SOLAR else dt.date(year, month, day)
    except ValueError:
        return None
    return value if value >= timestamps.EARLIEST else None


def _written(text: str, start: int, end: int, day: dt.date | None) -> Iterator[Written]:
    if day is not None:
        yield Written(stamp=Stamp(day=day, raw=text[start:end].strip()), start=start, end=end)


def _east_asian(text: str) -> Iterator[Written]:
    for match in _EAST_ASIAN.finditer(text):
        if match["era"]:
            number = match["y"].removeprefix(match["era"]).strip()
            year = _ERAS[match["era"]] + (1 if number == "元" else int(number))
        else:
            year = int(match["y"])
        yield from _written(text, match.start(), match.end(), _day(year, int(match["m"]), int(match["d"])))


def _year_first(text: str) -> Iterator[Written]:
    for match in _YEAR_FIRST.finditer(text):
        yield from _written(text, match.start(), match.end(), _day(int(match["y"]), int(match["m"]), int(match["d"])))


def _numeric(text: str, day_first: bool, latest: dt.date) -> Iterator[Written]:
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
        # Points part days first wherever they are used.
        readings = (
            [(second, first), (first, second)]
            if day_first or match["sep"] == "."
            else [(first, second), (second, first)]
        )
        days = [day for month, number in readings if (day := _day(year, month, number)) is not None]
        past = [day for day in days if day <= latest]
        yield from _written(text, match.start(), match.end(), next(iter(past or days), None))


def _named(text: str, language: str | None, latest: dt.date) -> Iterator[Written]:
    """Dates with a month's name: ``12 March 2024``, ``2024 m. kovo 12``; the year may be short."""
    names = months.names(language)
    tokens = list(_TOKEN.finditer(text))
    for position, token in enumerate(tokens):
        number = _month(tokens, position, names)
        if number is None:
            continue
        month, width = number
        before, after = _numbers(tokens, position, -1), _numbers(tokens, position + width - 1, 1)
        choice = _assemble(month, before, after, latest)
        if choice is not None:
            day, used = choice
            spans = [*used, token, tokens[position + width - 1]]
            start, end = min(m.start() for m in spans), max(m.end() for m in spans)
            if end - start <= 40:
                yield from _written(text, start, end, day)


def _month(tokens: list[re.Match[str]], position: int, names: months.Names) -> tuple[int, int] | None:
    word = tokens[position][0]
    if word[0].isdigit():
        return None
    folded = word.casefold()
    if folded in names:
        return names[folded], 1
    if position + 1 < len(tokens):
        pair = f"{folded} {tokens[position + 1][0].casefold()}"
        if pair in names:
            return names[pair], 2
    return None


def _numbers(tokens: list[re.Match[str]], position: int, step: int) -> list[re.Match[str]]:
    """Up to two numbers beside the token at ``position``, at most two short words and 12 characters between."""
    out: list[re.Match[str]] = []
    words = 0
    previous = tokens[position]
    for offset in range(1, 6):
        index = position + step * offset
        if not 0 <= index < len(tokens) or len(out) == 2:
            break
        token = tokens[index]
        gap = token.start() - previous.end() if step > 0 else previous.start() - token.end()
        if gap > 6:
            break
        previous = token
        if token[0][0].isdigit():
            out.append(token)
        else:
            words += 1
            if words > 2 or len(token[0]) > 5:
                break
    return out


def _assemble(
    month: int, before: list[re.Match[str]], after: list[re.Match[str]], latest: dt.date
) -> tuple[dt.date, list[re.Match[str]]] | None:
    def is_day(match: re.Match[str] | None) -> bool:
        return match is not None and len(match[0]) <= 2 and 1 <= int(match[0]) <= 31

    def is_year(match: re.Match[str] | None) -> bool:
        return match is not None and len(match[0]) == 4 and (1990 <= int(match[0]) <= 2600 or int(match[0]) in _SOLAR)

    b1, b2 = [*before, None, None][:2]
    a1, a2 = [*after, None, None][:2]
    orders = ((b1, a1), (a1, a2), (b2, b1), (a1, b1))
    for number, year in orders:
        if number is not None and year is not None and is_day(number) and is_year(year):
            day = _day(int(year[0]), month, int(number[0]))
            if day is not None:
                return day, [number, year]
    if b1 is not None and a1 is not None and is_day(b1) and len(a1[0]) == 2:
        day = _day(int(a1[0]), month, int(b1[0]))
        if day is not None and day <= latest and int(a1[0]) >= 10:
            return day, [b1, a1]
    return None


def _with_clock(text: str, written: Written) -> Written:
    """``written`` with the time of day that follows or precedes it closely, where one does."""
    rest = text[written.end : written.end + _AFTER + 12]
    match = _CLOCK.search(rest) or _HOUR_ONLY.search(rest)
    if match is None or match.start() > _AFTER or _has_date_number(rest[: match.start()]):
        lead = text[max(0, written.start - 22) : written.start]
        match = next(iter(_CLOCK.finditer(lead)), None)
        if match is None or len(lead) - match.end() > 12:
            return written
        start, end = max(0, written.start - 22) + match.start(), written.end
        gap = lead[: match.start()]
    else:
        start, end = written.start, written.end + match.end()
        gap = rest[: match.start()]
    parts = match.groupdict()
    parts["M"] = parts.get("M") or parts.get("M2") or parts.get("M3") or "0"
    if _PM.search(gap):
        parts["ap"] = "pm"
    stamp = timestamps.stamp(written.stamp.day, None, text[start:end].strip(), groups=parts)
    return replace(written, stamp=stamp, start=start, end=end) if stamp is not None else written


def _has_date_number(text: str) -> bool:
    return bool(re.search(r"\d{2}", text))
