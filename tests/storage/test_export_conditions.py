"""Conditions of `--where`: each finds the rows that it says, and what is no condition is told where."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.export.conditions import MAX_LENGTH, condition
from storage.export.tokens import BadCondition
from storage.schema import ARTICLES, to_arrow
from tests.archive_samples import NOON, article

ROWS = to_arrow(
    ARTICLES,
    [
        article(1, title="Storm over the quay", language="en", tags=("storm", "sea"), bullets=("One.",), word_count=300,
                date=dt.date(2026, 11, 20), date_published=NOON),
        article(2, title="It's calm", language=None, tags=("storms",), word_count=200, date=dt.date(2026, 11, 21)),
        article(3, title='The "Ferry" STORM', language="de-AT", word_count=-5, date=None),
    ],
)  # fmt: skip


def found(text: str) -> str:
    kept = ROWS.filter(condition(text, ARTICLES.schema))
    return "".join(sorted(str(int(row, 16)) for row in kept["id"].to_pylist()))


@pytest.mark.parametrize(
    ("text", "rows", "why"),
    [
        ("word_count > 200", "1", "a number is compared"),
        ("word_count >= 200 and word_count <= 300", "12", "both bounds count"),
        ("word_count = -5", "3", "numbers may be negative"),
        ("title contains 'storm'", "13", "contains ignores case in a text"),
        ("tags contains 'storm'", "1", "and asks a list for the whole element"),
        ("not tags contains 'storm'", "23", "an empty list holds nothing"),
        ("title not contains 'storm'", "2", "not may stand before the word as well"),
        ("title matches '^Storm'", "1", "a pattern keeps case"),
        ("title = 'It''s calm'", "2", "a quote is doubled inside its own"),
        ('title contains "It\'s"', "2", "or stands in the other one"),
        ('title contains """Ferry"""', "3", "double quotes too"),
        ("language = 'en'", "1", "what is unknown is not equal"),
        ("language != 'en'", "3", "nor is it unequal, as in SQL"),
        ("not language = 'en'", "3", "nor does the opposite hold"),
        ("language in ('en', 'fr')", "1", "one of several"),
        ("language not in ('en', 'fr')", "3", "what is unknown is not outside either"),
        ("language is null", "2", "unknown is asked for by name"),
        ("language is not null", "13", "and known"),
        ("date = 2026-11-20", "1", "a day needs no quotes"),
        ("date >= '2026-11-21'", "2", "and may have them"),
        ("date_published <= 2026-11-22T12:00", "1", "an instant without a zone is UTC"),
        ("date_published < 2026-11-22T13:00+01:00", "", "one with a zone is what it says"),
        ("count(bullets) > 0", "1", "a list's length"),
        ("length(title) < 10", "2", "a text's length in characters"),
        ("word_count < 0 or word_count > 250 and language = 'en'", "13", "and binds closer than or"),
        ("(word_count < 0 or word_count > 250) AND NOT language = 'en'", "3", "brackets bind closest"),
        ("not not word_count < 0", "3", "two nots are none"),
    ],
)  # fmt: skip
def test_a_condition_finds_its_rows(text: str, rows: str, why: str) -> None:
    assert found(text) == rows, why


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("titel = 'x'", "did you mean title?"),
        ("zzz = 'x'", "there are: row, id"),
        ("'x' = title", "a column's name"),
        ("title", "after title"),
        ("title = storm", "storm (character 9) is none; write title = 'text'"),
        ("word_count > 'many'", "write word_count = 300"),
        ("word_count > 99999999999999", "word_count is a number"),
        ("word_count > 1.5", "write word_count = 300"),
        ("date = 2026-02-30", "write date = 2026-11-22"),
        ("date_published > yesterday", "write date_published = 2026-11-22T08:00Z"),
        ("tags = 'storm'", "tags contains 'element'"),
        ("tags in ('storm')", "tags contains 'element'"),
        ("word_count contains '3'", "takes a text"),
        ("count(title) > 1", "takes a list, such as bullets"),
        ("length(tags) > 1", "takes a text, such as body"),
        ("title matches '('", "no regular expression"),
        ("title contains ''", "a text in quotes"),
        ("title = 'x' title = 'y'", "and, or, or the end"),
        ("(title = 'x'", "its end where it needs )"),
        ("title = 'x' and", "a column's name"),
        ("title = ‘x’", "write texts in quotes"),
        ("title = 'x'; drop", "cannot be read from '; drop'"),
        ("__import__('os')", "there is no column '__import__'"),
        ("(" * 60 + "word_count = 1" + ")" * 60, "nested deeper"),
        ("x" * (MAX_LENGTH + 1), "write at most"),
    ],
)
def test_what_is_no_condition_is_told(text: str, told: str) -> None:
    with pytest.raises(BadCondition) as caught:
        condition(text, ARTICLES.schema)
    assert told in str(caught.value)


WORDS = st.sampled_from(
    ["title", "word_count", "tags", "date", "count", "(", ")", ",", "'x'", "3", "2026-11-22", "=", "<", "and", "or",
     "not", "in", "contains", "matches", "is", "null", "§", "''"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_written_is_a_condition_or_is_refused(text: str) -> None:
    try:
        made = condition(text, ARTICLES.schema)
    except BadCondition:
        return
    assert isinstance(ROWS.filter(made), pa.Table)
