"""Something that is had by ranges of bytes, as a file to read and to seek in."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

AHEAD: Final = 256 * 1024
"""Bytes fetched at once: a page's record is mostly smaller, and whoever reads a segment through asks often enough."""


def buffered(fetch: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """A file of ``size`` bytes; ``fetch`` gives so many bytes (the second) from a place (the first) on."""
    return io.BufferedReader(_Ranges(fetch, size), AHEAD)


class _Ranges(io.RawIOBase):
    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence] + offset
        return self._place

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._place))
        if count:
            view[:count] = self._fetch(self._place, count)
            self._place += count
        return count
