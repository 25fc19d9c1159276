"""The pages: which WARC records are to be overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin

from storage import warc
from storage.archive import Archive
from storage.forget.marks import Held, Mentions
from storage.records import WarcPosition
from storage.recovery import is_redirect
from storage.warc.headers import REVISIT, BlockError, first, parse_response
from storage.warc.metadata import MetadataError, from_header, original_of
from storage.warc.reader import Record, records, response_of

_KNOWN: Final = 200_000


@dataclass(slots=True)
class Found:
    """Records that are to go: ``places``, how many of them are pages and how many lists that name one.

    ``repeats`` are revisits of either. ``unreadable`` are damaged stretches, of which nobody knows what they hold.
    """

    places: list[WarcPosition] = field(default_factory=list)
    pages: int = 0
    lists: int = 0
    repeats: int = 0
    unreadable: int = 0


def find(archive: Archive, held: Held, mentions: Mentions, *, say: Callable[[str], None]) -> Found:
    """Read all of the WARC for records of pages that are ``held``, and of lists that name one.

    To a page belong its responses, requests, revisits, conversions and notes of withheld bodies, the redirects that
    led to it, and whatever record repeats its payload.
    """
    # The same addresses stand in one list after the other.
    held = lru_cache(maxsize=_KNOWN)(held)
    found = Found()
    gone: set[tuple[str, int]] = set()
    repeats: list[tuple[WarcPosition, WarcPosition, str]] = []
    requests: dict[str, WarcPosition] = {}
    segments = list(warc.segments(archive.warc))
    for number, segment in enumerate(segments, 1):
        say(f"reading WARC segment {number} of {len(segments)}")
        names: set[str] = set()
        awaited: set[str] = set()
        for record, position in records(archive.warc / segment, root=archive.warc):
            if isinstance(record, warc.DamagedRecord):
                found.unreadable += 1
                continue
            belongs = first(record.fields, "WARC-Concurrent-To") if record.type == "request" else None
            if belongs is not None:
                if belongs in names:
                    found.places.append(position)
                elif belongs in awaited:
                    requests[belongs] = position
                continue
            name = first(record.fields, "WARC-Record-ID") or ""
            page = own(record, held)
            if page or _names_one(archive, record, position, held, mentions):
                found.pages += page
                found.lists += not page
                found.places.append(position)
                gone.add((position.file, position.offset))
                names.add(name)
            elif record.type == REVISIT and (earlier := _original(record)) is not None:
                repeats.append((position, earlier, name))
                awaited.add(name)
    for position, earlier, name in repeats:
        if (earlier.file, earlier.offset) in gone:
            found.places += [position, requests[name]] if name in requests else [position]
            found.repeats += 1
    return found


def own(record: Record, held: Held) -> bool:
    """Whether a record is that of a page that is held: by its target, by what was asked for, or by where it leads."""
    info = _info(record)
    if info is not None and info.kind != "article":
        return False
    target = _target(record)
    return held(target) or (info is not None and held(info.requested_url)) or held(_location(record, target))


def _names_one(archive: Archive, record: Record, position: WarcPosition, held: Held, mentions: Mentions) -> bool:
    """Whether the record is a list that names a page that is held. Revisits follow the record that they repeat."""
    if record.type != "response" or _kind(record) != "entrance":
        return False
    stored = response_of(archive.warc, record, position)
    return isinstance(stored, warc.StoredResponse) and any(held(url) for url in mentions(stored))


def _kind(record: Record) -> str | None:
    info = _info(record)
    return info.kind if info is not None else None


def _info(record: Record) -> warc.CaptureInfo | None:
    try:
        return from_header(first(record.fields, "WARC-JSON-Metadata") or "")
    except MetadataError:
        return None


def _original(record: Record) -> WarcPosition | None:
    try:
        return original_of(first(record.fields, "WARC-JSON-Metadata") or "null")
    except MetadataError:
        return None


def _target(record: Record) -> str:
    return (first(record.fields, "WARC-Target-URI") or "").removeprefix("<").removesuffix(">")


def _location(record: Record, target: str) -> str | None:
    """Where a redirect leads, None where the record is none."""
    if record.type not in ("response", REVISIT) or not target:
        return None
    try:
        status, _, headers, _ = parse_response(record.block)
        location = first(headers, "Location") if is_redirect(status) else None
        return urljoin(target, location.strip()) if location else None
    except (BlockError, ValueError):
        return None
