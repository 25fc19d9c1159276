"""The layout of a page as the fields use it: its blocks and regions, with the cues that cannot be true voided."""

from __future__ import annotations

import itertools
from typing import Final

from lxml.html import HtmlElement

from pipelines import cues, walk
from pipelines.blocks import Block, Layout
from pipelines.normalise import spaceless

# A character of a script written without spaces carries about as much as three letters.
_SPACELESS_WEIGHT: Final = 3
# A page with less running text outside navigation and footer, in letters, is read whole. Articles have more, and so
# have the pages that list them.
_POOR: Final = 2_000
# No block speaks louder than so many characters of prose, and none of fewer than the least speaks at all.
_MOST: Final = 800
_LEAST: Final = 50
# A region that holds more than this share of the page's running text is the page, whatever its class says.
_GUARD = 0.35
# Readers may write more than the article has.
_GUARD_COMMENTS = 0.85
_HARMLESS = cues.BODY | cues.PARAGRAPH


def of(tree: HtmlElement) -> Layout:
    """The layout of the page that ``tree`` holds (its ``<body>``, or all of it where there is none).

    Navigation and the page's footer are left out, unless next to no running text is left without them: then they may
    hold the article, or all there is to tell what the page is.
    """
    body = next(tree.iterchildren("body"), None) if tree.tag == "html" else None
    root = tree if body is None else body
    found = walk.read(root, whole=False)
    found.prose = [prose(block) for block in found.blocks]
    if not found.whole and sum(found.prose) < _POOR:
        found = walk.read(root)
        found.prose = [prose(block) for block in found.blocks]
    guard(found)
    return found


def size(text: str) -> int:
    """The length of ``text`` in letters of an alphabet; a character of Chinese, Japanese, Thai … counts three."""
    return len(text) + (_SPACELESS_WEIGHT - 1) * spaceless(text)


def prose(block: Block) -> float:
    """How many characters of running text outside links a block holds; 0 for labels and for lists of links."""
    plain = len(block.text)
    if block.linked * 2 > plain or plain * _SPACELESS_WEIGHT < _LEAST:
        return 0.0
    length = size(block.text)
    return min(length, _MOST) * (1 - block.linked / plain) if length >= _LEAST else 0.0


def guard(layout: Layout) -> None:
    """Void the cues of each region that holds so much of the page's text that dropping it would drop the article."""
    sums = [0.0, *itertools.accumulate(layout.prose)]
    most = _GUARD * sums[-1]
    heavy = [region for region in layout.regions if sums[region.last] - sums[region.first] > most]
    void = [region for region in heavy if (region.cues | region.inherited) & ~_HARMLESS]
    if not void:
        return
    # The walk has passed every cue on; only below a void one that is to be done again.
    weighty = frozenset(region.index for region in heavy)
    for region in layout.regions[void[0].index :]:
        if region.parent >= 0:
            above = layout.regions[region.parent]
            region.inherited = above.inherited | above.cues
        if region.index in weighty:
            mass = sums[region.last] - sums[region.first]
            keep = _HARMLESS | (cues.COMMENTS if mass < _GUARD_COMMENTS * sums[-1] else 0)
            region.cues &= keep
            region.inherited &= keep
