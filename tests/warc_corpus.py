"""WARC files as other programs write them, and as disks, networks and mistakes leave them."""

from __future__ import annotations

import gzip
import hashlib
import random
import struct
import sys
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATE = "2024-03-01T12:00:00Z"
SITE = "https://www.courier.example"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: visitor=1\r\n\r\n"


def digest(data: bytes) -> str:
    """A digest as WARC files write it."""
    return "sha1:" + b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def page(
    number: int, *, sentence: str = "The ferry was late again, and nobody on the quay was surprised by it."
) -> bytes:
    """A page that the extractor takes for an article, another one for each number."""
    title = f"Ferry number {number} is late"
    text = "".join(f"<p>{sentence} Paragraph {word} of story {number}.</p>" for word in ("one", "two", "three"))
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title>"
        '<meta property="article:published_time" content="2024-02-29T08:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    ).encode()


def record(
    kind: str, block: bytes, *, url: str | None = None, date: str | None = DATE, length: int | None = None, **more: str
) -> bytes:
    """One record; ``length`` is a Content-Length that is wrong, ``more`` are header fields, ``_`` for ``-``."""
    fields = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{random.Random(block).getrandbits(64):016x}>")]
    fields += [("WARC-Target-URI", url)] if url is not None else []
    fields += [("WARC-Date", date)] if date is not None else []
    fields += [(name.replace("_", "-"), value) for name, value in more.items()]
    fields += [("Content-Length", str(len(block) if length is None else length))]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def response(
    number: int, *, http: bytes = HTTP, body: bytes | None = None, url: str | None = None, **more: str
) -> bytes:
    """The record of an article's page at ``/number``."""
    payload = page(number) if body is None else body
    return record("response", http + payload, url=url or f"{SITE}/{number}", **more)


def info() -> bytes:
    """The record that a file begins with."""
    return record("warcinfo", b"software: made-up/1\r\n")


def members(records: Sequence[bytes]) -> bytes:
    """Each record a gzip member, as the standard asks."""
    return b"".join(gzip.compress(one, 1, mtime=0) for one in records)


def frames(records: Sequence[bytes]) -> bytes:
    """Each record a Zstandard frame."""
    return b"".join(zstd.compress(one) for one in records)


def with_dictionary(records: Sequence[bytes], *, packed: bool = True) -> bytes:
    """Each record a frame by the dictionary that the file begins with, itself compressed or not."""
    known = zstd.train_dict(list(records) * 40, 2000)
    told = zstd.compress(known.dict_content) if packed else known.dict_content
    return b"".join(
        [
            b"\x5d\x2a\x4d\x18",
            struct.pack("<I", len(told)),
            told,
            *(zstd.compress(one, zstd_dict=known) for one in records),
        ]
    )


PACKINGS: dict[str, Callable[[Sequence[bytes]], bytes]] = {
    "gzip by record": members,
    "gzip as a whole": lambda records: gzip.compress(b"".join(records), mtime=0),
    "plain": b"".join,
    "zstd by record": frames,
    "zstd as a whole": lambda records: zstd.compress(b"".join(records)),
    "zstd with a dictionary": with_dictionary,
    "zstd with a plain dictionary": lambda records: with_dictionary(records, packed=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file, the numbers of the pages that are to be had of it, and the codes of what is damaged in it."""

    name: str
    data: bytes
    kept: tuple[int, ...]
    damage: tuple[str, ...] = ()


def _flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 0xFF
    return bytes(changed)


def damaged() -> Iterator[Case]:
    """Files with five pages, of which something is wrong with number 2, or around it, or with the last."""
    five = [response(number) for number in range(5)]
    rest, all_five = (0, 1, 3, 4), (0, 1, 2, 3, 4)
    packed = [gzip.compress(one, 1, mtime=0) for one in five]
    yield Case(name="torn last member", data=members(five)[:-60], kept=(0, 1, 2, 3), damage=("torn",))
    yield Case(name="torn trailer", data=members(five)[:-3], kept=(0, 1, 2, 3), damage=("torn",))
    yield Case(name="torn plain", data=b"".join(five)[:-60], kept=(0, 1, 2, 3), damage=("length_mismatch",))
    whole = gzip.compress(b"".join(five), mtime=0)
    yield Case(name="torn whole", data=whole[:-5], kept=(0, 1, 2, 3), damage=("torn",))
    yield Case(name="torn frame", data=frames(five)[:-60], kept=(0, 1, 2, 3), damage=("torn",))
    for name, place in (("broken member", 60), ("broken start", 12), ("wrong checksum", -6)):
        changed = [*packed[:2], _flipped(packed[2], place), *packed[3:]]
        yield Case(name=name, data=b"".join(changed), kept=rest, damage=("bad_gzip",))
    for name, junk in (("garbage", b"garbage!" * 500), ("zeros", bytes(70_000))):
        data = b"".join([*packed[:2], junk, *packed[2:]])
        yield Case(name=f"{name} between members", data=data, kept=all_five, damage=("bad_gzip",))
    data = b"".join([*packed[:2], b"\x1f\x8b\x08" * 9, *packed[2:]])
    yield Case(name="false magic between members", data=data, kept=all_five, damage=("torn",))
    yield Case(name="zeros at the end", data=members(five) + bytes(5000), kept=all_five, damage=("bad_gzip",))
    for length in (0, 40, len(page(2)), 100_000, 2_000_000_000, 10**18):
        wrong = [*five[:2], record("response", HTTP + page(2), url=f"{SITE}/2", length=length), *five[3:]]
        for name in ("gzip by record", "gzip as a whole", "plain", "zstd by record"):
            data = PACKINGS[name](wrong)
            yield Case(name=f"Content-Length {length}, {name}", data=data, kept=rest, damage=("length_mismatch",))
    for name, bad in (
        ("no length", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + HTTP + page(2) + b"\r\n\r\n"),
        ("no header", b"nonsense\r\n" * 40),
        ("a header bomb", b"WARC/1.0\r\n" + b"X-Bomb: bang\r\n" * 200_000 + b"\r\n\r\n"),
    ):
        yield Case(name=name, data=members([*five[:2], bad, *five[3:]]), kept=rest, damage=("not_a_record",))
    yield Case(
        name="plain with a line lost",
        data=b"".join([*five[:2], five[2][5:], *five[3:]]),
        kept=rest,
        damage=("not_a_record",),
    )


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "HTML": (b"<!DOCTYPE html><html><body>Not found</body></html>", "HTML page"),
    "HTML, packed": (gzip.compress(b"<html><body>Log in</body></html>"), "HTML page"),
    "ARC": (
        gzip.compress(b"filedesc://IA-001.arc 0.0.0.0 19960923142103 text/plain 200 - - 0 IA-001.arc 122\n"),
        "ARC",
    ),
    "WACZ": (b"PK\x03\x04" + bytes(40), "unpack"),
    "text": (b"a list of things\n" * 20, "none"),
}
