"""Dates as people write them, in the languages of news."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import months
from pipelines.spoken_dates import find

LATEST = dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "language", "day", "time"),
    [
        ("Published 12 March 2024 at 5.30 pm", "en", "2024-03-12", "17:30:00"),
        ("March 12th, 2024 | 14:05 GMT", "en", "2024-03-12", "14:05:00"),
        ("Sept. 5, 2019", "en-US", "2019-09-05", None),
        ("12-Mar-24", "en", "2024-03-12", None),
        ("17.06.2024, 10:11 Uhr", "de", "2024-06-17", "10:11:00"),
        ("17. Jänner 2024", "de-AT", "2024-01-17", None),
        ("le 3 févr. 2024 à 18h05", "fr", "2024-02-03", "18:05:00"),
        ("1er janvier 2020", "fr", "2020-01-01", None),
        ("12 de marzo de 2024", "es", "2024-03-12", None),
        ("17 de junho de 2024 às 10h11", "pt", "2024-06-17", "10:11:00"),
        ("17 giugno 2024", "it", "2024-06-17", None),
        ("17 juni 2024", "nl", "2024-06-17", None),
        ("5 марта 2024, 18:32", "ru", "2024-03-05", "18:32:00"),
        ("18:32, 5 березня 2024", "uk", "2024-03-05", "18:32:00"),
        ("4. dubna 2019 v 15:30", "cs", "2019-04-04", "15:30:00"),
        ("17 czerwca 2024", "pl", "2024-06-17", None),
        ("2024. június 17.", "hu", "2024-06-17", None),
        ("10 Αυγούστου 2023", "el", "2023-08-10", None),
        ("22 Kasım 2025 - 10:20", "tr", "2025-11-22", "10:20:00"),
        ("17. kesäkuuta 2024", "fi", "2024-06-17", None),
        ("2024 m. kovo 12 d. 10:11", "lt", "2024-03-12", "10:11:00"),
        ("ngày 5 tháng 3 năm 2024", "vi", "2024-03-05", None),
        ("17 Juni 2024", "id", "2024-06-17", None),
        ("3 เมษายน 2562", "th", "2019-04-03", None),
        ("3 ม.ค. 2562", "th", "2019-01-03", None),
        ("5 मई 2024", "hi", "2024-05-05", None),
        ("١٢ مارس ٢٠٢٤", "ar", "2024-03-12", None),
        ("12 حزيران 2024", "ar", "2024-06-12", None),
        ("2024年6月17日 18時05分", "ja", "2024-06-17", "18:05:00"),
        ("令和元年5月1日", "ja", "2019-05-01", None),
        ("2024. 6. 17. 오후 3:05", "ko", "2024-06-17", "15:05:00"),
        ("2024年06月17日", "zh", "2024-06-17", None),
        ("lip 3, 2024", "hr", "2024-06-03", None),
        ("۲ تیر ۱۳۹۹", "fa", "2020-06-22", None),
        ("2 تير 1399 - 12:09:08", "fa", "2020-06-22", "12:09:08"),
        ("1403/12/30", "fa", "2025-03-20", None),
        ("12 ژوئن 2024", "fa", "2024-06-12", None),
        ("12 Maart 2024", "af", "2024-03-12", None),
        ("2024 ජූනි 17", "si", "2024-06-17", None),
        ("3 lipca 2024", None, "2024-07-03", None),
    ],
)
def test_find(text: str, language: str | None, day: str, time: str | None) -> None:
    found = find(text, language, day_first=True, latest=LATEST)
    assert [(str(w.stamp.day), str(w.stamp.time) if w.stamp.time else None) for w in found] == [(day, time)]
    assert found[0].stamp.raw in text


@pytest.mark.parametrize(
    ("text", "day_first", "latest", "day"),
    [
        ("03/04/2024", True, LATEST, "2024-04-03"),
        ("03/04/2024", False, LATEST, "2024-03-04"),
        ("13/04/2024", False, LATEST, "2024-04-13"),
        ("04/13/2024", True, LATEST, "2024-04-13"),
        ("03.04.2024", False, LATEST, "2024-04-03"),
        ("11/12/2024", True, dt.date(2024, 11, 20), "2024-11-12"),
        ("3/4/24", True, LATEST, "2024-04-03"),
    ],
    ids=["day first", "month first", "only as day", "only as month", "points", "the other lies ahead", "short year"],
)
def test_numbers_alone(text: str, day_first: bool, latest: dt.date, day: str) -> None:
    found = find(text, None, day_first=day_first, latest=latest)
    assert [str(w.stamp.day) for w in found] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "© 2024",
        "version 1.2.3",
        "call 0664 12 34 56",
        "30.02.2024",
        "the score was 3-2",
        "may 2024",
        "12 March",
        "1.234.567",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert find(text, "en", day_first=True, latest=LATEST) == []


def test_two_dates_in_one_text() -> None:
    found = find("from 12 March 2024 to 15 April 2024", "en", day_first=True, latest=LATEST)
    assert [str(w.stamp.day) for w in found] == ["2024-03-12", "2024-04-15"]


def test_a_name_means_a_month_of_its_own_language() -> None:
    assert months.names("pl")["listopad"] == 11
    assert months.names("hr")["listopad"] == 10
    assert all(set(months.names(language).values()) == set(range(1, 13)) for language in months.LANGUAGES)


@given(st.text(max_size=200), st.sampled_from([None, "en", "th", "xx"]))
def test_no_text_raises(text: str, language: str | None) -> None:
    for written in find(text, language, day_first=True, latest=LATEST):
        assert 0 <= written.start < written.end <= len(text)
