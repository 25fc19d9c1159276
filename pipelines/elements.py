"""The elements that several fields look at, by their tags, found in one walk of the tree."""

from __future__ import annotations

from dataclasses import dataclass, field

import lxml.html

# More than any honest page has, and than any reader of these lists looks at; a hostile page stops costing here.
MAX_STATING = 5_000
MAX_MARKED = 64
_STATING = ("meta", "link", "script", "title")
_MARKED = ("h1", "h2", "time", "figcaption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """A page's elements in document order.

    ``stating`` are the first ``MAX_STATING`` of those in which it speaks of itself (``meta``, ``link``, ``script``,
    ``title``); ``headings``, ``subheadings``, ``times`` and ``captions`` the first ``MAX_MARKED`` each of its ``h1``,
    ``h2``, ``time`` and ``figcaption``.
    """

    stating: list[lxml.html.HtmlElement] = field(default_factory=list)
    headings: list[lxml.html.HtmlElement] = field(default_factory=list)
    subheadings: list[lxml.html.HtmlElement] = field(default_factory=list)
    times: list[lxml.html.HtmlElement] = field(default_factory=list)
    captions: list[lxml.html.HtmlElement] = field(default_factory=list)


def find(tree: lxml.html.HtmlElement) -> Elements:
    """The elements of ``tree``, which must not be changed as long as they are used."""
    found = Elements()
    marked = dict(zip(_MARKED, (found.headings, found.subheadings, found.times, found.captions), strict=True))
    for element in tree.iter(*_STATING, *_MARKED):
        elements = marked.get(element.tag)
        if elements is None:
            if len(found.stating) < MAX_STATING:
                found.stating.append(element)
        elif len(elements) < MAX_MARKED:
            elements.append(element)
    return found
