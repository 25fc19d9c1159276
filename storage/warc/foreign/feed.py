"""A file's bytes in order, with a way back to where a member of it began."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

BLOCK: Final = 256 * 1024
HELD: Final = 64 * 1024 * 1024
"""Bytes behind the reader that are kept at most: a damaged member longer than that is searched from there on."""


class Feed:
    """Reads ahead through ``read``, which returns at most so many bytes and ``b""`` at the end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._held = bytearray()
        self._start = 0
        self._at = 0
        self._ended = False

    @property
    def offset(self) -> int:
        """Where in the file the reader is, in bytes."""
        return self._start + self._at

    def mark(self) -> None:
        """Begin to keep what is read from here on, and let go of what came before."""
        del self._held[: self._at]
        self._start += self._at
        self._at = 0

    def back(self, offset: int) -> None:
        """Go back to ``offset``, or to the first byte after it that is still kept."""
        self._at = max(offset - self._start, 0)

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end; the reader stays where it is."""
        self._fill(size)
        return bytes(self._held[self._at : self._at + size])

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end."""
        found = self.peek(size)
        self._at += len(found)
        return found

    def find(self, pattern: bytes) -> bool:
        """Go to the next place that holds ``pattern``; to the end, and False, where there is none."""
        while True:
            place = self._held.find(pattern, self._at)
            if place >= 0:
                self._at = place
                self.mark()
                return True
            self._at = max(self._at, len(self._held) - len(pattern) + 1)
            self.mark()
            if not self._fill(len(self._held) + 1):
                self._at = len(self._held)
                return False

    def _fill(self, size: int) -> bool:
        """Read until ``size`` bytes lie ahead; whether that many came."""
        while len(self._held) - self._at < size:
            block = b"" if self._ended else self._read(BLOCK)
            if not block:
                self._ended = True
                return False
            self._held += block
            if self._at > HELD:
                del self._held[: self._at - HELD]
                self._start += self._at - HELD
                self._at = HELD
        return True
