"""Which part of a page holds the article: our own scorer over regions."""

from __future__ import annotations

import re
from typing import Final

from pipelines import cues
from pipelines.blocks import Block, Layout

# Regions that hold no article text, whatever stands in them.
OUTSIDE: Final = cues.COMMENTS | cues.NAVIGATION | cues.FOOTER | cues.CONSENT | cues.HIDDEN
# Regions that seldom do.
DOUBTFUL: Final = (
    cues.RELATED
    | cues.SHARE
    | cues.NEWSLETTER
    | cues.CAPTION
    | cues.BYLINE
    | cues.TAGS
    | cues.ADVERT
    | cues.ASIDE
    | cues.BIOGRAPHY
    | cues.PAYWALL
)
_SPACELESS = re.compile(r"[฀-໿က-႟ក-៿぀-ヿ㐀-鿿]")
# A character of a script written without spaces weighs as much as about three of an alphabet's.
_SPACELESS_WEIGHT = 3


def size(text: str) -> int:
    """The length of ``text`` in letters of an alphabet; a character of Chinese, Japanese, Thai … counts three."""
    if text.isascii():
        return len(text)
    return len(text) + (_SPACELESS_WEIGHT - 1) * len(_SPACELESS.findall(text))


def weight(block: Block) -> float:
    """How much a block speaks for being part of an article's text."""
    length = size(block.text)
    if length < 60 or block.linked * 2 > len(block.text):
        return 0.0
    value = min(length, 600) * (1 - block.linked / len(block.text))
    if block.tag in ("p", "blockquote"):
        value *= 1.5
    if block.cues & OUTSIDE:
        value *= 0.1
    elif block.cues & DOUBTFUL:
        value *= 0.4
    return value


def main_region(layout: Layout) -> int:
    """The index of the smallest region that holds most of the page's prose."""
    weights = [0.0]
    for block in layout.blocks:
        weights.append(weights[-1] + weight(block))
    masses = [weights[region.last] - weights[region.first] for region in layout.regions]
    children: dict[int, list[int]] = {}
    for region in layout.regions[1:]:
        children.setdefault(region.parent, []).append(region.index)
    here = 0
    while True:
        best = max(children.get(here, ()), key=masses.__getitem__, default=None)
        if best is None or masses[best] < 0.7 * masses[here] or layout.regions[best].tag in ("p", "li", "td"):
            return here
        here = best
