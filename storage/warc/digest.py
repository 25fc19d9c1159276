"""Digests as WARC files write them: an algorithm's name, a colon, and base32 or hexadecimal."""

from __future__ import annotations

import base64
import binascii
import hashlib


def sha1(*parts: bytes) -> str:
    """``sha1:`` and 32 characters of base32, of the parts one after the other."""
    digest = hashlib.sha1(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return "sha1:" + base64.b32encode(digest.digest()).decode("ascii")


def agrees(label: str, payload: bytes) -> bool | None:
    """Whether a digest is the payload's; None where its algorithm or its notation is not known here."""
    algorithm, _, text = label.partition(":")
    try:
        digest = hashlib.new(algorithm, payload, usedforsecurity=False).digest()
        if len(text) == 2 * len(digest):
            return base64.b16decode(text, casefold=True) == digest
        return base64.b32decode(text, casefold=True) == digest
    except (ValueError, TypeError, binascii.Error):
        return None
