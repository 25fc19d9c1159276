"""Conditions on rows as people write them, ``word_count > 300 and tags contains 'storm'``, as Arrow expressions.

::

    condition   = term {"or" term}
    term        = factor {"and" factor}
    factor      = {"not"} (test | "(" condition ")")
    test        = operand ("=" | "!=" | "<" | "<=" | ">" | ">=") value
                | operand ["not"] "in" "(" value {"," value} ")"
                | column  ["not"] "contains" text
                | column  ["not"] "matches" text
                | column  "is" ["not"] "null"
    operand     = column | "count" "(" list-column ")" | "length" "(" text-column ")"
    value       = text in ' or " (doubled inside) | number | YYYY-MM-DD | instant in ISO 8601

As in SQL, a comparison with an unknown value holds as little as its opposite. ``contains`` ignores case in a text and
asks a list for that very element; ``matches`` takes a regular expression (RE2, whose time is linear in the text).
Nothing is evaluated but this grammar: a condition can name columns and constants and do nothing else.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.export.tokens import BadCondition, Token, tokens, unquoted

# Conditions are typed by people; longer ones exhaust Python's stack before they mean anything.
MAX_LENGTH = 10_000
MAX_DEPTH = 50
_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "contains", "matches"})
_COMPARISONS = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SEPARATOR = "\x1f"


class UnknownColumn(BadCondition):
    """The condition names a ``column`` that there is not."""

    def __init__(self, said: str, *, column: str) -> None:
        super().__init__(said)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operand:
    """What is compared: the expression, the type of its values, how it is written, whether it may be unknown."""

    value: pc.Expression
    kind: pa.DataType
    name: str


def condition(text: str, schema: pa.Schema) -> pc.Expression:
    """The Arrow expression for ``text`` over a table of ``schema``.

    Raises:
        BadCondition: it is no condition, or names a column that there is not, or compares what cannot be compared.
    """
    if len(text) > MAX_LENGTH:
        raise BadCondition(f"the condition has {len(text):,} characters; write at most {MAX_LENGTH:,}")
    return _Parser(text, schema).whole()


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str, schema: pa.Schema) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._schema = schema
        self._depth = 0

    def whole(self) -> pc.Expression:
        """The whole condition."""
        if self._peek().kind == "end":
            raise BadCondition("the condition is empty; write one such as word_count > 300")
        found = self._either()
        if self._peek().kind != "end":
            raise self._unexpected("and, or, or the end")
        return found

    def _either(self) -> pc.Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadCondition(f"the condition is nested deeper than {MAX_DEPTH} brackets")
        found = self._both()
        while self._take("or"):
            found = found | self._both()
        self._depth -= 1
        return found

    def _both(self) -> pc.Expression:
        found = self._factor()
        while self._take("and"):
            found = found & self._factor()
        return found

    def _factor(self) -> pc.Expression:
        turned = False
        while self._take("not"):
            turned = not turned
        if self._take("("):
            found = self._either()
            self._expect(")")
        else:
            found = self._test()
        return ~found if turned else found

    def _test(self) -> pc.Expression:
        operand = self._operand()
        token = self._advance()
        if token.text in _COMPARISONS:
            return self._compared(operand, _COMPARISONS[token.text])
        if token.is_word("is"):
            return ~self._null(operand) if self._take("not") else self._null(operand)
        turned = token.is_word("not")
        if turned:
            token = self._advance()
        found = self._worded(operand, token)
        return ~found if turned else found

    def _null(self, operand: _Operand) -> pc.Expression:
        self._expect("null")
        return operand.value.is_null()

    def _worded(self, operand: _Operand, token: Token) -> pc.Expression:
        if token.is_word("in"):
            self._expect("(")
            values = [self._value(operand)]
            while self._take(","):
                values.append(self._value(operand))
            self._expect(")")
            # Arrow's is_in says false of what is unknown, whose opposite would hold; a comparison says unknown.
            return operand.value.isin(pa.array(values, operand.kind)) | (
                operand.value == pa.scalar(values[0], operand.kind)
            )
        if token.is_word("contains"):
            wanted = self._text("contains")
            if pa.types.is_list(operand.kind):
                return _holds(operand, wanted)
            self._must_be_text(operand, "contains")
            return pc.match_substring(operand.value, wanted, ignore_case=True)
        if token.is_word("matches"):
            self._must_be_text(operand, "matches")
            return pc.match_substring_regex(operand.value, self._pattern())
        raise self._unexpected(f"=, <, >, in, contains, matches or is null after {operand.name}", token)

    def _operand(self) -> _Operand:
        token = self._advance()
        if token.kind != "name" or token.text.lower() in _WORDS:
            raise self._unexpected("a column's name", token)
        if token.text in ("count", "length") and self._take("("):
            inner = self._column(self._advance())
            self._expect(")")
            written = f"{token.text}({inner.name})"
            if token.text == "count" and pa.types.is_list(inner.kind):
                return _Operand(value=pc.list_value_length(inner.value), kind=pa.int32(), name=written)
            if token.text == "length" and pa.types.is_string(inner.kind):
                return _Operand(value=pc.utf8_length(inner.value), kind=pa.int32(), name=written)
            wanted = "a list, such as bullets" if token.text == "count" else "a text, such as body"
            raise BadCondition(f"{written}: {inner.name} is {_told(inner.kind)}; {token.text}(…) takes {wanted}")
        return self._column(token)

    def _column(self, token: Token) -> _Operand:
        if token.text not in self._schema.names:
            near = difflib.get_close_matches(token.text, self._schema.names, n=1)
            there = f"did you mean {near[0]}?" if near else f"there are: {', '.join(self._schema.names)}"
            quoted = "; texts stand in quotes" if token.kind != "name" else ""
            said = f"there is no column {token.text!r} (character {token.at + 1}); {there}{quoted}"
            raise UnknownColumn(said, column=token.text)
        return _Operand(value=pc.field(token.text), kind=self._schema.field(token.text).type, name=token.text)

    def _compared(self, operand: _Operand, sign: str) -> pc.Expression:
        if pa.types.is_list(operand.kind):
            raise BadCondition(
                f"{operand.name} is a list; write {operand.name} contains 'element', or count({operand.name}) > 0"
            )
        value = pa.scalar(self._value(operand), operand.kind)
        match sign:
            case "==":
                return operand.value == value
            case "!=":
                return operand.value != value
            case "<":
                return operand.value < value
            case "<=":
                return operand.value <= value
            case ">":
                return operand.value > value
            case _:
                return operand.value >= value

    def _value(self, operand: _Operand) -> str | int | dt.date | dt.datetime:
        token, kind = self._advance(), operand.kind
        text = unquoted(token) if token.kind == "text" else token.text
        if pa.types.is_list(kind):
            raise BadCondition(f"{operand.name} is a list; write {operand.name} contains 'element'")
        try:
            if pa.types.is_string(kind) and token.kind == "text":
                return text
            if pa.types.is_integer(kind) and token.kind == "number":
                number = int(text)
                pa.scalar(number, kind)
                return number
            if pa.types.is_date(kind) and token.kind in ("text", "time"):
                return dt.date.fromisoformat(text)
            if pa.types.is_timestamp(kind) and token.kind in ("text", "time"):
                instant = dt.datetime.fromisoformat(text)
                return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
        raise BadCondition(
            f"{operand.name} is {_told(kind)}, and {token.text or 'the end'} (character {token.at + 1}) is none; "
            f"write {operand.name} = {_EXAMPLES.get(_told(kind), '0')}"
        )

    def _text(self, word: str) -> str:
        token = self._advance()
        if token.kind != "text" or not unquoted(token):
            raise self._unexpected(f"a text in quotes after {word}", token)
        return unquoted(token)

    def _pattern(self) -> str:
        pattern = self._text("matches")
        try:
            pc.match_substring_regex(pa.array([""]), pattern)
        except pa.ArrowInvalid as error:
            raise BadCondition(f"{pattern!r} is no regular expression: {error!s:.200}") from None
        return pattern

    def _must_be_text(self, operand: _Operand, word: str) -> None:
        if not pa.types.is_string(operand.kind):
            raise BadCondition(
                f"{operand.name} is {_told(operand.kind)}; {word} takes a text, such as title {word} 'x'"
            )

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _take(self, word: str) -> bool:
        if not self._peek().is_word(word):
            return False
        self._next += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(word)

    def _unexpected(self, wanted: str, token: Token | None = None) -> BadCondition:
        token = token or self._peek()
        met = f"{token.text} (character {token.at + 1})" if token.text else "its end"
        return BadCondition(f"the condition has {met} where it needs {wanted}")


_EXAMPLES = {"a text": "'text'", "a number": "300", "a day": "2026-11-22", "an instant": "2026-11-22T08:00Z"}


def _told(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "a list"
    if pa.types.is_date(kind):
        return "a day"
    if pa.types.is_timestamp(kind):
        return "an instant"
    return "a number" if pa.types.is_integer(kind) else "a text"


def _holds(operand: _Operand, wanted: str) -> pc.Expression:
    """Whether a list holds an element: Arrow has no such function, so its elements are joined and looked through."""
    edge = pc.scalar(_SEPARATOR)
    joined = pc.binary_join(operand.value.cast(pa.list_(pa.string())), _SEPARATOR)
    return pc.match_substring(
        pc.binary_join_element_wise(edge, joined, edge, pc.scalar("")),
        f"{_SEPARATOR}{wanted}{_SEPARATOR}",
    )
