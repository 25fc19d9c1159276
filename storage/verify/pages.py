"""The WARC against the tables: every record's digests, every place that a row names, every record that none does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
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
from storage.verify.stream import batches
from storage.warc.digest import agrees
from storage.warc.headers import REVISIT, BlockError, first, parse_response
from storage.warc.reader import Record, records

_NAMED = ("warc_file", "warc_offset", "warc_length", "requested_url", "outcome", "run", "payload_digest", "kind")
_HTTP = ("response", "conversion")
# Rows that are held at once: some 200 bytes each, and the whole column is read once for so many.
AT_ONCE = 200_000


@dataclass(slots=True)
class Seen:
    """How many segments and records were read."""

    segments: int = 0
    records: int = 0


class Places:
    """What ``captures`` names in the WARC, for some segments at a time: of all rows only a count for each segment."""

    def __init__(self, captures: Rows) -> None:
        self._captures = captures
        self.counts: Counter[str] = Counter()
        for batch in batches(captures, ["warc_file"]):
            for counted in batch["warc_file"].drop_null().value_counts().to_pylist():
                self.counts[counted["values"]] += counted["counts"]

    def of(self, segments: Sequence[str]) -> Iterator[tuple[str, pa.Table | None]]:
        """Each of ``segments`` with its rows, None where there are none: read for :data:`AT_ONCE` rows at a time."""
        group: list[str] = []
        for segment in segments:
            if group and sum(self.counts[one] for one in group) + self.counts[segment] > AT_ONCE:
                yield from self._read(group)
                group = []
            group.append(segment)
        yield from self._read(group)

    def _read(self, segments: Sequence[str]) -> Iterator[tuple[str, pa.Table | None]]:
        wanted = pa.array([one for one in segments if self.counts[one]], pa.string())
        if not len(wanted):
            yield from ((segment, None) for segment in segments)
            return
        every = batches(self._captures, _NAMED)
        found = [batch.filter(pc.is_in(batch["warc_file"], value_set=wanted)) for batch in every]
        table = pa.Table.from_batches([batch for batch in found if batch.num_rows])
        table = table.sort_by([("warc_file", "ascending"), ("warc_offset", "ascending")])
        parts: dict[str, pa.Table] = {}
        start = 0
        for counted in table["warc_file"].value_counts().to_pylist():
            parts[counted["values"]] = table.slice(start, counted["counts"])
            start += counted["counts"]
        yield from ((segment, parts.get(segment)) for segment in segments)


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
    """Read every record of every segment and hold it against the rows that name it; with ``quick`` only the sizes.

    Without ``named``, where ``captures`` cannot be read, the records alone are checked. With ``quick`` no record is
    read: only that each place lies within its file. Segments of living runs are left out.
    """
    segments = [segment for segment in warc.segments(root) if warc.run_of(segment) not in writing]
    for segment, part in named.of(segments) if named is not None else ((segment, None) for segment in segments):
        seen.segments += 1
        problems += (
            _quick(root, segment, part)
            if quick
            else _segment(root, segment, part, seen, know=named is not None, stones=stones)
        )
    known = set(segments)
    gone = sorted(named.counts.keys() - known) if named is not None else []
    for _, part in named.of([file for file in gone if warc_run(file) not in writing]) if named is not None else ():
        problems += [_lost(row, "missing_file") for row in part.to_pylist()] if part is not None else []


def warc_run(file: str) -> str | None:
    """The run that a segment's name tells, None where it is no segment's name."""
    try:
        return warc.run_of(file)
    except ValueError:
        return None


def articles(captures: Rows, kept: Rows, *, writing: frozenset[str]) -> Iterator[Problem]:
    """Pages that one of the two tables takes for articles and the other does not."""
    numbers: dict[str | None, int] = {}
    gave = pc.field("outcome").isin(sorted(KEEPS))
    ours, theirs = _codes(captures, numbers, gave), _codes(kept, numbers)
    missing = np.setdiff1d(ours, theirs)
    if len(missing):
        columns = ("warc_file", "warc_offset", "requested_url", "run")
        for row in _told(captures, columns, missing, numbers, gave):
            if row["run"] not in writing:
                yield Problem(code="article_missing", where=_place(row), detail=row["requested_url"])
    del ours
    unknown = np.setdiff1d(theirs, _codes(captures, numbers))
    if len(unknown):
        for row in _told(kept, ("warc_file", "warc_offset", "url", "run"), unknown, numbers):
            if row["run"] not in writing:
                yield Problem(code="article_unknown", where=_place(row), detail=row["url"])


# Far above the offset of any record: a segment rotates at a gigabyte.
_ROOM = 1 << 40


def _codes(rows: Rows, numbers: dict[str | None, int], filter: pc.Expression | None = None) -> npt.NDArray[np.int64]:  # noqa: A002
    """The places that rows name, each as one number: that of its segment in ``numbers``, and its offset."""
    found = [_code(batch, numbers) for batch in rows.to_batches(["warc_file", "warc_offset"], filter)]
    return np.concatenate([np.zeros(0, np.int64), *found])


def _code(batch: pa.RecordBatch, numbers: dict[str | None, int]) -> npt.NDArray[np.int64]:
    files = batch["warc_file"].dictionary_encode()
    known = [numbers.setdefault(file, len(numbers)) for file in files.dictionary.to_pylist()]
    none = numbers.setdefault(None, len(numbers))
    segment = np.append(np.array(known, np.int64), none)[pc.fill_null(files.indices, len(known)).to_numpy(False)]
    codes: npt.NDArray[np.int64] = segment * _ROOM + pc.fill_null(batch["warc_offset"], 0).to_numpy(False)
    return codes


def _told(
    rows: Rows,
    columns: Sequence[str],
    wanted: npt.NDArray[np.int64],
    numbers: dict[str | None, int],
    filter: pc.Expression | None = None,  # noqa: A002
) -> Iterator[dict[str, Any]]:
    """The rows that name one of the places ``wanted``."""
    for batch in rows.to_batches(columns, filter):
        at = np.flatnonzero(np.isin(_code(batch, numbers), wanted))
        if len(at):
            yield from batch.take(pa.array(at)).to_pylist()


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
