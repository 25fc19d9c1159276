"""Relative dates in the languages of the press, counted back from the capture."""

from __future__ import annotations

import datetime as dt

import lxml.html
import pytest

from pipelines import guesses
from pipelines.timestamps import Stamp

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)


def read(text: str, language: str) -> Stamp | None:
    tree = lxml.html.fromstring(f"<div><h1>Old bridge reopens</h1><span class='date'>{text}</span></div>")
    return next(guesses.relative(tree, tree.find("h1"), language, NOW), None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3 hours ago", "en"),
        ("vor 3 Stunden", "de"),
        ("il y a 3 heures", "fr"),
        ("hace 3 horas", "es"),
        ("há 3 horas", "pt-BR"),
        ("3 ore fa", "it"),
        ("3 uur geleden", "nl"),
        ("for 3 timer siden", "da"),
        ("for 3 timer siden", "no"),
        ("för 3 timmar sedan", "sv"),
        ("3 tuntia sitten", "fi"),
        ("fyrir 3 klukkustundum", "is"),
        ("3 godziny temu", "pl"),
        ("před 3 hodinami", "cs"),
        ("pred 3 hodinami", "sk"),
        ("3 órája", "hu"),
        ("acum 3 ore", "ro"),
        ("преди 3 часа", "bg"),
        ("пре 3 сата", "sr"),
        ("prije 3 sata", "hr"),
        ("pred 3 urami", "sl"),
        ("πριν από 3 ώρες", "el"),
        ("3 saat önce", "tr"),
        ("3 часа назад", "ru"),
        ("3 години тому", "uk"),
        ("prieš 3 valandas", "lt"),
        ("pirms 3 stundām", "lv"),
        ("3 tundi tagasi", "et"),
        ("قبل 3 ساعات", "ar"),
        ("לפני 3 שעות", "he"),
        ("3 ساعت پیش", "fa"),
        ("3 घंटे पहले", "hi"),
        ("3 ঘণ্টা আগে", "bn"),
        ("3 گھنٹے پہلے", "ur"),
        ("3 மணிநேரத்திற்கு முன்", "ta"),
        ("3 jam lalu", "id"),
        ("3 jam lalu", "ms"),
        ("3 giờ trước", "vi"),
        ("3 ชั่วโมงที่แล้ว", "th"),
        ("3小时前", "zh"),
        ("3小時前", "zh-TW"),
        ("3時間前", "ja"),
        ("3시간 전", "ko"),
        ("saa 3 zilizopita", "sw"),
    ],
)
def test_three_hours_ago(text: str, language: str) -> None:
    found = read(text, language)
    assert found is not None
    assert found.instant == dt.datetime(2024, 6, 20, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("yesterday", "en"),
        ("gestern", "de"),
        ("hier", "fr"),
        ("ayer", "es"),
        ("ontem", "pt"),
        ("gisteren", "nl"),
        ("i går", "da"),
        ("eilen", "fi"),
        ("wczoraj", "pl"),
        ("včera", "cs"),
        ("tegnap", "hu"),
        ("вчера", "ru"),
        ("вчора", "uk"),
        ("χθες", "el"),
        ("kemarin", "id"),
        ("hôm qua", "vi"),
        ("เมื่อวาน", "th"),
        ("昨天", "zh"),
        ("어제", "ko"),
        ("1 day ago", "en"),
        ("24 hours ago", "en"),
    ],
)
def test_a_day_ago_is_a_day_without_a_time(text: str, language: str) -> None:
    found = read(text, language)
    assert found is not None
    assert (found.day, found.time) == (dt.date(2024, 6, 19), None)


@pytest.mark.parametrize("text", ["Share", "Page 3", "3 minutes to read", "3 min.", "Bridge 2024", "tomorrow"])
def test_what_is_no_relative_date(text: str) -> None:
    assert read(text, "en") is None
