"""A proxy in front of an S3 server that answers 500, hangs, or loses the reply to a write that was done.

It runs in a process of its own: delta-rs keeps Python's lock while it waits for an answer.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

Kind = Literal["500", "hang", "lost", "down"]
HANG_SECONDS = 3.0
CONTROL = "/-/"
ROOT = Path(__file__).parents[3]


class Fault:
    """A fault that a test ordered; ``met`` tells how often it has happened."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._number = number

    @property
    def met(self) -> int:
        return int(json.loads(ask(self._port, "GET", f"{CONTROL}met")[1])[self._number])


class Faulty:
    """The proxy's process."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "tests.storage.object_storage.faulty", str(self.port), str(target)]
        self._process = subprocess.Popen(command, cwd=ROOT)

    def fail(self, kind: Kind, pattern: str, times: int = 1) -> Fault:
        """Have the next ``times`` requests fail whose ``METHOD /path`` is found by ``pattern``.

        ``500`` is an answer instead of the request's, ``hang`` is none for a while and the request never reaches the
        server, ``lost`` is none although the server did what it was asked, ``down`` is a connection that is closed.
        """
        order = json.dumps({"kind": kind, "pattern": pattern, "times": times})
        return Fault(self.port, int(ask(self.port, "POST", f"{CONTROL}fail", order)[1]))

    def heal(self) -> None:
        """No faults any more."""
        ask(self.port, "POST", f"{CONTROL}heal")

    def __enter__(self) -> Faulty:
        answers(self._process, self.port, "GET", f"{CONTROL}met")
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait()


@dataclass(slots=True)
class _Order:
    kind: Kind
    pattern: str
    times: int
    met: int = 0


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, target: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.target = target
        self.orders: list[_Order] = []
        self.guard = threading.Lock()

    def meet(self, what: str) -> Kind | None:
        """The fault that this request meets."""
        with self.guard:
            for order in self.orders:
                if order.met < order.times and re.search(order.pattern, what):
                    order.met += 1
                    return order.kind
        return None

    def control(self, name: str, body: bytes) -> object:
        """What a test orders or asks."""
        with self.guard:
            if name == "fail":
                self.orders.append(_Order(**json.loads(body)))
                return len(self.orders) - 1
            if name == "heal":
                # Kept, so that the numbers of those that were ordered stay theirs.
                for order in self.orders:
                    order.times = 0
            return [order.met for order in self.orders]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are none of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Proxy

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(CONTROL):
            told = json.dumps(self.server.control(self.path.removeprefix(CONTROL), body)).encode()
            self._answer(200, [], told)
            return
        kind = self.server.meet(f"{self.command} {self.path}")
        if kind == "hang":
            time.sleep(HANG_SECONDS)
        if kind in ("hang", "down"):
            self.close_connection = True
            return
        if kind == "500":
            self._answer(500, [("Content-Type", "application/xml")], b"<Error><Code>InternalError</Code></Error>")
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        try:
            upstream.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
            reply = upstream.getresponse()
            data = reply.read()
        finally:
            upstream.close()
        if kind == "lost":
            self.close_connection = True
            return
        self._answer(reply.status, reply.getheaders(), data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        told = {name.lower() for name, _ in headers}
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        if "content-length" not in told:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
    """Status and body of one request to loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def answers(process: subprocess.Popen[bytes], port: int, method: str, path: str) -> None:
    """Return once the server of ``process`` answers 200 to that request."""
    deadline = time.monotonic() + 60
    while True:
        try:
            status, said = ask(port, method, path)
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            if status != 200:
                raise RuntimeError(f"{status}: {said!r}")
            return


if __name__ == "__main__":
    _Proxy(int(sys.argv[1]), int(sys.argv[2])).serve_forever(poll_interval=0.05)
