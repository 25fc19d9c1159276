"""The guard on the wire: no connection to an address that the configuration does not allow.

Twisted resolves a host's name when it connects, and connects to what the resolver says. So the resolver is where a
name that leads to a private address is stopped, whatever it led to a moment before (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawler.errand import errand_of
from crawler.guard import address_of, is_allowed, is_private, is_public, place_of
from crawler.refused import Refused
from crawler.session import session_of


class Receiver(Protocol):
    """Twisted's IResolutionReceiver as a type."""

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        """A lookup has begun."""

    def addressResolved(self, address: IAddress) -> None:
        """One address was found."""

    def resolutionComplete(self) -> None:
        """There are no more addresses."""


class Resolver(Protocol):
    """Twisted's IHostnameResolver as a type."""

    def resolveHostName(
        self,
        resolutionReceiver: Receiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Tell ``resolutionReceiver`` the addresses of ``hostName``."""


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes public addresses on, and notes what it held back."""

    def __init__(self, receiver: Receiver, held_back: list[str]) -> None:
        self._receiver = receiver
        self._held_back = held_back

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        found = address_of(str(getattr(address, "host", "")))
        if found is not None and is_public(found):
            self._receiver.addressResolved(address)
        else:
            self._held_back.append(str(found or address))

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """A resolver that gives public addresses only, apart from hosts that are allowed.

    ``allowed`` are hosts, with or without a port; ``proxies`` those of the operator's own proxies. ``held_back`` tells
    for a host which addresses it led to that were not given.
    """

    def __init__(self, inner: Resolver, allowed: Collection[str]) -> None:
        self._inner = inner
        self._allowed = frozenset(allowed)
        self.proxies: set[str] = set()
        self.held_back: dict[str, list[str]] = {}

    def resolveHostName(
        self,
        resolutionReceiver: Receiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve ``hostName`` as the inner resolver does, without the addresses that are not public."""
        receiver: Receiver = resolutionReceiver
        if not is_allowed(hostName, portNumber, self._allowed | self.proxies):
            receiver = _Sieve(receiver, self.held_back.setdefault(hostName, []))
            self.held_back[hostName].clear()
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class GuardMiddleware:
    """Downloader middleware that refuses private hosts, for every request of ours: articles, entrances, robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._resolver: GuardedResolver | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Scrapy's way of making it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise :class:`Refused`."""
        if errand_of(request) is None:
            return
        allowed = session_of(self._crawler).config.crawl.allow_private
        name, port = place_of(request.url)
        if is_private(request.url) and not is_allowed(name, port, allowed):
            raise Refused("refused", "private_address", f"{name} is no host of the public Internet")
        resolver = self._installed(allowed)
        proxy = request.meta.get("proxy")
        if proxy:
            resolver.proxies.add("{}:{}".format(*place_of(proxy)))

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a host whose addresses were held back from one that has none."""
        if self._resolver is None or request.meta.get("proxy"):
            return
        name, _ = place_of(request.url)
        found = self._resolver.held_back.get(name)
        if isinstance(exception, CannotResolveHostError) and found:
            detail = f"{name} leads to {', '.join(found[:3])}; allow_private in [crawl] would let it"
            raise Refused("refused", "private_address", detail) from exception

    def _installed(self, allowed: Collection[str]) -> GuardedResolver:
        """The guard over whatever resolver the reactor has by now; Scrapy may set its own after this was made."""
        from twisted.internet import reactor  # Scrapy chooses the reactor before it is first imported

        current = reactor.nameResolver
        if self._resolver is None or current is not self._resolver:
            self._resolver = GuardedResolver(current, allowed)
            reactor.installNameResolver(self._resolver)
        return self._resolver
