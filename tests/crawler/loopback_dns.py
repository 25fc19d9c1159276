"""A resolver for tests that crawl without a proxy: every name under ``.test`` leads to this machine."""

from __future__ import annotations

from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer


class LoopbackResolver(CachingThreadedResolver):
    """Scrapy's resolver with the invented zone."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:
        if name.endswith(".test"):
            return defer.succeed("127.0.0.1")
        return super().getHostByName(name, timeout)
