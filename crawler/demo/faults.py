"""Servers that misbehave: one route per fault, on a host of their own that no paper links to.

``http://faults.test/feed.xml`` announces them all. :data:`FAULTS` holds those that write to the connection
themselves; those that are plain resources stand in :mod:`crawler.demo.fault_pages`. Adding one is a function and a row.
"""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from crawler.demo.exchange import Exchange

FAULTS_HOST = "faults.test"
"""Where the fault routes stand."""

_MEGABYTE = 1 << 20
_HTML = "Content-Type: text/html; charset=utf-8"
STORY = (
    "<p>The signal box at Low Fen went dark shortly after nine, and the 9.14 waited for forty minutes.</p>"
    "<p>Nobody was hurt. The railway said that a squirrel had been found near the cable, and that it was well.</p>"
)


def story(title: str) -> str:
    """A small sound article, for routes whose fault lies elsewhere."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta property="article:published_time" content="2025-06-05T09:54:00+01:00"></head>'
        f"<body><article><h1>{escape(title)}</h1>{STORY * 4}</article></body></html>\n"
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A route that misbehaves: ``status`` is what its status line says, 0 where it sends none."""

    title: str
    status: int
    respond: Callable[[Exchange], None]


def _dropped(exchange: Exchange) -> None:
    exchange.reset()


def _cut_short(exchange: Exchange) -> None:
    body = story("Cut short").encode()
    exchange.head("200 OK", _HTML, f"Content-Length: {len(body) * 4}")
    exchange.send(body)


def _cut_chunk(exchange: Exchange) -> None:
    body = story("Cut in a chunk").encode()
    exchange.head("200 OK", _HTML, "Transfer-Encoding: chunked")
    exchange.send(b"%x\r\n%s" % (len(body) * 2, body))


def _slow(exchange: Exchange) -> None:
    if exchange.wait(exchange.number("seconds", 3.0)):
        body = story("Slow, but whole").encode()
        exchange.head("200 OK", _HTML, f"Content-Length: {len(body)}")
        exchange.send(body)


def _dripping(exchange: Exchange) -> None:
    body = story("Drop by drop").encode()
    pause = exchange.number("seconds", 3.0) / len(body)
    exchange.head("200 OK", _HTML, f"Content-Length: {len(body)}")
    for place in range(len(body)):
        if not exchange.wait(pause):
            return
        exchange.send(body[place : place + 1])


def _endless(exchange: Exchange) -> None:
    exchange.head("200 OK", _HTML, "Transfer-Encoding: chunked")
    part = STORY.encode() * 40
    exchange.send(b"%x\r\n%s\r\n" % (len(part), part))
    while exchange.wait(0.002):
        exchange.send(b"%x\r\n%s\r\n" % (len(part), part))


def _endless_header(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while exchange.wait(0.002):
        exchange.send(b"".join(b"X-More-%d: %s\r\n" % (number + step, b"m" * 200) for step in range(50)))
        number += 50


def _oversized_header(exchange: Exchange) -> None:
    body = story("A header of 256 kB").encode()
    exchange.head("200 OK", _HTML, f"X-Padding: {'p' * 256 * 1024}", f"Content-Length: {len(body)}")
    exchange.send(body)


def _many_headers(exchange: Exchange) -> None:
    body = story("Two thousand headers").encode()
    exchange.head("200 OK", _HTML, *(f"X-Header-{n}: {n}" for n in range(2000)), f"Content-Length: {len(body)}")
    exchange.send(body)


def _odd_headers(exchange: Exchange) -> None:
    body = story("Odd headers").encode()
    exchange.head(
        "200 OK",
        _HTML,
        "X-Folded: first line\r\n second line\r\n\tthird line",
        "X-Escape: \x1b[31mred\x1b[0m",
        "X-Latin: caf\xe9",
        "X-Twice: one",
        "X-Twice: two",
        "X-Empty:",
        "X-Warc: value\r\n WARC/1.1",
        f"Content-Length: {len(body)}",
    )
    exchange.send(body)


def _bomb(exchange: Exchange) -> None:
    body = gzip_bomb(int(exchange.number("megabytes", 300)))
    exchange.head("200 OK", _HTML, "Content-Encoding: gzip", f"Content-Length: {len(body)}")
    exchange.send(body)


def _double_bomb(exchange: Exchange) -> None:
    body = gzip.compress(gzip_bomb(int(exchange.number("megabytes", 300))), mtime=0)
    exchange.head("200 OK", _HTML, "Content-Encoding: gzip, gzip", f"Content-Length: {len(body)}")
    exchange.send(body)


def _broken_gzip(exchange: Exchange) -> None:
    body = bytearray(gzip.compress(story("Broken gzip").encode() * 20, mtime=0))
    body[40:60] = b"\xff" * 20
    exchange.head("200 OK", _HTML, "Content-Encoding: gzip", f"Content-Length: {len(body)}")
    exchange.send(bytes(body))


def _torn_gzip(exchange: Exchange) -> None:
    body = gzip.compress(story("Torn gzip").encode(), mtime=0)[:-30]
    exchange.head("200 OK", _HTML, "Content-Encoding: gzip", f"Content-Length: {len(body)}")
    exchange.send(body)


def _not_gzip(exchange: Exchange) -> None:
    body = story("Plain, though it says gzip").encode()
    exchange.head("200 OK", _HTML, "Content-Encoding: gzip", f"Content-Length: {len(body)}")
    exchange.send(body)


def _no_http(exchange: Exchange) -> None:
    exchange.send(b"220 ftp.faults.test ready\r\n")


def _calendar(exchange: Exchange) -> None:
    month = int(exchange.number("month", 1))
    text = (
        f"<!DOCTYPE html><title>Events, month {month}</title><p>Nothing is on.</p>"
        f'<a href="/calendar?month={month + 1}">Next month</a> <a href="/calendar?month={month - 1}">Month before</a>'
    )
    exchange.head("200 OK", _HTML, f"Content-Length: {len(text)}")
    exchange.send(text.encode())


FAULTS: dict[str, Fault] = {
    "/dropped": Fault("Dropped before an answer", 0, _dropped),
    "/cut-short": Fault("Content-Length larger than what comes", 200, _cut_short),
    "/cut-chunk": Fault("Ended within a chunk", 200, _cut_chunk),
    "/slow": Fault("Silent for ?seconds=3, then whole", 200, _slow),
    "/dripping": Fault("Byte by byte, over ?seconds=3", 200, _dripping),
    "/endless": Fault("A body that never ends", 200, _endless),
    "/endless-header": Fault("Headers that never end", 200, _endless_header),
    "/oversized-header": Fault("One header of 256 kB", 200, _oversized_header),
    "/many-headers": Fault("Two thousand headers", 200, _many_headers),
    "/odd-headers": Fault("Folded, doubled, empty and escaping headers", 200, _odd_headers),
    "/bomb": Fault("gzip that unpacks to ?megabytes=300", 200, _bomb),
    "/double-bomb": Fault("gzip within gzip, to ?megabytes=300", 200, _double_bomb),
    "/broken-gzip": Fault("gzip with damaged data", 200, _broken_gzip),
    "/torn-gzip": Fault("gzip without its end", 200, _torn_gzip),
    "/not-gzip": Fault("says gzip, and is none", 200, _not_gzip),
    "/calendar": Fault("A calendar without an end, ?month=1", 200, _calendar),
    "/no-http": Fault("speaks another protocol", 0, _no_http),
}
"""The routes that write to the connection themselves, by path."""


def find(host: str, target: str) -> Fault | None:
    """The fault at that address, or None."""
    return FAULTS.get(target.partition("?")[0]) if host == FAULTS_HOST else None


@functools.lru_cache(maxsize=4)
def gzip_bomb(megabytes: int) -> bytes:
    """One gzip member that unpacks to that many megabytes of HTML: about 1 kB a megabyte.

    A deflate stream flushed in full after a megabyte may be repeated, so only one megabyte is ever compressed.
    """
    head = b"<!DOCTYPE html><title>Bomb</title><p>"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = bytes(_MEGABYTE).replace(b"\0", b" ")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(head)
    for _ in range(megabytes):
        check = zlib.crc32(zeros, check)
    size = (len(head) + megabytes * _MEGABYTE) & 0xFFFFFFFF
    trailer = check.to_bytes(4, "little") + size.to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + start + block * megabytes + b"\x03\0" + trailer
