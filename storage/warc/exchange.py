"""The values that enter and leave the log."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import Final, Literal, get_args

from storage.errors import ArchiveError
from storage.records import Announcement, CaptureKind, SiteRules, WarcPosition

Headers = tuple[tuple[str, str], ...]
Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""Why a payload is not whole; the values of ``WARC-Truncated`` in WARC 1.1, section 5.13."""

TRUNCATIONS: Final[tuple[Truncation, ...]] = get_args(Truncation)

DamageReason = Literal[
    "missing_file",
    "outside_archive",
    "torn",
    "bad_gzip",
    "too_large",
    "not_a_record",
    "not_a_response",
    "length_mismatch",
    "position_mismatch",
    "digest_mismatch",
    "bad_metadata",
    "lost_original",
]

DAMAGE_REASONS: Final[dict[str, str]] = {
    "missing_file": "there is no such segment",
    "outside_archive": "the position's path leaves the archive",
    "torn": "the file ends inside the record's gzip member",
    "bad_gzip": "no gzip member begins here, or its data, checksum or length is wrong",
    "too_large": "the record is larger than the limit that the reader was given",
    "not_a_record": "the gzip member holds no WARC record",
    "not_a_response": "the record is no HTTP response",
    "length_mismatch": "the record's Content-Length is not the length of its block",
    "position_mismatch": "the gzip member is longer or shorter than the position says",
    "digest_mismatch": "the payload's digest is not the one in the record's header",
    "bad_metadata": "the record carries capture metadata that cannot be understood",
    "lost_original": "the record stands for an earlier payload, which cannot be had",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureInfo:
    """What makes the rows of a capture again from the log alone; it travels in the response record's header.

    ``requested_url`` is what was announced, before redirects; ``id`` the article id that this URL already has, if
    any; ``batch`` the number of the batch that the record was written for. ``rules`` that hold no more than the
    source's name are not written, so they come back as ``None``: :attr:`site` gives them in either case. ``render``
    tells that the page is only whole once its scripts have run, as a ``conversion`` record will show it. ``origin`` is
    the file that the record was imported from, and where it stands there: ``crawl-00001.warc.gz at 1234``.
    """

    kind: CaptureKind
    source: str
    requested_url: str
    announcement: Announcement | None = None
    rules: SiteRules | None = None
    rights: tuple[str, ...] = ()
    id: str | None = None
    batch: int | None = None
    render: bool = False
    origin: str | None = None

    @property
    def site(self) -> SiteRules:
        """The source's rules, those of its name alone where it has no others."""
        return self.rules or SiteRules(name=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as the wire brought it.

    ``url`` is http or https; ``fetched_at`` an aware instant; ``status`` 0 to 999; header names and values are text
    as HTTP libraries decode it (Latin-1), those of the request None where nobody knows them, as in an import;
    ``payload`` is content-encoded as sent, without transfer coding; ``ip`` is the server's address. Raises
    ``ValueError`` where that is not so: it is the caller's mistake, never the page's.
    """

    url: str
    fetched_at: dt.datetime
    status: int
    reason: str = ""
    protocol: str = "HTTP/1.1"
    request_headers: Headers | None
    response_headers: Headers
    payload: bytes
    method: str = "GET"
    ip: str | None = None
    truncated: Truncation | None = None
    info: CaptureInfo

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"url must begin with http:// or https://, not {self.url[:40]!r}")
        if self.fetched_at.utcoffset() is None:
            raise ValueError("fetched_at must be an aware datetime")
        if not 0 <= self.status <= 999:
            raise ValueError(f"status must have at most three digits, not {self.status}")
        if not (self.method.isascii() and self.method.isalpha()):
            raise ValueError(f"method must be a word such as GET, not {self.method!r}")
        if self.ip is not None:
            ipaddress.ip_address(self.ip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The response record that a ``revisit`` record stands for: its URL, when it was fetched, and where it is."""

    url: str
    fetched_at: dt.datetime
    position: WarcPosition


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """A response record as it stands in the log, or a ``conversion`` record with the answer that it was made from.

    ``payload`` is content-encoded as sent; ``payload_digest`` (``sha1:`` and base32) is that of the payload as
    stored; ``fetched_at`` is in UTC. ``info`` is ``None`` in WARC files that other programs wrote. ``record_id`` is
    the record's own name. A ``revisit`` record has an ``original``: its payload is read from there, but for an answer
    304, which brought none.
    """

    url: str
    fetched_at: dt.datetime
    status: int
    reason: str = ""
    response_headers: Headers
    payload: bytes
    truncated: Truncation | None = None
    ip: str | None = None
    info: CaptureInfo | None = None
    position: WarcPosition
    payload_digest: str
    record_id: str | None = None
    original: Original | None = None

    @property
    def source_record(self) -> Original:
        """The response record that holds the payload: this one, or the one that it stands for."""
        return self.original or Original(url=self.url, fetched_at=self.fetched_at, position=self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRecord:
    """Where an exchange's response record went, its payload's digest, and the record as a reader will see it.

    Whatever is made from ``response`` now can be made from the log again: what the log leaves out or changes
    (secrets, control characters, lengths) is left out and changed in it too.
    """

    position: WarcPosition
    payload_digest: str
    response: StoredResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRecord:
    """A stretch of a segment that holds no whole record; reading goes on ``length`` bytes after ``offset``."""

    file: str
    offset: int
    length: int
    reason: DamageReason
    detail: str = ""


class WarcDamage(ArchiveError):
    """The record at a position cannot be had; ``reason`` is one of :data:`DAMAGE_REASONS`."""

    def __init__(self, reason: DamageReason, position: WarcPosition, detail: str = "") -> None:
        super().__init__(reason, position, detail)
        self.reason = reason
        self.position = position
        self.detail = detail

    def __str__(self) -> str:
        where = f"{self.position.file} at {self.position.offset}"
        return f"{where}: {DAMAGE_REASONS[self.reason]}{f' ({self.detail})' if self.detail else ''}"


class WriterRefused(ArchiveError):
    """The writer no longer knows what is on disk and takes no more records; the message says since when and why."""
