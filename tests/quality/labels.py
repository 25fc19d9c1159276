"""Which blocks of the saved pages belong to the article: what the weights of the two readings are fitted to.

The truth is a list of paragraphs, a text, snippets that must and must not stand in it, or, where a page has no truth,
the text that its own linked data states in full.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipelines.blocks import HEADINGS, Layout
from pipelines.features import words
from pipelines.layout import prose
from pipelines.stated_text import squeeze

# A stated text counts as the truth when paragraphs of the page cover so much of it.
COVERED = 0.85
# How much a page with a text, with a stated text and with snippets only weighs.
WHOLE, STATED, SNIPPETS = 1.0, 0.3, 0.4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Labels:
    """For each block whether it belongs (1) or not (0), and how sure that is (0: unknown)."""

    belongs: list[int]
    weights: list[float]

    def scaled(self, weight: float) -> Labels:
        """The same labels, so weighted that a page of many blocks counts little more than one of few."""
        total = max(sum(self.weights), 1.0) ** 0.5
        return Labels(self.belongs, [weight * one / total for one in self.weights])


def of(layout: Layout, expect: dict[str, Any], stated: str | None) -> Labels | None:
    """The labels of a page, or None where nothing is known of it."""
    if expect.get("paragraphs"):
        return _paragraphs(layout, expect).scaled(WHOLE)
    if "body" in expect:
        return _text(layout, expect["body"]).scaled(WHOLE)
    snippets = _snippets(layout, expect) if "with" in expect else None
    weak = _stated(layout, stated) if stated else None
    if weak is not None:
        if snippets is not None:
            for index, weight in enumerate(snippets.weights):
                if weight:
                    weak.belongs[index], weak.weights[index] = snippets.belongs[index], weight
        return weak.scaled(STATED)
    return snippets.scaled(SNIPPETS) if snippets is not None else None


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _WORD.findall(text)
    return (
        Counter(tuple(tokens[start : start + 4]) for start in range(max(1, len(tokens) - 3))) if tokens else Counter()
    )


def _share(text: str, whole: Counter[tuple[str, ...]]) -> float:
    own = _shingles(text)
    return sum((own & whole).values()) / max(1, sum(own.values()))


def _paragraphs(layout: Layout, expect: dict[str, Any]) -> Labels:
    bracketed = [text for text in expect["paragraphs"] if text[:1] == "[" and text[-1:] == "]"]
    plain = [text[1:-1] if text in bracketed else text for text in expect["paragraphs"]]
    optional = {words(text[1:-1]) for text in bracketed}
    true = {words(text) for text in plain}
    headings = {words(text) for text in expect.get("headings") or ()}
    whole = _shingles("\n".join(plain))
    labels = Labels([], [])
    for block in layout.blocks:
        key = words(block.text)
        share = _share(block.text, whole) if len(key) >= 4 else 0.0
        if key in optional:
            label, weight = 1, 0.0
        elif key in true:
            label, weight = 1, 1.0
        elif key in headings:
            label, weight = 1, 0.3
        elif share > 0.8:
            label, weight = 1, 0.5
        else:
            label, weight = 0, 0.1 if share > 0.3 else 1.0
        labels.belongs.append(label)
        labels.weights.append(weight)
    return labels


def _text(layout: Layout, body: str) -> Labels:
    whole = _shingles(body)
    lines = {words(line) for line in body.splitlines()}
    labels = Labels([], [])
    for block in layout.blocks:
        key = words(block.text)
        if len(key) < 4:
            labels.belongs.append(int(key in lines))
            labels.weights.append(0.2 if key else 0.0)
        else:
            labels.belongs.append(int(_share(block.text, whole) > 0.5))
            labels.weights.append(min(len(key), 60) / 25)
    return labels


def _snippets(layout: Layout, expect: dict[str, Any]) -> Labels:
    within = [" ".join(text.split()) for text in expect["with"]]
    without = [" ".join(text.split()) for text in expect["without"]]
    labels = Labels([], [])
    for block in layout.blocks:
        good = any(text in block.text for text in within)
        bad = not good and any(text in block.text for text in without)
        labels.belongs.append(int(good))
        labels.weights.append(2.0 if good or bad else 0.0)
    return labels


def _stated(layout: Layout, stated: str) -> Labels | None:
    whole = squeeze(stated)
    labels = Labels([], [])
    covered = paragraphs = 0
    for block in layout.blocks:
        key = squeeze(block.text)
        inside = key in whole
        if inside and len(block.text) > 40:
            covered += len(key)
            paragraphs += prose(block) > 0
        if len(key) < 25 and (inside or block.tag in HEADINGS):
            labels.belongs.append(0)
            labels.weights.append(0.0)
        else:
            labels.belongs.append(int(inside))
            labels.weights.append(1.0 if len(key) >= 25 else 0.5)
    return labels if paragraphs >= 3 and covered >= COVERED * len(whole) else None


def longest_stated(texts: list[str | None]) -> str | None:
    """The text that a page's linked data states, unless it is short or breaks off."""
    text = max((text or "" for text in texts), key=len, default="")
    return text if len(text) > 600 and "..." not in text[-6:] else None


def pairs(labels: Labels) -> list[tuple[int, float]]:
    """Label and weight of every block."""
    return list(itertools.zip_longest(labels.belongs, labels.weights))
