"""A demo server per module, put back to its first state for each test, and a client that decodes nothing."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

import pytest

from crawler.demo import DemoServer


@dataclass(frozen=True)
class Answer:
    """An answer as it came: ``body`` before any content decoding."""

    status: int
    headers: Message
    body: bytes


class Client:
    """Asks the demo server as an HTTP proxy, one connection per request."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server

    def get(self, url: str, method: str = "GET", timeout: float = 10, **headers: str) -> Answer:
        """Ask for ``url``; header names are given with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
        try:
            named = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, url, headers=named)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def text(self, url: str) -> str:
        """The page in UTF-8."""
        return self.get(url).body.decode("utf-8")


@pytest.fixture(scope="module")
def _running() -> Iterator[DemoServer]:
    with DemoServer() as server:
        yield server


@pytest.fixture
def server(_running: DemoServer) -> DemoServer:
    _running.reset()
    return _running


@pytest.fixture
def client(server: DemoServer) -> Client:
    return Client(server)
