"""The operator's mistakes: one exception that names file, table and key, what is wrong and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path


class ConfigError(Exception):
    """A mistake in the configuration.

    ``table`` is ``""`` for the file itself, else ``archive``, ``crawl`` or ``source 'NAME'``; ``key`` is ``None`` where
    the mistake is the whole table's or file's. ``problem`` says what is wrong, ``remedy`` what to write instead; both
    are clauses without a full stop. ``str()`` is the one sentence that a person reads.
    """

    def __init__(self, *, file: Path, table: str = "", key: str | None = None, problem: str, remedy: str) -> None:
        super().__init__(file, table, key, problem, remedy)
        self.file = file
        self.table = table
        self.key = key
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[Callable[..., ConfigError], tuple[()]]:
        problem, remedy = self.problem, self.remedy
        return partial(ConfigError, file=self.file, table=self.table, key=self.key, problem=problem, remedy=remedy), ()

    def __str__(self) -> str:
        place = " ".join(part for part in (_heading(self.table), self.key) if part)
        where = f"{self.file}, {place}" if place else str(self.file)
        return f"{where}: {self.problem}; {self.remedy}"


def _heading(table: str) -> str:
    """``crawl`` as ``[crawl]``, ``source 'a'`` as ``[[source]] 'a'``."""
    if not table:
        return ""
    name, _, rest = table.partition(" ")
    return f"[[source]] {rest}".rstrip() if name == "source" else f"[{table}]"


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was most likely meant to be, or None."""
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), None)
