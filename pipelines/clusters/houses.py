"""Paragraphs that a house prints below different texts: they tell nothing of whether two of these are copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.clusters.shingles import Marks

RECURS: Final = 3
"""Beside how many different texts of its source a paragraph has to stand to be the house's, not the report's."""


class Houses:
    """The paragraphs met so far, each with the paragraph that it stood beside.

    Which one a text begins with tells it from others: a report that a house prints under five addresses has its
    paragraphs five times, but beside the same one.
    """

    def __init__(self) -> None:
        self._met: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._new: list[npt.NDArray[np.uint64]] = []
        self._own: frozenset[int] | None = None

    def add(self, texts: Sequence[Marks]) -> None:
        """Note the paragraphs of texts; a text that was noted before changes nothing."""
        if texts:
            self._new.append(np.unique(np.concatenate([beside(marks) for marks in texts])))
            self._own = None

    def own(self) -> frozenset[int]:
        """The hashes of the paragraphs that are houses' own."""
        if self._own is None:
            self._met = np.unique(np.concatenate([self._met, *self._new]))
            self._new = []
            marks, counts = np.unique((self._met >> np.uint64(32)).astype(np.uint32), return_counts=True)
            self._own = frozenset(marks[counts >= RECURS].tolist())
        return self._own


def beside(marks: Marks) -> npt.NDArray[np.uint64]:
    """Each paragraph of a text with the one that tells the text: the first, for the first one the second."""
    if len(marks) < 2:
        return np.empty(0, np.uint64)
    wide = marks.astype(np.uint64)
    anchors = np.full(len(wide), wide[0])
    anchors[0] = wide[1]
    return np.asarray((wide << np.uint64(32)) | anchors, np.uint64)
