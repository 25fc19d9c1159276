"""What the stamps of one page say together about the publisher's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from pipelines.timestamps import Stamp
from pipelines.zones import EAST, WEST

# Two readings of one clock may differ by the seconds that one of them leaves out.
_SAME = dt.timedelta(seconds=60)
_QUARTER = 15
# The offsets in use, in minutes: whole hours and these (IANA time zone database, 2020 to 2026).
_ODD = frozenset((-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825))


def of_datetime(value: dt.datetime, raw: str | None) -> Stamp | None:
    """A Stamp of a ``datetime``, aware or naive."""
    delta = value.utcoffset()
    offset = int(delta.total_seconds() // 60) if delta is not None else None
    return Stamp(day=value.date(), time=value.time(), offset=offset, utc=offset == 0, raw=raw or value.isoformat())


def settle(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    """``stamp`` with the offset that ``others``, the page's further stamps, betray; as it is where they say nothing.

    A naive time takes the offset of a stamp that shows the same local time, else of one nearby that knows the
    publisher's own offset, else of an instant in UTC a whole number of quarters of an hour away. An instant known
    in UTC only is put on the clock of a naive stamp that shows the same moment. A time that repeats another one's
    clock under ``Z`` was mislabelled, and so was a UTC time under the local offset.
    """
    if stamp.time is None:
        return stamp
    own = [other for other in others if other.time is not None and other is not stamp]
    if stamp.offset is None:
        return _naive(stamp, own)
    settled = _relabelled(stamp, own)
    return _localised(settled, own) if settled.utc else settled


def _naive(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    local = stamp.local
    assert local is not None
    aware = [other for other in others if other.offset is not None]
    for other in sorted(aware, key=lambda o: o.utc):
        if other.local is not None and abs(other.local - local) < _SAME:
            return replace(stamp, offset=other.offset, utc=other.utc)
    for other in aware:
        if other.utc and (offset := _offset_between(local, other)) is not None:
            return replace(stamp, offset=offset, utc=offset == 0)
    for other in aware:
        # Close enough that the clocks were not changed in between.
        if not other.utc and other.local is not None and abs(other.local - local) < dt.timedelta(days=14):
            return replace(stamp, offset=other.offset)
    return stamp


def _offset_between(local: dt.datetime, other: Stamp) -> int | None:
    """The offset at which the instant ``other`` reads ``local``, where there is one."""
    instant = other.instant
    if instant is None:
        return None
    minutes = (local - instant.replace(tzinfo=None)).total_seconds() / 60
    rounded = round(minutes / _QUARTER) * _QUARTER
    if abs(minutes - rounded) < 1.01 and WEST <= rounded <= EAST and (rounded % 60 == 0 or rounded in _ODD):
        return rounded
    return None


def _relabelled(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    """``stamp`` with its zone mended where another stamp shows that it is wrong."""
    local, instant = stamp.local, stamp.instant
    if local is None or instant is None:
        return stamp
    for other in others:
        if other.offset is None or other.local is None or other.instant is None:
            continue
        if stamp.utc and not other.utc and abs(other.local - local) < _SAME:
            return replace(stamp, offset=other.offset, utc=False)
        # The local offset put after a time in UTC: read as UTC, it is the other one's instant.
        shifted = local.replace(tzinfo=dt.UTC)
        if not stamp.utc and other.offset == stamp.offset and stamp.offset and abs(shifted - other.instant) < _SAME:
            return replace(other, raw=stamp.raw)
    return stamp


def _localised(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    instant = stamp.instant
    if instant is None:
        return stamp
    for other in others:
        if other.offset is not None and not other.utc and other.instant is not None:
            if abs(other.instant - instant) < dt.timedelta(days=14):
                return stamp.on_clock(other.offset)
        elif other.offset is None and other.local is not None:
            offset = _offset_between(other.local, stamp)
            if offset:
                return stamp.on_clock(offset)
    return stamp
