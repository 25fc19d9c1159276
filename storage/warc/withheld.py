"""What stands in the log in place of an answer whose body may not be kept: who, when, what was said, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from storage.places import Place
from storage.records import WarcPosition
from storage.warc.exchange import CaptureInfo, DamagedRecord, Exchange, StoredResponse
from storage.warc.headers import BlockError, clean_url, first
from storage.warc.metadata import MetadataError, from_header
from storage.warc.reader import Record, records, response_of

TYPE = "metadata"
CONTENT_TYPE = "application/warc-fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An answer that was read for its rights and dropped: the ``rights`` met, and the ``reason`` code."""

    url: str
    fetched_at: dt.datetime
    status: int
    reason: str
    rights: tuple[str, ...]
    info: CaptureInfo
    position: WarcPosition

    @classmethod
    def of(cls, exchange: Exchange, *, reason: str, rights: tuple[str, ...], position: WarcPosition) -> Withheld:
        """``exchange`` without its body, as it stands at ``position``."""
        return cls(
            url=exchange.url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
            reason=reason,
            rights=rights,
            info=exchange.info,
            position=position,
        )


def block(status: int, reason: str, rights: tuple[str, ...]) -> bytes:
    """The record's block: three lines of ``application/warc-fields``."""
    lines = (
        "outcome: refused",
        f"reason: {reason}",
        f"status: {status}",
        f"rights: {' '.join(map(clean_url, rights))}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", errors="replace")


def scan_withheld(path: Place, *, root: Place) -> Iterator[Withheld]:
    """Every such record of the segment at ``path`` (below ``root``), in order; damaged ones are left out."""
    for found, position in records(path, root=root):
        if not isinstance(found, DamagedRecord) and found.type == TYPE:
            read = _withheld(found, position)
            if read is not None:
                yield read


def scan_all(path: Place, *, root: Place) -> Iterator[StoredResponse | Withheld | DamagedRecord]:
    """What :func:`~storage.warc.reader.scan` and :func:`scan_withheld` find, in one pass and in the segment's order."""
    for found, position in records(path, root=root):
        read: StoredResponse | Withheld | DamagedRecord | None
        if isinstance(found, DamagedRecord):
            read = found
        elif found.type == TYPE:
            read = _withheld(found, position)
        else:
            read = response_of(root, found, position)
        if read is not None:
            yield read


def _withheld(record: Record, position: WarcPosition) -> Withheld | None:
    """The record as ours, or None where it is another program's."""
    try:
        info = from_header(first(record.fields, "WARC-JSON-Metadata") or "")
        fetched_at = dt.datetime.fromisoformat(first(record.fields, "WARC-Date") or "")
    except (MetadataError, BlockError, ValueError):
        return None
    lines = (line.partition(": ") for line in record.block.decode("utf-8", "replace").splitlines())
    fields = {name: value for name, _, value in lines}
    status, reason = fields.get("status", ""), fields.get("reason")
    if info is None or reason is None or not status.isdecimal():
        return None
    return Withheld(
        url=(first(record.fields, "WARC-Target-URI") or ""),
        fetched_at=fetched_at.astimezone(dt.UTC),
        status=int(status),
        reason=reason,
        rights=tuple(fields.get("rights", "").split()),
        info=info,
        position=position,
    )
