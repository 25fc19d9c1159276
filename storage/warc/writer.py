"""One run's way into the log: whole records or none, durable when ``flush`` returns."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from storage.records import WarcPosition
from storage.warc.digest import sha1
from storage.warc.exchange import Exchange, Original, StoredResponse, WriterRefused, WrittenRecord
from storage.warc.headers import (
    CONVERSION,
    IDENTICAL,
    NOT_MODIFIED,
    RENDERED_TYPE,
    REVISIT,
    UNMODIFIED,
    clean_url,
    parse_response,
    rendered_headers,
    request_block,
    response_block,
    warc_block,
)
from storage.warc.member import pack
from storage.warc.metadata import from_header, to_header
from storage.warc.segments import segment_name
from storage.warc.withheld import CONTENT_TYPE, TYPE, block

SEGMENT_BYTES: Final = 1_000_000_000
"""The size at which a segment is closed: 1 GB, the size that the WARC standard's annex C recommends."""

_FOLDERS: Final = 5
"""Folders that may be new with a segment: day, month, year, ``warc/``, and the one that ``warc/`` stands in."""

_FORMAT: Final = "WARC File Format 1.1"
_CONFORMS_TO: Final = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class SegmentWriter:
    """Appends one run's exchanges to segments of its own below ``root``, the archive's ``warc/`` folder.

    A segment is opened exclusively when its first record comes, begins with a ``warcinfo`` record, and is followed by
    the next one once it has reached ``segment_bytes``. ``software`` is the program's name and version, ``operator``
    whoever runs it; ``quick`` is for :func:`~storage.warc.member.pack`. A record is on disk when :meth:`flush` has
    returned, not before. Not for several threads at once.
    """

    def __init__(
        self,
        root: Path,
        run: str,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        software: str,
        operator: str | None = None,
        quick: bool = False,
    ) -> None:
        segment_name(run, 1, dt.date.min)
        self._root = root
        self._run = run
        self._segment_bytes = segment_bytes
        self._software = software
        self._operator = operator
        self._quick = quick
        self._number = 0
        self._segment: _Segment | None = None
        self._info_id = ""
        self._refusal: str | None = None
        self._sealed: list[str] = []

    def write(
        self, exchange: Exchange, *, original: StoredResponse | None = None, digest: str | None = None
    ) -> WrittenRecord:
        """Append the response record and, where its headers are known, the request record; both or neither.

        Where ``original``, an earlier record of the log, has the same payload, or the answer is a 304, a ``revisit``
        record takes the response's place: the answer's headers, and where the payload stands. ``digest`` is the
        payload's, where it is known.

        Raises ``OSError`` where the disk took less than all of it: the segment then ends with its last whole record,
        and the next ``write`` may try again. Raises :class:`WriterRefused` once the segment's end is unknown.
        """
        segment = self._ready()
        response_id = _record_id()
        digest, head = digest or sha1(exchange.payload), response_block(exchange)
        earlier = original.source_record if original is not None and _repeats(exchange, digest, original) else None
        metadata = to_header(exchange.info, original=earlier.position if earlier is not None else None)
        response = self._response(exchange, response_id, digest, head, metadata, earlier)
        request = self._request(exchange, response_id) if exchange.request_headers is not None else b""
        position = WarcPosition(file=segment.name, offset=segment.size, length=len(response))
        _, reason, headers, _ = parse_response(head)
        stored = StoredResponse(
            url=clean_url(exchange.url),
            fetched_at=exchange.fetched_at.astimezone(dt.UTC),
            status=exchange.status,
            reason=reason,
            response_headers=headers,
            payload=exchange.payload,
            truncated=exchange.truncated,
            ip=exchange.ip,
            info=from_header(metadata),
            position=position,
            payload_digest=digest,
            record_id=response_id,
            original=earlier,
        )
        self._append(segment, response + request)
        return WrittenRecord(position=position, payload_digest=digest, response=stored)

    def convert(self, stored: StoredResponse, payload: bytes, *, at: dt.datetime) -> StoredResponse:
        """Append what a page became once its scripts had run, as UTF-8, beside the response record that it came from.

        What is returned is as a reader will see it: the answer's status and headers, this payload, this position.
        Raises as :meth:`write` does, and ``ValueError`` where ``stored`` has no name or no capture information.
        """
        if stored.record_id is None or stored.info is None:
            raise ValueError("only a response of this log can be converted")
        segment = self._ready()
        record_id, digest = _record_id(), sha1(payload)
        info = dataclasses.replace(stored.info, render=False)
        metadata = to_header(info, answer=(stored.status, rendered_headers(stored.response_headers)))
        header = [
            ("WARC-Type", CONVERSION),
            ("WARC-Record-ID", record_id),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", clean_url(stored.url)),
            ("WARC-Date", _warc_date(at)),
            ("WARC-Refers-To", stored.record_id),
            ("Content-Type", RENDERED_TYPE),
            ("WARC-Payload-Digest", digest),
            ("WARC-JSON-Metadata", metadata),
        ]
        record = _record(header, payload, b"")
        position = WarcPosition(file=segment.name, offset=segment.size, length=len(record))
        self._append(segment, record)
        return StoredResponse(
            url=clean_url(stored.url),
            fetched_at=at.astimezone(dt.UTC),
            status=stored.status,
            response_headers=rendered_headers(stored.response_headers),
            payload=payload,
            info=from_header(metadata),
            position=position,
            payload_digest=digest,
            record_id=record_id,
        )

    def withhold(self, exchange: Exchange, *, reason: str, rights: tuple[str, ...]) -> WarcPosition:
        """Append a ``metadata`` record in place of an exchange whose body may not be kept; where it stands.

        Neither the body nor a header of the answer is written. Raises as :meth:`write` does.
        """
        segment = self._ready()
        header = [
            ("WARC-Type", TYPE),
            ("WARC-Record-ID", _record_id()),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", clean_url(exchange.url)),
            ("WARC-Date", _warc_date(exchange.fetched_at)),
            ("Content-Type", CONTENT_TYPE),
            ("WARC-JSON-Metadata", to_header(exchange.info)),
        ]
        record = _record(header, block(exchange.status, reason, rights), b"")
        position = WarcPosition(file=segment.name, offset=segment.size, length=len(record))
        self._append(segment, record)
        return position

    def _ready(self) -> _Segment:
        """The segment that takes the next record."""
        self._check()
        if self._segment is not None and self._segment.size >= self._segment_bytes:
            self.close()
        return self._segment or self._open()

    def _append(self, segment: _Segment, data: bytes) -> None:
        try:
            segment.append(data)
        except _EndUnknown as error:
            self._refuse(f"a failed write could not be taken back: {error}", error)

    def flush(self) -> None:
        """Return when every record written is on disk, and the names of new segments and folders too.

        An ``OSError`` means that this is unknown. The kernel forgets which pages it failed to write, so that a second
        ``fsync`` would succeed without them: the writer refuses everything from then on.
        """
        self.begin_flush()()

    def begin_flush(self) -> Callable[[], None]:
        """:meth:`flush` in two steps: what is returned waits for the disk, and may be called in another thread.

        It covers what was written before this call, and is to be called once.
        """
        self._check()
        segment = self._segment
        if segment is None:
            return lambda: None
        descriptor = segment.duplicate()

        def durable() -> None:
            try:
                segment.sync(descriptor)
            except OSError as error:
                self._refusal = f"{segment.name} could not be made durable: {error}"
                raise
            finally:
                os.close(descriptor)

        return durable

    def close(self) -> None:
        """Flush and close the segment; a later ``write`` opens the next one. Closing twice does nothing."""
        segment, self._segment = self._segment, None
        if segment is not None:
            self._end(segment)

    def begin_seal(self) -> Callable[[], tuple[str, ...]]:
        """End the segment that is open, in two steps as in :meth:`begin_flush`: nothing is ever added to it again.

        What is returned waits for the disk, and tells the names of all segments that ended and were not told before.
        """
        self._check()
        segment, self._segment = self._segment, None

        def seal() -> tuple[str, ...]:
            if segment is not None:
                self._end(segment)
            names, self._sealed = self._sealed, []
            return tuple(names)

        return seal

    def _end(self, segment: _Segment) -> None:
        try:
            if self._refusal is None:
                segment.sync()
        except OSError as error:
            self._refusal = f"{segment.name} could not be made durable: {error}"
            raise
        finally:
            segment.close()
        self._sealed.append(segment.name)

    def _open(self) -> _Segment:
        now = dt.datetime.now(dt.UTC)
        name = segment_name(self._run, self._number + 1, now.date())
        info_id = _record_id()
        segment = _Segment(self._root, name)
        try:
            segment.append(self._warcinfo(name, now, info_id))
        except BaseException:
            segment.discard()
            raise
        self._number += 1
        self._segment, self._info_id = segment, info_id
        return segment

    def _warcinfo(self, name: str, now: dt.datetime, info_id: str) -> bytes:
        fields = {
            "software": self._software,
            "format": _FORMAT,
            "conformsTo": _CONFORMS_TO,
            "operator": self._operator,
            "isPartOf": self._run,
        }
        lines = (f"{key}: {' '.join(value.split())}\r\n" for key, value in fields.items() if value)
        text = "".join(lines).encode("utf-8", errors="replace")
        header = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", info_id),
            ("WARC-Date", _warc_date(now)),
            ("WARC-Filename", name.rpartition("/")[2]),
            ("Content-Type", "application/warc-fields"),
        ]
        return _record(header, text, b"")

    def _response(
        self,
        exchange: Exchange,
        record_id: str,
        digest: str,
        head: bytes,
        metadata: str,
        original: Original | None,
    ) -> bytes:
        header = [
            ("WARC-Type", "response" if original is None else REVISIT),
            ("WARC-Record-ID", record_id),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", clean_url(exchange.url)),
            ("WARC-Date", _warc_date(exchange.fetched_at)),
            ("Content-Type", "application/http; msgtype=response"),
        ]
        if original is not None:
            header += [
                ("WARC-Profile", UNMODIFIED if exchange.status == NOT_MODIFIED else IDENTICAL),
                ("WARC-Refers-To-Target-URI", clean_url(original.url)),
                ("WARC-Refers-To-Date", _warc_date(original.fetched_at)),
            ]
        if original is None or exchange.status != NOT_MODIFIED:
            header.append(("WARC-Payload-Digest", digest))
        if exchange.ip is not None:
            header.append(("WARC-IP-Address", exchange.ip))
        if exchange.protocol not in ("HTTP/1.0", "HTTP/1.1"):
            header.append(("WARC-Protocol", exchange.protocol.lower()))
        if exchange.truncated is not None:
            header.append(("WARC-Truncated", exchange.truncated))
        header.append(("WARC-JSON-Metadata", metadata))
        return _record(header, head, exchange.payload if original is None else b"", quick=self._quick)

    def _request(self, exchange: Exchange, response_id: str) -> bytes:
        header = [
            ("WARC-Type", "request"),
            ("WARC-Record-ID", _record_id()),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", clean_url(exchange.url)),
            ("WARC-Date", _warc_date(exchange.fetched_at)),
            ("WARC-Concurrent-To", response_id),
            ("Content-Type", "application/http; msgtype=request"),
        ]
        return _record(header, request_block(exchange), b"")

    def _check(self) -> None:
        if self._refusal is not None:
            raise WriterRefused(self._refusal)

    def _refuse(self, why: str, error: BaseException) -> NoReturn:
        self._refusal = why
        raise WriterRefused(why) from error


def _repeats(exchange: Exchange, digest: str, original: StoredResponse) -> bool:
    """Whether the exchange brought nothing that the earlier record has not."""
    if exchange.truncated is not None or original.truncated is not None:
        return False
    if exchange.status == NOT_MODIFIED:
        return not exchange.payload
    return bool(exchange.payload) and digest == original.payload_digest


class _EndUnknown(Exception):
    """A write failed, and so did taking back what it had left."""


class _Segment:
    """One open segment file: its name relative to the root, its size in bytes, and whole appends only."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.size = 0
        self._path = root / name
        self._named = False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o644)

    def append(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except BaseException:
            try:
                os.ftruncate(self._descriptor, self.size)
            except OSError as error:
                raise _EndUnknown(error) from error
            raise
        self.size += len(data)

    def duplicate(self) -> int:
        """Another descriptor of the same file, which outlives a :meth:`close`."""
        return os.dup(self._descriptor)

    def sync(self, descriptor: int | None = None) -> None:
        os.fsync(self._descriptor if descriptor is None else descriptor)
        if not self._named:
            for folder in self._path.parents[:_FOLDERS]:
                _sync_folder(folder)
            self._named = True

    def close(self) -> None:
        os.close(self._descriptor)

    def discard(self) -> None:
        """Close and remove a segment that never came to hold a record."""
        os.close(self._descriptor)
        self._path.unlink()


def _record(header: list[tuple[str, str]], http: bytes, payload: bytes, *, quick: bool = False) -> bytes:
    length = str(len(http) + len(payload))
    fields = [*header, ("WARC-Block-Digest", sha1(http, payload)), ("Content-Length", length)]
    return pack(warc_block(fields) + http, payload, b"\r\n\r\n", quick=quick)


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _warc_date(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
