"""Through which proxy a request goes, by the environment: as Scrapy finds it, without asking anew for every request."""

from __future__ import annotations

from functools import lru_cache
from urllib.request import proxy_bypass

from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.utils.httpobj import urlparse_cached

# Of more hosts than these, those that were asked longest ago are looked up again.
_HOSTS = 10_000


class ProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's middleware, which remembers what ``no_proxy`` says of a host.

    Python reads the whole environment each time that it is asked, which takes 0.3 ms; Scrapy's looks at the proxies
    themselves once, when it is made.
    """

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._bypasses = lru_cache(maxsize=_HOSTS)(proxy_bypass)

    # Scrapy calls the one that takes a spider with a warning.
    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Note the proxy in the request's meta, and with it who we are to it."""
        if "proxy" in request.meta or not self.proxies:
            super().process_request(request)
            return
        parts = urlparse_cached(request)
        host = parts.hostname
        if parts.scheme in self.proxies and host and not self._bypasses(host):
            credentials, proxy = self.proxies[parts.scheme]
            self._set_proxy_and_creds(request, proxy, credentials, parts.scheme)
        else:
            self._set_proxy_and_creds(request, None, None, None)
