"""From the text of a foreign file to its records, past whatever is damaged.

A record counts where its Content-Length leads to the next record, to the end of its member, or to the end of the file.
After damage, reading goes on at the next member that begins with a record, or at the next line that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from storage.records import WarcPosition
from storage.warc.exchange import DamagedRecord, Headers
from storage.warc.foreign.feed import Feed
from storage.warc.foreign.members import Lost, pieces
from storage.warc.foreign.text import VERSION, Text
from storage.warc.headers import BlockError, first, parse_warc
from storage.warc.reader import Record

RECORD_LIMIT: Final = 64 * 1024 * 1024
"""The largest record, in bytes after inflation, whose block is read."""
HEAD_LIMIT: Final = 256 * 1024
"""The largest header of a record, in bytes: those met in the wild have a kilobyte, with CDX fields or JSON three."""

_BLANK: Final = re.compile(rb"\r?\n\r?\n")


def scan(feed: Feed, name: str, *, limit: int = RECORD_LIMIT) -> Iterator[tuple[Record | DamagedRecord, WarcPosition]]:
    """Every record of the file called ``name``, of whatever type, in order, and every damaged stretch.

    A position tells where the record's member begins in the file; where one member holds many records, their place in
    its text is added. Of a record larger than ``limit`` bytes nothing is kept in memory.

    Raises :class:`~storage.warc.foreign.members.NoWarc` where the file holds no WARC records.
    """
    text = Text(pieces(feed))
    while text.begins():
        offset = text.offset
        found = _record(text, limit)
        position = WarcPosition(file=name, offset=offset, length=max(text.behind - offset, 0))
        if isinstance(found, Record):
            text.segment = found.segment_id or text.segment
            yield found, position
        else:
            reason, detail = found
            length = position.length
            yield DamagedRecord(file=name, offset=offset, length=length, reason=reason, detail=detail), position


def _record(text: Text, limit: int) -> Record | Lost:
    """The record that the text goes on with, or what is wrong with it; the text stands behind it then."""
    lost = text.lost()
    if lost is not None:
        return lost
    end = text.search(_BLANK, HEAD_LIMIT)
    fields, told = _head(text.get(0, end))
    if fields is None or told is None:
        lost = text.lost_within(HEAD_LIMIT) if not end else None
        text.resync(1)
        return lost or ("not_a_record", "no WARC header" if fields is None else "no Content-Length")
    if told > limit:
        passed = text.skip(end, told)
        if passed < told:
            return "length_mismatch", f"Content-Length {told}, {passed} bytes follow"
        return "too_large", f"more than {limit} bytes"
    reached = text.reach(end + told)
    if reached < end + told:
        short = f"Content-Length {told}, {reached - end} bytes follow"
        lost = text.lost_within(end + told) or ("length_mismatch", short)
        text.resync(end)
        return lost
    if not text.ends(end + told):
        text.resync(end)
        return "length_mismatch", f"Content-Length {told}, and no record follows"
    block = text.get(end, end + told)
    text.drop(end + told)
    lost = text.lost_behind()
    return lost if lost is not None else Record(fields, block)


def _head(data: bytes) -> tuple[Headers | None, int | None]:
    """A record's header fields and its Content-Length, each None where there is none."""
    if not data.startswith(VERSION):
        return None, None
    try:
        fields, _ = parse_warc(data)
    except BlockError:
        return None, None
    told = first(fields, "Content-Length") or ""
    return fields, int(told) if told.isascii() and told.isdigit() and len(told) < 20 else None
