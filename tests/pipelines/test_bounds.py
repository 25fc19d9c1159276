"""No page takes long: what a hostile or broken page can hold most of is read in one pass, or not to its end.

The seconds are of this process's CPU, well under the worker's limit; an algorithm that took the square of any of these
pages would need minutes.
"""

from __future__ import annotations

import datetime as dt
import time

import pytest

from pipelines.blocks import MOST_BLOCKS
from pipelines.process import process
from storage.records import Article, Page, Rejection

SENTENCE = "The harbour master said on Monday that the new wall would be finished before the winter storms arrive"
ARTICLE = "<h1>A harbour opens in the town</h1>" + "".join(f"<p>{SENTENCE}, part {i}.</p>" for i in range(10))
MOST_SECONDS = 10


def read(body: str | bytes) -> Article | Rejection:
    markup = body if isinstance(body, bytes) else (
        f'<html lang="en"><head><title>A harbour opens in the town | Paper</title></head><body>{body}</body></html>'
    ).encode()  # fmt: skip
    moment = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    page = Page(url="http://paper.test/news/harbour-opens", body=markup, fetched_at=moment)
    started = time.process_time()
    outcome = process(page)
    assert time.process_time() - started < MOST_SECONDS
    return outcome


def state(text: str) -> str:
    return f'<div id="root"></div><script>window.state="{text}"</script>'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(ARTICLE + f"<p>{'The word harbour ' * 60}</p>" * 10_000, id="10 MB of paragraphs"),
        pytest.param(ARTICLE + f"<p>{'The word harbour said ' * 460_000}</p>", id="10 MB in one line"),
        pytest.param(ARTICLE + f"<p>{'a' * 1_000_000}</p>", id="a word of 1 MB"),
        pytest.param(b"<" * 10_000_000, id="10 MB of brackets"),
        pytest.param("<div>" * 100_000 + ARTICLE, id="100,000 deep"),
        pytest.param(ARTICLE + "<b><i>" * 50_000, id="100,000 deep inline"),
        pytest.param(ARTICLE + "A line of the harbour's log<br>" * 100_000, id="100,000 lines parted by breaks"),
        pytest.param(ARTICLE + "<br>" * 300_000, id="breaks"),
        pytest.param(ARTICLE + f"<table><tr>{'<td>1</td>' * 150_000}</tr></table>", id="cells"),
        pytest.param(ARTICLE + f"<dl>{'<dt>a<dd>b' * 70_000}</dl>", id="definitions"),
        pytest.param("<h1>x y</h1>" * 50_000 + ARTICLE, id="headlines"),
        pytest.param(ARTICLE + "<div " + " ".join(f"a{i}=1" for i in range(200_000)) + ">x</div>", id="attributes"),
        pytest.param(ARTICLE + "<p>a" + "\u0301\u0323" * 500_000, id="marks on one letter"),
        pytest.param(state("<p " * 500_000), id="paragraphs in a script that do not begin"),
        pytest.param(state("<p>a" * 500_000), id="paragraphs in a script that do not end"),
        pytest.param(state("<p>a.</p>" * 200_000), id="paragraphs in a script"),
        pytest.param(state("\\u003cp\\u003e" * 150_000), id="escaped paragraphs in a script"),
    ],
)
def test_every_page_is_read_in_one_pass(body: str | bytes) -> None:
    read(body)


def test_what_is_beyond_the_bounds_is_left_out_and_said() -> None:
    found = read(ARTICLE + f"<div>{'<p>A short line.</p>' * (MOST_BLOCKS + 5)}</div>")
    assert isinstance(found, Article)
    assert "too_large" in found.warnings
    assert "part 9." in found.body


def test_what_is_within_the_bounds_is_read_to_its_end() -> None:
    lines = "".join(f"<p>{SENTENCE}, line {i}.</p>" for i in range(3_000))
    found = read(f"<h1>A harbour opens in the town</h1>{lines}")
    assert isinstance(found, Article)
    assert "line 2999." in found.body
    assert "too_large" not in found.warnings
