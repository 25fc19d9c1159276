"""The words of a condition: names, signs, numbers, times, and texts in quotes; see :mod:`storage.export.conditions`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.errors import ArchiveError

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<time>\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?)?)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)


class BadCondition(ArchiveError):
    """A condition that cannot be understood; the message says where, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word of a condition: its kind (a group of the pattern, or ``end``), its text, and where it begins."""

    kind: str
    text: str
    at: int

    def is_word(self, word: str) -> bool:
        """Whether it is that keyword or sign, in any case."""
        return self.kind in ("name", "sign") and self.text.lower() == word


def tokens(text: str) -> list[Token]:
    """The words of ``text``, with an ``end`` behind them. Raises BadCondition where one cannot be read."""
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise BadCondition(
                f"the condition cannot be read from {text[at : at + 20]!r} on (character {at + 1}); "
                "write texts in quotes, as in title contains 'storm'"
            )
        found.append(Token(kind=match.lastgroup, text=match[match.lastgroup], at=match.start(match.lastgroup)))
        at = match.end()
    return [*found, Token(kind="end", text="", at=end)]


def unquoted(token: Token) -> str:
    """The text that stands in a token's quotes."""
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)
