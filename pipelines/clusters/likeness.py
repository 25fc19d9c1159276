"""How alike two texts are, and whether that makes the one a copy of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.clusters.shingles import Hashes

ENOUGH: Final = 20
"""Shingles that a text needs to be compared: less, some two sentences, is a notice that many print alike."""
ALIKE: Final = 0.4
"""Jaccard similarity from which two texts are copies: about one word in eight changed, or two fifths added."""
CONTAINED: Final = 0.75
"""Share of the shorter text that stands in the longer, from which it is a shortened copy."""
PART: Final = 0.25
"""Length of the shorter beside the longer, below which it is no copy: a round-up of reports is no copy of each."""
SAME: Final = 0.3
"""Share of the shorter of two clusters' firsts that has to stand in the other, where other members are alike."""
DECLARED: Final = 0.3
"""Share of the shorter text that has to stand in the longer, where a page names the other as its original."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of two sets of shingles: those in both by those in either, by those of the smaller; and how the sizes compare."""

    jaccard: float
    contained: float
    part: float

    @property
    def copies(self) -> bool:
        """Whether one is a copy of the other, by the texts alone."""
        return self.jaccard >= ALIKE or (self.contained >= CONTAINED and self.part >= PART)


def likeness(one: Hashes, other: Hashes) -> Likeness:
    """How alike two texts are, exactly."""
    if not len(one) or not len(other):
        return Likeness(0.0, 0.0, 0.0)
    both = len(np.intersect1d(one, other, assume_unique=True))
    least, most = sorted((len(one), len(other)))
    return Likeness(both / (least + most - both), both / least, least / most)


def estimated(jaccard: float, one: int, other: int) -> Likeness:
    """The same from an estimate of the Jaccard similarity, and the sizes of the sets."""
    least, most = sorted((one, other))
    if not least:
        return Likeness(0.0, 0.0, 0.0)
    both = jaccard * (least + most) / (1 + jaccard)
    return Likeness(jaccard, min(1.0, both / least), least / most)
