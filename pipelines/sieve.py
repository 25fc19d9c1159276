"""From all events of many URLs to those few that tell each URL's state: which rows matter, found in vectors.

An event is one element of a structured array, :data:`EVENT`, of 35 bytes. Taking only the kept events of a URL, in
order, into a :class:`~pipelines.states.UrlState` gives the state that taking all of them gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.collector import give_back

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Events = npt.NDArray[np.void]

EVENT: Final = np.dtype(
    [
        ("key", "i8"),  # hash of the URL's kind and key
        ("when", "i8"),  # twice the instant in microseconds, odd where no announcement: those go first
        ("row", "u4"),
        ("born", "u4"),  # where the row holds an announcement: the second from which its age counts; else the row's own
        ("more", "u4"),  # place of its run and not_before in lists of their own, for few events need them; 0 is none
        ("flags", "u1"),
        ("status", "i2"),
        ("outcome", "u1"),
        ("kind", "u1"),
    ]
)
NEVER: Final = int(np.iinfo(np.int64).min)
NO_STATUS: Final = -1

ANNOUNCED: Final = 1  # the outcome is "announced"
ANNOUNCEMENT: Final = 2  # the row holds an announcement
FETCHED: Final = 4
FAILED: Final = 8
WHOLE: Final = 16  # a whole answer that was kept: it brings validators, digest and position
IDENTIFIED: Final = 32  # the row says which article the URL is
TOLD: Final = 64  # the row sets the status

PARTS: Final = 16
"""Events are worked on in so many parts, by the high bits of their keys, so that what sorting takes stays small."""


@dataclass(frozen=True, slots=True)
class Sieved:
    """URLs in the order of their keys, a vector for each property, and the rows that tell the rest.

    ``rows[starts[i]:starts[i + 1]]`` are those of URL ``i``, in the order in which they happened. ``fetched`` is in
    microseconds since 1970, :data:`NEVER` where it never was; ``born`` in seconds; ``more`` is a place in lists.
    """

    key: Ints
    fetched: Ints
    born: npt.NDArray[np.uint32]
    more: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    status: npt.NDArray[np.int16]
    outcome: npt.NDArray[np.uint8]
    kind: npt.NDArray[np.uint8]
    failures: npt.NDArray[np.uint8]
    known: Bools
    announced: Bools
    rows: npt.NDArray[np.uint32]


def part_of(key: Ints) -> npt.NDArray[np.uint8]:
    """Which part each key belongs to; parts are in the order of the keys."""
    return ((key >> 60) + 8).astype(np.uint8)


def split(events: Events) -> Iterator[tuple[int, Events]]:
    """``events`` by part, those of one part in the order in which they came."""
    parts = part_of(events["key"])
    order = np.argsort(parts, kind="stable")
    bounds = np.searchsorted(parts[order], np.arange(PARTS + 1))
    for part in range(PARTS):
        if bounds[part] < bounds[part + 1]:
            yield part, events[order[bounds[part] : bounds[part + 1]]]


def sieve(parts: Sequence[list[Events]], run: npt.NDArray[np.uint32]) -> Sieved:
    """All events, split by part, to what they say of each URL; ``run`` is the list of their runs.

    The parts are emptied on the way.
    """
    done: list[Sieved] = []
    for part in parts:
        events = np.concatenate(part) if part else np.empty(0, EVENT)
        part.clear()
        if len(events):
            done.append(_sieve(events, run))
        del events
        give_back()
    if not done:
        return _sieve(np.empty(0, EVENT), run)
    return _joined(done)


def _joined(done: list[Sieved]) -> Sieved:
    offsets = np.cumsum([0, *(len(one.rows) for one in done)])
    columns = {field.name: [getattr(one, field.name) for one in done] for field in fields(Sieved)}
    starts = [begin[:-1] + np.uint32(offset) for begin, offset in zip(columns["starts"], offsets, strict=False)]
    columns["starts"] = [*starts, np.array([offsets[-1]], np.uint32)]
    # One column at a time, so that never more than one stands twice in memory.
    done.clear()
    return Sieved(**{name: np.concatenate(columns.pop(name)) for name in list(columns)})


def _sieve(events: Events, run: npt.NDArray[np.uint32]) -> Sieved:
    order = np.lexsort((events["when"], events["key"]))
    events = events[order]
    count = len(events)
    places = np.arange(count)
    key = events["key"]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if count else np.empty(0, np.int64)
    sizes = np.diff(np.r_[first, count])
    flags = events["flags"]

    def has(flag: int) -> Bools:
        found: Bools = (flags & flag) != 0
        return found

    def last(where: Bools) -> Ints:
        """Of each URL, the place of the last event for which ``where`` holds, or -1."""
        return np.maximum.reduceat(np.where(where, places, -1), first) if count else places

    announcement = np.where(has(ANNOUNCEMENT), places, count)
    begun = np.minimum.reduceat(announcement, first) if count else places
    effective = ~has(ANNOUNCED) | (places <= np.repeat(begun, sizes))
    latest = last(effective)
    fetched, told, known = last(has(FETCHED)), last(has(TOLD)), last(has(IDENTIFIED))
    success = last(has(FETCHED) & ~has(FAILED))
    failed = has(FAILED) & (places > np.repeat(success, sizes))
    kept = np.zeros(count, np.bool_)
    kept[first] = True
    for found in (latest, fetched, told, known, success, last(has(WHOLE))):
        kept[found[found >= 0]] = True
    kept[begun[begun < count]] = True
    kept |= failed
    has_announcement = begun < count
    named = np.where(has_announcement, begun, latest)
    starts = np.r_[0, np.cumsum(np.add.reduceat(kept, first, dtype=np.int64))] if count else np.zeros(1, np.int64)
    return Sieved(
        key=key[first].copy(),
        born=events["born"][named].copy(),
        fetched=np.where(fetched >= 0, events["when"][fetched] >> 1, NEVER) if count else places,
        more=events["more"][latest].copy(),
        starts=starts.astype(np.uint32),
        status=np.where(told >= 0, events["status"][told], NO_STATUS).astype(np.int16)
        if count
        else places.astype("i2"),
        outcome=events["outcome"][latest].copy(),
        kind=events["kind"][first].copy(),
        failures=_failures(failed, run[events["more"]], first),
        known=known >= 0,
        announced=has_announcement,
        rows=events["row"][kept].copy(),
    )


def _failures(failed: Bools, run: npt.NDArray[np.uint32], first: Ints) -> npt.NDArray[np.uint8]:
    """Runs in a row in which each URL failed last; the tries of one run count once. Run 0 is none that is known."""
    if not len(failed):
        return np.empty(0, np.uint8)
    places = np.arange(len(failed))
    before = np.maximum.accumulate(np.where(failed, places, -1))
    previous = np.r_[-1, before[:-1]]
    begins = np.zeros(len(failed), np.int64)
    begins[first] = first
    same_url = previous >= np.maximum.accumulate(begins)
    again = same_url & (run == run[previous]) & (run != 0)
    return np.minimum(np.add.reduceat(failed & ~again, first, dtype=np.int64), 255).astype(np.uint8)


def index(keys: Ints, wanted: int) -> int | None:
    """Where ``wanted`` stands in ``keys``, which are sorted, or None."""
    place = int(keys.searchsorted(wanted))
    return place if place < len(keys) and keys[place] == wanted else None
