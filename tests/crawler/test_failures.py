"""Exceptions of Scrapy and Twisted to stable reasons; whatever is no failure of the network is a bug."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from scrapy import exceptions
from service_identity import VerificationError
from twisted.internet import error as twisted_errors
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseNeverReceived

from crawler.failures import REASONS, detail_of, reason_of
from pipelines.outcomes import RETRIED

KINDS = [
    (exceptions.DownloadTimeoutError("late"), "timeout"),
    (twisted_errors.TimeoutError(), "timeout"),
    (twisted_errors.TCPTimedOutError(), "timeout"),
    (exceptions.CannotResolveHostError("no"), "dns"),
    (twisted_errors.DNSLookupError(), "dns"),
    (exceptions.DownloadConnectionRefusedError("no"), "connection_refused"),
    (twisted_errors.ConnectionRefusedError(), "connection_refused"),
    (exceptions.ResponseDataLossError(), "connection_lost"),
    (twisted_errors.ConnectionDone(), "connection_lost"),
    (twisted_errors.ConnectionLost(), "connection_lost"),
    (ResponseNeverReceived([twisted_errors.ConnectionLost()]), "connection_lost"),
    (exceptions.DownloadFailedError("[<ConnectionDone>]"), "connection_lost"),
    (ResponseNeverReceived([Failure(ValueError("conflicting Content-Length headers"))]), "bad_answer"),
    (ResponseNeverReceived([Failure(ParseError("wrong number of parts", b"HTTP/1.1"))]), "bad_answer"),
    (ResponseNeverReceived([Failure(SSL.Error([("SSL routines", "", "unexpected eof")]))]), "tls"),
    (ResponseNeverReceived([Failure(VerificationError(errors=[]))]), "tls"),
    (exceptions.DownloadFailedError("a page about the certificate of an SSL course"), "network"),
    (exceptions.DownloadFailedError("something else"), "network"),
    (twisted_errors.NoRouteError(), "network"),
    (exceptions.DownloadCancelledError("ours"), "cancelled"),
    (exceptions.UnsupportedURLSchemeError("gopher"), "bad_url"),
]


@pytest.mark.parametrize(("error", "reason"), KINDS, ids=lambda value: value if isinstance(value, str) else repr(value))
def test_a_failure_has_its_reason(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
    assert REASONS[reason].endswith(".")


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), KeyError("x"), exceptions.IgnoreRequest("no")], ids=repr)
def test_a_bug_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        reason_of(error)


def test_what_is_tried_again_has_a_sentence() -> None:
    plain = {reason for reason in RETRIED if not reason.startswith("http_")} - {"cut_short"}
    assert plain <= set(REASONS)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(SSL.Error([("SSL routines", "", "wrong version number")]), "speaks no TLS", id="plain HTTP"),
        pytest.param(SSL.Error([("SSL routines", "", "no protocols available")]), "no protocols", id="another"),
        pytest.param(VerificationError(errors=[]), "another host's", id="another host's certificate"),
    ],
)
def test_what_was_wrong_with_tls_is_said_in_words(error: Exception, words: str) -> None:
    assert words in detail_of(ResponseNeverReceived([Failure(error)]))


def test_a_detail_is_never_empty_and_never_long() -> None:
    assert detail_of(exceptions.DownloadFailedError("x" * 999)) == "x" * 300
    assert detail_of(exceptions.DownloadFailedError()) == "DownloadFailedError"


def test_a_detail_is_words_and_no_object_as_python_shows_it() -> None:
    inner = ResponseNeverReceived([Failure(ValueError("conflicting Content-Length headers: b'5,50'"))])
    outer = exceptions.DownloadFailedError(str(inner))
    outer.__cause__ = inner
    assert detail_of(outer) == "conflicting Content-Length headers: b'5,50'"
    assert reason_of(outer) == "bad_answer"
    shown = "[<twisted.python.failure.Failure twisted.internet.error.ConnectionLost: Connection was lost.>]"
    assert detail_of(exceptions.DownloadFailedError(shown)) == "Connection was lost."
