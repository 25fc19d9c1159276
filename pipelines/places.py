"""What a block shows in its place: the second look, once the region that holds the article is known.

In or outside that region, like or unlike the paragraphs there, in which box and between which neighbours.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from typing import Final

from pipelines import phrases
from pipelines.blocks import HEADINGS, Block, Layout
from pipelines.features import Features, Known, signature
from pipelines.stated_text import StatedText

# Blocks on either side of the region that are looked at too: an article may begin or end outside.
_MARGIN: Final = 25
_NEIGHBOURS: Final[tuple[tuple[int, str, str, str, str, str], ...]] = (
    (-1, "previous.none", "previous.chance", "previous.heading", "previous.sibling", "previous.media"),
    (1, "next.none", "next.chance", "next.heading", "next.sibling", "next.media"),
    (-2, "previous2.none", "previous2.chance", "previous2.heading", "previous2.sibling", "previous2.media"),
    (2, "next2.none", "next2.chance", "next2.heading", "next2.sibling", "next2.media"),
)
_SHARES: Final = (0.05, 0.2, 0.5)
_SHARE_NAMES: Final = ("share<.05", "share<.2", "share<.5", "share>.5")
# Markup that carries this share of the region's text is that of its paragraphs.
_PARAGRAPHS: Final = 0.2
# A region of so many characters hardly leaves paragraphs outside.
_FULL: Final = 1500
# Notices as the first look names them, and as they are named where they stand in the block before or head the box.
_NOTICES: Final = frozenset(name + length for name in phrases.KINDS for length in ("", ".short"))
_PREVIOUS: Final = {name: f"previous.{name}" for name in _NOTICES}
_HEAD: Final = {name: f"box.{name}" for name in _NOTICES}
# A block that the first reading gives less, in and outside the region, is not read again: of 64,000 with less on the
# development half of the saved pages, the second reading kept none that is neither a heading nor a link in the region.
_HOPELESS: Final = 0.02
_HOPELESS_OUTSIDE: Final = 0.05


def scope(layout: Layout, main: int) -> tuple[int, int]:
    """The half-open range of blocks that are read twice: those of region ``main`` and some on either side."""
    region = layout.regions[main]
    return max(0, region.first - _MARGIN), min(len(layout.blocks), region.last + _MARGIN)


def second_look(
    layout: Layout, about: Known, looks: list[Features], chances: list[float], main: int
) -> dict[int, Features]:
    """The features of the blocks of :func:`scope` by their index, from the first ``looks`` and the first reading's
    ``chances``; blocks that the first reading leaves no hope are left out.
    """
    scene = _Scene(layout, about, looks, chances, main)
    return {block.index: scene.look(block) for block in layout.blocks[scene.start : scene.end] if scene.hopeful(block)}


class _Scene:
    """What the blocks of one page are compared with."""

    def __init__(self, layout: Layout, about: Known, looks: list[Features], chances: list[float], main: int) -> None:
        self.layout, self.looks, self.chances = layout, looks, chances
        self.centre = layout.regions[main]
        self.start, self.end = scope(layout, main)
        blocks, regions = layout.blocks, layout.regions
        masses = [mass * chance for mass, chance in zip(layout.prose, chances, strict=True)]
        self.sums = [0.0, *itertools.accumulate(masses)]
        self.chars = [0, *itertools.accumulate(len(block.text) for block in blocks)]
        self.links = [0, *itertools.accumulate(block.linked for block in blocks)]
        self.hopes = [0.0, *itertools.accumulate(chances)]
        inside = blocks[self.centre.first : self.centre.last]
        self.by_mark: dict[tuple[str, str, str, str], int] = {}
        by_parent: dict[int, int] = {}
        for block in inside:
            mark, parent, mass = signature(layout, block), regions[block.region].parent, int(masses[block.index])
            self.by_mark[mark] = self.by_mark.get(mark, 0) + mass
            by_parent[parent] = by_parent.get(parent, 0) + mass
        self.total = sum(masses[self.centre.first : self.centre.last]) or 1.0
        self.home = max(max(by_parent, key=by_parent.__getitem__), 0) if by_parent else main
        self.spine = set()
        here = self.home
        while here >= 0:
            self.spine.add(here)
            here = regions[here].parent
        strong = [
            block
            for block in inside
            if masses[block.index] > 40 and self.by_mark[signature(layout, block)] > _PARAGRAPHS * self.total
        ]
        self.first = strong[0].index if strong else self.centre.first
        self.last = strong[-1].index if strong else self.centre.last - 1
        self.stated = {block.index: about.article.holds(block.text) for block in strong} if about.article else {}
        # The text that the page states is that of the paragraphs found, not a fragment or another text.
        self.article = about.article if sum(self.stated.values()) * 2 > len(strong) else StatedText()
        self.outside = {
            "before": sum(chance > 0.5 for chance in chances[self.start : self.centre.first]),
            "after": sum(chance > 0.5 for chance in chances[self.centre.last : self.end]),
        }
        self.boxes: dict[int, Features] = {}

    def hopeful(self, block: Block) -> bool:
        """Whether ``block`` may turn out to be part of the body."""
        chance = self.chances[block.index]
        if not self.centre.first <= block.index < self.centre.last:
            return chance >= _HOPELESS_OUTSIDE
        return chance >= _HOPELESS or block.tag in HEADINGS or "label" in self.looks[block.index]

    def look(self, block: Block) -> Features:
        """The features of ``block``."""
        index = block.index
        chance = self.chances[index]
        features = dict(self.looks[index])
        features["chance"] = chance
        features["logit"] = max(-1.0, min(1.0, math.log((chance + 0.001) / (1.001 - chance)) / 5))
        share = self.by_mark.get(signature(self.layout, block), 0) / self.total
        features["share"] = share
        features[_SHARE_NAMES[bisect_right(_SHARES, share)]] = 1
        if block.region not in self.boxes:
            self.boxes[block.region] = self._box(block.region)
        features.update(self.boxes[block.region])
        self._position(block, features)
        self._neighbours(block, features)
        for name in ("description.same", "description.like", "title.like"):
            if name in features:
                features[f"{name}.in" if share > 0.3 else f"{name}.out"] = 1
        if self.article and len(block.text) > 30:
            stated = self.stated.get(index)
            inside = self.article.holds(block.text) if stated is None else stated
            features["article.in" if inside else "article.out"] = 1
        return features

    def _position(self, block: Block, features: Features) -> None:
        index = block.index
        if not self.centre.first <= index < self.centre.last:
            side = "before" if index < self.centre.first else "after"
            kind = "p" if block.tag == "p" else "heading" if block.tag in HEADINGS else "other"
            count = self.outside[side]
            features[f"outside.{side}"] = features[f"outside.{side}.{kind}"] = 1
            features[f"outside.{side}.{'one' if count < 2 else 'two' if count < 3 else 'many'}"] = 1
            if self.total > _FULL:
                features[f"outside.{side}.full"] = 1
        if index < self.first:
            features["before"] = 1
            features["before.far" if self.first - index > 6 else "before.near"] = 1
        elif index > self.last:
            features["after"] = 1
            features["after.far" if index - self.last > 6 else "after.near"] = 1
        elif index == self.first:
            features["opening"] = 1
        elif self.last - self.first > 6 and self.last - index < 3:
            features["ending"] = 1

    def _neighbours(self, block: Block, features: Features) -> None:
        index, start, end = block.index, self.start, self.end
        blocks, regions, chances = self.layout.blocks, self.layout.regions, self.chances
        mine = block.region
        parent = regions[mine].parent
        for offset, none, chance, heading, sibling, media in _NEIGHBOURS:
            other = index + offset
            if not start <= other < end:
                features[none] = 1
                continue
            beside = blocks[other]
            features[chance] = chances[other]
            if beside.tag in HEADINGS:
                features[heading] = 1
            if beside.region == mine or regions[beside.region].parent == parent:
                features[sibling] = 1
            if beside.media:
                features[media] = 1
        if index > start:
            for notice in _NOTICES.intersection(self.looks[index - 1]):
                features[_PREVIOUS[notice]] = 1
        if block.tag in HEADINGS or "emphasis.short" in features:
            follow = chances[index + 1] if index + 1 < end else 0.0
            features["label.good" if follow > 0.5 else "label.bad"] = 1

    def _box(self, index: int) -> Features:
        """How far a region stands from where most paragraphs are, and what the largest box around it holds apart."""
        regions, blocks = self.layout.regions, self.layout.blocks
        own = regions[index]
        box, here, down = -1, index, 0
        while here not in self.spine:
            box, here = here, regions[here].parent
            down += 1
        up, there = 0, self.home
        while there != here and up < 3:
            up += 1
            there = regions[there].parent
        features: Features = {f"down{min(down, 4)}": 1, f"up{up}": 1}
        if self.home in (own.parent, index):
            features["home"] = 1
        if box >= 0:
            region = regions[box]
            first, last = region.first, region.last
            features["box.mass"] = min((self.sums[last] - self.sums[first]) / self.total, 1.0)
            features["box.links"] = (self.links[last] - self.links[first]) / max(
                self.chars[last] - self.chars[first], 1
            )
            features["box.chance"] = (self.hopes[last] - self.hopes[first]) / max(last - first, 1)
            if last - first == 1:
                features["box.single"] = 1
            else:
                if blocks[first].tag in HEADINGS:
                    features["box.headed"] = 1
                for notice in _NOTICES.intersection(self.looks[first]):
                    features[_HEAD[notice]] = 1
            if region.media:
                features["box.media"] = 1
            if region.controls:
                features["box.controls"] = 1
            if region.tag != own.tag:
                features[f"box.{region.tag}"] = 1
        if own.parent >= 0:
            above = regions[own.parent]
            held = self.chars[above.last] - self.chars[above.first]
            features["parent.links"] = (self.links[above.last] - self.links[above.first]) / max(held, 1)
        return features
