"""Content decoding: the bytes that the wire brought, without gzip, deflate, Brotli or Zstandard around them.

A payload is inflated in steps and given up as soon as it exceeds a limit, so a bomb costs no more than the limit. A
stream that breaks off keeps what was decoded up to there.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 20_000_000
# Nobody stacks more; RFC 9110 sets no bound.
MAX_LAYERS = 4
# gzip of HTML shrinks it 4 to 12 times; runs of one byte, as bombs are made of, up to 1,032 times.
RATIO = 300
RATIO_FLOOR = 5_000_000
_STEP = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The bytes of a payload and whether its stream broke off before its end."""

    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeFailure:
    """Why a payload could not be decoded: ``bomb``, ``broken_encoding`` or ``unknown_encoding``."""

    reason: str
    detail: str = ""


class _Inflater(Protocol):
    def __call__(self, payload: bytes) -> Iterator[bytes]: ...


class _Broken(Exception):
    """A stream is damaged or ends early; what came before it stands."""


def decode_content(
    payload: bytes, encodings: str | None, *, limit: int = LIMIT, ratio: int = RATIO
) -> Decoded | DecodeFailure:
    """``payload`` without the content encodings that the header ``Content-Encoding`` (``encodings``) lists.

    ``limit`` bounds the size in bytes of the result; ``ratio`` the growth of each layer once it has exceeded 5 MB.
    Layers are taken off in the reverse of the order in which they were put on (RFC 9110, 8.4). A payload that is
    declared compressed but is plain HTML comes back as it is, as browsers and proxies leave such pages around.
    """
    names = [name.strip().lower() for name in (encodings or "").split(",")]
    layers = [name for name in names if name and name not in {"identity", "none"}]
    if len(layers) > MAX_LAYERS:
        return DecodeFailure(reason="unknown_encoding", detail=f"{len(layers)} layers of content encoding")
    truncated = False
    for name in reversed(layers):
        inflater = _INFLATERS.get(name.removeprefix("x-"))
        if inflater is None:
            return DecodeFailure(reason="unknown_encoding", detail=f"content encoding {name[:40]!r}")
        if not payload:
            break
        decoded = _inflate(payload, inflater, limit, ratio)
        if isinstance(decoded, DecodeFailure):
            return decoded
        if decoded.truncated and not decoded.body:
            if looks_plain(payload):
                continue
            return DecodeFailure(reason="broken_encoding", detail=f"not a {name} stream")
        truncated = truncated or decoded.truncated
        payload = decoded.body
    if len(payload) > limit:
        return DecodeFailure(reason="bomb", detail=f"more than {limit} bytes")
    return Decoded(body=payload, truncated=truncated)


def looks_plain(payload: bytes) -> bool:
    """Whether ``payload`` begins as markup does, whatever its header calls it."""
    return payload[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _inflate(payload: bytes, inflater: _Inflater, limit: int, ratio: int) -> Decoded | DecodeFailure:
    chunks: list[bytes] = []
    size = 0
    most = min(limit, max(RATIO_FLOOR, len(payload) * ratio))
    try:
        for chunk in inflater(payload):
            size += len(chunk)
            if size > most:
                return DecodeFailure(reason="bomb", detail=f"{len(payload)} bytes inflate to more than {most}")
            chunks.append(chunk)
    except _Broken:
        return Decoded(body=b"".join(chunks), truncated=True)
    return Decoded(body=b"".join(chunks))


def _zlib_stream(payload: bytes, wbits: int) -> Iterator[bytes]:
    """The members of a zlib, gzip or raw deflate stream; bytes after the last member are ignored as padding."""
    view = payload
    while view:
        machine = zlib.decompressobj(wbits)
        data = view
        while not machine.eof:
            try:
                chunk = machine.decompress(data, _STEP)
            except zlib.error as error:
                raise _Broken(str(error)) from error
            if chunk:
                yield chunk
            elif not machine.unconsumed_tail and not machine.eof:
                raise _Broken("the stream ends early")
            data = machine.unconsumed_tail
        view = machine.unused_data
        if wbits != _GZIP or not view.startswith(b"\x1f\x8b"):
            return


_GZIP = 16 + zlib.MAX_WBITS


def _gzip(payload: bytes) -> Iterator[bytes]:
    return _zlib_stream(payload, _GZIP)


def _deflate(payload: bytes) -> Iterator[bytes]:
    """RFC 9110's ``deflate`` is the zlib format; many servers send the raw one."""
    zlib_header = len(payload) >= 2 and payload[0] & 0x0F == 8 and (payload[0] << 8 | payload[1]) % 31 == 0
    return _zlib_stream(payload, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)


def _brotli(payload: bytes) -> Iterator[bytes]:
    machine = brotli.Decompressor()
    try:
        chunk = machine.process(payload, output_buffer_limit=_STEP)
        while True:
            if chunk:
                yield chunk
            if machine.is_finished():
                return
            if not chunk and machine.can_accept_more_data():
                raise _Broken("the stream ends early")
            chunk = machine.process(b"", output_buffer_limit=_STEP)
    except brotli.error as error:
        raise _Broken(str(error)) from error


def _zstd(payload: bytes) -> Iterator[bytes]:
    view = payload
    while view:
        machine = zstd.ZstdDecompressor()
        data = view
        try:
            while not machine.eof:
                chunk = machine.decompress(data, _STEP)
                data = b""
                if chunk:
                    yield chunk
                elif machine.needs_input:
                    raise _Broken("the stream ends early")
        except zstd.ZstdError as error:
            raise _Broken(str(error)) from error
        view = machine.unused_data
        if not view.startswith(b"\x28\xb5\x2f\xfd"):
            return


_INFLATERS: dict[str, _Inflater] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
