"""A table's row is body or it is not, whole."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.process import process
from storage.records import Article, Page

LINE = "The harbour master said on Monday that the new wall would be finished before the winter storms arrive, part "
LINES = [f"{LINE}{i}." for i in range(8)]


def body(markup: str) -> list[str]:
    text = "".join(f"<p>{line}</p>" for line in LINES[:4]) + markup + "".join(f"<p>{line}</p>" for line in LINES[4:])
    html = f'<html lang="en"><title>A wall</title><body><article><h1>A wall for the harbour</h1>{text}</article>'
    moment = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    page = Page(url="http://paper.test/news/wall", body=html.encode(), fetched_at=moment)
    got = process(page)
    assert isinstance(got, Article), got
    paragraphs = got.body.split("\n\n")
    assert paragraphs[:4] == LINES[:4]
    assert paragraphs[-4:] == LINES[4:]
    return paragraphs[4:-4]


@pytest.mark.parametrize("cell", [pytest.param("td", id="plain heading"), pytest.param("th", id="marked heading")])
def test_rows_are_whole_and_have_their_heading(cell: str) -> None:
    head = f"<tr><{cell}>Year</{cell}><{cell}>Ships in the harbour</{cell}><{cell}>Storms</{cell}></tr>"
    rows = [(str(2020 + i), f"{40 + i} ships of all sizes", str(i + 2)) for i in range(4)]
    markup = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    assert body(f"<table>{head}{markup}</table>") == ["Year Ships in the harbour Storms", *map(" ".join, rows)]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("10<sup>6</sup> stones of 2 m<sup>2</sup> each", "10⁶ stones of 2 m² each", id="powers"),
        pytest.param('as the harbour said<sup><a href="#n1">12</a></sup>', "as the harbour said¹²", id="a note"),
        pytest.param("on the 21<sup>st</sup> of May", "on the 21st of May", id="an ordinal"),
    ],
)
def test_a_raised_number_is_not_glued_to_the_word(markup: str, text: str) -> None:
    before = "The wall that the town began in spring was built with great care, "
    assert body(f"<p>{before}{markup}.</p>") == [f"{before}{text}."]
