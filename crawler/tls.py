"""TLS as Scrapy does it, with certificates verified, and with words for what was wrong with one."""

from __future__ import annotations

import weakref
from typing import Any, cast

from OpenSSL import SSL, crypto
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from service_identity import VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from crawler.guard import address_of

# X509_V_ERR_* of openssl/x509_vfy.h, those that servers bring about.
_WRONG = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself",
    19: "the certificate's chain is signed by itself",
    20: "the certificate's issuer is not known",
    21: "the certificate's issuer is not known",
    23: "the certificate is revoked",
    26: "the certificate is not meant for web servers",
    27: "the certificate's issuer is not trusted",
    66: "the certificate's key is too weak",
    67: "the certificate's issuer has a key that is too weak",
    68: "the certificate's signature is too weak",
}
# What OpenSSL calls an answer to its greeting that is no TLS.
_PLAIN = ("wrong version number", "http request", "unknown protocol", "packet length too long")


class CertificateRefused(SSL.Error):
    """A certificate does not stand the test; the message says why."""


def told(error: BaseException) -> str | None:
    """What a TLS failure comes from, as a sentence for people; None where ``error`` is none."""
    for root in causes(error):
        if isinstance(root, CertificateRefused):
            return str(root)
        if isinstance(root, VerificationError):
            return "the certificate is another host's"
        if isinstance(root, SSL.Error):
            text = "; ".join(str(part[-1]) for part in root.args[0] if part) if root.args else ""
            return "the host speaks no TLS on this port" if any(word in text for word in _PLAIN) else text or "no TLS"
    return None


def causes(error: BaseException) -> list[BaseException]:
    """``error`` and what lies below it: causes, and the reasons that Twisted collects."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 50:
        one = waiting.pop(0)
        if one is None or any(one is known for known in found):
            continue
        found.append(one)
        waiting += [reason.value for reason in getattr(one, "reasons", ()) if isinstance(reason, Failure)]
        waiting.append(one.__cause__)
    return found


@implementer(IOpenSSLClientConnectionCreator)
class _Creator:
    """A creator of connections to one host, which says in words why a certificate was refused."""

    def __init__(self, inner: Any, host: str) -> None:
        self._inner = inner
        self._id = DNS_ID(host) if address_of(host) is None else IPAddress_ID(host)

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        """A connection whose peer has to show a certificate of this host by an issuer whom the system trusts."""
        connection: SSL.Connection = self._inner.clientConnectionForTLS(tlsProtocol)
        protocol = weakref.ref(tlsProtocol)

        def refuse(error: Exception) -> bool:
            alive = protocol()
            if alive is not None:
                alive.failVerification(Failure(error))  # type: ignore[no-untyped-call]
            return False

        def verify(_: SSL.Connection, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
            # An exception inside OpenSSL's callback would be lost.
            try:
                if not ok:
                    return refuse(CertificateRefused(_WRONG.get(code, f"the certificate fails OpenSSL's check {code}")))
                if depth == 0:
                    verify_service_identity(extract_patterns(certificate), [self._id], [])
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not accepted
                return refuse(error)
            return True

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection


@implementer(IPolicyForHTTPS)
class _Policy:
    """Scrapy's policy for https, with our creator of connections."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def creatorForNetloc(self, hostname: bytes, port: int) -> _Creator:
        """The creator of connections to a host."""
        return _Creator(self._inner.creatorForNetloc(hostname, port), hostname.decode("ascii"))


class VerifyingHandler(HTTP11DownloadHandler):
    """Scrapy's download handler with our policy for https.

    ``DOWNLOAD_VERIFY_CERTIFICATES`` switched off leaves Scrapy's own.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory = cast("IPolicyForHTTPS", _Policy(self._contextFactory))
