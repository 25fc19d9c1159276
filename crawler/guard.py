"""Which addresses a stranger may not lead the crawl to: this machine's, and private networks'.

A host is judged twice: by its name, before anything is asked, and by the addresses that it resolves to, in
:mod:`crawler.resolver`, so that the address that is connected to is the one that was checked. Behind a proxy, which
resolves names itself, only the first judgement is possible.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from pipelines.urls import host

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
# RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's resolution 2024.07.29.06 (internal).
_PRIVATE_ZONES = ("localhost", "local", "home.arpa", "internal")
# RFC 6052 and RFC 8215: IPv4 addresses behind a translator. RFC 4291, 2.5.5.1: the old way to write IPv4 as IPv6.
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))


def is_private(url: str) -> bool:
    """Whether ``url`` names this machine or a private network by address or by a name that can mean nothing else.

    Names are not resolved here. A name without a dot is private: no public site has one (RFC 7085).
    """
    name = host(url)
    address = address_of(name)
    if address is not None:
        return not is_public(address)
    return "." not in name or any(name == zone or name.endswith("." + zone) for zone in _PRIVATE_ZONES)


def address_of(name: str) -> Address | None:
    """The address that ``name`` spells, also the ways that only resolvers know (``127.1``, ``0x7f000001``), or None."""
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except (OSError, UnicodeError):
            return None


def is_public(address: Address) -> bool:
    """Whether ``address`` is one of the public Internet; IPv4 inside IPv6 is judged as what it leads to."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None or address.sixtofour is not None:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def place_of(url: str) -> tuple[str, int | None]:
    """Host and port of a URL; the scheme's own port where it names none."""
    parts = urlsplit(url)
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)


def is_allowed(name: str, port: int | None, allowed: Collection[str]) -> bool:
    """Whether ``allowed``, the configuration's ``allow_private``, names the host, with this port or with none."""
    bare = f"[{name}]" if ":" in name and not name.startswith("[") else name
    return bare in allowed or f"{bare}:{port}" in allowed
