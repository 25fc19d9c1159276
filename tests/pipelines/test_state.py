"""Text that stands in a page's scripts is read without running them."""

from __future__ import annotations

import datetime as dt
import json

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import reader, state
from pipelines.process import process
from storage.records import Article, Page

LINES = [
    f'The council of ward {ward} voted on Tuesday to keep the reading room open until {ward} o\'clock, "come what may".'
    for ward in range(1, 9)
]
HTML = "".join(f"<p class='x'>{line}</p>" for line in LINES)


def streamed() -> str:
    """The state in two pieces, as a framework pushes them."""
    half = len(HTML) // 2
    pieces = (json.dumps([1, part]).replace("<", "\\u003c") for part in (HTML[:half], HTML[half:]))
    return "".join(f"<script>self.__flow.push({piece})</script>" for piece in pieces)


CARRIERS = [
    pytest.param(f'<script type="application/json">{json.dumps({"body": HTML})}</script>', id="JSON in a script"),
    pytest.param(
        "<script>window.state = " + json.dumps({"a": {"html": HTML}}).replace("<", "\\u003c") + "</script>",
        id="escaped in an assignment",
    ),
    pytest.param(streamed(), id="streamed in pieces"),
    pytest.param(
        f'<div data-react-props="{json.dumps({"h": HTML}).replace("&", "&amp;").replace(chr(34), "&quot;")}"></div>',
        id="in an attribute",
    ),
]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_paragraphs_are_found_in_each_carrier(carrier: str) -> None:
    tree = lxml.html.document_fromstring(f"<html><body>{carrier}</body></html>")
    assert list(state.read(tree)) == LINES


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_page_drawn_by_scripts_is_an_article_that_says_so(carrier: str) -> None:
    head = '<title>Reading room stays open</title><meta property="og:title" content="Reading room stays open">'
    date = '<meta property="article:published_time" content="2026-03-03T09:00:00+01:00">'
    page = Page(
        url="http://paper.test/2026/03/03/reading-room-stays-open",
        body=f"<html lang='en'><head>{head}{date}</head><body><div id='root'></div>{carrier}</body></html>".encode(),
        fetched_at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC),
    )
    got = process(page)
    assert isinstance(got, Article), got
    assert got.body == "\n\n".join(LINES)
    assert "body_from_state" in got.warnings


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<p>One.</p>", id="no script"),
        pytest.param("<script>if (a < b) { write('<p>Wait.</p>') }</script>", id="one paragraph"),
        pytest.param(f'<script type="application/ld+json">{json.dumps({"b": HTML})}</script>', id="linked data"),
    ],
)
def test_nothing_is_made_up(markup: str) -> None:
    assert state.read(lxml.html.document_fromstring(f"<html><body>{markup}</body></html>")) == ()


@given(st.text(max_size=2_000))
def test_any_script_is_survived(text: str) -> None:
    script = lxml.html.document_fromstring("<html><body><script></script></body></html>")
    next(script.iter("script")).text = "".join(character for character in text if character.isprintable()) + HTML
    assert all(state.read(script))


def test_a_script_made_to_be_slow_is_read_in_time() -> None:
    tree = lxml.html.document_fromstring("<html><body><script></script></body></html>")
    next(tree.iter("script")).text = "<p " * 200_000 + "\\u003cp" * 200_000
    assert state.read(tree) == ()


def test_the_second_opinion_leaves_the_tree_as_it_is() -> None:
    tree = lxml.html.document_fromstring(f"<html><body><article>{HTML}</article></body></html>")
    before = lxml.html.tostring(tree)
    assert [line for line in reader.read(tree) if line in LINES] == LINES
    assert lxml.html.tostring(tree) == before


def test_the_second_opinion_is_not_asked_of_a_huge_page() -> None:
    tree = lxml.html.document_fromstring(f"<html><body>{'<i></i>' * (reader.MOST_ELEMENTS + 1)}{HTML}</body></html>")
    assert reader.read(tree) == ()
