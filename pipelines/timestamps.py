"""Dates as machines write them: ISO 8601 in its many near misses, RFC 822, epochs, and the date of an address."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# The first web pages of newspapers are from 1993; what lies earlier is a default value or a subject of the article.
EARLIEST = dt.date(1993, 1, 1)

_ISO = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"(?:(?:\s{0,3}[T, @|]\s{0,3}|\s{0,3}-\s{0,3})(?P<H>\d{1,2})[:.h](?P<M>\d{2})(?:[:.](?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s{0,2}(?P<ap>[AaPp]\.?[Mm]\b\.?)?"
    r"\s{0,2}(?P<z>Z\b|UTC\b|GMT\b|[+\-−]\s?\d{2}:?(?:\d{2})?\b)?(?:\[[\w/+\-]{1,40}\])?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?(?P<z>Z|[+\-]\d{2}:?\d{2})?)?\b"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,6})?")
_RFC822 = re.compile(
    r"\d{1,2}\s+[A-Za-z]{3,9}\.?,?\s+\d{4}|[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}|[A-Za-z]{3}\s+[A-Za-z]{3}\s+\d{1,2}\s+\d"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A point in time as a text gives it: always a day, a local time where it has one, an offset where it tells it.

    ``offset`` is in minutes east of UTC; ``utc`` is true where the zone was written ``Z``, ``UTC`` or ``GMT``, which
    names an instant but not the publisher's clock. ``raw`` is the text that it was read from.
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
        if delta is None:
            return self
        return Stamp(day=self.day, time=self.time, offset=int(delta.total_seconds() // 60), raw=self.raw)

    def seen_from(self, offset: int) -> Stamp:
        """The same instant on a clock ``offset`` minutes east of UTC; a stamp without an instant comes back as it is."""
        instant = self.instant
        if instant is None:
            return self
        local = instant + dt.timedelta(minutes=offset)
        return Stamp(day=local.date(), time=local.time(), offset=offset, raw=self.raw)


def parse(text: str) -> Stamp | None:
    """The stamp that ``text`` states in a machine's format, or None; words are left to :mod:`pipelines.spoken_dates`."""
    raw = text.strip()[:200]
    if not raw or not any(character.isdigit() for character in raw):
        return None
    match = _ISO.search(raw) or _COMPACT.match(raw)
    if match and _EPOCH.fullmatch(raw) is None:
        return _from_match(match, raw)
    if _EPOCH.fullmatch(raw):
        return _from_epoch(raw)
    return _from_rfc822(raw)


def _from_match(match: re.Match[str], raw: str) -> Stamp | None:
    parts = match.groupdict()
    try:
        day = dt.date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        time: dt.time | None = None
        if parts["H"]:
            hour, minute, second = int(parts["H"]), int(parts["M"]), int(parts["S"] or 0)
            half = (parts.get("ap") or "").lower()[:1]
            if half == "p" and hour < 12:
                hour += 12
            elif half == "a" and hour == 12:
                hour = 0
            if hour == 24 and minute == second == 0:
                hour, day = 0, day + dt.timedelta(days=1)
            micro = int((parts.get("f") or "0")[:6].ljust(6, "0"))
            time = dt.time(hour, minute, min(second, 59), micro)
    except (ValueError, OverflowError):
        return None
    if not _plausible(day):
        return None
    zone = parts["z"]
    utc = bool(zone) and zone.upper() in {"Z", "UTC", "GMT"}
    offset = 0 if utc else _offset(zone) if zone else None
    return Stamp(day=day, time=time, offset=offset if time is not None else None, utc=utc, raw=raw)


def _offset(zone: str) -> int | None:
    digits = zone.replace("−", "-").replace(":", "").replace(" ", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5] or 0)
    # Offsets in use run from -12:00 to +14:00 (IANA time zone database).
    if minutes > 14 * 60:
        return None
    return -minutes if digits[0] == "-" else minutes


def _from_epoch(raw: str) -> Stamp | None:
    digits = raw.partition(".")[0]
    seconds = int(digits[:10])
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    if not _plausible(moment.date()):
        return None
    return Stamp(day=moment.date(), time=moment.time(), offset=0, utc=True, raw=raw)


def _from_rfc822(raw: str) -> Stamp | None:
    if not _RFC822.search(raw):
        return None
    parsed = email.utils.parsedate_tz(raw)
    if parsed is None:
        return None
    year, month, number, hour, minute, second = parsed[:6]
    try:
        day, time = dt.date(year, month, number), dt.time(hour, minute, min(second, 59))
    except ValueError:
        return None
    if not _plausible(day):
        return None
    named = bool(re.search(r"(?:[+\-]\d{4}|\b[A-Z]{2,4})\s*(?:\([^)]{0,60}\))?\s*$", raw)) and parsed[9] is not None
    has_time = bool(re.search(r"\d{1,2}:\d{2}", raw))
    if re.search(r"\d\s?[AaPp]\.?[Mm]\b", raw):
        # email.utils ignores the half of the day.
        return Stamp(day=day, raw=raw)
    utc = bool(re.search(r"\b(?:GMT|UTC|Z)\s*$", raw))
    offset = parsed[9] // 60 if named and parsed[9] is not None and has_time else None
    return Stamp(day=day, time=time if has_time else None, offset=offset, utc=utc, raw=raw)


def _plausible(day: dt.date) -> bool:
    return day >= EARLIEST


_URL_DAY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<sep>[/\-_.]?)(?P<m>0[1-9]|1[0-2]|[1-9](?=[/\-_.]))(?P=sep)(?P<d>0[1-9]|[12]\d|3[01]|[1-9](?=[/\-_.]|$))(?!\d)"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_URL_NAMED = re.compile(
    rf"/(?P<y>(?:19|20)\d{{2}})/(?P<m>{'|'.join(_MONTHS)})[a-z]{{0,6}}/(?P<d>\d{{1,2}})(?!\d)", re.IGNORECASE
)


def from_url(url: str) -> Stamp | None:
    """The day in the path of ``url`` (``/2024/06/17/``, ``/20240617-``, ``/2024/jun/17/``), or None."""
    path = url.partition("?")[0].partition("#")[0].partition("://")[2]
    for match in (*_URL_DAY.finditer(path), *_URL_NAMED.finditer(path)):
        month = match["m"].lower()[:3]
        try:
            day = dt.date(
                int(match["y"]), _MONTHS.index(month) + 1 if month in _MONTHS else int(month), int(match["d"])
            )
        except ValueError:
            continue
        if _plausible(day):
            return Stamp(day=day, raw=match[0].strip("/-_."))
    return None
