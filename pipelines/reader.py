"""The second opinion on a page's text: trafilatura, asked only where our own reading is poor.

This is the only module that imports trafilatura. On news pages our own reading is the better one and trafilatura's
costs as much as all the rest together; on pages of other kinds it often finds text that ours does not take for any.
"""

from __future__ import annotations

import copy

import lxml.html
from trafilatura import bare_extraction

from pipelines.normalise import clean

# An element count beyond which a second reading costs more than it can bring.
MOST_ELEMENTS = 20_000


def read(tree: lxml.html.HtmlElement) -> tuple[str, ...]:
    """The paragraphs that trafilatura's own extraction (mode ``fast``: no fallbacks) finds in ``tree``.

    ``tree`` is copied and stays as it is. Empty where nothing is found or where the page is too large to ask.
    """
    if sum(1 for _ in zip(tree.iter(), range(MOST_ELEMENTS + 1), strict=False)) > MOST_ELEMENTS:
        return ()
    try:
        found = bare_extraction(
            copy.deepcopy(tree), fast=True, with_metadata=False, include_comments=False, include_tables=True
        )
    except (ValueError, AttributeError, TypeError, RecursionError, lxml.etree.LxmlError):
        # A page that a library stumbles over gives no second opinion; the first one stands.
        return ()
    text = getattr(found, "text", None)
    if not isinstance(text, str):
        return ()
    lines = (clean(line.strip().removeprefix("- ")) for line in text.splitlines())
    return tuple(line for line in lines if line)
