"""The WARC against the tables: every record's digests, every place that a row names, every record that none does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage import warc
from storage.forget.log import own
from storage.places import Place
from storage.records import WarcPosition
from storage.recovery import KEEPS, counts
from storage.rows import Rows
from storage.tombstones import Tombstones
from storage.verify.findings import Problem
from storage.warc.digest import agrees
from storage.warc.headers import REVISIT, BlockError, first, parse_response
from storage.warc.reader import Record, records

Places = Mapping[str, "pa.Table"]
"""Rows that name a place in the WARC, by segment: ``warc_offset``, ``warc_length``, ``payload_digest``, …"""

_NAMED = ("warc_file", "warc_offset", "warc_length", "requested_url", "outcome", "run", "payload_digest", "kind")
_HTTP = ("response", "conversion")


@dataclass(slots=True)
class Seen:
    """How many segments and records were read."""

    segments: int = 0
    records: int = 0


def places(captures: Rows) -> Places:
    """What ``captures`` names, by segment."""
    table = captures.to_table(_NAMED, filter=pc.is_valid(pc.field("warc_file")))
    table = table.sort_by([("warc_file", "ascending"), ("warc_offset", "ascending")])
    parts: dict[str, pa.Table] = {}
    start = 0
    for counted in table["warc_file"].value_counts().to_pylist():
        parts[counted["values"]] = table.slice(start, counted["counts"])
        start += counted["counts"]
    return parts


def check(
    root: Place,
    named: Places | None,
    problems: list[Problem],
    seen: Seen,
    *,
    writing: frozenset[str],
    quick: bool,
    stones: Tombstones | None = None,
) -> None:
    """Read every segment below ``root`` (the archive's ``warc/``), and hold it to what ``captures`` names.

    ``named`` is None where captures cannot be read: then the records alone are checked. With ``quick`` no record is
    read: only that each place lies within its file. Segments of living runs are left out.
    """
    segments = [segment for segment in warc.segments(root) if warc.run_of(segment) not in writing]
    for segment in segments:
        seen.segments += 1
        part = named.get(segment) if named is not None else None
        problems += (
            _quick(root, segment, part)
            if quick
            else _segment(root, segment, part, seen, know=named is not None, stones=stones)
        )
    known = set(segments)
    for file, part in (named or {}).items():
        if file not in known and warc_run(file) not in writing:
            problems += [_lost(row, "missing_file") for row in part.to_pylist()]


def warc_run(file: str) -> str | None:
    """The run that a segment's name tells, None where it is no segment's name."""
    try:
        return warc.run_of(file)
    except ValueError:
        return None


def articles(captures: Rows, kept: Rows, *, writing: frozenset[str]) -> Iterator[Problem]:
    """Pages that one of the two tables takes for articles and the other does not."""
    told = captures.to_table(
        ["warc_file", "warc_offset", "requested_url", "run"], filter=pc.field("outcome").isin(sorted(KEEPS))
    )
    held = kept.to_table(["warc_file", "warc_offset", "url", "run"])
    ours, theirs = _keys(told), _keys(held)
    for at in pc.indices_nonzero(pc.invert(pc.is_in(ours, value_set=theirs.combine_chunks()))).to_pylist():
        row = told.slice(at, 1).to_pylist()[0]
        if row["run"] not in writing:
            yield Problem(code="article_missing", where=_place(row), detail=row["requested_url"])
    everything = _keys(captures.to_table(["warc_file", "warc_offset"]))
    for at in pc.indices_nonzero(pc.invert(pc.is_in(theirs, value_set=everything.combine_chunks()))).to_pylist():
        row = held.slice(at, 1).to_pylist()[0]
        if row["run"] not in writing:
            yield Problem(code="article_unknown", where=_place(row), detail=row["url"])


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(
        table["warc_file"], pc.cast(table["warc_offset"], pa.string()), "@", null_handling="replace"
    )


def _quick(root: Place, segment: str, part: pa.Table | None) -> Iterator[Problem]:
    size = (root / segment).stat().st_size
    for row in part.to_pylist() if part is not None else ():
        if row["warc_offset"] + row["warc_length"] > size:
            yield _lost(row, "torn")


def _segment(
    root: Place, segment: str, part: pa.Table | None, seen: Seen, *, know: bool, stones: Tombstones | None
) -> Iterator[Problem]:
    rows: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in part.to_pylist() if part is not None else ():
        rows[row["warc_offset"]].append(row)
    unnamed: list[int] = []
    damaged: set[int] = set()
    for found, position in records(root / segment, root=root):
        named = rows.pop(position.offset, [])
        for again in named[1:]:
            yield Problem(code="row_doubled", where="captures", detail=f"{_place(again)} {again['requested_url']}")
        if isinstance(found, warc.DamagedRecord):
            code = "record_torn" if found.reason == "torn" else "record_damaged"
            yield Problem(code=code, where=f"warc/{segment}@{position.offset}", detail=_why(found))
            yield from (_lost(row, found.reason) for row in named)
            continue
        seen.records += 1
        if stones and own(found, stones.holds):
            yield Problem(code="forgotten_remains", where=f"warc/{segment}@{position.offset}", detail=found.type)
        wrong = _wrong(found)
        if wrong is not None:
            damaged.add(position.offset)
            yield Problem(code="record_damaged", where=f"warc/{segment}@{position.offset}", detail=wrong)
        digest = first(found.fields, "WARC-Payload-Digest")
        for row in named:
            if row["warc_length"] != position.length:
                yield _lost(row, "position_mismatch")
            elif row["payload_digest"] is not None and digest is not None and row["payload_digest"] != digest:
                yield Problem(code="page_differs", where=_place(row), detail=str(row["requested_url"]))
        if named and found.type == REVISIT:
            yield from _repeated(root, position, named)
        if (
            not named
            and know
            and first(found.fields, "WARC-JSON-Metadata") is not None
            and position.offset not in damaged
        ):
            unnamed.append(position.offset)
    yield from (_lost(row, "bad_gzip") for left in rows.values() for row in left)
    if unnamed:
        yield from _unindexed(root, segment, frozenset(unnamed))


def _unindexed(root: Place, segment: str, unnamed: frozenset[int]) -> Iterator[Problem]:
    """Of records that no row names those that should have one: redirects and their like have none."""
    for found in warc.scan(root / segment, root=root):
        if isinstance(found, warc.StoredResponse) and found.position.offset in unnamed and found.info and counts(found):
            yield Problem(code="record_unindexed", where=f"warc/{segment}@{found.position.offset}", detail=found.url)
    for withheld in warc.scan_withheld(root / segment, root=root):
        if withheld.position.offset in unnamed:
            yield Problem(
                code="record_unindexed", where=f"warc/{segment}@{withheld.position.offset}", detail=withheld.url
            )


def _repeated(root: Place, position: WarcPosition, named: list[dict[str, object]]) -> Iterator[Problem]:
    """A record that stands for an earlier one's payload is worth as much as that one."""
    try:
        warc.read(root, position)
    except warc.WarcDamage as damage:
        yield from (_lost(row, damage.reason) for row in named)


def _wrong(record: Record) -> str | None:
    """What is wrong with a record whose gzip member is whole; None where its digests are right."""
    block = first(record.fields, "WARC-Block-Digest")
    if block is not None and agrees(block, record.block) is False:
        return "its block has another digest than its header says"
    payload = first(record.fields, "WARC-Payload-Digest")
    if record.type not in _HTTP or payload is None:
        return None
    try:
        body = parse_response(record.block)[3] if record.type == "response" else record.block
    except BlockError as error:
        return str(error)
    return "its payload has another digest than its header says" if agrees(payload, body) is False else None


def _lost(row: Mapping[str, object], reason: warc.DamageReason) -> Problem:
    return Problem(
        code="page_lost",
        where=_place(row),
        detail=f"{row['requested_url']}, {row['outcome']}: {warc.DAMAGE_REASONS[reason]}",
    )


def _place(row: Mapping[str, object]) -> str:
    return f"warc/{row['warc_file']}@{row['warc_offset']}"


def _why(found: warc.DamagedRecord) -> str:
    more = f"; {found.detail}" if found.detail else ""
    return f"{found.length} bytes: {warc.DAMAGE_REASONS[found.reason]}{more}"
