"""Why nothing came back: Scrapy's and Twisted's exceptions as stable reason codes."""

from __future__ import annotations

import re

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet import error as twisted_errors
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseNeverReceived

from crawler.failure_codes import REASONS as REASONS
from crawler.tls import causes, told

_SHOWN = re.compile(r"\[<[\w.]*Failure [\w.]+: (?P<words>.+?)>\]?")

_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (twisted_errors.TimeoutError, "timeout"),
    (twisted_errors.TCPTimedOutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (twisted_errors.DNSLookupError, "dns"),
    (DownloadConnectionRefusedError, "connection_refused"),
    (twisted_errors.ConnectionRefusedError, "connection_refused"),
    (TunnelError, "proxy"),
    (ResponseDataLossError, "connection_lost"),
    (DownloadCancelledError, "cancelled"),
    (UnsupportedURLSchemeError, "bad_url"),
    (twisted_errors.ConnectionDone, "connection_lost"),
    (twisted_errors.ConnectionLost, "connection_lost"),
    (twisted_errors.ConnectError, "network"),
)


def reason_of(error: BaseException) -> str:
    """The reason code of a failed download; raises ``error`` where it is no failure of the network, that is, a bug."""
    for kind, reason in _KINDS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, DownloadFailedError | ResponseNeverReceived):
        if told(error) is not None:
            return "tls"
        behind = causes(error)
        # Twisted raises ValueError for a Content-Length that is no number, or two numbers.
        if any(isinstance(one, ParseError | ValueError) for one in behind):
            return "bad_answer"
        # Scrapy may leave nothing of it but its text.
        text = " ".join(map(repr, behind))
        return "connection_lost" if "ConnectionLost" in text or "ConnectionDone" in text else "network"
    raise error


def detail_of(error: BaseException) -> str:
    """What else there is to say of a failed download, at most 300 characters."""
    said = told(error) or _said(error) or type(error).__name__
    return said[:300]


def _said(error: BaseException) -> str | None:
    """The words of the innermost cause; Twisted's own are a list of objects as Python shows them."""
    for one in reversed(causes(error)):
        text = str(one)
        shown = _SHOWN.match(text)
        if shown is not None or (text and not text.startswith("[<")):
            return shown["words"] if shown is not None else text
    return None
