"""One TOML table under a typed reader: every getter returns a sound value or raises a ConfigError that says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar

from crawler.config import units
from crawler.config.errors import ConfigError, suggestion
from crawler.config.keys import KEYS, Place, names
from crawler.config.values import BadValue

Value = TypeVar("Value")
Word = TypeVar("Word", bound=str)


class Table:
    """``values`` as tomllib gave them; ``place`` is the kind of table, ``label`` how errors call this one."""

    def __init__(self, values: Mapping[str, object], *, file: Path, place: Place, label: str) -> None:
        self.values = values
        self.file = file
        self.place = place
        self.label = label

    def error(self, key: str | None, problem: str, remedy: str) -> ConfigError:
        """A ConfigError at ``key`` of this table."""
        return ConfigError(file=self.file, table=self.label, key=key, problem=problem, remedy=remedy)

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """Raise for the first key that is not in ``known``, with the one that was probably meant."""
        for key in self.values:
            if key not in known:
                raise self.error(key, "there is no such key", self._meant(key, known))

    def _meant(self, key: str, known: tuple[str, ...]) -> str:
        if near := suggestion(key, known):
            return f"did you mean {near!r}?"
        elsewhere = next((other.table for other in KEYS if other.name == key and other.table), None)
        if elsewhere:
            return f"{key!r} belongs into {'[[source]]' if elsewhere == 'source' else f'[{elsewhere}]'}"
        return f"write one of {', '.join(known)}"

    def text(self, key: str, check: Callable[[str], str] = str) -> str | None:
        """A text that passes ``check``, or None where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong_type(key, value, "a text in quotes")
        return self._checked(key, check, value)

    def texts(self, key: str, check: Callable[[str], str] = str, *, one: bool = False) -> tuple[str, ...]:
        """A list of texts that each pass ``check``; with ``one`` a lone text will do; () where the key is absent."""
        value = self.values.get(key, [])
        if one and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self._wrong_type(key, value, "a list of texts in square brackets")
        items: list[str] = []
        for item in value:
            if not isinstance(item, str):
                self._wrong_type(key, item, "only texts in quotes inside the list")
            items.append(self._checked(key, check, item))
        return tuple(dict.fromkeys(items))

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number within ``low`` and ``high``."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(key, value, f"a whole number without quotes, such as {default}")
        if not low <= value <= high:
            raise self.error(key, f"{value} is out of range", f"write a number from {low} to {high}")
        return value

    def duration(self, key: str, default: float, *, above_zero: bool = False) -> float:
        """A duration in seconds."""
        return self._duration(key, self.values.get(key, default), above_zero=above_zero)

    def durations(self, key: str, default: tuple[float, ...] = ()) -> tuple[float, ...]:
        """A list of durations in seconds, in the order in which they stand; ``default`` where none is given."""
        if key not in self.values:
            return default
        value = self.values[key]
        if not isinstance(value, list):
            self._wrong_type(key, value, 'a list of durations, such as ["1h", "1d"]')
        return tuple(self._duration(key, item, above_zero=False) for item in value)

    def _duration(self, key: str, value: object, *, above_zero: bool) -> float:
        remedy = 'write a duration such as "30s", "15m", "6h" or "1d", or a number of seconds'
        try:
            seconds = units.duration(value)
        except ValueError:
            raise self.error(key, f"{shown(value)} is not a duration", remedy) from None
        if above_zero and seconds == 0:
            raise self.error(key, "a duration of nothing makes no sense here", remedy)
        return seconds

    def size(self, key: str, default: int, *, least: int = 1000) -> int:
        """A size in bytes, of ``least`` or more."""
        value = self.values.get(key, default)
        remedy = 'write a size such as "20 MB" or "1 GB", or a number of bytes'
        try:
            found = units.size(value)
        except ValueError:
            raise self.error(key, f"{shown(value)} is not a size", remedy) from None
        if found < least:
            raise self.error(key, f"{shown(value)} is too small", f"write {least:,} bytes or more".replace(",", " "))
        return found

    def truth(self, key: str) -> bool | None:
        """True or false, or None where the key is absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            self._wrong_type(key, value, "true or false, without quotes")
        return value

    def one_of(self, key: str, words: tuple[Word, ...]) -> Word | None:
        """One of ``words``, or None where the key is absent."""
        value = self.text(key)
        if value is None:
            return None
        for word in words:
            if value == word:
                return word
        raise self.error(key, f"{shown(value)} is none of its values", f"write one of {', '.join(map(repr, words))}")

    def day(self, key: str) -> dt.date | None:
        """A day, as TOML writes it, or None."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            self._wrong_type(key, value, f"a day without quotes, such as {key} = 2027-06-30")
        return value

    def labels(self, key: str) -> tuple[tuple[str, str], ...]:
        """A table of texts as pairs sorted by key."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self._wrong_type(key, value, 'a table such as { country = "DE" }')
        for name, label in value.items():
            if not isinstance(label, str):
                self._wrong_type(f"{key}.{name}", label, "a text in quotes")
        return tuple(sorted(value.items()))

    def numbers(self, key: str, highest: Mapping[str, float]) -> dict[str, float] | None:
        """A table of numbers from 0 to each one's highest, by name; None where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong_type(key, value, "a table such as { articles_per_day = 20, date = 0.95 }")
        for name, number in value.items():
            if name not in highest:
                near = suggestion(name, tuple(highest))
                meant = f"did you mean {near!r}?" if near else f"write one of {', '.join(highest)}"
                raise self.error(f"{key}.{name}", "there is no such key", meant)
            if isinstance(number, bool) or not isinstance(number, int | float):
                self._wrong_type(f"{key}.{name}", number, "a number without quotes")
            if not 0 <= number <= highest[name]:
                remedy = f"write a number from 0 to {highest[name]:g}"
                raise self.error(f"{key}.{name}", f"{number} is out of range", remedy)
        return {str(name): float(number) for name, number in value.items()}

    def _checked(self, key: str, check: Callable[[Value], Value], value: Value) -> Value:
        try:
            return check(value)
        except BadValue as bad:
            raise self.error(key, bad.problem, bad.remedy) from None

    def _wrong_type(self, key: str, value: object, wanted: str) -> NoReturn:
        raise self.error(key, f"{shown(value)} is {_kind(value)}", f"write {wanted}")


def keys_of(place: Place) -> tuple[str, ...]:
    """The keys that a table of this kind may hold, with the names of tables at the top."""
    return (*names(place), "archive", "crawl", "metrics", "source") if place == "" else names(place)


def shown(value: object) -> str:
    """A value as an error shows it: the way TOML writes it, cut to a readable length."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "this"
    else:
        text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _kind(value: object) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a truth value"),
        (str, "a text"),
        (int, "a whole number"),
        (float, "a number with a fraction"),
        (list, "a list"),
        (dict, "a table"),
        ((dt.datetime, dt.date, dt.time), "a date or time"),
    )
    return next(name for kind, name in kinds if isinstance(value, kind))
