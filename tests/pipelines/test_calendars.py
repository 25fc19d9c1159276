"""Days of the solar Hijri calendar, beside what almanacs say."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines import calendars


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ((1372, 1, 1), "1993-03-21"),
        ((1399, 1, 1), "2020-03-20"),
        ((1399, 4, 2), "2020-06-22"),
        ((1399, 12, 30), "2021-03-20"),
        ((1400, 1, 1), "2021-03-21"),
        ((1402, 7, 1), "2023-09-23"),
        ((1403, 1, 1), "2024-03-20"),
        ((1403, 12, 30), "2025-03-20"),
        ((1404, 1, 1), "2025-03-21"),
        ((1404, 10, 16), "2026-01-06"),
    ],
)
def test_days(there: tuple[int, int, int], here: str) -> None:
    assert calendars.solar_hijri(*there) == dt.date.fromisoformat(here)


@pytest.mark.parametrize("there", [(1399, 0, 1), (1399, 13, 1), (1399, 1, 32), (1399, 7, 31), (1400, 12, 30)])
def test_no_days(there: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no day"):
        calendars.solar_hijri(*there)


def test_every_day_follows_the_one_before() -> None:
    day = dt.date(1993, 3, 21)
    for year in range(1372, 1421):
        for month in range(1, 13):
            for number in range(1, 32):
                try:
                    found = calendars.solar_hijri(year, month, number)
                except ValueError:
                    break
                assert found == day
                day += dt.timedelta(days=1)
