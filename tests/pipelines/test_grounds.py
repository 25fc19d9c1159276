"""Why a block was left out is said in words that people know."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines import grounds
from pipelines.process import inspect
from pipelines.weights import FIRST, SECOND
from storage.records import Page

LINES = [
    f"The harbour master said on Monday that part {i} of the wall would be finished before the winter storms arrive."
    for i in range(10)
]
ODD = [
    pytest.param('<figcaption class="caption">The wall, seen from the mole</figcaption>', "caption", id="caption"),
    pytest.param('<div class="newsletter">Sign up to our newsletter</div>', "newsletter", id="newsletter"),
    pytest.param('<div class="related"><p>Read more: The wall that fell</p></div>', "related links", id="related"),
    pytest.param('<div class="comments"><p>Ada says: about time</p></div>', "comments", id="comment"),
    pytest.param('<ul><li><a href="/a">Harbour</a></li><li><a href="/b">Walls</a></li></ul>', "links", id="links"),
]


@pytest.mark.parametrize(("markup", "reason"), ODD)
def test_a_block_is_named_for_what_it_was_taken_for(markup: str, reason: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in LINES[:5]) + markup + "".join(f"<p>{line}</p>" for line in LINES[5:])
    body = f'<html lang="en"><title>Wall</title><body><article><h1>A wall for the harbour</h1>{text}</article>'
    page = Page(
        url="http://paper.test/news/wall", body=body.encode(), fetched_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    )
    extraction = inspect(page).extraction
    assert extraction is not None
    assert reason in {dropped.reason for dropped in extraction.body.dropped}
    assert list(extraction.body.paragraphs) == LINES


@pytest.mark.parametrize("name", sorted({*FIRST, *SECOND}))
def test_no_weight_is_named_as_a_reason(name: str) -> None:
    assert grounds.of({name: 1.0}, 0.12) not in {*FIRST, *SECOND} - {"repeated"}


def test_where_nothing_speaks_the_probability_is_told() -> None:
    assert grounds.of({"logit": -1.0, "size<20": 1.0, "share": 0.0}, 0.123) == "weighed unlikely (p=0.12)"
