"""Text that a page carries in its scripts' state instead of its markup: what a framework would draw from.

Frameworks that draw a page in the browser often ship the article with it, as HTML inside JSON inside a script or an
attribute. The paragraphs are found there without running anything: escapes are undone, and what stands between
``<p>`` and ``</p>`` is read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

import lxml.etree
import lxml.html

from pipelines.normalise import clean

# A script beyond this many characters is a bundle, not a state; no more than twice as many are read of one page.
LONGEST: Final = 4_000_000
# Far more than an article has; each costs a parser of its own.
MOST_PARAGRAPHS: Final = 5_000
LEAST_PARAGRAPHS: Final = 3
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN: Final = {"n": "\n", "t": " ", "r": " ", "b": " ", "f": " "}
_OPEN: Final = re.compile(r"<p(?:\s[^<>]{0,400})?>", re.IGNORECASE)
_CLOSE: Final = re.compile(r"</p>", re.IGNORECASE)
# A paragraph of more characters is markup that lost its end.
_LONGEST_PARAGRAPH: Final = 6_000
_ATTRIBUTES: Final = ("data-react-props", "data-props", "data-page", "data-state", "data-component-props")


def read(tree: lxml.html.HtmlElement) -> tuple[str, ...]:
    """The paragraphs of the one script or attribute of ``tree`` that holds most text in ``<p>``; empty where none."""
    best: tuple[str, ...] = ()
    characters, paragraphs = 2 * LONGEST, MOST_PARAGRAPHS
    for text in _states(tree):
        characters -= len(text)
        if characters < 0 or paragraphs <= 0:
            break
        found = _paragraphs(text, paragraphs)
        paragraphs -= len(found)
        if len(found) >= LEAST_PARAGRAPHS and sum(map(len, found)) > sum(map(len, best)):
            best = found
    return best


def _states(tree: lxml.html.HtmlElement) -> Iterator[str]:
    pushed: list[str] = []
    for script in tree.iter("script"):
        text = script.text
        if text and len(text) <= LONGEST and script.get("type") != "application/ld+json":
            # A streamed state comes in pieces, each pushed by a script of its own.
            if ".push(" in text[:60]:
                pushed.append(text)
            yield text
    yield "".join(pushed)[:LONGEST]
    for name in _ATTRIBUTES:
        for element in tree.iterfind(f".//*[@{name}]"):
            value = element.get(name) or ""
            if len(value) <= LONGEST:
                yield value


def _paragraphs(text: str, most: int) -> tuple[str, ...]:
    for _ in range(2):
        if "<p" in text or "\\" not in text:
            break
        text = _ESCAPE.sub(_character, text)
    if text.count("<p") < LEAST_PARAGRAPHS:
        return ()
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
    raw = dict.fromkeys(itertools.islice(_between(text), most))
    return tuple(dict.fromkeys(line for line in map(_flat, raw) if line))


def _between(text: str) -> Iterator[str]:
    """What stands between each ``</p>`` of ``text`` and the ``<p>`` next before it, in one pass."""
    start = 0
    for close in _CLOSE.finditer(text):
        opened = max(_OPEN.finditer(text, start, close.start()), key=re.Match.start, default=None)
        if opened is not None and 0 < close.start() - opened.end() <= _LONGEST_PARAGRAPH:
            yield text[opened.end() : close.start()]
        start = close.end()


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _PLAIN.get(match[2], match[2])


def _flat(markup: str) -> str:
    try:
        return clean(lxml.html.fragment_fromstring(markup, create_parent="div").text_content())
    except (lxml.etree.LxmlError, ValueError):
        return ""
