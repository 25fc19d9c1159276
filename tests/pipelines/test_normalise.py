"""Text as it is kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalise import clean, fold, plain, scalar, spaceless, unescape, unpiled, words

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  two\n\twords ", "two words"),
        ("non\u00a0breaking", "non breaking"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth", "zerowidth"),
        ("bell\x07", "bell"),
        ("cafe\u0301", "café"),
        ("می\u200cشود", "می\u200cشود"),
        ("pair \ud83d\ude00 and half \ud83d", "pair 😀 and half �"),
        ("", ""),
    ],
    ids=["space", "nbsp", "soft hyphen", "zero width", "control", "composed", "joiners stay", "surrogates", "empty"],
)
def test_clean(raw: str, kept: str) -> None:
    assert clean(raw) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("twice &amp;quot;escaped&amp;quot;", 'twice "escaped"'),
        ("AT&T and R&D;", "AT&T and R&D;"),
        ("<p>one</p><p>two</p>", "one two"),
        ("a <b>bold</b>claim", "a boldclaim"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("&#x2019;s", "’s"),
    ],
)
def test_plain(raw: str, kept: str) -> None:
    assert plain(raw) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [("“Quoted” – it’s", '"quoted" - IT\'S'), ("ＦＵＬＬ width", "full width"), ("Straße", "STRASSE"), ("a…", "A...")],
)
def test_fold_compares_what_people_read_as_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("It’s a well-known thing.", 4),
        ("市議会は橋を直す", 4),
        ("ร้านกาแฟ", 4),
        ("Tokyo 東京 2024", 3),
        ("870,000 crowns or 3.5 %", 4),
    ],
    ids=["none", "apostrophes and hyphens", "Japanese", "Thai", "mixed", "numbers"],
)
def test_words(text: str, count: int) -> None:
    assert words(text) == count


@given(ANY_TEXT)
def test_normalising_is_idempotent_and_encodable(text: str) -> None:
    for function in (clean, scalar, fold):
        once = function(text)
        assert function(once) == once
        once.encode("utf-8")


@given(ANY_TEXT)
def test_nothing_raises(text: str) -> None:
    for function in (plain, unescape):
        function(text).encode("utf-8")
    assert words(text) >= 0


@given(
    st.text(
        st.sampled_from(
            "aé—“\ud800\u0dff\u0e00\u0eff\u0f00\u1000\u109f\u10a0\u1780\u17ff\u3000\u30ff\u3400\u9fff\ua000🙂"
        )
    )
)
def test_characters_of_scripts_without_spaces_are_counted(text: str) -> None:
    bounds = (
        ("\u0e00", "\u0eff"),
        ("\u1000", "\u109f"),
        ("\u1780", "\u17ff"),
        ("\u3040", "\u30ff"),
        ("\u3400", "\u9fff"),
    )
    assert spaceless(text) == sum(any(first <= char <= last for first, last in bounds) for char in text)


PIECES = st.tuples(st.sampled_from(["a", "e", "\u0301", "\u0323", "\u0344", "é", "\u200d", "—"]), st.integers(1, 40))


@given(st.lists(PIECES, max_size=12))
def test_marks_are_cut_only_where_they_pile_up(pieces: list[tuple[str, int]]) -> None:
    text = "".join(character * count for character, count in pieces)
    piles = re.compile("[\u0301\u0323\u0344]+")
    cut = unpiled(text)
    assert (cut == text) is (max(map(len, piles.findall(text)), default=0) <= 30)
    assert max(map(len, piles.findall(cut)), default=0) <= 30
    assert piles.sub("", cut) == piles.sub("", text)
