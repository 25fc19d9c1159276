"""What is to go, as a question put to rows and records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.schema import ARTICLES, CAPTURES, CLUSTERS, RUNS, Table
from storage.warc import StoredResponse

Held = Callable[[str | None], bool]
"""Whether the page at an address is to be forgotten."""

Mentions = Callable[[StoredResponse], Iterable[str]]
"""The addresses that a stored list (feed, sitemap, front page) names; :func:`pipelines.forgotten.mentions`."""

TABLES = (CAPTURES, ARTICLES, CLUSTERS, RUNS)
"""The tables that may speak of a page, ``clusters`` behind ``articles``; ``sources`` holds configurations only."""

ADDRESSES = {CAPTURES.name: ("requested_url", "url"), ARTICLES.name: ("url", "canonical_url", "requested_url")}
_EMPTIED = ("etag", "last_modified", "payload_digest", "payload_bytes", "warc_file", "warc_offset", "warc_length")
COLUMNS = {
    CAPTURES.name: ("kind", "requested_url", "url", "detail", *_EMPTIED),
    ARTICLES.name: ("url", "canonical_url", "requested_url", "declared_canonical", "warc_file", "warc_offset"),
    CLUSTERS.name: ("row",),
    RUNS.name: ("detail",),
}
"""The columns of each table that tell whether a row concerns a removal."""

_URL = re.compile(r"https?://[^\s\"'<>]+")
_SIGNS = ":.,;!?)]"
_GONE = "(removed on request)"


@dataclass(frozen=True, slots=True)
class Marks:
    """The pages to be forgotten, and the places in the WARC (file, offset) where their records stand.

    ``rows`` are the keys of all rows of ``articles`` that stay, in every version that is kept: ``clusters`` names no
    address, and loses the rows that speak of another one.
    """

    held: Held
    places: frozenset[tuple[str, int]]
    rows: pa.Array | None = None

    def change(self, table: Table, rows: pa.Table) -> pa.Table:
        """``rows`` of ``table``, at least its :data:`COLUMNS`, without what is to be forgotten.

        Rows of pages go; rows of lists whose bytes go keep their fate without position and validators; sentences in
        ``detail`` lose the address, and copies that stay the one that they declare as their original.
        """
        if table is RUNS:
            return self._reworded(rows)
        if table is CLUSTERS:
            return rows.filter(pc.is_in(rows["row"], value_set=self.rows))
        there = self.at(rows)
        gone = there
        for name in ADDRESSES[table.name]:
            gone = pc.or_(gone, self.among(rows[name]))
        if table is ARTICLES:
            kept = rows.filter(pc.invert(gone))
            return _emptied(kept, self.among(kept["declared_canonical"]), ("declared_canonical",))
        told = self.told(rows["detail"])
        article = pc.equal(rows["kind"], "article")
        kept = pc.invert(pc.and_(article, pc.or_(gone, told)))
        return _emptied(_emptied(rows, there, _EMPTIED), told, ("detail",)).filter(kept)

    def count(self, table: Table, rows: pa.Table) -> int:
        """How many of ``rows`` :meth:`change` takes out, and how many copies it has name no original any more."""
        changed = self.change(table, rows)
        found = rows.num_rows - changed.num_rows
        if table is ARTICLES:
            naming = rows.filter(self.among(rows["declared_canonical"]))
            found += self.change(table, naming).num_rows
        return int(found)

    def among(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Which of these addresses are held; null is not."""
        found = [value for value in pc.unique(column).to_pylist() if self.held(value)]
        return pc.is_in(column, value_set=pa.array(found, pa.string()))

    def told(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Which of these sentences name an address that is held."""
        found = [value for value in pc.unique(column).to_pylist() if value and self._without(value) != value]
        return pc.is_in(column, value_set=pa.array(found, pa.string()))

    def at(self, rows: pa.Table) -> pa.ChunkedArray:
        """Which of these rows name a place in the WARC that is to be overwritten."""
        keys = pc.binary_join_element_wise(rows["warc_file"], pc.cast(rows["warc_offset"], pa.string()), "@")
        return pc.is_in(keys, value_set=pa.array([f"{file}@{offset}" for file, offset in self.places], pa.string()))

    def _reworded(self, rows: pa.Table) -> pa.Table:
        at = rows.schema.get_field_index("detail")
        said = [None if value is None else self._without(value) for value in rows["detail"].to_pylist()]
        return rows.set_column(at, rows.schema.field(at), pa.chunked_array([pa.array(said, pa.string())]))

    def _without(self, text: str) -> str:
        return _URL.sub(self._instead, text)

    def _instead(self, found: re.Match[str]) -> str:
        """What stands for an address in a sentence; the signs behind it may be the sentence's."""
        whole = found[0]
        bare = whole.rstrip(_SIGNS)
        if self.held(whole) or self.held(bare):
            return _GONE + whole[len(bare) :]
        return whole


def _emptied(rows: pa.Table, where: pa.ChunkedArray, names: Iterable[str]) -> pa.Table:
    """``rows`` with null in the columns ``names`` of those that ``where`` picks."""
    if not pc.any(where).as_py():
        return rows
    for name in names:
        at = rows.schema.get_field_index(name)
        field = rows.schema.field(at)
        rows = rows.set_column(at, field, pc.if_else(where, pa.scalar(None, field.type), rows[name]))
    return rows
