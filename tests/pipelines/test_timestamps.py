"""Dates as machines write them, zones, and what the stamps of one page say together."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.clocks import settle
from pipelines.timestamps import Stamp, from_url, parse
from pipelines.zones import offset_of


def shown(stamp: Stamp | None) -> tuple[str, str | None, int | None] | None:
    return (str(stamp.day), str(stamp.time) if stamp.time else None, stamp.offset) if stamp else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-06-17", ("2024-06-17", None, None)),
        ("2024-06-17T10:11:12Z", ("2024-06-17", "10:11:12", 0)),
        ("2024-06-17T10:11:12.345+02:00", ("2024-06-17", "10:11:12.345000", 120)),
        ("2024-06-17T10:11:12-0330", ("2024-06-17", "10:11:12", -210)),
        ("2024-06-17T10:11+05", ("2024-06-17", "10:11:00", 300)),
        ("2024-06-17 10:11:12.0", ("2024-06-17", "10:11:12", None)),
        ("2024-06-17T10:11:0Z", ("2024-06-17", "10:11:00", 0)),
        ("2024-06-17T10:11:12+02:00[Europe/Vienna]", ("2024-06-17", "10:11:12", 120)),
        ("2024-06-17T24:00:00Z", ("2024-06-18", None, 0)),
        ("2024/06/17 05:06 PM", ("2024-06-17", "17:06:00", None)),
        ("2017-03-13|19h18", ("2017-03-13", "19:18:00", None)),
        ("20240617", ("2024-06-17", None, None)),
        ("20240617T101112Z", ("2024-06-17", "10:11:12", 0)),
        ("1718600000", ("2024-06-17", "04:53:20", 0)),
        ("1718600000000", ("2024-06-17", "04:53:20", 0)),
        ("Mon, 17 Jun 2024 10:11:12 GMT", ("2024-06-17", "10:11:12", 0)),
        ("Mon Jun 17 10:11:12 CEST 2024", ("2024-06-17", "10:11:12", 120)),
        ("Monday, June 17, 2024, 06:47 PM", ("2024-06-17", "18:47:00", None)),
        ("June 17, 2024 5:05 pm ET", ("2024-06-17", "17:05:00", -240)),
        ("January 17, 2024 5:05 pm ET", ("2024-01-17", "17:05:00", -300)),
        ("2024-06-17T99:99:99Z", ("2024-06-17", None, None)),
        ("2024-02-30", None),
        ("1970-01-01T00:00:00Z", None),
        ("0000-00-00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_parse(text: str, expected: tuple[str, str | None, int | None] | None) -> None:
    stamp = parse(text)
    if expected == ("2024-06-18", None, 0):
        assert stamp is not None
        assert stamp.instant == dt.datetime(2024, 6, 18, tzinfo=dt.UTC)
    else:
        assert shown(stamp) == expected
    assert stamp is None or stamp.raw == text


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    parse(text)
    from_url(text)


@given(st.datetimes(min_value=dt.datetime(1993, 1, 2), max_value=dt.datetime(2199, 1, 1)), st.integers(-48, 56))  # noqa: DTZ001
def test_what_python_writes_is_read_back(moment: dt.datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=15 * quarters)))
    stamp = parse(aware.isoformat())
    assert stamp is not None
    assert stamp.instant == aware
    assert stamp.offset == 15 * quarters


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://courier.example/2024/06/17/bridge", "2024-06-17"),
        ("https://courier.example/2024/jun/17/bridge", "2024-06-17"),
        ("https://courier.example/bridge-20240617-x.html", "2024-06-17"),
        ("https://courier.example/news/2024-6-7/bridge", "2024-06-07"),
        ("https://courier.example/2024/06/bridge", None),
        ("https://courier.example/2023/10/3-questions", None),
        ("https://courier.example/story/202406171234567", None),
        ("https://courier.example/2024/13/17/", None),
        ("https://2024.06.17.example/bridge", None),
        ("https://courier.example/?date=2024-06-17", None),
    ],
)
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    stamp = from_url(url)
    assert (str(stamp.day) if stamp else None) == day


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Z", 0),
        ("+02:00", 120),
        ("-0330", -210),
        ("UTC+5:30", 330),
        ("CEST", 120),
        ("JST", 540),
        ("+19:00", None),
        ("XYZ", None),
    ],
)
def test_zones(zone: str, offset: int | None) -> None:
    assert offset_of(zone, dt.date(2024, 6, 17)) == offset


def stamp(text: str) -> Stamp:
    found = parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        ("2024-06-17 18:11:01", ["2024-06-17T18:11:01+02:00"], ("2024-06-17", "18:11:01", 120)),
        ("2024-06-17 18:11:01", ["2024-06-17T16:11:00Z"], ("2024-06-17", "18:11:01", 120)),
        ("2024-06-17 18:11:01", ["2024-06-18T09:00:00+02:00"], ("2024-06-17", "18:11:01", 120)),
        ("2024-06-17 18:11:01", ["2024-12-18T09:00:00+01:00"], ("2024-06-17", "18:11:01", None)),
        ("2024-06-17 18:11:01", [], ("2024-06-17", "18:11:01", None)),
        ("2024-06-18T00:47:31Z", ["2024-06-17 18:47:31"], ("2024-06-17", "18:47:31", -360)),
        ("2024-06-17T20:00:00Z", ["2024-06-17T20:00:00+09:00"], ("2024-06-17", "20:00:00", 540)),
        ("2024-06-17T19:11:05-04:00", ["2024-06-17T15:11:05-04:00"], ("2024-06-17", "15:11:05", -240)),
        ("2024-06-17T23:30:00Z", ["2024-06-18T09:00:00+02:00"], ("2024-06-18", "01:30:00", 120)),
        ("2024-06-17", ["2024-06-17T18:11:01+02:00"], ("2024-06-17", None, None)),
    ],
    ids=[
        "naive, twin with offset", "naive, twin in UTC", "naive, neighbour", "naive, other season", "naive, alone",
        "UTC, naive twin", "mislabelled as Z", "UTC under the local offset", "UTC, neighbour", "day only",
    ],
)  # fmt: skip
def test_stamps_of_one_page_settle_each_other(
    text: str, others: list[str], expected: tuple[str, str | None, int | None]
) -> None:
    assert shown(settle(stamp(text), [stamp(other) for other in others])) == expected


def test_a_naive_stamp_in_a_zone_follows_its_season() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    assert stamp("2024-06-17 18:11").placed(vienna).offset == 120
    assert stamp("2024-01-17 18:11").placed(vienna).offset == 60
    assert stamp("2024-01-17T18:11Z").placed(vienna).offset == 0
