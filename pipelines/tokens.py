"""The words of a text, cut apart without a regular expression where that is possible.

A word is what ``\\w+`` matches: letters, digits and underscores in a row. Looking for it costs ``re`` some 50 ns a
character; where a text is in ASCII, a table of bytes and ``split`` find the same words in a third of that and less
(CPython 3.11, measured on the blocks of saved news pages).
"""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"\w+")
_SPACED: Final = bytes(code if code < 128 and (chr(code).isalnum() or code == 0x5F) else 0x20 for code in range(256))


def split(text: str) -> list[str]:
    """The words of ``text`` in their order."""
    return text.encode().translate(_SPACED).decode().split() if text.isascii() else _WORD.findall(text)


def joined(text: str) -> str:
    """The words of ``text`` with nothing between them."""
    return "".join(split(text))


def count(text: str) -> int:
    """How many words ``text`` has."""
    return len(text.encode().translate(_SPACED).split()) if text.isascii() else len(_WORD.findall(text))
