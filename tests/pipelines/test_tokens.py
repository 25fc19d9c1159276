"""Words without a regular expression are the words that a regular expression finds."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipelines import tokens
from pipelines.normalise import words

_WORD = re.compile(r"\w+")
_COUNTED = re.compile(r"\w+(?:['’\-]\w+|(?<=\d)[.,]\d+)*")
_TEXT = st.one_of(st.text("ab1 2.,-'’_é٣\n\x1c", max_size=20), st.text(st.characters(exclude_categories=())))


@given(_TEXT)
@example("snake_case and 12.5 %\x1c-- it's\x7f")
def test_words_are_what_the_pattern_finds(text: str) -> None:
    found = _WORD.findall(text)
    assert tokens.split(text) == found
    assert tokens.joined(text) == "".join(found)
    assert tokens.count(text) == len(found)


@given(st.text("ab1 2.,-'’_é٣\n", max_size=30))
@example("it's 1.5km of 1,000.5-fold --a- 3.'4")
def test_words_are_counted_as_the_pattern_finds_them(text: str) -> None:
    assert words(text) == len(_COUNTED.findall(text))
