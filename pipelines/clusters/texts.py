"""The texts of articles as sets of shingles, read where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clusters.houses import Houses
from pipelines.clusters.likeness import ENOUGH, Likeness, likeness
from pipelines.clusters.members import Members
from pipelines.clusters.shingles import Hashes, Paragraphs, paragraphs, shingles
from storage.rows import Rows


class Texts:
    """The texts of a batch and of those that it is compared with, by the number of the article."""

    def __init__(self, rows: Rows, members: Members, houses: Houses) -> None:
        self._rows, self._members, self._houses = rows, members, houses
        self._held: dict[int, Hashes] = {}

    def hold(self, number: int, text: Hashes) -> None:
        """Keep a text that was read already."""
        self._held[number] = text

    def fetch(self, numbers: Sequence[int]) -> None:
        """Read what is not held yet of these; an article that is no more has an empty text."""
        missing = sorted(set(numbers) - self._held.keys())
        if not missing:
            return
        at = dict(zip(self._members.named(missing, "row"), missing, strict=True))
        months = sorted(set(self._members.named(missing, "month")))
        for row, text in read(self._rows, list(at), months):
            self._held[at[row]] = comparable(text, self._houses)
        for number in missing:
            self._held.setdefault(number, shingles(()))

    def like(self, one: int, other: int) -> Likeness:
        """How alike two texts are that are held."""
        return likeness(self._held[one], self._held[other])


def read(rows: Rows, wanted: Sequence[str], months: Sequence[str]) -> Iterator[tuple[str, Paragraphs]]:
    """The paragraphs of the rows of ``articles`` whose keys are ``wanted``, from these months."""
    keys = pa.array(wanted, pa.string())
    near = pc.field("month").isin(pa.array(months, pa.string())) & pc.field("row").isin(keys)
    for batch in rows.to_batches(["row", "source", "body"], near, frugal=True):
        columns = (batch[name].to_pylist() for name in ("row", "source", "body"))
        for row, source, body in zip(*columns, strict=True):
            yield row, paragraphs(source, body)


def comparable(text: Paragraphs, houses: Houses) -> Hashes:
    """The shingles of a text without what its house prints below others, too; none where that leaves too little."""
    found = text.shingles(houses.own())
    return found if len(found) >= ENOUGH else shingles(())
