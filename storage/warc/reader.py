"""Out of the log: one record at its position, or all of a segment, past any damage.

A record counts only if its gzip member reaches its trailer, with the right checksum and length, and if its
Content-Length is the length of its block. Nothing else shows that a record was written to its end.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from warcio.bufferedreaders import ChunkedDataReader

from storage.places import Place, below
from storage.records import WarcPosition
from storage.warc.digest import agrees, sha1
from storage.warc.exchange import (
    TRUNCATIONS,
    DamagedRecord,
    DamageReason,
    Headers,
    Original,
    StoredResponse,
    WarcDamage,
)
from storage.warc.headers import CONVERSION, NOT_MODIFIED, REVISIT, BlockError, first, parse_response, parse_warc
from storage.warc.member import CHUNK, MAGIC, MemberBroken, MemberTooLarge, MemberTorn, beginning, unpack
from storage.warc.metadata import MetadataError, answer_of, from_header, original_of

RECORD_LIMIT: Final = 256 * 1024 * 1024
"""The largest record, in bytes after inflation, that is read unless the caller says otherwise."""

_SEARCH: Final = 1024 * 1024
_SHA1: Final = re.compile(r"sha1:[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class _Bad:
    reason: DamageReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its header fields and its block."""

    fields: Headers
    block: bytes

    @property
    def type(self) -> str:
        """The WARC-Type, lower case."""
        return (first(self.fields, "WARC-Type") or "").lower()

    @property
    def segment_id(self) -> str | None:
        """The id of the warcinfo record that the segment begins with, as far as this record tells."""
        return first(self.fields, "WARC-Record-ID" if self.type == "warcinfo" else "WARC-Warcinfo-ID")


def read(root: Place, position: WarcPosition, *, limit: int = RECORD_LIMIT) -> StoredResponse:
    """The response record at a position below ``root``, whole and with its payload's digest verified.

    A ``revisit`` record comes with the payload that it stands for; that of an answer 304 is had by reading
    ``original.position``.

    Raises :class:`WarcDamage`, whose ``reason`` says what is wrong with it; an ``OSError`` where the file is there but
    cannot be read.
    """
    relative = PurePosixPath(position.file)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts:
        raise WarcDamage("outside_archive", position)
    try:
        with (root / relative).open("rb") as file:
            found = _read_member(file, position, limit)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise WarcDamage("missing_file", position) from None
    response = found if isinstance(found, _Bad) else _whole(root, found, position, limit)
    if response is None:
        raise WarcDamage("not_a_response", position)
    if isinstance(response, _Bad):
        raise WarcDamage(response.reason, position, response.detail)
    return response


def scan(path: Place, *, root: Place, limit: int = RECORD_LIMIT) -> Iterator[StoredResponse | DamagedRecord]:
    """Every response record of the segment at ``path`` (below ``root``), in order, and every damaged stretch.

    After damage, reading goes on at the next gzip member that begins a record of the same segment, as its
    ``WARC-Warcinfo-ID`` tells: a page cannot know this id, so a record that a page carries in its payload is never
    taken for one of the log's. Of a record larger than ``limit`` bytes nothing is kept in memory.
    """
    for found, position in records(path, root=root, limit=limit):
        response = found if isinstance(found, DamagedRecord) else response_of(root, found, position, limit=limit)
        if response is not None:
            yield response


def response_of(
    root: Place, record: Record, position: WarcPosition, *, limit: int = RECORD_LIMIT
) -> StoredResponse | DamagedRecord | None:
    """The record as a response with its payload; None where it is of another type."""
    found = _whole(root, record, position, limit)
    if not isinstance(found, _Bad):
        return found
    return DamagedRecord(
        file=position.file, offset=position.offset, length=position.length, reason=found.reason, detail=found.detail
    )


def records(
    path: Place, *, root: Place, limit: int = RECORD_LIMIT
) -> Iterator[tuple[Record | DamagedRecord, WarcPosition]]:
    """Every record of a segment, of whatever type, and where it stands; reads on past damage as :func:`scan` does."""
    name = below(path, root).as_posix()
    with path.open("rb") as file:
        offset = 0
        segment: str | None = None
        while True:
            file.seek(offset)
            if not file.read(1):
                return
            file.seek(offset)
            found, length = _next_record(file, limit)
            if length is None:
                length = _next_member(file, offset + 1, segment) - offset
            position = WarcPosition(file=name, offset=offset, length=length)
            if isinstance(found, _Bad):
                damage = DamagedRecord(
                    file=name, offset=offset, length=length, reason=found.reason, detail=found.detail
                )
                yield damage, position
            else:
                segment = found.segment_id
                yield found, position
            offset += length


def _read_member(file: BinaryIO, position: WarcPosition, limit: int) -> Record | _Bad:
    if position.offset < 0 or position.length <= 0:
        return _Bad("position_mismatch")
    file.seek(position.offset)
    left = position.length

    def more() -> bytes:
        nonlocal left
        piece = file.read(min(left, CHUNK))
        left -= len(piece)
        return piece

    try:
        data, length = unpack(more, limit)
    except MemberTorn:
        return _Bad("torn" if left else "position_mismatch")
    except MemberTooLarge:
        return _Bad("too_large", f"more than {limit} bytes")
    except MemberBroken as error:
        return _Bad("bad_gzip", str(error))
    if length != position.length:
        return _Bad("position_mismatch", f"{length} bytes instead of {position.length}")
    return _record(data)


def _next_record(file: BinaryIO, limit: int) -> tuple[Record | _Bad, int | None]:
    """The record at the file's place and its member's length; None for a length that nothing tells."""
    try:
        data, length = unpack(lambda: file.read(CHUNK), limit)
    except MemberTorn:
        return _Bad("torn"), None
    except MemberBroken as error:
        return _Bad("bad_gzip", str(error)), None
    except MemberTooLarge as error:
        return _Bad("too_large", f"more than {limit} bytes"), error.length
    return _record(data), length


def _next_member(file: BinaryIO, start: int, segment: str | None) -> int:
    """Where the next record begins, at or after ``start``; the file's end where there is none.

    It must belong to the segment of that id; any record will do where the id is not known.
    """
    file.seek(start)
    window = b""
    while piece := file.read(_SEARCH):
        window += piece
        begin = start + len(window)
        found = window.find(MAGIC)
        while found >= 0:
            file.seek(start + found)
            if _begins_record(beginning(file.read(CHUNK)), segment):
                return start + found
            found = window.find(MAGIC, found + 1)
        keep = len(MAGIC) - 1
        window = window[-keep:]
        start = begin - len(window)
        file.seek(begin)
    return start + len(window)


def _begins_record(data: bytes, segment: str | None) -> bool:
    if not data.startswith(b"WARC/"):
        return False
    try:
        fields, _ = parse_warc(data)
    except BlockError:
        return False
    return segment is None or Record(fields, b"").segment_id == segment


def _record(data: bytes) -> Record | _Bad:
    try:
        fields, rest = parse_warc(data)
    except BlockError as error:
        return _Bad("not_a_record", str(error))
    told = first(fields, "Content-Length") or ""
    if not (told.isascii() and told.isdigit() and len(told) < 20):
        return _Bad("not_a_record", "no Content-Length")
    length = int(told)
    if len(rest) < length or rest[length:].strip(b"\r\n"):
        return _Bad("length_mismatch", f"Content-Length {length}, {len(rest)} bytes follow")
    return Record(fields, rest[:length])


def _whole(root: Place, record: Record | _Bad, position: WarcPosition, limit: int) -> StoredResponse | _Bad | None:
    """The record as a response, with the payload that it stands for where it is a revisit."""
    response = _response(record, position)
    if not isinstance(response, StoredResponse) or response.original is None or response.status == NOT_MODIFIED:
        return response
    place = response.original.position
    try:
        earlier = read(root, place, limit=limit) if place != position else None
    except WarcDamage as damage:
        return _Bad("lost_original", str(damage))
    if earlier is None or earlier.original is not None or earlier.payload_digest != response.payload_digest:
        return _Bad("lost_original", f"{place.file} at {place.offset} holds another payload")
    return dataclasses.replace(response, payload=earlier.payload)


def _original(fields: Headers, metadata: str | None) -> Original | None:
    place = original_of(metadata) if metadata is not None else None
    if place is None:
        return None
    return Original(
        url=first(fields, "WARC-Refers-To-Target-URI") or "",
        fetched_at=_utc(first(fields, "WARC-Refers-To-Date") or ""),
        position=place,
    )


def _response(record: Record | _Bad, position: WarcPosition) -> StoredResponse | _Bad | None:
    """The record as a response; None for one of another type or of another protocol than HTTP."""
    if isinstance(record, _Bad):
        return record
    fields = record.fields
    url = (first(fields, "WARC-Target-URI") or "").removeprefix("<").removesuffix(">")
    if record.type not in ("response", CONVERSION, REVISIT) or not url.lower().startswith(("http://", "https://")):
        return None
    original: Original | None = None
    try:
        metadata = first(fields, "WARC-JSON-Metadata")
        if record.type == REVISIT:
            original = _original(fields, metadata)
            if original is None:
                return None
        if record.type == CONVERSION:
            answer = answer_of(metadata or "")
            if answer is None:
                return None
            (status, headers), reason, payload = answer, "", record.block
        else:
            status, reason, headers, payload = parse_response(record.block)
        fetched_at = _utc(first(fields, "WARC-Date") or "")
        info = None if metadata is None else from_header(metadata)
    except BlockError as error:
        return _Bad("not_a_response", str(error))
    except MetadataError as error:
        return _Bad("bad_metadata", str(error))
    except (ValueError, OverflowError):
        return _Bad("not_a_record", "no WARC-Date")
    digest = first(fields, "WARC-Payload-Digest")
    if original is None and digest is not None and agrees(digest, payload) is False:
        return _Bad("digest_mismatch", digest)
    cut = first(fields, "WARC-Truncated")
    return StoredResponse(
        url=url,
        fetched_at=fetched_at,
        status=status,
        reason=reason,
        response_headers=headers,
        payload=unchunked(headers, payload),
        truncated=next((word for word in TRUNCATIONS if word == cut), None if cut is None else "unspecified"),
        ip=first(fields, "WARC-IP-Address"),
        info=info,
        position=position,
        payload_digest=digest if digest is not None and _SHA1.fullmatch(digest) else sha1(payload),
        record_id=first(fields, "WARC-Record-ID"),
        original=original,
    )


def _utc(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)


def unchunked(headers: Headers, payload: bytes) -> bytes:
    """The payload without transfer coding, which other programs leave in their records."""
    if "chunked" not in (first(headers, "Transfer-Encoding") or "").lower():
        return payload
    stream = ChunkedDataReader(BytesIO(payload))
    return b"".join(iter(stream.read, b""))
