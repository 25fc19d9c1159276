"""JSON as pages write it: in comments, several values in a row, with commas, quotes and backslashes astray."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from pipelines.normalise import unescape

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA[", "\ufeff")
_CLOSINGS = ("//-->", "-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_MISSING_COMMA = re.compile(r'(?<=["\]}])(?=\s{0,200}\n\s{0,200}")')
_STRAY_BACKSLASH = re.compile(r'\\(?!["\\/bfnrtu])')
_DECODER = json.JSONDecoder(strict=False)


def load(script: str) -> Iterator[tuple[Json, bool]]:
    """The values in a script and whether it had to be repaired; nothing where it cannot be read at all."""
    text = _unwrap(script)
    if not text:
        return
    value = _decode(text)
    if value is not None:
        yield value, False
        return
    several = _sequence(text)
    if several:
        yield from ((item, True) for item in several)
        return
    repaired = _MISSING_COMMA.sub(",", _TRAILING_COMMA.sub("", _STRAY_BACKSLASH.sub(r"\\\\", text)))
    for attempt in (repaired, unescape(repaired) if "&quot;" in repaired else "", _requote(repaired)):
        value = _decode(attempt) if attempt else None
        if value is not None:
            yield value, True
            return
    salvaged = _salvage(text)
    if salvaged:
        yield salvaged, True


def _unwrap(script: str) -> str:
    """``script`` without the comment or CDATA marks that old systems put around it."""
    text = script.strip()
    for _ in range(3):
        for mark in _OPENINGS:
            if text.startswith(mark):
                text = text[len(mark) :].lstrip()
        for mark in _CLOSINGS:
            if text.endswith(mark):
                text = text[: -len(mark)].rstrip()
    return text


def _decode(text: str) -> Json:
    try:
        value: Json = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value


def _sequence(text: str) -> list[Json]:
    """Values that stand one after the other (``{…}{…}``, ``{…},{…}``), or one followed by rubbish."""
    values: list[Json] = []
    position = 0
    while position < len(text) and len(values) < 100:
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _requote(text: str) -> str:
    """``text`` with quotes inside strings escaped: a quote ends a string only where punctuation of JSON follows."""
    out: list[str] = []
    inside = False
    previous = 0
    for match in _QUOTE.finditer(text):
        start, end = match.start(), match.end()
        if start and text[start - 1] == "\\" and inside:
            continue
        closes = _AFTER_STRING.match(text, end) is not None
        opens = _BEFORE_STRING.search(text, max(0, start - 60), start) is not None
        if not inside and opens:
            inside = True
        elif inside and closes:
            inside = False
        elif inside:
            out.append(text[previous:start] + '\\"')
            previous = end
    out.append(text[previous:])
    return "".join(out)


_QUOTE = re.compile('"')
_AFTER_STRING = re.compile(r"\s{0,50}(?:[:}\]]|,\s{0,200}[\"{\[\d}\]]|\Z)")
_BEFORE_STRING = re.compile(r"[{\[,:]\s{0,50}\Z")
_SALVAGE = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|@type|description|articleSection|inLanguage|url)"'
    r'\s{0,20}:\s{0,20}"((?:[^"\\\n]|\\.){1,1000})"'
)


def _salvage(text: str) -> dict[str, Json]:
    """The first plain string of each key that matters, from a script that nothing else could read."""
    out: dict[str, Json] = {}
    for match in _SALVAGE.finditer(text):
        value = _decode(f'"{match[2]}"')
        if match[1] not in out and isinstance(value, str):
            out[match[1]] = value
    return out if "@type" in out else {}
