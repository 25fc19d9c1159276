"""Content decoding: what the wire brought, limits, and streams that break off."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.decoding import Decoded, DecodeFailure, decode_content

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = "".join(f"<p>Line {n} of the tide table: {n * 7919 % 1013} cm.</p>\n" for n in range(3_000)).encode()


def raw_deflate(payload: bytes) -> bytes:
    machine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return machine.compress(payload) + machine.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate in zlib format": ("deflate", zlib.compress),
    "deflate, raw": ("deflate", raw_deflate),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}


@pytest.mark.parametrize(("name", "compress"), CODINGS.values(), ids=CODINGS)
def test_each_coding_is_taken_off(name: str, compress: Callable[[bytes], bytes]) -> None:
    assert decode_content(compress(PAGE), name) == Decoded(body=PAGE)


@pytest.mark.parametrize(("name", "compress"), CODINGS.values(), ids=CODINGS)
def test_a_bomb_costs_no_more_than_the_limit(name: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(30_000_000))
    failure = decode_content(bomb, name, limit=1_000_000)
    assert isinstance(failure, DecodeFailure)
    assert failure.reason == "bomb"


@pytest.mark.parametrize(("name", "compress"), CODINGS.values(), ids=CODINGS)
def test_a_broken_tail_keeps_what_came_before(name: str, compress: Callable[[bytes], bytes]) -> None:
    # Brotli hands out nothing before the end of a meta-block, so half of a small page may be all or nothing.
    noise = bytes(n * 2654435761 >> 13 & 0xFF for n in range(400_000))
    whole = compress(noise)
    decoded = decode_content(whole[: len(whole) * 2 // 3], name)
    assert isinstance(decoded, Decoded)
    assert decoded.truncated
    assert decoded.body
    assert noise.startswith(decoded.body)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_rubbish_is_a_broken_encoding(name: str) -> None:
    failure = decode_content(b"\x07 not a stream at all", name)
    assert isinstance(failure, DecodeFailure)
    assert failure.reason == "broken_encoding"


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_plain_html_that_claims_to_be_compressed_is_kept(name: str) -> None:
    assert decode_content(b"<!doctype html><p>hello</p>", name) == Decoded(body=b"<!doctype html><p>hello</p>")


@pytest.mark.parametrize(
    ("encodings", "payload", "reason"),
    [
        ("lzma", b"x", "unknown_encoding"),
        ("gzip, made-up", b"x", "unknown_encoding"),
        (", ".join(["gzip"] * 5), b"x", "unknown_encoding"),
        (None, b"x" * 11, "bomb"),
        ("identity", b"x" * 11, "bomb"),
    ],
    ids=["unknown", "unknown beside a known one", "too many layers", "plain but too large", "identity too large"],
)
def test_failures_have_a_reason(encodings: str | None, payload: bytes, reason: str) -> None:
    failure = decode_content(payload, encodings, limit=10)
    assert isinstance(failure, DecodeFailure)
    assert failure.reason == reason


def test_layers_come_off_in_reverse_order() -> None:
    assert decode_content(gzip.compress(brotli.compress(PAGE)), "br, gzip") == Decoded(body=PAGE)


def test_several_gzip_members_are_one_page() -> None:
    assert decode_content(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip") == Decoded(body=b"one two")


def test_padding_after_the_last_member_is_ignored() -> None:
    assert decode_content(gzip.compress(PAGE) + b"\0" * 20, "gzip") == Decoded(body=PAGE)


@given(payload=st.binary(max_size=300), encodings=st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]))
def test_no_payload_raises(payload: bytes, encodings: str) -> None:
    assert isinstance(decode_content(payload, encodings), Decoded | DecodeFailure)
