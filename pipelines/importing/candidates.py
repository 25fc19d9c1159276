"""From a record of a foreign file to a page that may be taken over, or the reason why it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
from dataclasses import dataclass

from pipelines import policy
from pipelines.importing.wanted import Hosts, Source, Wanted
from pipelines.outcomes import PAGES
from pipelines.peek import peek
from storage.records import WarcPosition
from storage.warc import CaptureInfo, DamageReason, Exchange, StoredResponse
from storage.warc.digest import agrees, sha1
from storage.warc.exchange import TRUNCATIONS
from storage.warc.headers import REVISIT, UNMODIFIED, BlockError, clean_url, first, parse_response, response_block
from storage.warc.reader import Record, unchunked

NOWHERE = WarcPosition(file="", offset=0, length=0)
_ANSWERS = ("response", REVISIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A record that is not taken over: why, by a code, and the source that it belongs to as far as that is known."""

    reason: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A record whose header is there and whose content cannot be trusted."""

    reason: DamageReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page that may be taken over. ``label`` is its payload's digest as the file writes it, ``digest`` as we do.

    Of a ``revisit`` record the payload is still missing: ``refers_to`` is the address that had the same one.
    """

    source: Source
    exchange: Exchange
    label: str | None = None
    digest: str | None = None
    refers_to: str | None = None

    @property
    def url(self) -> str:
        """The page's address."""
        return self.exchange.info.requested_url

    def with_payload_of(self, original: StoredResponse) -> Candidate:
        """A revisit with the payload that it stands for, and with its headers where it brings none."""
        headers = self.exchange.response_headers or original.response_headers
        exchange = dataclasses.replace(self.exchange, payload=original.payload, response_headers=headers)
        return dataclasses.replace(self, exchange=exchange, digest=None, refers_to=None)


def candidate(
    record: Record, position: WarcPosition, *, hosts: Hosts, wanted: Wanted, max_page: int
) -> Candidate | Left | Damage:
    """What ``record``, which stands at ``position`` of a foreign file, is to an import that wants ``wanted``."""
    if record.type not in _ANSWERS:
        return Left(reason="other_record")
    url = clean_url((first(record.fields, "WARC-Target-URI") or "").removeprefix("<").removesuffix(">"))
    if not url.lower().startswith(("http://", "https://")):
        return Left(reason="not_web")
    source = hosts.of(url)
    if source is None:
        return Left(reason="other_source")
    revisit = record.type == REVISIT
    if revisit and (first(record.fields, "WARC-Profile") or "").rstrip("/").endswith(UNMODIFIED.rpartition("/")[2]):
        return Left(reason="no_page", source=source.name)
    try:
        # Some programs leave the answer's headers out of a revisit.
        block = record.block or (b"HTTP/1.1 200 OK\r\n\r\n" if revisit else b"")
        status, phrase, headers, raw = parse_response(block)
    except BlockError as error:
        return Damage(reason="not_a_response", detail=str(error))
    try:
        fetched_at = _instant(first(record.fields, "WARC-Date") or "")
    except (ValueError, OverflowError):
        return Damage(reason="not_a_record", detail="no WARC-Date")
    if status not in PAGES:
        return Left(reason="no_page", source=source.name)
    if not wanted.day(fetched_at):
        return Left(reason="other_day", source=source.name)
    if not wanted.mime(first(headers, "content-type")):
        return Left(reason="other_type", source=source.name)
    cut = first(record.fields, "WARC-Truncated")
    payload = b"" if revisit else unchunked(headers, raw)
    own = sha1(payload)
    if not revisit and cut is None and not _intact(record, raw, payload, own):
        return Damage(reason="digest_mismatch", detail=first(record.fields, "WARC-Payload-Digest") or "")
    if len(payload) > max_page:
        return Left(reason="over_limit", source=source.name)
    if cut is not None and cut != "length":
        return Left(reason="cut_short", source=source.name)
    info = CaptureInfo(
        kind="article",
        source=source.name,
        requested_url=url,
        rules=source.rules,
        origin=f"{position.file} at {position.offset}",
    )
    try:
        exchange = Exchange(
            url=url,
            fetched_at=fetched_at,
            status=status,
            reason=phrase,
            protocol=block.partition(b" ")[0].decode("latin-1"),
            request_headers=None,
            response_headers=headers,
            payload=payload,
            ip=_address(first(record.fields, "WARC-IP-Address")),
            truncated=next((word for word in TRUNCATIONS if word == cut), None),
            info=info,
        )
    except ValueError as error:
        return Damage(reason="not_a_response", detail=str(error))
    refers_to = first(record.fields, "WARC-Refers-To-Target-URI") or url if revisit else None
    label = first(record.fields, "WARC-Payload-Digest")
    return Candidate(source=source, exchange=exchange, label=label, digest=own, refers_to=refers_to)


def as_stored(exchange: Exchange, digest: str | None = None) -> StoredResponse:
    """``exchange`` as a reader of our own WARC will see it, before it is written there.

    ``digest`` is its payload's, where it is known.
    """
    _, phrase, headers, _ = parse_response(response_block(exchange))
    return StoredResponse(
        url=clean_url(exchange.url),
        fetched_at=exchange.fetched_at,
        status=exchange.status,
        reason=phrase,
        response_headers=headers,
        payload=exchange.payload,
        truncated=exchange.truncated,
        ip=exchange.ip,
        info=exchange.info,
        position=NOWHERE,
        payload_digest=digest or sha1(exchange.payload),
    )


def reserved(found: Candidate, *, limit: int) -> tuple[str, tuple[str, ...]] | None:
    """The reason code for which the page may not be kept, and the rights that it states; None where it may.

    Of a page at most ``limit`` bytes are decoded. It is read only where its source obeys anything.
    """
    source, exchange = found.source, found.exchange
    if not policy.needs_page(source.policy, obey_noarchive=source.obey_noarchive):
        return None
    rights = peek(exchange.payload, exchange.response_headers, (), limit=limit)
    reason = policy.refusal(rights, source.policy, obey_noarchive=source.obey_noarchive)
    return (reason, rights) if reason is not None else None


def _intact(record: Record, raw: bytes, payload: bytes, digest: str) -> bool:
    """Whether one of the record's digests is right, or none can be checked.

    Programs differ in whether chunks are part of the payload; where the whole block is right, so is what it holds.
    ``digest`` is that of ``payload`` as we write it, as most programs do.
    """
    if first(record.fields, "WARC-Payload-Digest") == digest:
        return True
    wrong = False
    for name, data in (
        ("WARC-Payload-Digest", payload),
        ("WARC-Payload-Digest", raw),
        ("WARC-Block-Digest", record.block),
    ):
        label = first(record.fields, name)
        right = agrees(label, data) if label is not None else None
        if right:
            return True
        wrong = wrong or right is False
    return not wrong


def _instant(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)


def _address(text: str | None) -> str | None:
    try:
        return str(ipaddress.ip_address(text)) if text is not None else None
    except ValueError:
        return None
