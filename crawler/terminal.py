"""What a page says, made safe for a terminal, and the console that people look at."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from functools import partial

from rich.console import Console

#: Where output is no terminal, whoever shows progress prints a line this often, in seconds.
LINE_SECONDS = 10.0
# Cc: control and escape; Cf: bidirectional overrides and other invisible format characters; Cs, Co, Cn: not text.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Zero-width joiner and non-joiner shape Persian, Indic scripts and emoji; they move nothing.
_HARMLESS = frozenset("\u200c\u200d")


def clean(text: str, *, keep_newlines: bool = False) -> str:
    """``text`` without characters that could steer a terminal or reorder what it shows."""
    return "".join(
        character
        if character in _HARMLESS or unicodedata.category(character) not in _UNSAFE
        else ("\n" if keep_newlines and character == "\n" else " " if character in "\t\n\r" else "")
        for character in text
    )


def escaped(text: str) -> str:
    """``text``, which is JSON, with the characters that :func:`clean` takes out as JSON escapes; it means the same."""
    return "".join(
        character
        if character == "\n" or character in _HARMLESS or unicodedata.category(character) not in _UNSAFE
        else json.dumps(character)[1:-1]
        for character in text
    )


def say_on(console: Console) -> Callable[[str], None]:
    """What prints a line there and leaves it to the terminal where it breaks."""
    return partial(console.print, soft_wrap=True)


def console(*, stderr: bool = False) -> Console:
    """A console that prints plain text where it is no terminal, and never interprets markup in what it is given."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 120
    return Console(file=stream, stderr=False, markup=False, emoji=False, highlight=False, soft_wrap=False, width=width)
