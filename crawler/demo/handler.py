"""How the demo answers one request: proxy or plain, 304, gzip, chunks, faults."""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from crawler.demo import faults
from crawler.demo.exchange import Exchange
from crawler.demo.papers import MAIN
from crawler.demo.resource import Resource, redirect, squeezed

_LOCAL = ("localhost", "127.0.0.1", "::1", "")


class Request(NamedTuple):
    """One request that was answered: ``path`` with its query, ``status`` 0 where no status line was sent.

    ``headers`` are the request's, names in lower case.
    """

    method: str
    host: str
    path: str
    status: int
    headers: Mapping[str, str]


class Stock(Protocol):
    """What the handler asks of the server that owns it."""

    stopping: threading.Event

    @property
    def port(self) -> int:
        """The port of the server itself."""

    def find(self, host: str, target: str) -> Resource | None:
        """What stands at a path with its query, or else at the path alone."""

    def has_host(self, host: str) -> bool:
        """Whether the host is one of the demo's."""

    def note(self, request: Request) -> None:
        """Keep the request."""


class HttpServer(ThreadingHTTPServer):
    """A thread per connection, and a list of the open ones, so that stopping ends them all."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], demo: Stock) -> None:
        self.demo = demo
        self._open: set[socket.socket] = set()
        self._guard = threading.Condition()
        super().__init__(address, _Handler)

    def connected(self, connection: socket.socket) -> None:
        """A connection has begun."""
        with self._guard:
            self._open.add(connection)

    def disconnected(self, connection: socket.socket) -> None:
        """A connection is about to be closed."""
        with self._guard:
            self._open.discard(connection)
            self._guard.notify_all()

    def hang_up(self) -> None:
        """End the connections that are still open, and wait for their threads."""
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client may have left in this very moment
                    connection.shutdown(socket.SHUT_RDWR)
            self._guard.wait_for(lambda: not self._open, timeout=5)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is nothing to speak of; anything else is a bug and shows its traceback."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        self.server.connected(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.disconnected(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the requests are kept in a list."""

    def do_GET(self) -> None:
        """Answer a request, as a proxy or as the host itself."""
        try:
            host, target = self._asked()
        except ValueError as error:
            self.close_connection = True
            self._answer("", self.path, _text(400, f"No address: {error}"))
            return
        fault = faults.find(host, target)
        if fault is not None:
            self._note(host, target, fault.status)
            self.close_connection = True
            fault.respond(
                Exchange(
                    method=self.command,
                    target=target,
                    stream=self.wfile,
                    connection=self.connection,
                    stopping=self.server.demo.stopping,
                )
            )
            return
        resource = self.server.demo.find(host, target)
        if resource is None:
            resource = self._missing(host, target)
        self._answer(host, target, resource)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Forms are there to be seen, not to be sent."""
        self._refuse(405, "Forms of the demo go nowhere.")

    def do_CONNECT(self) -> None:
        """No tunnels: the demo speaks plain HTTP."""
        self._refuse(405, "The demo's hosts speak http, not https.")

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        self._answer(self.headers.get("Host", ""), self.path, _text(status, text))

    def _asked(self) -> tuple[str, str]:
        """The host (main paper's for the server's own address) and the path with its query."""
        own = self.server.demo.port
        if self.path.startswith(("http://", "https://")):
            parts = urlsplit(self.path)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            host, local_port = parts.hostname or "", _port(parts.netloc)
            if host in _LOCAL and local_port != own:
                return f"{host}:{local_port}", target
        else:
            target = self.path
            host = (urlsplit(f"//{self.headers.get('Host', '')}").hostname or "").lower()
        if host in _LOCAL:
            return MAIN.host, target
        return (f"{host.removesuffix('.localhost')}.test" if host.endswith(".localhost") else host), target

    def _missing(self, host: str, target: str) -> Resource:
        path, _, query = target.partition("?")
        if self.server.demo.find(host, path + "/"):
            return redirect(path + "/" + (f"?{query}" if query else ""))
        if not self.server.demo.has_host(host):
            return _text(502, f"No such host: {host!r}")
        return NOT_FOUND

    def _answer(self, host: str, target: str, resource: Resource) -> None:
        body = resource.body
        headers = [("Content-Type", resource.content_type), *resource.headers]
        status = resource.status
        if resource.compressible:
            headers.append(("Vary", "Accept-Encoding"))
        packed = resource.compressible and _accepts_gzip(self.headers.get("Accept-Encoding", ""))
        if packed:
            body = squeezed(body)
            headers.append(("Content-Encoding", "gzip"))
        if resource.validators and status == 200:
            tag = f'"{resource.etag}-gzip"' if packed else f'"{resource.etag}"'
            headers += [("ETag", tag), ("Last-Modified", format_datetime(resource.last_modified, usegmt=True))]
            if self._is_current(resource):
                status, body = 304, b""
                headers = [(name, value) for name, value in headers if name in ("ETag", "Last-Modified", "Vary")]
        chunked = resource.chunked and self.request_version == "HTTP/1.1" and status != 304
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif status != 304:
            headers.append(("Content-Length", str(len(body))))
        self._note(host, target, status)
        if self.command == "HEAD":
            body = b""
        elif chunked:
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
        self.send(status, headers, body)

    def _is_current(self, resource: Resource) -> bool:
        """RFC 9110, section 13.2.2: If-None-Match goes before If-Modified-Since."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in tags.split(",")}
            return resource.etag in known or "*" in known
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            moment = parsedate_to_datetime(since)
        except ValueError:  # a date that cannot be read is to be ignored, says the same section
            return False
        return moment.tzinfo is not None and resource.last_modified.replace(microsecond=0) <= moment

    def _note(self, host: str, target: str, status: int) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.demo.note(Request(self.command, host, target, status, headers))

    def send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Send a whole answer in one piece, headers as they are given."""
        if self.close_connection:
            headers = (*headers, ("Connection", "close"))
        lines = [f"HTTP/1.1 {status} {_phrase(status)}", f"Date: {self.date_time_string()}", "Server: demo-press"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


NOT_FOUND = Resource(
    content="<!DOCTYPE html><title>404 Not Found</title><h1>Not Found</h1><p>Nothing is printed here.</p>\n",
    status=404,
    validators=False,
)
"""What a host answers where it has no such page."""


def _text(status: int, text: str) -> Resource:
    """An answer in plain words."""
    return Resource(content=f"{text}\n", content_type="text/plain; charset=utf-8", status=status, validators=False)


def _phrase(status: int) -> str:
    return http.client.responses.get(status, "Unknown")


def _port(netloc: str) -> int:
    port = netloc.rpartition("]")[2].rpartition(":")[2]
    return int(port) if port.isdecimal() and len(port) < 6 else 80


def _accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip without ``q=0``."""
    for item in accepted.lower().split(","):
        coding, _, weight = item.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _parts(body: bytes, size: int = 1000) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]
