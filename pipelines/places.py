"""What a block shows in its place: the second look, once the region that holds the article is known.

In or outside that region, like or unlike the paragraphs there, in which box and between which neighbours.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from pipelines.blocks import HEADINGS, Layout
from pipelines.features import Features, Known, signature, squeeze
from pipelines.layout import prose


def second_look(layout: Layout, about: Known, looks: list[Features], chances: list[float], main: int) -> list[Features]:
    """The features of the blocks of region ``main`` in their place; ``chances`` are the first reading's answers."""
    regions, blocks = layout.regions, layout.blocks
    centre = regions[main]
    start, end = scope(layout, main)
    inside = blocks[start:end]
    masses = [prose(block) * chance for block, chance in zip(blocks, chances, strict=True)]
    total = sum(masses[centre.first : centre.last]) or 1.0
    inner = range(centre.first, centre.last)
    sums, chars, links, hopes = [0.0], [0], [0], [0.0]
    for block, mass, chance in zip(blocks, masses, chances, strict=True):
        sums.append(sums[-1] + mass)
        chars.append(chars[-1] + len(block.text))
        links.append(links[-1] + block.linked)
        hopes.append(hopes[-1] + chance)
    by_mark: Counter[tuple[str, str, str, str]] = Counter()
    by_parent: Counter[int] = Counter()
    marks = {block.index: signature(layout, block) for block in inside}
    for block in blocks[centre.first : centre.last]:
        by_mark[marks[block.index]] += int(masses[block.index])
        by_parent[regions[block.region].parent] += int(masses[block.index])
    home = by_parent.most_common(1)[0][0] if by_parent else main
    home = max(home, 0)
    spine = set()
    here = home
    while here >= 0:
        spine.add(here)
        here = regions[here].parent
    strong = [
        block.index
        for block in blocks[centre.first : centre.last]
        if by_mark[marks[block.index]] > 0.2 * total and masses[block.index] > 40
    ]
    first, last = (strong[0], strong[-1]) if strong else (centre.first, centre.last - 1)
    boxes: dict[int, Features] = {}
    count = {
        "before": sum(chance > 0.5 for chance in chances[start : centre.first]),
        "after": sum(chance > 0.5 for chance in chances[centre.last : end]),
    }
    main_share = total
    result = []
    for block in inside:
        index = block.index
        region = regions[block.region]
        features = dict(looks[index])
        chance = chances[index]
        features["chance"] = chance
        features["logit"] = max(-1.0, min(1.0, math.log((chance + 0.001) / (1.001 - chance)) / 5))
        share = by_mark[marks[index]] / total
        features["share"] = share
        features[
            "share<.05" if share < 0.05 else "share<.2" if share < 0.2 else "share<.5" if share < 0.5 else "share>.5"
        ] = 1
        if region.parent == home or block.region == home:
            features["home"] = 1
        if block.region not in boxes:
            boxes[block.region] = _box(layout, block.region, spine, home, sums, chars, links, hopes, total)
        features.update(boxes[block.region])
        if index not in inner:
            side = "before" if index < centre.first else "after"
            features[f"outside.{side}"] = 1
            features[
                f"outside.{side}.{'p' if block.tag == 'p' else 'heading' if block.tag in HEADINGS else 'other'}"
            ] = 1
            features[f"outside.{side}.{'one' if count[side] < 2 else 'two' if count[side] < 3 else 'many'}"] = 1
            if main_share > 1500:
                features[f"outside.{side}.full"] = 1
        if index < first:
            features["before"] = 1
            features["before.far" if first - index > 6 else "before.near"] = 1
        elif index > last:
            features["after"] = 1
            features["after.far" if index - last > 6 else "after.near"] = 1
        elif index == first:
            features["opening"] = 1
        elif last - first > 6 and last - index < 3:
            features["ending"] = 1
        for offset, name in _NEIGHBOURS:
            other = index + offset
            if start <= other < end:
                features[name + ".chance"] = chances[other]
                beside = blocks[other]
                if beside.tag in HEADINGS:
                    features[name + ".heading"] = 1
                if beside.region == block.region or regions[beside.region].parent == region.parent:
                    features[name + ".sibling"] = 1
                if beside.media:
                    features[name + ".media"] = 1
            else:
                features[name + ".none"] = 1
        if block.tag in HEADINGS or features.get("emphasis.short"):
            follow = chances[index + 1] if index + 1 < end else 0.0
            features["label.good" if follow > 0.5 else "label.bad"] = 1
        for name in ("description.same", "description.like", "title.like"):
            if name in features:
                features[f"{name}.{'in' if share > 0.3 else 'out'}"] = 1
        if about.article and len(block.text) > 30:
            features["article.in" if squeeze(block.text) in about.article else "article.out"] = 1
        result.append(features)
    return result


def scope(layout: Layout, main: int) -> tuple[int, int]:
    """The half-open range of blocks that are read twice: those of region ``main`` and some on either side."""
    region = layout.regions[main]
    return max(0, region.first - _MARGIN), min(len(layout.blocks), region.last + _MARGIN)


_MARGIN: Final = 25
_NEIGHBOURS: Final = ((-1, "previous"), (1, "next"), (-2, "previous2"), (2, "next2"))


def _box(
    layout: Layout,
    index: int,
    spine: set[int],
    home: int,
    sums: list[float],
    chars: list[int],
    links: list[int],
    hopes: list[float],
    total: float,
) -> Features:
    """How far a region stands from where most paragraphs are, and what the largest box around it holds apart."""
    regions = layout.regions
    features: Features = {}
    box, here, down = -1, index, 0
    while here not in spine:
        box, here = here, regions[here].parent
        down += 1
    up, there = 0, home
    while there != here:
        up += 1
        there = regions[there].parent
    features[f"down{min(down, 4)}"] = 1
    features[f"up{min(up, 3)}"] = 1
    if box >= 0:
        region = regions[box]
        count = region.last - region.first
        held = chars[region.last] - chars[region.first]
        features["box.mass"] = (sums[region.last] - sums[region.first]) / total
        features["box.links"] = (links[region.last] - links[region.first]) / max(held, 1)
        features["box.chance"] = (hopes[region.last] - hopes[region.first]) / max(count, 1)
        if count == 1:
            features["box.single"] = 1
        elif layout.blocks[region.first].tag in HEADINGS:
            features["box.headed"] = 1
        if region.media:
            features["box.media"] = 1
        if region.controls:
            features["box.controls"] = 1
        if region.tag != regions[index].tag:
            features[f"box.{region.tag}"] = 1
    if regions[index].parent >= 0:
        above = regions[regions[index].parent]
        held = chars[above.last] - chars[above.first]
        features["parent.links"] = (links[above.last] - links[above.first]) / max(held, 1)
    return features
