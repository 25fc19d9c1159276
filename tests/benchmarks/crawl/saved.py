"""Saved pages as the articles of invented papers, behind one HTTP proxy on loopback, answered as fast as may be.

usage: saved.py PORT FOLDER PAPERS ARTICLES

FOLDER holds the pages, gzipped as they go over the wire. Every host answers 404 for robots.txt and a sitemap of its
share of the ARTICLES; each article is the next page of FOLDER in turn.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlsplit

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def answer(kind: str, body: bytes, more: str = "") -> bytes:
    """A whole answer."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def url_of(number: int, papers: int) -> str:
    """The address of an article."""
    return f"http://paper-{number % papers}.test/2026/11/saved-page-number-{number}"


class Saved(asyncio.Protocol):
    """One connection; requests have no body and do not overlap."""

    pages: tuple[bytes, ...] = ()
    papers, articles = 1, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport
        self._head = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            self._transport.write(self._answer(urlsplit(head.split(b" ", 2)[1].decode("ascii"))))  # type: ignore[attr-defined]

    def _answer(self, url: object) -> bytes:
        host, path = url.hostname, url.path  # type: ignore[attr-defined]
        if path == "/sitemap.xml":
            paper = int(host.partition(".")[0].rpartition("-")[2])
            urls = "".join(
                f"<url><loc>{url_of(number, self.papers)}</loc></url>"
                for number in range(paper, self.articles, self.papers)
            )
            body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            return answer("application/xml", body.encode())
        if path.startswith("/2026/"):
            return self.pages[int(path.rpartition("-")[2]) % len(self.pages)]
        return NOT_FOUND


async def serve(port: int, folder: Path, papers: int, articles: int) -> None:
    """Serve until killed."""
    Saved.pages = tuple(
        answer("text/html", path.read_bytes(), "Content-Encoding: gzip\r\n") for path in sorted(folder.iterdir())
    )
    Saved.papers, Saved.articles = papers, articles
    server = await asyncio.get_running_loop().create_server(Saved, "127.0.0.1", port, backlog=1024)
    print("serving", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
