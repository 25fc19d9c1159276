"""Dates as machines write them: ISO 8601 in its many near misses, RFC 822, Unix, epochs, and the date of an address."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines import months
from pipelines.zones import offset_of

#: The first newspapers on the web are from 1993; what lies earlier is a default value or a subject of the article.
EARLIEST = dt.date(1993, 1, 1)

_ZONE = r"(?P<z>Z\b|(?:UTC|GMT)?\s?[+\-−]\s?\d{1,2}(?::?\d{2})?(?!\d)|[A-Z]{2,5}\b)"
_TIME = r"(?P<H>\d{1,2})[:.h](?P<M>\d{2})(?:[:.](?P<S>\d{1,2})(?:[.,:](?P<f>\d{1,9}))?)?"
_HALF = r"(?P<ap>[AaPp]\.?\s?[Mm]\b\.?)?"
_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d{3})"
    rf"(?:(?:\s{{0,3}}[Tt, @|_]\s{{0,3}}|\s{{0,3}}-\s{{0,3}}){_TIME}\s{{0,2}}{_HALF}\s{{0,2}}{_ZONE}?)?"
)
_ISO_HEAD = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_COMPACT = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2}))?"
    r"(?P<z>Z|[+\-]\d{2}:?\d{2})?)?(?!\d)"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,6})?")
_WORDY = re.compile(
    r"(?:(?P<d>\d{1,2})[\s\-]{1,2}(?P<mon>[A-Za-z]{3,9})\.?,?[\s\-]{1,2}(?P<y>\d{4})"
    r"|(?P<mon2>[A-Za-z]{3,9})\.?\s{1,2}(?P<d2>\d{1,2}),?\s{1,2}(?P<y2>\d{4}))"
    rf"(?:,?\s{{1,3}}(?:at\s|-\s)?{_TIME}\s{{0,2}}{_HALF}\s{{0,2}}{_ZONE}?)?"
)
# Unix date(1) and C's asctime: "Fri Apr 28 19:20:36 CEST 2023".
_UNIX = re.compile(
    rf"[A-Za-z]{{3}},?\s(?P<mon>[A-Za-z]{{3}})\s{{1,2}}(?P<d>\d{{1,2}})\s{_TIME}\s(?:{_ZONE}\s)?(?P<y>\d{{4}})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A point in time as a text gives it: always a day, a local time where it has one, an offset where it tells it.

    ``offset`` is in minutes east of UTC; ``utc`` is true where the zone was written ``Z``, ``UTC``, ``GMT`` or
    ``+00:00``, which names an instant but not the publisher's clock. ``raw`` is the text that it was read from.
    """

    day: dt.date
    time: dt.time | None = None
    offset: int | None = None
    utc: bool = False
    raw: str = ""

    @property
    def local(self) -> dt.datetime | None:
        """The naive local time, or None where only a day is known."""
        return dt.datetime.combine(self.day, self.time) if self.time is not None else None

    @property
    def instant(self) -> dt.datetime | None:
        """The aware instant in UTC, or None where day or zone alone are known."""
        local = self.local
        if local is None or self.offset is None:
            return None
        try:
            return (local - dt.timedelta(minutes=self.offset)).replace(tzinfo=dt.UTC)
        except OverflowError:
            return None

    def placed(self, zone: ZoneInfo) -> Stamp:
        """This naive stamp as a clock in ``zone`` meant it; an aware or day-only one comes back as it is."""
        local = self.local
        if local is None or self.offset is not None:
            return self
        delta = local.replace(tzinfo=zone).utcoffset()
        return self if delta is None else replace(self, offset=int(delta.total_seconds() // 60), utc=False)

    def on_clock(self, offset: int) -> Stamp:
        """The same instant on a clock ``offset`` minutes east of UTC; one without an instant comes back as it is."""
        instant = self.instant
        if instant is None:
            return self
        try:
            local = instant + dt.timedelta(minutes=offset)
        except OverflowError:
            return self
        return replace(self, day=local.date(), time=local.time(), offset=offset, utc=False)


def stamp(
    day: dt.date, clock: re.Match[str] | None, raw: str, *, groups: dict[str, str | None] | None = None
) -> Stamp | None:
    """A Stamp of ``day`` and the time in ``clock`` (named groups ``H M S f ap z``); None where it names no time."""
    parts = groups if groups is not None else clock.groupdict() if clock is not None else {}
    if day < EARLIEST:
        return None
    if not parts.get("H"):
        return Stamp(day=day, raw=raw)
    hour, minute, second = int(parts["H"] or 0), int(parts["M"] or 0), int(parts.get("S") or 0)
    half = (parts.get("ap") or "").lower()[:1]
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    try:
        if hour == 24 and minute == second == 0:
            hour, day = 0, day + dt.timedelta(days=1)
        micro = int((parts.get("f") or "0")[:6].ljust(6, "0"))
        time = dt.time(hour, minute, min(second, 59), micro)
    except (ValueError, OverflowError):
        return Stamp(day=day, raw=raw)
    zone = parts.get("z")
    offset = offset_of(zone, day) if zone else None
    utc = offset == 0 and zone is not None and zone.strip().upper() not in {"WET", "BST", "IST"}
    return Stamp(day=day, time=time, offset=offset, utc=utc, raw=raw)


@lru_cache(maxsize=1_024)
def parse(text: str) -> Stamp | None:
    """The stamp that ``text`` states in a machine's format, or None; words are left to :mod:`pipelines.spoken_dates`.

    An impossible day, one before 1993 and a text without digits give None; an impossible time leaves the day.
    """
    raw = text.strip()[:200]
    if not raw or not any("0" <= character <= "9" for character in raw):
        return None
    if _EPOCH.fullmatch(raw):
        return _from_epoch(raw)
    match = _ISO.search(raw) or _COMPACT.match(raw)
    if match:
        return _build(match, int(match["m"]), raw)
    if match := _UNIX.search(raw) or _WORDY.search(raw):
        parts = match.groupdict()
        name = (parts["mon"] or parts["mon2"] or "").lower()
        month = months.names("en").get(name) or months.names("en").get(name[:3])
        return _build(match, month, raw) if month else None
    return None


def is_iso(text: str) -> bool:
    """Whether ``text`` begins with year, month and day in that order: where these are no day, no words tell another."""
    return _ISO_HEAD.match(text.strip()) is not None


# The Thai calendar counts from the year 543 before ours; no page is dated 500 years ahead by it.
_BUDDHIST = 543


def _build(match: re.Match[str], month: int, raw: str) -> Stamp | None:
    parts = match.groupdict()
    year, number = int(parts.get("y") or parts.get("y2") or 0), parts.get("d") or parts.get("d2")
    if 2500 <= year < 2700:
        year -= _BUDDHIST
    try:
        day = dt.date(year, month, int(number or 0))
    except ValueError:
        return None
    return stamp(day, match, raw, groups=parts)


def _from_epoch(raw: str) -> Stamp | None:
    seconds = int(raw[:10])
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    if moment.date() < EARLIEST:
        return None
    return Stamp(day=moment.date(), time=moment.time(), offset=0, utc=True, raw=raw)


_URL_DAY = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d{2})(?P<sep>[/\-_.]?)(?P<m>0[1-9]|1[0-2]|[1-9](?=[/\-_.]))(?P=sep)"
    r"(?P<d>0[1-9]|[12]\d|3[01]|[1-9](?=(?P=sep)|[/.]|$))(?!\d)"
)
_URL_NAMED = re.compile(r"/(?P<y>(?:19|20)\d{2})/(?P<m>[A-Za-z]{3,9})/(?P<d>\d{1,2})(?!\d)")


@lru_cache(maxsize=1_024)
def from_url(url: str) -> Stamp | None:
    """The day in the path of ``url`` (``/2024/06/17/``, ``/20240617-``, ``/2024/jun/17/``), or None."""
    path = url.partition("?")[0].partition("#")[0].partition("://")[2].partition("/")[2]
    for match in (*_URL_DAY.finditer(f"/{path}"), *_URL_NAMED.finditer(f"/{path}")):
        month = int(match["m"]) if match["m"].isdigit() else months.names("en").get(match["m"].lower())
        try:
            day = dt.date(int(match["y"]), month or 0, int(match["d"]))
        except ValueError:
            continue
        if day >= EARLIEST:
            return Stamp(day=day, raw=match[0].strip("/-_."))
    return None
