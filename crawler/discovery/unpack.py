"""Gzip that an entrance is wrapped in, opened within limits."""

from __future__ import annotations

import zlib

_MAGIC = b"\x1f\x8b\x08"


def unpacked(body: bytes, limit: int) -> tuple[bytes, bool, bool]:
    """``body`` without gzip, at most ``limit`` bytes; whether there was more, and whether it broke off or is damaged.

    Sitemaps are sometimes packed twice, by the publisher and by the server; a third layer is left as it is.
    """
    broken = False
    for _ in range(2):
        if not body.startswith(_MAGIC):
            break
        body, more, broken = _inflated(body, limit)
        if more:
            return body, True, broken
    return body[:limit], len(body) > limit, broken


def _inflated(body: bytes, limit: int) -> tuple[bytes, bool, bool]:
    parts: list[bytes] = []
    size = 0
    rest = body
    while rest.startswith(_MAGIC):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            part = member.decompress(rest, limit + 1 - size)
        except zlib.error:
            return b"".join(parts), False, True
        parts.append(part)
        size += len(part)
        if size > limit:
            return b"".join(parts)[:limit], True, False
        if not member.eof:
            return b"".join(parts), False, True
        rest = member.unused_data
    return b"".join(parts), False, False
