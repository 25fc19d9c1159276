"""No element has so many attributes that the parser chokes on them."""

from __future__ import annotations

import time

import lxml.html
import pytest

from pipelines.attributes import MOST, thinned

MANY = " ".join(f'data-a{i}="{i}"' for i in range(2 * MOST))


def test_an_element_keeps_its_first_attributes_and_its_text() -> None:
    found = lxml.html.fromstring(thinned(f'<p>before</p><div class="x" {MANY}>inside</div><p>after</p>'.encode()))
    (crowded,) = found.iter("div") if found.tag != "div" else [found.find("div")]
    assert crowded is not None
    assert len(crowded.attrib) <= MOST
    assert crowded.get("class") == "x"
    assert found.text_content() == "beforeinsideafter"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(f"<p>{'word ' * 2_000}</p>", id="a long text"),
        pytest.param(f'<div data-state="{"{&quot;a b&quot;: 1} " * 1_000}">x</div>', id="a long attribute"),
        pytest.param(f"<script>if(a<b){{ {'x = y; ' * 1_000} }}</script>", id="a script that compares"),
        pytest.param("<div " + " ".join(f"a{i}" for i in range(100)) + ">x</div>", id="many attributes"),
        pytest.param("<p>" * 5_000, id="many tags"),
    ],
)
def test_what_is_no_crowd_stays_as_it_is(page: str) -> None:
    source = page.encode()
    assert thinned(source) is source


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<div " + " ".join(f"a{i}=1" for i in range(1_000_000)), id="one tag"),
        pytest.param("<div " + "a='<b " * 1_000_000, id="quotes that do not close"),
        pytest.param("<a" * 3_000_000, id="tags that do not close"),
        pytest.param(f"<div {MANY}>" * 400, id="many crowded tags"),
        pytest.param("<a " + "a " * 254 + "<a " * 2_000_000, id="almost a crowd"),
    ],
)
def test_it_takes_one_pass(page: str) -> None:
    source = page.encode()
    started = time.process_time()
    thinned(source)
    assert time.process_time() - started < 2
