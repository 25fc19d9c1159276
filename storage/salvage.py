"""Which rows of the files in a table's folder are live, where the log that told it is gone.

For some days a folder holds what a compaction, a repair or a rebuild replaced, beside what took its place. Without the
log every one of these files looks alive. Their content tells: one event and one revision stands once, and of two rows
that claim to be it the one counts whose page stands where it says, then the one of the later batch (a replay numbers
its batches on), then the one in a file that replaced others, then the newer file's. What nothing contradicts is live.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from storage import compact, parquet
from storage.errors import ArchiveError
from storage.log import AddedFile
from storage.places import Place
from storage.schema import ARTICLES, CAPTURES, Table

Standing = Callable[[], Mapping[tuple[str, int], str | None]]
"""Where whole records stand in the WARC (file, offset), with the digests of their payloads."""

_FILE, _AT = "__file", "__at"
# What makes two rows one event, or one revision, whatever became of it later.
_SAME = {
    CAPTURES.name: ("run", "kind", "source", "requested_url", "at", "__fate"),
    ARTICLES.name: ("row",),
}
PLACE = ("warc_file", "warc_offset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """The files that a new log is to name, how many rows they lack of those that were there, and what cannot be read.

    ``written`` of the files are new: others' rows without those that were replaced.
    """

    files: tuple[AddedFile, ...]
    superseded: int
    written: int
    unreadable: tuple[AddedFile, ...]


def salvage(
    folder: Place, table: Table, files: Sequence[AddedFile], standing: Standing, refused: pa.Array | None = None
) -> Salvaged:
    """Choose among all rows of ``files``; a file of which only some rows are live is written anew without the others.

    ``standing`` is asked only where rows contradict each other. ``refused`` are places (``file@offset``) whose pages
    gave no article by the word of ``captures``.
    """
    parts: list[pa.Table] = []
    sound: list[AddedFile] = []
    unreadable: list[AddedFile] = []
    for file in files:
        try:
            parts.append(_told(folder, file, table, len(sound)))
            sound.append(file)
        except ArchiveError:
            unreadable.append(file)
    rows = pa.concat_tables(parts) if parts else None
    alive = _alive(rows, table, standing, refused) if rows is not None else None
    if rows is None or alive is None:
        return Salvaged(files=tuple(sound), superseded=0, written=0, unreadable=tuple(unreadable))
    kept: list[AddedFile] = []
    written = 0
    for number, file in enumerate(sound):
        own = alive.filter(pc.equal(alive[_FILE], number))
        if own.num_rows == parts[number].num_rows:
            kept.append(file)
        elif own.num_rows:
            name = f"{compact.PREFIX}{secrets.token_hex(16)}.zstd.parquet"
            path = (PurePosixPath(file.path).parent / name).as_posix()
            left = compact.read(folder, file, table, table.schema.names).take(own[_AT])
            kept.append(parquet.write(folder, path, left, table, row_group=parquet.GROUP_ROWS))
            written += 1
    return Salvaged(
        files=tuple(kept),
        superseded=rows.num_rows - alive.num_rows,
        written=written,
        unreadable=tuple(unreadable),
    )


def _told(folder: Place, file: AddedFile, table: Table, number: int) -> pa.Table:
    """What a choice among rows needs of one file's: what they are, how they rank, and where they stand."""
    wanted = ("batch", "payload_digest", "outcome", *PLACE)
    names = [name for name in table.schema.names if name in (*table.key, *_SAME.get(table.name, ()), *wanted)]
    rows = compact.read(folder, file, table, names)
    count = rows.num_rows
    if table is CAPTURES:
        # An event without a record has only its fate to tell it from another of the same instant.
        fate = pc.if_else(pc.is_valid(rows["warc_file"]), "", rows["outcome"])
        rows = rows.append_column("__fate", fate)
    replaced = PurePosixPath(file.path).name.startswith(compact.PREFIX)
    rows = rows.append_column("__replaced", pa.repeat(pa.scalar(int(replaced)), count))
    rows = rows.append_column("__written", pa.repeat(pa.scalar((folder / file.path).stat().st_mtime), count))
    rows = rows.append_column(_FILE, pa.repeat(pa.scalar(number, pa.int32()), count))
    return rows.append_column(_AT, pa.array(range(count), pa.int64()))


def _alive(rows: pa.Table, table: Table, standing: Standing, refused: pa.Array | None) -> pa.Table | None:
    """Those of ``rows`` that are live, in their order; None where all are."""
    same = list(_SAME.get(table.name, table.key))
    placed = table in (CAPTURES, ARTICLES)
    before = rows.num_rows
    if refused is not None and len(refused):
        rows = rows.filter(pc.invert(pc.fill_null(pc.is_in(keys(rows), value_set=refused), False)))
    if _once(rows, same) and (not placed or _once(rows.filter(pc.is_valid(rows["warc_file"])), PLACE)):
        return rows if rows.num_rows < before else None
    if placed:
        rows = rows.append_column("__stands", _standing(rows, standing()))
    rank = [name for name in ("__stands", "batch", "__replaced", "__written") if name in rows.column_names]
    rows = rows.sort_by([(name, "descending") for name in rank])
    rows = _first(rows, same)
    if placed:
        bare = rows.filter(pc.is_null(rows["warc_file"]))
        rows = pa.concat_tables([_first(rows.filter(pc.is_valid(rows["warc_file"])), PLACE), bare])
    return rows.sort_by([(_FILE, "ascending"), (_AT, "ascending")])


def _once(rows: pa.Table, names: Sequence[str]) -> bool:
    return bool(rows.group_by(list(names)).aggregate([]).num_rows == rows.num_rows)


def _first(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """Of rows that agree in ``names`` the first one."""
    numbered = rows.append_column("__order", pa.array(range(rows.num_rows), pa.int64()))
    first = numbered.group_by(list(names)).aggregate([("__order", "min")])["__order_min"]
    return rows.take(first.take(pc.sort_indices(first)))


def _standing(rows: pa.Table, whole: Mapping[tuple[str, int], str | None]) -> pa.Array:
    """1 for each row whose record stands whole where the row says, with the digest that it says; else 0."""
    digests = rows["payload_digest"].to_pylist() if "payload_digest" in rows.column_names else [None] * rows.num_rows
    places = zip(rows["warc_file"].to_pylist(), rows["warc_offset"].to_pylist(), strict=True)
    return pa.array(
        [
            int(place in whole and (digest is None or whole[place] in (None, digest)))
            for place, digest in zip(places, digests, strict=True)
        ],
        pa.int8(),
    )


def keys(rows: pa.Table) -> pa.ChunkedArray:
    """The places in the WARC that rows name, as ``file@offset``; null where they name none."""
    return pc.binary_join_element_wise(rows["warc_file"], pc.cast(rows["warc_offset"], pa.string()), "@")
