"""From a file's bytes to the text of its records: gzip members (RFC 1952), Zstandard frames (RFC 8878), or neither.

Zstandard with a dictionary follows the draft that the programs that write such files go by (IIPC, "Zstandard
compression for WARC"): the file begins with a skippable frame 0x184D2A5D that holds it.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Final

from storage.errors import ArchiveError
from storage.warc import fast
from storage.warc.exchange import DamageReason
from storage.warc.foreign.feed import Feed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP: Final = b"\x1f\x8b\x08"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
SKIPPABLE: Final = b"\x5d\x2a\x4d\x18"
CHUNK: Final = 64 * 1024
"""Compressed bytes inflated at a time: at deflate's 1,032 to 1 at most 66 MB come out of one."""
WHOLE: Final = 4 * 1024 * 1024
"""A member that inflates to more is handed on in pieces, before its checksum is known to be right."""
DICTIONARY: Final = 128 * 1024 * 1024
_STARTS: Final = b"WARC/"
_ERRORS: Final[tuple[type[Exception], ...]] = (*fast.ERRORS, zstd.ZstdError)
_OTHERS: Final = (
    (b"filedesc://", "it is an ARC file; make a WARC of it with: warcio recompress OLD.arc.gz NEW.warc.gz"),
    (b"PK\x03\x04", "it is a ZIP or WACZ file; unpack it and name the folder archive/ in it"),
    (b"\xfd7zXZ", "it is compressed with xz; unpack it with: xz -d FILE"),
    (b"BZh", "it is compressed with bzip2; unpack it with: bunzip2 FILE"),
    (b"version https://git-lfs", "it only points to a file of Git LFS; fetch that with: git lfs pull"),
)


Lost = tuple[DamageReason, str]
"""What is wrong with a stretch, and a detail."""


class NoWarc(ArchiveError):
    """The file is none that can be read as WARC; the message says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the text, from the member at ``offset`` of the file; ``starts`` is whether that begins here.

    ``lost`` is what is wrong right behind it; where ``broken``, with the member that this stretch is of.
    """

    data: bytes
    offset: int
    starts: bool = False
    lost: Lost | None = None
    broken: bool = False


def pieces(feed: Feed) -> Iterator[Piece]:
    """The text of the file in pieces; the last may be empty, and only tell what was wrong before it.

    Raises NoWarc where the file holds no WARC records.
    """
    head = feed.peek(CHUNK)
    if not head:
        raise NoWarc("it is empty")
    if head.startswith(GZIP):
        make: Callable[[], fast.Inflater] = fast.inflater
        magic = GZIP
    elif head.startswith((ZSTD, SKIPPABLE)):
        make, magic = _zstd(_dictionary(feed)), ZSTD
    else:
        _refuse_others(head)
        yield from _plain(feed)
        return
    _refuse_others(_beginning(make, feed.peek(CHUNK)))
    yield from _members(feed, make, magic)


def _zstd(dictionary: bytes | None) -> Callable[[], fast.Inflater]:
    known = zstd.ZstdDict(dictionary) if dictionary is not None else None
    return lambda: zstd.ZstdDecompressor(zstd_dict=known)


def _dictionary(feed: Feed) -> bytes | None:
    """The dictionary that the file begins with, or None; the feed stands behind it then."""
    if not feed.peek(4).startswith(SKIPPABLE):
        return None
    size = _size_of_skippable(feed)
    if size > DICTIONARY:
        raise NoWarc(f"it begins with a dictionary of {size} bytes, and at most {DICTIONARY} are read")
    data = feed.take(size)
    try:
        return zstd.decompress(data) if data.startswith(ZSTD) else data
    except zstd.ZstdError as error:
        raise NoWarc(f"the dictionary that it begins with is damaged: {error}") from None


def _size_of_skippable(feed: Feed) -> int:
    """The length of a skippable frame's content; the feed stands at its first byte then."""
    size: int = struct.unpack("<I", feed.take(8)[4:].ljust(4, b"\0"))[0]
    return size


def _refuse_others(text: bytes) -> None:
    """Raise where the text is known to be something else, or has no beginning of a record anywhere near its own."""
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, what in _OTHERS:
        if start.startswith(mark):
            raise NoWarc(what)
    if _STARTS not in text and text:
        what = "an HTML page, as of an error or a login" if start.startswith(b"<") else "none"
        raise NoWarc(f"it should hold WARC records and holds {what}; fetch it again")


def _beginning(make: Callable[[], fast.Inflater], data: bytes) -> bytes:
    try:
        return make().decompress(data)
    except _ERRORS:
        return b""


def _plain(feed: Feed) -> Iterator[Piece]:
    while True:
        offset = feed.offset
        data = feed.take(CHUNK)
        if not data:
            return
        feed.mark()
        yield Piece(data=data, offset=offset)


def _members(feed: Feed, make: Callable[[], fast.Inflater], magic: bytes) -> Iterator[Piece]:
    while True:
        feed.mark()
        start = feed.offset
        head = feed.peek(len(magic))
        if not head:
            return
        if magic == ZSTD and head[1:] == SKIPPABLE[1:] and head[0] & 0xF0 == 0x50:
            feed.take(_size_of_skippable(feed))
            continue
        if head == magic:
            whole = yield from _member(feed, make(), start)
            if whole:
                continue
        else:
            yield Piece(data=b"", offset=start, starts=True, lost=("bad_gzip", "no member begins here"))
        feed.back(start + 1)
        while feed.find(magic) and not _beginning(make, feed.peek(CHUNK)).startswith(_STARTS):
            feed.take(1)


def _member(feed: Feed, machine: fast.Inflater, start: int) -> Generator[Piece, None, bool]:
    """The text of the member that begins here; whether it is whole."""
    parts: list[bytes] = []
    size, starts = 0, True
    lost: Lost | None = None
    while not machine.eof:
        chunk = feed.take(CHUNK)
        if not chunk:
            lost = ("torn", "")
            break
        try:
            parts.append(machine.decompress(chunk))
        except _ERRORS as error:
            lost = ("bad_gzip", str(error))
            break
        size += len(parts[-1])
        if size > WHOLE and not machine.eof:
            yield Piece(data=b"".join(parts), offset=start, starts=starts)
            parts.clear()
            size, starts = 0, False
            feed.mark()
    else:
        feed.back(feed.offset - len(machine.unused_data))
    broken = lost is not None and (size > 0 or not starts)
    yield Piece(data=b"".join(parts), offset=start, starts=starts, lost=lost, broken=broken)
    return lost is None
