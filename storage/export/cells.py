"""Rows as text: a value for JSON, and a cell for CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | dt.date | dt.datetime | list[Value] | dict[str, Value] | None"

# What a spreadsheet may take for the begin of a formula, by OWASP's list ("CSV Injection"), also in full width. A text
# that begins with apostrophes and then such a character gets one more, so that taking one away gives every text back.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def plain(value: object) -> str:
    """A day or an instant as JSON holds it: ISO 8601."""
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def line(record: dict[str, Value]) -> str:
    """One object of JSON lines, with its line's end."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=plain) + "\n"


def cell(value: Value) -> str:
    """A cell: nothing for what is unknown, lists and truth as JSON, a text that looks like a formula behind a quote."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def text(cell: str) -> str:
    """The text that :func:`cell` made ``cell`` of."""
    return cell[1:] if _DEFUSED.match(cell) else cell
