"""Selectors of the configuration, CSS or XPath, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import cssselect
import lxml.etree
import lxml.html

Match: TypeAlias = lxml.html.HtmlElement | str
Selector: TypeAlias = Callable[[lxml.html.HtmlElement], list[Match]]

# XPath's functions that give a text; no CSS begins so.
_FUNCTION = re.compile(r"[a-z-]+\(")


class SelectorError(ValueError):
    """A selector that is neither CSS nor XPath; its text says what is wrong with it."""


def is_xpath(text: str) -> bool:
    """Whether ``text`` is read as XPath: it begins with ``/``, ``./``, ``(`` or a function such as ``string(``."""
    stripped = text.lstrip()
    return stripped.startswith(("/", "./", "(")) or _FUNCTION.match(stripped) is not None


def checked(text: str) -> lxml.etree.XPath:
    """``text`` compiled; raises :class:`SelectorError` with the reason where that cannot be done."""
    try:
        expression = text.strip() if is_xpath(text) else _TRANSLATOR.css_to_xpath(text, prefix="descendant-or-self::")
        return lxml.etree.XPath(expression, smart_strings=False)
    except (cssselect.SelectorError, lxml.etree.XPathError, ValueError) as error:
        raise SelectorError(f"{text!r} is no CSS selector and no XPath: {error}") from error


_TRANSLATOR = cssselect.HTMLTranslator()


@lru_cache(maxsize=1024)
def compile_selector(text: str) -> Selector | None:
    """``text`` as a function from a tree to what it finds there, or None where it cannot be compiled.

    That is elements, or texts where an XPath ends in ``@attribute`` or ``text()`` or is a function such as
    ``string()``; empty texts, numbers and truth values are nothing.

    The configuration refuses such a selector when it is read; one that comes from an old capture finds nothing.
    """
    try:
        expression = checked(text)
    except SelectorError:
        return None

    def select(tree: lxml.html.HtmlElement) -> list[Match]:
        try:
            found = expression(tree)
        except lxml.etree.XPathError:
            return []
        items = found if isinstance(found, list) else [found]
        return [
            item
            for item in items
            if isinstance(item, lxml.html.HtmlElement) or (isinstance(item, str) and item.strip())
        ]

    return select
