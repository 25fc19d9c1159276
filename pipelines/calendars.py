"""Days of calendars other than the Gregorian."""

from __future__ import annotations

import datetime as dt
from typing import Final

# 1 Farvardin 1399 was 20 March 2020.
_EPOCH: Final = dt.date(2020, 3, 20).toordinal()


def solar_hijri(year: int, month: int, day: int) -> dt.date:
    """The Gregorian date of a day of the solar Hijri calendar of Iran and Afghanistan.

    By the cycle of 33 years with 8 leap years, which agrees with the equinox from 1206 to 1498 (1827 to 2120); raises
    ValueError for a day that is none.
    """
    longest = 31 if month <= 6 else 30 if month <= 11 or _new_year(year + 1) - _new_year(year) == 366 else 29
    if not (1 <= month <= 12 and 1 <= day <= longest):
        raise ValueError(f"no day of the solar Hijri calendar: {year}-{month}-{day}")
    passed = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    return dt.date.fromordinal(_new_year(year) + passed + day - 1)


def _new_year(year: int) -> int:
    """The ordinal of 1 Farvardin of ``year``."""
    return _EPOCH + _days(year) - _days(1399)


def _days(year: int) -> int:
    cycles, rest = divmod(year + 1595, 33)
    return 365 * (year + 1595) + cycles * 8 + (rest + 3) // 4
