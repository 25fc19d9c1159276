"""Why a block of text was left out of the body, in words that people know.

The two readings weigh a hundred features; a reader wants to hear which kind of thing the block was taken for. So the
features that stand for a kind are summed by that kind, and the kind that spoke loudest against the block is named.
Sizes, shares and the first reading's own answer are no reasons; where only they spoke, the probability is told.
"""

from __future__ import annotations

from typing import Final

from pipelines.features import Features
from pipelines.weights import FIRST, SECOND

# Kinds by the last words of a feature's name: ``own.caption``, ``in.caption``, ``word.caption.short`` and so on.
_KINDS: Final = {
    "advert": "advertisement",
    "aside": "sidebar",
    "biography": "author's biography",
    "box": "fact box",
    "bullets": "key points",
    "byline": "byline",
    "caption": "caption",
    "comments": "comments",
    "consent": "cookie notice",
    "date": "date line",
    "embed": "embedded post",
    "footer": "page footer",
    "form": "form",
    "header": "page header",
    "headline": "headline",
    "hidden": "hidden text",
    "image": "caption",
    "label": "short label",
    "link": "links",
    "media": "gallery or player",
    "nav": "navigation",
    "navigation": "navigation",
    "newsletter": "newsletter",
    "note": "note",
    "overlay": "overlay",
    "paywall": "offer to subscribe",
    "related": "related links",
    "share": "share buttons",
    "standfirst": "standfirst",
    "tags": "tags",
}
_PREFIXES: Final = ("own", "in", "word", "lead", "box", "previous")
# Kinds by the whole name of a feature.
_NAMES: Final = {
    "after": "below the text",
    "after.far": "below the text",
    "all_link.short": "links",
    "article.out": "not in the text that the linked data states",
    "at": "e-mail or account",
    "box.links": "links",
    "box.word.newsletter": "newsletter",
    "copyright": "copyright line",
    "date": "date line",
    "description.like": "standfirst",
    "description.same": "standfirst",
    "description.like.out": "standfirst",
    "description.same.out": "standfirst",
    "half_link.long": "links",
    "half_link.short": "links",
    "headline.above": "above the headline",
    "known": "stands in another field",
    "label": "links",
    "linked": "links",
    "many_links": "links",
    "repeated": "stands there more than once",
    "tag.address": "byline",
    "tag.figcaption": "caption",
    "tag.footer": "page footer",
    "tag.form": "form",
    "tag.h1": "headline",
    "tag.header": "page header",
    "tag.nav": "navigation",
    "title.like": "headline",
    "title.same": "headline",
}
_OUTSIDE: Final = "outside the article"
# How much of the first reading's weights arrives in the second: its weight for the first one's answer.
_PASSED_ON: Final = SECOND["logit"] / 5
# A kind that spoke no louder against the block than this decided nothing.
_LOUD: Final = -0.4


def _kind(name: str) -> str | None:
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith("outside."):
        return _OUTSIDE
    prefix, _, rest = name.partition(".")
    return _KINDS.get(rest.removesuffix(".short").rpartition(".")[2]) if prefix in _PREFIXES else None


def _weights() -> dict[str, tuple[str, float]]:
    found = {}
    for name in {**FIRST, **SECOND}:
        kind = _kind(name)
        if kind is not None:
            found[name] = (kind, FIRST.get(name, 0.0) * _PASSED_ON + SECOND.get(name, 0.0))
    return found


_WEIGHTS: Final = _weights()


def of(look: Features, chance: float) -> str:
    """What a block with these features was taken for; ``chance`` is the probability that it was given."""
    spoken: dict[str, float] = {}
    get = _WEIGHTS.get
    for name, value in look.items():
        if (weight := get(name)) is not None:
            spoken[weight[0]] = spoken.get(weight[0], 0.0) + weight[1] * value
    loudest = min(spoken, key=spoken.__getitem__, default=None)
    if loudest is not None and spoken[loudest] < _LOUD:
        return loudest
    return f"weighed unlikely (p={chance:.2f})"
