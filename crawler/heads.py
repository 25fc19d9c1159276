"""The head of an answer, bounded: a stranger's server may send headers without an end."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import ParseError

# Papers send up to 60; browsers take 256 kB in all (Chromium, net/http/http_stream_parser.cc).
MAX_HEADERS = 1_000
MAX_BYTES = 256 * 1024


class HeadTooLarge(ParseError):
    """An answer has more headers, or longer ones, than anybody needs."""


class _Parser(_LenientHTTPClientParser):
    """Scrapy's parser, which counts. It takes the place of one that exists already, so it has no ``__init__``."""

    count = 0
    size = 0

    def headerReceived(self, name: bytes, value: bytes) -> None:
        self.count += 1
        self.size += len(name) + len(value)
        if self.count > MAX_HEADERS or self.size > MAX_BYTES:
            raise HeadTooLarge(f"more than {MAX_HEADERS} headers or {MAX_BYTES} bytes", name[:100])  # type: ignore[no-untyped-call]
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[Any]:
        found = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser
        return found


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes the connections of the downloader's pool."""

    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: ARG002
        """One connection's protocol."""
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
