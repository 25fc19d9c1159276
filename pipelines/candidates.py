"""What a field may be, who says so, and which of them won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Generic[Value]):
    """One possible value of a field; ``source`` names its place on the page, ``raw`` is the text that stood there."""

    value: Value
    source: str
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Generic[Value]):
    """A field's candidates in order of trust and the winner among them (None where nothing was found).

    ``why`` says in a few words why it won (``first``, ``agrees with meta``, …); ``warnings`` are stable quality codes.
    """

    field: str
    winner: Candidate[Value] | None
    candidates: Sequence[Candidate[Value]] = ()
    why: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def value(self) -> Value | None:
        """The winner's value, or None."""
        return self.winner.value if self.winner else None
