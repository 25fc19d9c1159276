"""Codes are listed, explained, and documented; none is used that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines import codes

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@pytest.mark.parametrize("table", [codes.WARNINGS, codes.REASONS], ids=["warnings", "reasons"])
def test_codes_are_words_with_a_sentence(table: dict[str, str]) -> None:
    assert table
    for code, sentence in table.items():
        assert CODE.fullmatch(code), code
        assert sentence[:1].isupper(), code
        assert sentence.endswith("."), code


def test_no_code_is_both() -> None:
    assert not codes.WARNINGS.keys() & codes.REASONS.keys()


def test_every_code_is_given_by_some_module() -> None:
    rooms = (ROOT / "pipelines", ROOT / "storage")
    modules = [module for room in rooms for module in room.rglob("*.py") if module.name != "codes.py"]
    text = "\n".join(module.read_text(encoding="utf-8") for module in modules)
    assert [code for code in (*codes.WARNINGS, *codes.REASONS) if not re.search(rf'"{code}[":]', text)] == []


def test_every_code_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert [code for code in (*codes.WARNINGS, *codes.REASONS) if f"`{code}`" not in page] == []


def test_a_parameter_does_not_hide_a_code() -> None:
    assert codes.known("selector_unmatched:title")
    assert not codes.known("made_up:title")
