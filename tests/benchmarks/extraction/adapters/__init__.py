"""One module per extractor, each with `extract(html, url)` as the scoring program calls it.

An adapter runs in a virtual environment of its own, so it imports nothing but the extractor, the standard library and
`Answer`.
"""

from __future__ import annotations

from datetime import date
from typing import TypedDict


class Answer(TypedDict, total=False):
    """What an extractor says of one page. A field that it does not know of is left out."""

    title: str | None
    published: date | str | None
    """A datetime, a date, or either as an ISO 8601 string."""
    authors: list[str]
    bullets: list[str]
    """The key points printed above the body."""
    paragraphs: list[str]
    """The body in reading order, without the key points."""
