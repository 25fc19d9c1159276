"""What news pages mean by the letters after a time: offsets of zone abbreviations."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

# Abbreviations of the IANA database that name one offset wherever newspapers use them. Those shared by several
# countries stand for the one whose press writes them in English: BST British Summer, IST Indian Standard Time, CST the
# American one.
_FIXED = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0,
    "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "WAT": 60,
    "CEST": 120, "MESZ": 120, "EET": 120, "SAST": 120, "CAT": 120,
    "EEST": 180, "MSK": 180, "EAT": 180, "TRT": 180, "AST": -240,
    "GST": 240, "PKT": 300, "IST": 330, "NPT": 345, "WIB": 420, "ICT": 420,
    "HKT": 480, "SGT": 480, "MYT": 480, "PHT": 480, "AWST": 480, "WITA": 480,
    "JST": 540, "KST": 540, "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "ADT": -180, "NST": -210, "NDT": -150,
    "BRT": -180, "ART": -180, "CLT": -240, "COT": -300, "PET": -300,
}  # fmt: skip
# "ET" and the like follow the season.
_SEASONAL = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_NUMERIC = re.compile(r"(?:UTC|GMT)?\s?([+\-−])\s?(\d{1,2})(?::?(\d{2}))?")
#: Offsets in use run from -12:00 to +14:00 (IANA time zone database).
EAST, WEST = 14 * 60, -12 * 60


def offset_of(zone: str, day: dt.date) -> int | None:
    """Minutes east of UTC that ``zone`` (``+02:00``, ``Z``, ``CEST``, ``ET``) means on ``day``; None if unknown."""
    text = zone.strip().upper()
    if match := _NUMERIC.fullmatch(text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        minutes = minutes if match[1] == "+" else -minutes
        return minutes if WEST <= minutes <= EAST else None
    if text in _SEASONAL:
        delta = dt.datetime.combine(day, dt.time(12), ZoneInfo(_SEASONAL[text])).utcoffset()
        return int(delta.total_seconds() // 60) if delta is not None else None
    return _FIXED.get(text)
