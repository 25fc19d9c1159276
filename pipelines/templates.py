"""Whether a site's pages are made by another template than before: what their markup has in common, then and now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipelines import document
from storage.records import Page

_DIGITS = re.compile(r"\d+")
# What most pages of a site have; two templates share less of it than this, pages of one nearly all.
_MOST, _SHARED = 0.5, 0.6
_LEAST = 2


def skeleton(page: Page) -> frozenset[str]:
    """The kinds of elements that ``page`` is built of, each with its classes and id; numbers in them do not count.

    Empty where it cannot be parsed.
    """
    found = document.read(page)
    if not isinstance(found, document.Document):
        return frozenset()
    parts: set[str] = set()
    for element in found.tree.iter("*"):
        names = f"{element.get('class') or ''} #{element.get('id') or ''}".strip(" #")
        if names and isinstance(element.tag, str):
            parts.update(f"{element.tag}.{_DIGITS.sub('0', name)}" for name in names.split())
    return frozenset(parts)


def changed(before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]) -> bool | None:
    """Whether ``after`` are skeletons of another template than ``before``; None where there are too few to tell."""
    old, new = [one for one in before if one], [one for one in after if one]
    if len(old) < _LEAST or len(new) < _LEAST:
        return None
    usual, present = _common(old), _common(new)
    return len(usual & present) < _SHARED * len(usual | present)


def _common(skeletons: Iterable[frozenset[str]]) -> frozenset[str]:
    """What at least half of them have."""
    listed = list(skeletons)
    counts = Counter(part for one in listed for part in one)
    return frozenset(part for part, count in counts.items() if count >= _MOST * len(listed))
