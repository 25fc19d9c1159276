"""docs/terminology.md names every table, outcome and kind that the code knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from storage import records
from storage.schema import TABLES

PAGE = (Path(__file__).parent.parent / "docs" / "terminology.md").read_text(encoding="utf-8")
TERMS = re.findall(r"^\| (?!word )(.+?) \| (.+?) \| .+? \|$", PAGE, flags=re.MULTILINE)
NAMED = {name for row in TERMS for name in re.findall(r"`([^`]+)`", " ".join(row))}


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("tables", {table.name for table in TABLES}),
        ("outcomes", set(get_args(records.Outcome))),
        ("kinds of captures", set(get_args(records.CaptureKind))),
        ("kinds of entrances", set(get_args(records.EntranceKind))),
        ("kinds of articles", set(get_args(records.Kind))),
        ("access", set(get_args(records.Access))),
        ("ends of a run", set(get_args(records.RunOutcome))),
    ],
)
def test_every_name_is_a_term(what: str, names: set[str]) -> None:
    assert not names - NAMED, f"docs/terminology.md lacks {what}: say what each means, and which standard has the word"


def test_a_word_stands_once() -> None:
    words = [word for word, _ in TERMS]
    assert len(words) > 50
    assert len(set(words)) == len(words)
