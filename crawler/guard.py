"""Which addresses a stranger's redirect may not lead to."""

from __future__ import annotations

import ipaddress

from pipelines.urls import host


def is_private(url: str) -> bool:
    """Whether ``url`` names this machine or a private network by address or by a name that can mean nothing else.

    Names are not resolved here: where a name leads, the resolver or the proxy knows.
    """
    name = host(url).strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False
