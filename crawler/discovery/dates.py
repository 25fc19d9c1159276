"""Dates as feeds and sitemaps write them: RFC 822 and its relatives, ISO 8601 and W3C-DTF."""

from __future__ import annotations

import datetime as dt
import re

MAX_DATE = 100

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}

# Minutes east of UTC. RFC 822, section 5.1, and the abbreviations of the IANA database that name one offset only:
# IST, BST in Asia, CST outside America and their like are left out unless one reading is the rule in news feeds.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("bst", "west", "cet", "met", "mez"), 60),
    **dict.fromkeys(("cest", "mest", "mesz", "eet", "sast", "cat"), 120),
    **dict.fromkeys(("eest", "msk", "eat", "trt"), 180),
    **dict.fromkeys(("hkt", "sgt", "awst", "pht"), 480),
    **dict.fromkeys(("jst", "kst"), 540),
    **dict.fromkeys(("wib", "ict"), 420),
    "pkt": 300,
    "npt": 345,
    "acst": 570,
    "acdt": 630,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "nst": -210,
    "ndt": -150,
    "adt": -180,
    "edt": -240,
    "est": -300,
    "cdt": -300,
    "cst": -360,
    "mdt": -360,
    "mst": -420,
    "pdt": -420,
    "pst": -480,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
    "brt": -180,
}

_ZONE = r"(?P<zone>[A-Za-z]{1,5}|(?:GMT|UTC?)? ?[+-]\d{1,2}(?::?\d{2})?)?"
_CLOCK = r"(?:[ T,]{1,3}(?:at )?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
_RFC822 = re.compile(
    rf"(?:[^\W\d]{{2,12}}\.?(?:, ?| ))?(?P<day>\d{{1,2}})[ -](?P<month>[A-Za-z]{{3,9}})\.?[ -](?P<year>\d{{4}}|\d{{2}})"
    rf"{_CLOCK} ?{_ZONE}(?: ?\([^()]{{0,40}}\))?"
)
# asctime and its relatives: "Sat Nov 21 10:00:00 2026", "Nov 21, 2026 10:00 EST".
_ASCTIME = re.compile(
    r"(?:[^\W\d]{2,12},? )?(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?:(?P<hour>\d{2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2}))? (?P<zone>[A-Za-z]{1,5} )?)?(?P<year>\d{4})"
)
_MONTH_FIRST = re.compile(
    rf"(?:[^\W\d]{{2,12}}\.?,? )?(?P<month>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK} ?{_ZONE}"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/.]?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    rf"(?:(?:T| )(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)? ?{_ZONE})?"
)


def instant(raw: str | None) -> dt.datetime | None:
    """The instant or local time in ``raw``, to the second: aware where a zone is named, naive where none or an unknown.

    A day alone is its midnight, naive. None where no day can be read, and for 1970-01-01T00:00:00, which stands for
    "unknown" wherever it occurs.
    """
    if not raw or len(raw) > MAX_DATE:
        return None
    text = " ".join(raw.split())
    for shape in (_ISO, _RFC822, _ASCTIME, _MONTH_FIRST):
        if found := shape.fullmatch(text):
            return _built(found.groupdict())
    return None


def _built(parts: dict[str, str | None]) -> dt.datetime | None:
    year, month, day = (parts[name] or "" for name in ("year", "month", "day"))
    number = int(month) if month.isdecimal() else _MONTHS.get(month[:3].lower(), 0)
    full_year = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    offset = _offset(parts.get("zone")) if parts["hour"] else None
    # ISO 8601 and several publishers write 24:00 for the end of a day; RFC 5322 allows the leap second 60.
    late = dt.timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else dt.timedelta()
    zone = dt.timezone(dt.timedelta(minutes=offset)) if offset is not None else None
    try:
        moment = dt.datetime(
            full_year, number, int(day), hour % 24 if late else hour, minute, min(second, 59), tzinfo=zone
        )
        moment += late
    except (ValueError, OverflowError):
        return None
    epoch = moment.replace(tzinfo=None) == dt.datetime(1970, 1, 1)  # noqa: DTZ001 - compared as written
    # Before 1600 there were no newspapers; the rest are placeholders and keep clear of datetime's ends.
    return moment if 1600 <= moment.year <= 2200 and not epoch else None


def _offset(zone: str | None) -> int | None:
    """Minutes east of UTC, or None where no zone is named or an unknown one."""
    if not zone:
        return None
    name = zone.strip().lower()
    if name in _ZONES:
        return _ZONES[name]
    sign = max(name.find("+"), name.find("-"))
    if sign < 0:
        return None
    # RFC 2822: "-0000" says that nothing is known of the local zone, yet the time is in UTC.
    digits = name[sign + 1 :].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    total = 60 * hours + minutes
    if hours > 14 or minutes > 59:
        return None
    return -total if name[sign] == "-" else total
