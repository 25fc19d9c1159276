"""The demo's web server: an HTTP proxy that answers for the invented hosts, and a plain web server of the main paper.

As a proxy it takes absolute request targets (``GET http://courier.test/ HTTP/1.1``), so that the papers' addresses are
the same whatever the port. Asked directly, it goes by the Host header; its own address shows the main paper, and
``http://hohenlau.localhost:PORT/`` the paper at ``hohenlau.test``.
"""

from __future__ import annotations

import datetime as dt
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from crawler.demo import model
from crawler.demo.handler import HttpServer, Request
from crawler.demo.markup import inline
from crawler.demo.papers import canonical_host
from crawler.demo.press import press
from crawler.demo.resource import Resource
from crawler.demo.site import Key


class DemoServer:
    """The papers and the fault routes on one loopback port; a context manager.

    ``port`` 0 takes a free one. Every change made through :meth:`edit` and its like lasts until :meth:`reset`.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._lock = threading.Lock()
        self._site = press()
        self._requests: list[Request] = []
        self._http: HttpServer | None = None
        self._thread: threading.Thread | None = None
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, and answer from a thread of its own.

        :raises OSError: where the port is taken
        """
        if self._http is not None:
            return
        self.stopping.clear()
        self._http = HttpServer(self._address, self)
        self._address = (self._address[0], self.port)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="demo", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, also the endless ones, and the port."""
        if self._http is None or self._thread is None:
            return
        self.stopping.set()
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()
        self._http = self._thread = None

    @property
    def port(self) -> int:
        """The port it listens on, or would like to."""
        return int(self._http.server_address[1]) if self._http else self._address[1]

    @property
    def proxy_url(self) -> str:
        """What ``http_proxy`` is set to; also the address for a browser."""
        return f"http://{self._address[0]}:{self.port}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked since the start or the last :meth:`reset`, in order."""
        with self._lock:
            return tuple(self._requests)

    def reset(self) -> None:
        """Forget all edits and the list of requests."""
        with self._lock:
            self._site = press()
            self._requests.clear()

    def resource(self, url: str) -> Resource:
        """What stands at an address now.

        :raises KeyError: where nothing does
        """
        with self._lock:
            return self._site[_key(url)]

    def put(self, url: str, resource: Resource) -> None:
        """Serve ``resource`` at ``url`` from now on, whatever stood there."""
        with self._lock:
            self._site[_key(url)] = resource

    def edit(self, url: str, old: str, new: str) -> None:
        """Replace ``old`` by ``new`` in the source of a page, feed or sitemap; ETag and Last-Modified follow.

        :raises KeyError: where nothing stands at ``url``
        :raises ValueError: where ``old`` does not stand in its source
        """
        self.put(url, self.resource(url).edited(old, new, dt.datetime.now(dt.UTC)))

    def append_sentence(self, url: str, text: str) -> None:
        """Add a sentence to the last paragraph of an article.

        :raises KeyError: where ``url`` is no article's
        """
        last = [block for block in model.article(url).blocks if block.kind == "paragraph"][-1]
        paragraph = inline(last.lines[0])
        self.edit(url, paragraph, f"{paragraph} {inline(text)}")

    def gone(self, url: str, status: int = 410) -> None:
        """Answer 410 (or 404) for a page from now on."""
        self.put(
            url, Resource(content="<!DOCTYPE html><title>Gone</title><p>Gone.</p>", status=status, validators=False)
        )

    def find(self, host: str, target: str) -> Resource | None:
        """What stands at a path with its query, or else at the path alone."""
        host = canonical_host(host)
        path = target.partition("?")[0] or "/"
        with self._lock:
            return self._site.get(Key(host, target)) or self._site.get(Key(host, path))

    def has_host(self, host: str) -> bool:
        """Whether the host is one of the demo's."""
        host = canonical_host(host)
        with self._lock:
            return any(key.host == host for key in self._site)

    def note(self, request: Request) -> None:
        """Add to :attr:`requests`."""
        with self._lock:
            self._requests.append(request)


def _key(url: str) -> Key:
    parts = urlsplit(url)
    return Key(parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
