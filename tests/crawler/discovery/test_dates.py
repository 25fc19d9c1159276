"""Dates of announcements: RFC 822 and its relatives, ISO 8601."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import instant


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Sat, 21 Nov 2026 10:30:15 +0100", "2026-11-21T10:30:15+01:00"),
        ("Sat, 21 Nov 2026 10:30:15 GMT", "2026-11-21T10:30:15+00:00"),
        ("Sat,21 Nov 2026 10:30:15 EST", "2026-11-21T10:30:15-05:00"),
        ("21 Nov 2026 10:30 CEST", "2026-11-21T10:30:00+02:00"),
        ("Sat, 21 Nov 26 10:30:15 JST", "2026-11-21T10:30:15+09:00"),
        ("Sat, 21 Nov 2026 10:30:15 UTC+0530", "2026-11-21T10:30:15+05:30"),
        ("Sat, 21 Nov 2026 10:30:15 +05:30 (India)", "2026-11-21T10:30:15+05:30"),
        ("Saturday, 21 November 2026 10:30:15 Z", "2026-11-21T10:30:15+00:00"),
        ("Sat, 21 Nov 2026 10:30:15 -0000", "2026-11-21T10:30:15+00:00"),
        ("Sat, 21 Nov 2026 10:30:15 NST", "2026-11-21T10:30:15-03:30"),
        pytest.param("Sat, 21 Nov 2026 10:30:15 IST", "2026-11-21T10:30:15", id="a zone of several places stays naive"),
        pytest.param("Sat, 21 Nov 2026 10:30:15", "2026-11-21T10:30:15", id="no zone stays naive"),
        ("Sat, 21 Nov 2026", "2026-11-21T00:00:00"),
        ("Sat, 21 Nov 2026 24:00:00 GMT", "2026-11-22T00:00:00+00:00"),
        ("Sat, 21 Nov 2026 23:59:60 GMT", "2026-11-21T23:59:59+00:00"),
        ("Sat Nov 21 10:30:15 2026", "2026-11-21T10:30:15"),
        ("Sat Nov 21 10:30:15 PST 2026", "2026-11-21T10:30:15-08:00"),
        ("November 21, 2026, 10:30 EST", "2026-11-21T10:30:00-05:00"),
        ("2026-11-21T10:30:15Z", "2026-11-21T10:30:15+00:00"),
        ("2026-11-21T10:30:15.123456789+01:00", "2026-11-21T10:30:15+01:00"),
        ("2026-11-21T10:30+0100", "2026-11-21T10:30:00+01:00"),
        ("2026-11-21 10:30:15 +0100", "2026-11-21T10:30:15+01:00"),
        ("2026-11-21 10:30:15 CET", "2026-11-21T10:30:15+01:00"),
        ("2026-11-21T10:30:15", "2026-11-21T10:30:15"),
        ("20261121T103015Z", "2026-11-21T10:30:15+00:00"),
        ("2026-11-21", "2026-11-21T00:00:00"),
        ("2026/11/21", "2026-11-21T00:00:00"),
        ("  2026-11-21\n", "2026-11-21T00:00:00"),
        ("1851-09-18", "1851-09-18T00:00:00"),
    ],
)
def test_dates_that_are_read(raw: str, wanted: str) -> None:
    found = instant(raw)
    assert found is not None
    assert found.isoformat() == wanted


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("yesterday", id="a word"),
        pytest.param("2026", id="a year"),
        pytest.param("2026-11", id="a month"),
        pytest.param("11/12/2026", id="day or month first?"),
        pytest.param("2026-13-01", id="13th month"),
        pytest.param("2026-02-30", id="30 February"),
        pytest.param("2026-11-21T25:00:00Z", id="25 o'clock"),
        pytest.param("Sat, 21 Foo 2026 10:00:00 GMT", id="unknown month"),
        pytest.param("1970-01-01T00:00:00Z", id="the epoch"),
        pytest.param("0001-01-01T00:00:00+14:00", id="the first year"),
        pytest.param("9999-12-31T24:00:00Z", id="the last year"),
        pytest.param("Sat, 21 Nov 2026 " + "1" * 200, id="long"),
    ],
)
def test_what_is_no_date(raw: str | None) -> None:
    assert instant(raw) is None


@given(st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2190, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_iso_and_rfc_822_agree(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert instant(moment.isoformat()) == moment
    assert instant(moment.strftime("%a, %d %b %Y %H:%M:%S GMT")) == moment


@given(st.text(alphabet="0123456789-+:TZ., NovSatGMT/", max_size=60))
def test_any_text_is_read_or_not(raw: str) -> None:
    found = instant(raw)
    assert found is None or 1600 <= found.year <= 2200
