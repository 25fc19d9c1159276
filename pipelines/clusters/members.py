"""What is known of every article that was compared, in vectors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clusters.houses import Houses
from pipelines.clusters.signatures import METHOD, SLOTS, Signatures
from storage.rows import Rows

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOBODY: Final = -1
KEYS: Final = pa.schema([pa.field(name, pa.string()) for name in ("id", "row", "month", "method")])
_COLUMNS: Final = ("id", "row", "month", "method", "cluster", "role", "since", "reprint", "shingles", "signature")


@dataclass(slots=True)
class Members:
    """Articles by number, in the order in which they came, and the clusters that they are in, by number too.

    ``here`` are those that count: one that is gone, or is to be compared anew under another number, does not.
    ``written`` is the cluster, and ``written_first`` the first of it, that an article's row in the table names.
    ``settled`` clusters have a name that stands in the table.
    """

    keys: pa.Table
    signatures: Signatures
    sizes: Ints
    since: Ints
    reprint: Bools
    here: Bools
    cluster: Ints
    written: Ints
    written_first: Ints
    names: list[str] = field(default_factory=list)
    settled: list[bool] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.here)

    @property
    def usable(self) -> Bools:
        """Those that can be compared: here, and with a text that is long enough."""
        return np.asarray(self.here & (self.sizes > 0))

    def named(self, numbers: Sequence[int] | Ints, column: str) -> list[str]:
        """The ids, rows or months of some articles."""
        found: list[str] = self.keys[column].take(pa.array(numbers, pa.int64())).to_pylist()
        return found

    def earlier(self, one: int, other: int) -> int:
        """Which of two was first: a page that names another as its original is not, then time tells, then the id."""
        left, right = (
            (bool(self.reprint[one]), int(self.since[one])),
            (bool(self.reprint[other]), int(self.since[other])),
        )
        if left == right:
            return min((one, other), key=lambda number: self.named([number], "id"))
        return one if left < right else other

    def add(
        self, keys: pa.Table, *, signatures: Signatures, sizes: Ints, since: Ints, reprint: Bools, names: Sequence[str]
    ) -> None:
        """Append articles, each in a cluster of its own that is called ``names``."""
        begin, count = len(self), keys.num_rows
        codes = np.arange(len(self.names), len(self.names) + count, dtype=np.int64)
        self.keys = pa.concat_tables([self.keys, keys])
        self.signatures = np.concatenate([self.signatures, signatures])
        self.sizes = np.concatenate([self.sizes, sizes])
        self.since = np.concatenate([self.since, since])
        self.reprint = np.concatenate([self.reprint, reprint])
        self.here = np.concatenate([self.here, np.ones(count, np.bool_)])
        self.cluster = np.concatenate([self.cluster, codes])
        self.written = np.concatenate([self.written, np.full(count, NOBODY)])
        self.written_first = np.concatenate([self.written_first, np.full(count, NOBODY)])
        self.names += names
        self.settled += [False] * count
        self.firsts += range(begin, begin + count)

    def elect(self) -> None:
        """Settle anew who was first in each cluster, of those that are here."""
        # By cluster, then by rank; ids decide between equals.
        ids = pc.rank(self.keys["id"].combine_chunks(), tiebreaker="dense") if len(self) else pa.array([], pa.uint64())
        order = np.lexsort((ids.to_numpy(zero_copy_only=False), self.since, self.reprint, self.cluster))
        order = order[self.here[order]]
        codes, places = np.unique(self.cluster[order], return_index=True)
        firsts = np.full(len(self.names), NOBODY)
        firsts[codes] = order[places]
        self.firsts = firsts.tolist()


def load(rows: Rows, houses: Houses) -> Members:
    """The rows of the table ``clusters``; what they tell of paragraphs goes to ``houses``.

    Signatures of another method are left out: they cannot be compared.
    """
    keys: list[pa.Table] = []
    signed: list[Signatures] = []
    plain: list[pa.Table] = []
    for batch in rows.to_batches([*_COLUMNS, "paragraphs"], frugal=True):
        table = pa.Table.from_batches([batch])
        signed.append(_signatures(table))
        houses.add([np.frombuffer(told, np.uint32) for told in table["paragraphs"].to_pylist() if told])
        keys.append(table.select(KEYS.names).cast(KEYS))
        plain.append(table.select(["cluster", "role", "since", "reprint", "shingles", "method"]))
    if not plain:
        return Members(
            keys=KEYS.empty_table(),
            signatures=np.zeros((0, SLOTS), np.uint16),
            sizes=np.zeros(0, np.int64),
            since=np.zeros(0, np.int64),
            reprint=np.zeros(0, np.bool_),
            here=np.zeros(0, np.bool_),
            cluster=np.zeros(0, np.int64),
            written=np.zeros(0, np.int64),
            written_first=np.zeros(0, np.int64),
        )
    table = pa.concat_tables(plain)
    coded = table["cluster"].combine_chunks().dictionary_encode()
    codes = coded.indices.to_numpy().astype(np.int64)
    names = [sys.intern(name) for name in coded.dictionary.to_pylist()]
    sizes = np.where(pc.equal(table["method"], METHOD).to_numpy(), table["shingles"].to_numpy(), 0).astype(np.int64)
    flagged = np.flatnonzero(pc.equal(table["role"], "first").to_numpy())
    told = np.full(len(names), NOBODY)
    told[codes[flagged]] = flagged
    return Members(
        keys=pa.concat_tables(keys).combine_chunks(),
        signatures=np.concatenate(signed),
        sizes=sizes,
        since=table["since"].cast(pa.int64()).to_numpy(),
        reprint=table["reprint"].to_numpy(),
        here=np.ones(table.num_rows, np.bool_),
        cluster=codes,
        written=codes.copy(),
        written_first=told[codes],
        names=names,
        settled=[True] * len(names),
    )


def _signatures(table: pa.Table) -> Signatures:
    made = np.zeros((table.num_rows, SLOTS), np.uint16)
    usable = pc.and_(pc.is_valid(table["signature"]), pc.equal(table["method"], METHOD))
    at = np.flatnonzero(usable.to_numpy())
    if len(at):
        flat = b"".join(table["signature"].filter(usable).to_pylist())
        made[at] = np.frombuffer(flat, "<u2").reshape(len(at), SLOTS)
    return made
