"""What a page says must not steer the terminal of whoever reads it."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.terminal import clean, console, escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("\x1b[31mred\x1b[0m", "[31mred[0m", id="colour"),
        pytest.param("\x1b]0;title\x07x", "]0;titlex", id="window title"),
        pytest.param("\x9b2Jx", "2Jx", id="C1 control"),
        pytest.param("a\tb\r\nc", "a b  c", id="white space"),
        pytest.param("\u202eevil", "evil", id="right-to-left override"),
        pytest.param("a\u200bb\ufeffc", "abc", id="invisible"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners shape words"),
        pytest.param("汐見 🌊", "汐見 🌊", id="any script"),
        pytest.param("half \ud83d", "half ", id="half a surrogate pair"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_newlines_stay_where_they_are_wanted() -> None:
    assert clean("a\nb\x1b", keep_newlines=True) == "a\nb"


@given(st.text())
def test_what_is_clean_stays_so(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert all(character >= " " for character in clean(text))


def test_a_console_prints_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    made = console()
    made.print("[bold]no markup[/bold] :smile: " + "x" * 40)
    assert stream.getvalue() == "[bold]no markup[/bold] :smile: " + "x" * 40 + "\n"
    assert made.width == 120


@given(st.text())
def test_escaped_json_means_the_same_and_steers_nothing(text: str) -> None:
    shown = escaped(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(shown) == {"a": text}
    assert clean(shown) == shown
