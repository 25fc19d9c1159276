"""The text of a foreign file, read as it is needed, and the walls in it.

A wall is a place where a member begins with a record, or before which something was lost: no record reaches over it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from storage.warc.foreign.members import Lost, Piece
from storage.warc.headers import BlockError, first, parse_warc

VERSION: Final = b"WARC/"
_NEXT: Final = re.compile(rb"(?<=\n)WARC/[01]\.[0-9]+\r?\n")
# What a header needs to show the segment that it belongs to.
_HEADER: Final = 16 * 1024
# What lies behind a record: two line ends, and the word that the next one begins with.
_BEHIND: Final = 16


@dataclass(slots=True)
class _Wall:
    at: int
    offset: int
    lost: Lost | None = None
    broken: bool = False


class Text:
    """The text ahead. ``segment`` is the id of the warcinfo record that the records so far belong to, where told.

    Places are counted in bytes from where the text stands.
    """

    def __init__(self, source: Iterator[Piece]) -> None:
        self.segment: str | None = None
        self._source = source
        self._held = bytearray()
        self._walls: deque[_Wall] = deque()
        self._members = 0
        self._passed = 0
        self._member = (0, 0)

    @property
    def offset(self) -> int:
        """Where the member begins in the file that the text stands in, and how far into its text that is, added up."""
        here = [wall.offset for wall in self._walls if wall.at == 0]
        at, passed = self._member
        return here[-1] if here else at + self._passed - passed

    @property
    def behind(self) -> int:
        """The same of what follows once line ends are gone over."""
        reached = self.reach(_BEHIND)
        blank = reached - len(bytes(self._held[:reached]).lstrip(b"\r\n"))
        walls = [wall.offset for wall in self._walls if wall.at == blank]
        return walls[-1] if walls else self.offset + blank

    def begins(self) -> bool:
        """Go over line ends to where a record should begin; whether there is anything left, even if only damage."""
        while True:
            if self._lost_here():
                return True
            reached = self.reach(_BEHIND)
            blank = reached - len(bytes(self._held[:reached]).lstrip(b"\r\n"))
            self._cross()
            self.drop(blank)
            if blank < reached:
                return True
            if not self._held and not self._walls and not self._more():
                return False

    def lost(self) -> Lost | None:
        """What was lost right before the place where the text stands; told once."""
        lost = self._lost_here()
        self._cross()
        return lost

    def lost_behind(self) -> Lost | None:
        """What broke the member that ends with the record that the text stands behind: it cannot be trusted then."""
        reached = self.reach(_BEHIND)
        if bytes(self._held[:reached]).strip(b"\r\n"):
            return None
        return self._tell(reached, broken=True)

    def lost_within(self, size: int) -> Lost | None:
        """What was lost at the wall that ends the next ``size`` bytes early, or None. Told once."""
        reached = self.reach(size)
        return self._tell(reached) if reached < size else None

    def _lost_here(self) -> Lost | None:
        return next((wall.lost for wall in self._walls if wall.at == 0 and wall.lost is not None), None)

    def _cross(self) -> None:
        while self._walls and self._walls[0].at == 0:
            self._member = (self._walls.popleft().offset, self._passed)

    def _tell(self, place: int, *, broken: bool = False) -> Lost | None:
        for wall in self._walls:
            if wall.at == place and wall.lost is not None and (wall.broken or not broken):
                lost, wall.lost = wall.lost, None
                return lost
        return None

    def reach(self, size: int) -> int:
        """How many of the next ``size`` bytes there are before a wall or the end."""
        while True:
            wall = self._wall()
            if wall is not None:
                return min(size, wall)
            if len(self._held) >= size or not self._more():
                return min(size, len(self._held))

    def search(self, pattern: re.Pattern[bytes], limit: int) -> int:
        """Where the first match within ``limit`` bytes ends; 0 where there is none before a wall or the end."""
        size = 4096
        while True:
            reached = self.reach(size)
            found = pattern.search(self._held, 0, reached)
            if found is not None:
                return found.end()
            if reached < size or size >= limit:
                return 0
            size = min(size * 8, limit)

    def get(self, start: int, end: int) -> bytes:
        """A stretch of the text that was reached."""
        return bytes(self._held[start:end])

    def ends(self, place: int) -> bool:
        """Whether a record may end there: two line ends follow, or the next record, or a wall."""
        behind = bytes(self._held[place : self.reach(place + _BEHIND)])
        rest = behind.lstrip(b"\r\n")
        return behind.startswith(b"\r\n\r\n") or rest.startswith(VERSION) or VERSION.startswith(rest)

    def drop(self, size: int) -> None:
        """Go on by ``size`` bytes, over no wall."""
        if size:
            self._cross()
            del self._held[:size]
            self._passed += size
            for wall in self._walls:
                wall.at -= size

    def skip(self, start: int, size: int) -> int:
        """Go over a block of ``size`` bytes that begins at ``start``, without holding it; how many of them there were.

        Where one member holds many records, a record that comes sooner ends it too, for the size may be wrong.
        """
        if self._members < 2:
            return min(self.resync(start) - start, size)
        passed = 0
        self.drop(start)
        while passed < size:
            reached = self.reach(min(size - passed, 1 << 20))
            if not reached:
                break
            self.drop(reached)
            passed += reached
            if self._wall(0) == 0:
                break
        return passed

    def resync(self, start: int) -> int:
        """Go to the next record at or behind ``start``, to the next wall, or to the end; by how many bytes."""
        before, at = self._passed, start
        while True:
            wall = self._wall()
            stop = len(self._held) if wall is None else wall
            found = _NEXT.search(self._held, at, stop)
            if found is not None:
                place = found.start()
                if self._belongs(place):
                    self.drop(place)
                    break
                at = place + 1
                continue
            if wall is not None:
                self.drop(wall)
                break
            # A match has at most as many bytes as are kept.
            passed = max(stop - 64, 0)
            self.drop(passed)
            at = max(at - passed, min(1, stop - passed))
            if not self._more():
                self.drop(len(self._held))
                break
        return self._passed - before

    def _belongs(self, place: int) -> bool:
        """Whether the record there is one of this file's, and none that a page carries in itself, as far as is told."""
        if self.segment is None:
            return True
        try:
            fields, _ = parse_warc(self.get(place, self.reach(place + _HEADER)))
        except BlockError:
            return False
        mine = first(fields, "WARC-Record-ID" if first(fields, "WARC-Type") == "warcinfo" else "WARC-Warcinfo-ID")
        return mine == self.segment

    def _wall(self, least: int = 1) -> int | None:
        """Where the next wall stands that is ``least`` bytes ahead."""
        return next((wall.at for wall in self._walls if wall.at >= least), None)

    def _more(self) -> bool:
        piece = next(self._source, None)
        if piece is None:
            return False
        if piece.starts and (piece.data.startswith(VERSION) or not piece.data):
            self._walls.append(_Wall(len(self._held), piece.offset))
            self._members += 1
        self._held += piece.data
        if piece.lost is not None:
            self._walls.append(_Wall(len(self._held), piece.offset, piece.lost, piece.broken))
        return True
