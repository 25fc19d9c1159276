"""Who wrote it, as people read it."""

# ruff: noqa: E501

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import names
from pipelines.candidates import Choice
from pipelines.document import Document, read
from pipelines.fields.authors import choose
from storage.records import Page

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
SITE = '<meta property="og:site_name" content="Harbour Courier">'
HEAD = f"{SITE}<title>Old bridge reopens</title><h1>Old bridge reopens</h1>"
BODY = "<p>" + "The river rose before noon, the harbour master said. " * 8 + "</p>"


def authors(html: str) -> Choice[tuple[str, ...]]:
    page = Page(url="https://www.harbourcourier.example/news/bridge", body=html.encode(), fetched_at=NOW)
    document = read(page)
    assert isinstance(document, Document)
    return choose(document)


def ld(*people: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "author": list(people)})}</script>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (ld({"@type": "Person", "name": "Ada Quill"}), ("Ada Quill",)),
        (ld("Ada Quill", "Ben Rook", "Ada Quill"), ("Ada Quill", "Ben Rook")),
        (ld("By Ada Quill and Ben Rook"), ("Ada Quill", "Ben Rook")),
        (ld("Ada Quill, Ben Rook und Cleo Stern"), ("Ada Quill", "Ben Rook", "Cleo Stern")),
        (ld("Prince and the Players"), ("Prince and the Players",)),
        ('<meta name=author content="Quill, Ada">', ("Ada Quill",)),
        ('<meta name=author content="Ada Quill"><meta name=author content="Ben Rook">', ("Ada Quill", "Ben Rook")),
        ('<meta name="parsely-author" content="ada-quill">' + "<p class=byline>By Ada Quill</p>", ("Ada Quill",)),
        (
            '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Ada Quill">',
            ("Ada Quill",),
        ),
        ('<meta name=author content="ada@courier.example"><p class=author>Ada Quill</p>', ("Ada Quill",)),
        (ld("Harbour Courier") + '<p class=author>Von <a href="/autor/ada-quill">Ada Quill</a></p>', ("Ada Quill",)),
        (ld("Harbour Courier"), ("Harbour Courier",)),
        (ld("hpa"), ("hpa",)),
        (ld("abc/defg;hijk"), ("abc/defg", "hijk")),
        ('<meta name=author content="Rheinboten GmbH, Vienna, Austria">', ("Rheinboten GmbH",)),
        ('<meta name=author content="Amt für Wasser, Wald und Wege">', ("Amt für Wasser, Wald und Wege",)),
        ('<meta name=author content="No Author"><p class=author>Ada Quill</p>', ("Ada Quill",)),
        ("<p class=author>Veröffentlicht am</p><p class=byline>Ada Quill</p>", ("Ada Quill",)),
        ("<a rel=author href=/a>Zeige alle Beiträge von Ada Quill</a>", ("Ada Quill",)),
        ("<p class=author>Ada Quill | Publicado hace 3 horas</p>", ("Ada Quill",)),
        (
            "<p class=byline>By <a rel=author href=/a>Ada Quill</a> and <a rel=author href=/b>Ben Rook</a></p>",
            ("Ada Quill", "Ben Rook"),
        ),
        (
            "<ul class=authors><li class=author>Ada Quill</li><li class=author>Ben Rook</li></ul>",
            ("Ada Quill", "Ben Rook"),
        ),
        (
            "<div class=author>Written by <a href=/x>Ada Quill</a> in <a href=/y>World</a> on 1 June 2024 at 8:34</div>",
            ("Ada Quill",),
        ),
        ("<p>By Ada Quill</p>", ("Ada Quill",)),
        ("<p>17 June 2024 - par Ada Quill</p>", ("Ada Quill",)),
        ("<li><strong>Autorin/Autor</strong> Ada Quill</li>", ("Ada Quill",)),
        ('<span itemprop="author" itemscope><a itemprop="name">Ada Quill</a>, reporter</span>', ("Ada Quill",)),
        ("<p class=byline>Ada Quill, Political Editor</p>", ("Ada Quill",)),
        ("<p class=byline>Ada Quill | @adaquill | ada@courier.example</p>", ("Ada Quill",)),
        ("<p class=byline>김하늘 기자</p>", ("김하늘",)),
        ("<p class=kisha>（水野 遥）</p>", ("水野 遥",)),
        ("<p>x", None),
    ],
)
def test_where_names_are_found(html: str, expected: tuple[str, ...] | None) -> None:
    assert authors(HEAD + html + BODY).value == expected


@pytest.mark.parametrize(
    "html",
    [
        "<div class=comments><p class=author>By Carl Loud</p></div>",
        "<aside><a rel=author href=/author/carl>Carl Loud</a></aside>",
        "<div class=related><p class=byline>By Carl Loud</p></div>",
        "<footer><a href=/author/carl>Carl Loud</a></footer>",
    ],
    ids=["comment", "aside", "related", "footer"],
)
def test_names_of_other_people_are_left_alone(html: str) -> None:
    assert authors(HEAD + "<p class=byline>By Ada Quill</p>" + BODY + html).value == ("Ada Quill",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Von Ada Quill", ["Ada Quill"]),
        ("par Ada Quill et Ben Rook", ["Ada Quill", "Ben Rook"]),
        ("Por Ada Quill y Ben Rook", ["Ada Quill", "Ben Rook"]),
        ("di Ada Quill", ["Ada Quill"]),
        ("Автор: Ада Перо", ["Ада Перо"]),
        ("文／水野遥", ["水野遥"]),
        ("Ada Quill; Ben Rook", ["Ada Quill", "Ben Rook"]),
        ("Ada Quill (text), Ben Rook (photos)", ["Ada Quill", "Ben Rook"]),
        ("Vonda Reed", ["Vonda Reed"]),
        ("Byron Hill", ["Byron Hill"]),
        ("Share", []),
        ("12 June 2024", []),
        ("5 min read", []),
        ("", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert names.split(text) == expected


@given(st.text(max_size=150))
def test_no_text_raises(text: str) -> None:
    names.split(text)
    names.stated(text)
    names.looks_personal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Quill (ada@paper.example)", ["Ada Quill"]),
        ("Ada Quill, Political Correspondent", ["Ada Quill"]),
        ("ADA QUILL, National Security Writer", ["ADA QUILL"]),
        ("Von Ada Quill und Bo Reed, Berlin", ["Ada Quill", "Bo Reed"]),
        ("Ada Quill and Bo Reed, AFP", ["Ada Quill", "Bo Reed", "AFP"]),
        ("Ada Quill, BSc, PhD", ["Ada Quill"]),
        ("Ada Quill, PhD", ["Ada Quill"]),
        ("Bo Reed, Jr.", ["Bo Reed Jr."]),
        ("Ada Quill And Bo Reed For The Courier On Sunday", ["Ada Quill", "Bo Reed"]),
        ("https://paper.example/profile/ada", []),
        ("@adaquill", []),
        ("CC BY-SA 4.0", []),
        ("Erstellt von Ada Quill", ["Ada Quill"]),
        ("Amt für Wasser, Wald und Wege", ["Amt für Wasser, Wald und Wege"]),
    ],
)
def test_what_a_statement_joins_to_names(text: str, expected: list[str]) -> None:
    assert names.stated(text) == expected


def test_an_account_gives_way_to_a_byline_with_a_name() -> None:
    shown = authors(f"{HEAD}{ld({'@type': 'Person', 'name': 'adaquill'})}<p class=byline>By Ada Quill</p>{BODY}")
    assert (shown.value, shown.why) == (("Ada Quill",), "a person, while only an account is stated")
    assert authors(f"{HEAD}{ld({'@type': 'Person', 'name': 'adaquill'})}{BODY}").value == ("adaquill",)


def test_a_byline_is_not_looked_for_where_all_statements_name_one_person() -> None:
    byline = "<p class=byline>By Ben Rook</p>"
    one = '<meta name=author content="Ada Quill"><meta name="parsely-author" content="Ada Quill">'
    assert [c.source for c in authors(HEAD + one + byline + BODY).candidates] == ["meta:author", "meta:parsely-author"]
    two = one + '<meta name="dc.creator" content="Ben Rook">'
    assert authors(HEAD + two + byline + BODY).value == ("Ben Rook",)


@pytest.mark.parametrize(
    "text",
    [
        "Piše: {}", "Пише {}", "Avtor: {}", "Autors: {}", "Autorius: {}", "Autore: {}", "Höfundur: {}", "Forfatter: {}",
        "Författare: {}", "Kirjoittaja: {}", "Szerző: {}", "Yazan: {}", "От {}", "Автор: {}", "Γράφει ο {}", "نویسنده: {}",
        "تحریر: {}", "लेखक: {}", "লেখক: {}", "โดย {}", "Oleh: {}", "Ditulis oleh {}", "Tác giả: {}", "Imeandikwa na {}",
        "بقلم: {}", "מאת {}", "By {}", "Von {}", "Par {}", "Por {}", "Di {}", "Door {}", "Av {}", "Af {}", "Tekst: {}",
    ],
)  # fmt: skip
def test_the_word_before_a_name_in_the_languages_of_news(text: str) -> None:
    name = "Ада Перо" if text.startswith(("От", "Автор", "Пише")) else "Ada Quill"
    assert names.freed(text.format(name)) == name
