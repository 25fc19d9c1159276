"""How likely each block of a page is to be part of the article's body: two fitted readings, one after the other.

The first reads every block for itself. Its answer says which region holds the article; the second reads again the
blocks that it left some hope, each in its place there and among its neighbours. Both are logistic regressions whose
weights stand in :mod:`pipelines.weights` and are made by ``python -m tests.quality.fit``.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.blocks import Layout
from pipelines.features import Features, Known, first_look
from pipelines.places import scope, second_look
from pipelines.weights import FIRST, SECOND


@dataclass(slots=True, kw_only=True)
class Reading:
    """A page read twice: the probability of each block (0 where it was not read again), and the region that holds the
    article.

    ``looks`` are those of the blocks from ``start`` on: the second where they were read again, else the first.
    """

    first: list[float]
    likely: list[float]
    main: int
    start: int
    looks: list[Features]


def read(layout: Layout, about: Known) -> Reading:
    """Both readings of ``layout``."""
    looks = first_look(layout, about)
    before = likelihoods(looks, FIRST)
    main = main_region(layout, before)
    second = second_look(layout, about, looks, before, main)
    start, end = scope(layout, main)
    likely = [0.0] * len(layout.blocks)
    for index, chance in zip(second, likelihoods(second.values(), SECOND), strict=True):
        likely[index] = chance
    last = [second.get(index) or looks[index] for index in range(start, end)]
    return Reading(first=before, likely=likely, main=main, start=start, looks=last)


def likelihoods(looks: Iterable[Features], weights: Mapping[str, float]) -> list[float]:
    """The logistic function of each look's weighted sum; a feature without a weight counts nothing."""
    bias = weights.get("bias", 0.0)
    get = weights.get
    result = []
    for look in looks:
        total = sum(map(operator.mul, map(get, look, itertools.repeat(0.0)), look.values()), bias)
        result.append(1.0 / (1.0 + math.exp(-total)) if -30 < total < 30 else float(total > 0))
    return result


def main_region(layout: Layout, likely: list[float]) -> int:
    """The index of the smallest region that holds most of what the first reading takes for the article."""
    sums = [0.0, *itertools.accumulate((mass + 5) * chance for mass, chance in zip(layout.prose, likely, strict=True))]
    here = 0
    held = sums[layout.regions[0].last] - sums[layout.regions[0].first]
    # Only one region in another holds so much of it, and it stands behind it in the list.
    for region in layout.regions:
        if region.parent != here:
            continue
        mass = sums[region.last] - sums[region.first]
        if mass >= _MAIN * held:
            if region.tag in _LEAVES:
                break
            here, held = region.index, mass
    return here


_MAIN = 0.75
_LEAVES = frozenset(("p", "li", "td", "blockquote", "h1", "h2", "h3", "h4", "pre"))
