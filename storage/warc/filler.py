"""What takes the place of a record that was removed: a whole record of exactly its length, which says nothing of it.

So no other record moves, readers read on, and digests agree.
"""

from __future__ import annotations

import datetime as dt
import struct
import uuid
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from storage.places import Place, sync, write
from storage.records import WarcPosition
from storage.warc.digest import sha1
from storage.warc.exchange import DamagedRecord
from storage.warc.headers import warc_block
from storage.warc.reader import records

_COMMENT: Final = 0x10
"""The flag FCOMMENT: a text that ends with a zero byte follows the header (RFC 1952, section 2.3)."""
_STORED: Final = 0xFFFF
"""Bytes in one stored block of deflate at most, each with five bytes of header (RFC 1951, section 3.2.4)."""
_END: Final = b"\r\n\r\n"


class TooShort(ValueError):
    """No WARC record fits into so few bytes; the shortest that the log ever wrote have several times as many."""


def filler(length: int, *, at: dt.datetime, segment_id: str | None) -> bytes:
    """A gzip member of ``length`` bytes that holds a ``metadata`` record, dated ``at``, of the segment of that id.

    The record's block is blank. Its header is deflated, the blanks are stored, and a comment in the gzip header takes
    the few bytes that are left over. Raises :class:`TooShort` below some 250 bytes.
    """
    record_id = f"<urn:uuid:{uuid.uuid4()}>"
    blanks = length
    for _ in range(16):
        member = _member(blanks, record_id, at, segment_id)
        over = len(member) - length
        if over == 0:
            return member
        if over < 0 and -over <= 64:
            return _commented(member, -over)
        if over > 0 and blanks == 0:
            break
        # Aimed a little short: a comment can take up to 64 bytes, and the digits of a length come and go.
        blanks = max(0, blanks - over - (8 if over > 0 else 0))
    raise TooShort(f"{length} bytes hold no record")


def overwrite(root: Place, places: Sequence[WarcPosition], *, at: dt.datetime) -> int:
    """Put fillers in these places of the segments below ``root``, durable when this returns; how many were there.

    A segment that is gone, or ends before the place does, is passed over: what stood there went with it.
    """
    done = 0
    for name in sorted({place.file for place in places}):
        path = root / name
        if not path.exists():
            continue
        size, segment_id = path.stat().st_size, _segment_id(path, root)
        here = [one for one in places if one.file == name and one.offset + one.length <= size]
        fillers = [(one.offset, filler(one.length, at=at, segment_id=segment_id)) for one in here]
        if isinstance(path, Path):
            with path.open("r+b") as file:
                _put(file, fillers)
                file.flush()
            sync(path)
        else:
            with BytesIO(path.read_bytes()) as whole:
                _put(whole, fillers)
                write(path, whole.getvalue())
        done += len(here)
    return done


def _put(file: BinaryIO, pieces: Sequence[tuple[int, bytes]]) -> None:
    for offset, piece in pieces:
        file.seek(offset)
        file.write(piece)


def _segment_id(path: Place, root: Place) -> str | None:
    """The id of the segment's ``warcinfo`` record: readers find their way past damage by it."""
    found, _ = next(records(path, root=root))
    return None if isinstance(found, DamagedRecord) else found.segment_id


def _member(blanks: int, record_id: str, at: dt.datetime, segment_id: str | None) -> bytes:
    block = b" " * blanks
    fields = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]
    if segment_id is not None:
        fields.append(("WARC-Warcinfo-ID", segment_id))
    fields += [
        ("Content-Type", "text/plain"),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Length", str(blanks)),
    ]
    head = warc_block(fields)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", deflate.compress(head), deflate.flush(zlib.Z_FULL_FLUSH)]
    data = block + _END
    for start in range(0, len(data), _STORED):
        piece = data[start : start + _STORED]
        last = start + _STORED >= len(data)
        parts += [struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF), piece]
    parts.append(struct.pack("<II", zlib.crc32(data, zlib.crc32(head)), (len(head) + len(data)) & 0xFFFFFFFF))
    return b"".join(parts)


def _commented(member: bytes, room: int) -> bytes:
    """The member with ``room`` bytes more: a comment of one less, and its end."""
    return member[:3] + bytes([_COMMENT]) + member[4:10] + b" " * (room - 1) + b"\x00" + member[10:]
