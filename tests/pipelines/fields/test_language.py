"""The declared language, the detected one, and which is believed."""

# ruff: noqa: E501

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.candidates import Choice
from pipelines.document import Document, read
from pipelines.fields.language import choose, detect, tag
from storage.records import Announcement, Page, SiteRules

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
ENGLISH = "The council voted last night to repair the old bridge over the river. Work will begin next week, the mayor said, and it will last until spring at the earliest."
GERMAN = "Der Stadtrat hat gestern beschlossen, die alte Brücke über den Fluss zu sanieren. Die Arbeiten beginnen nächste Woche und dauern bis zum Frühling, sagte die Bürgermeisterin."
NOTICE = "This article has been translated by a machine from the original. It may contain mistakes; please read the other version."
NORWEGIAN = "Kommunestyret vedtok i går å reparere den gamle broen over elven. Arbeidet begynner neste uke og varer til våren, sa ordføreren, som håper på færre forsinkelser."


def language(html: str, text: str, **page: object) -> Choice[str]:
    fields = {"url": "https://x.example/a", "body": html.encode(), "fetched_at": NOW} | page
    document = read(Page(**fields))  # type: ignore[arg-type]
    assert isinstance(document, Document)
    return choose(document, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en", "en"),
        ("de_AT", "de-AT"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("eng", "en"),
        ("jp", "ja"),
        ("es-419", "es-419"),
        ("und", None),
        ("", None),
        ("english", None),
        ("%lang%", None),
    ],
)
def test_tags_in_their_usual_form(text: str, expected: str | None) -> None:
    assert tag(text) == expected


@pytest.mark.parametrize(
    ("html", "text", "expected", "warnings"),
    [
        ('<html lang="en-GB"><p>x', ENGLISH, "en-GB", ()),
        ('<html lang="en-GB"><p>x', GERMAN, "de", ("language_mismatch",)),
        ('<html lang="en"><meta property="og:locale" content="de_AT"><p>x', GERMAN, "de-AT", ()),
        ("<p>x", GERMAN, "de", ()),
        ('<html lang="de"><p>x', f"{NOTICE} {GERMAN}", "de", ()),
        ('<html lang="nb-NO"><p>x', NORWEGIAN, "nb-NO", ()),
        ('<html lang="en"><p>x', "Zu kurz.", "en", ()),
        ("<p>x", "Zu kurz.", None, ()),
    ],
    ids=[
        "agree",
        "disagree",
        "a second one agrees",
        "undeclared",
        "a notice",
        "close kin",
        "too short to tell",
        "nothing",
    ],
)
def test_which_language(html: str, text: str, expected: str | None, warnings: tuple[str, ...]) -> None:
    choice = language(html, text)
    assert (choice.value, choice.warnings) == (expected, warnings)


def test_entrance_and_configuration_are_asked_last() -> None:
    announced = Announcement(entrance="https://x.example/feed", kind="feed", seen_at=NOW, language="fr")
    rules = SiteRules(name="courier", language="it")
    assert language("<p>x", "", announcement=announced, site=rules).value == "fr"
    assert language("<p>x", "", site=rules).value == "it"
    assert language("<p>x", "", headers=(("Content-Language", "es"),), site=rules).value == "es"


def test_small_words_tell_a_declared_language_without_the_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError("the detector was asked")

    monkeypatch.setattr("pipelines.fields.language._identifier", fail)
    assert detect(2 * ENGLISH, ["en-GB"]) == "en"
    assert detect(2 * GERMAN, ["fr", "de-AT"]) == "de"
    assert detect(2 * NORWEGIAN, ["nb"]) in ("no", "da")
    for undecided in ([], ["it"]):
        with pytest.raises(AssertionError, match="the detector was asked"):
            detect(2 * GERMAN, undecided)


def test_detect_keeps_silent_where_it_is_not_sure() -> None:
    assert detect("1234 " * 200) is None
    assert detect(GERMAN) == "de"
