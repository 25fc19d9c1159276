"""Thousands of invented papers behind one HTTP proxy on loopback, at next to no cost, and a note of each request.

usage: papers.py PORT ARTICLES

Every host answers 404 for robots.txt, a sitemap of ARTICLES articles, and these. ``http://control.test/`` gives, as
JSON, the instants (seconds, monotonic) of every host's requests.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import ClassVar
from urllib.parse import urlsplit

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{title} | The {host} Gazette</title>
<meta property="og:title" content="{title}"><meta property="og:type" content="article">
<meta property="article:published_time" content="2026-05-{day:02d}T10:00:00+02:00">
<link rel="canonical" href="http://{host}{path}"></head><body><header><a href="/">Gazette</a></header>
<main><article><h1>{title}</h1><p class="byline">By Ida Quill</p>{text}</article></main>
<footer><a href="/about">About us</a></footer></body></html>"""
LINE = (
    "<p>On day {day} the council of {host} met in the hall above the fish market and resolved, after a debate of {day} "
    "hours, that story number {number} should be told to all who live within {day} miles of the harbour light.</p>"
)


class Papers(asyncio.Protocol):
    """One connection; requests have no body and do not overlap."""

    articles = 5
    asked: ClassVar[dict[str, list[float]]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport
        self._head = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            self._answer(head.split(b" ", 2)[1].decode("ascii"))

    def _answer(self, target: str) -> None:
        parts = urlsplit(target)
        host, path = parts.hostname or "", parts.path
        status, kind, body = "200 OK", "text/html; charset=utf-8", b""
        if host == "control.test":
            body = json.dumps(self.asked).encode()
        else:
            self.asked.setdefault(host, []).append(time.monotonic())
            if path == "/sitemap.xml":
                urls = "".join(
                    f"<url><loc>http://{host}/2026/05/{number + 1:02d}/council-tells-story-{number}</loc></url>"
                    for number in range(self.articles)
                )
                kind = "application/xml"
                body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
            elif path.startswith("/2026/"):
                number = int(path.rpartition("-")[2])
                text = "".join(LINE.format(day=day, host=host, number=number) for day in range(2, 14))
                title = f"Council of {host} tells story {number}"
                body = PAGE.format(title=title, host=host, path=path, day=number % 28 + 1, text=text).encode()
            else:
                status = "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)  # type: ignore[attr-defined]


async def serve(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Papers, "127.0.0.1", port, backlog=4096)
    print("serving", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    Papers.articles = int(sys.argv[2])
    asyncio.run(serve(int(sys.argv[1])))
