"""What came back of pages that were removed on request, and removals that were not ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from storage import delta, log
from storage.forget.marks import ADDRESSES, COLUMNS, Marks
from storage.places import Place, below
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, Table
from storage.tombstones import Tombstones
from storage.verify.findings import Problem


def check(root: Place, stones: Tombstones, read: Mapping[str, Rows | None]) -> Iterator[Problem]:
    """Rows of removed pages, bounds in the logs that name one, and removals that are open.

    ``read`` are the tables' rows by name, None where they cannot be read.
    """
    for stone in stones.open:
        yield Problem(code="forget_open", where=f"tombstones/{stone.name}.json", detail=f"begun at {stone.at:%F %T}")
    marks = Marks(stones.holds, frozenset())
    for table in (CAPTURES, ARTICLES):
        rows = read[table.name]
        if rows is None:
            continue
        gone = 0
        for batch in rows.to_batches(list(COLUMNS[table.name])):
            told = pa.Table.from_batches([batch])
            gone += marks.count(table, told)
        if gone:
            yield Problem(code="forgotten_remains", where=table.name, detail=f"{gone} rows")
        yield from _bounds(root, table, stones)


def _bounds(root: Place, table: Table, stones: Tombstones) -> Iterator[Problem]:
    """Entries of a log whose statistics name an address that was removed. Damaged ones are told of elsewhere."""
    for _, path in log.versions(root / table.name):
        try:
            named = any(stones.holds(value) for value in _addresses(path.read_bytes(), table))
        except (ValueError, TypeError, AttributeError):
            continue
        if named:
            yield Problem(code="forgotten_remains", where=below(path, root).as_posix(), detail="in its statistics")


def _addresses(entry: bytes, table: Table) -> Iterator[str]:
    names = (*ADDRESSES[table.name], "declared_canonical")
    for action in delta.actions(entry):
        added: dict[str, Any] = action.get("add") or {}
        stats = json.loads(added.get("stats") or "{}")
        for bounds in (stats.get("minValues") or {}, stats.get("maxValues") or {}):
            yield from (bounds[name] for name in names if isinstance(bounds.get(name), str))
