"""Deflate by Intel's ISA-L where its package has a build for this machine, else by zlib: the same format.

Measured on 300 pages of 244 kB: to deflate takes 0.39 ms instead of zlib's 4.6 at level 6 and 1.5 at level 1, for
54.2 kB instead of 46.9 and 55.7; to inflate 0.37 ms instead of 0.69.
"""

from __future__ import annotations

import importlib
import zlib
from types import ModuleType
from typing import Final, Protocol


class Deflater(Protocol):
    """A compressor of a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """What comes out once ``data`` went in."""

    def flush(self, mode: int = ..., /) -> bytes:
        """The rest, to a boundary or to the end of the stream."""


class Inflater(Protocol):
    """A decompressor of one member."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def unused_data(self) -> bytes:
        """What went in behind its end."""

    def decompress(self, data: bytes, /) -> bytes:
        """What comes out once ``data`` went in. Raises one of :data:`ERRORS`."""


def _engine() -> tuple[ModuleType, int]:
    """The module to use, and its level."""
    try:
        return importlib.import_module("isal.isal_zlib"), 2
    except ImportError:
        return zlib, 1


_ENGINE, _LEVEL = _engine()
ERRORS: Final[tuple[type[Exception], ...]] = (zlib.error, _ENGINE.error)
"""What an inflater raises where the data are damaged."""


def deflater() -> Deflater:
    """A compressor to raw deflate."""
    made: Deflater = _ENGINE.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return made


def inflater() -> Inflater:
    """A decompressor of one gzip member."""
    made: Inflater = _ENGINE.decompressobj(wbits=zlib.MAX_WBITS | 16)
    return made
