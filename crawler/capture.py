"""Next to the wire: every answer goes into the WARC as it came, before anything else looks at it."""

from __future__ import annotations

import datetime as dt

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from crawler.errand import ROBOTS_BYTES, STORED, Errand, errand_of
from crawler.refused import Refused
from crawler.session import Session, session_of
from storage.errors import ArchiveError
from storage.warc import Exchange, StoredResponse
from storage.warc.exchange import Headers, Truncation

_RECEIVED = "broadsheet_received"


class CaptureMiddleware:
    """Downloader middleware that writes each answer into the run's WARC and puts its record into the request's meta.

    It also ends the download of an answer that exceeds its limit; what came until then is kept, marked as truncated.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        """Scrapy's way of making it."""
        return cls(crawler)

    def bytes_received(self, data: bytes, request: Request, spider: Spider) -> None:  # noqa: ARG002
        """Stop a download that exceeds its limit."""
        errand = errand_of(request)
        if errand is None:
            return
        crawl = self._session.config.crawl
        limits = {"article": crawl.max_page, "robots": ROBOTS_BYTES}
        limit = limits.get(errand.info.kind, crawl.max_entrance)
        request.meta[_RECEIVED] = request.meta.get(_RECEIVED, 0) + len(data)
        if request.meta[_RECEIVED] > limit:
            raise StopDownload(fail=False)

    def process_request(self, request: Request) -> None:
        """Forget what an earlier try of this request received."""
        request.meta.pop(_RECEIVED, None)
        request.meta.pop(STORED, None)

    def process_response(self, request: Request, response: Response) -> Response:
        """Write the answer into the WARC."""
        errand = errand_of(request)
        if errand is not None:
            try:
                request.meta[STORED] = self._write(request, response, errand)
            except ValueError as error:
                raise Refused("failed", "bad_answer", str(error)) from error
            except (ArchiveError, OSError) as error:
                self._session.fail(error)
                raise Refused("deferred", "archive_failed", str(error)) from error
        return response

    def _write(self, request: Request, response: Response, errand: Errand) -> StoredResponse:
        truncated: Truncation | None = None
        if "download_stopped" in response.flags:
            truncated = "length"
        elif "dataloss" in response.flags or "partial" in response.flags:
            truncated = "disconnect"
        exchange = Exchange(
            url=response.url,
            fetched_at=dt.datetime.now(dt.UTC),
            status=response.status,
            protocol=response.protocol or "HTTP/1.1",
            request_headers=_headers(request),
            response_headers=_headers(response),
            payload=response.body,
            method=request.method,
            ip=str(response.ip_address) if response.ip_address and not request.meta.get("proxy") else None,
            truncated=truncated,
            info=errand.info,
        )
        return self._session.run.write(exchange).response

    @property
    def _session(self) -> Session:
        return session_of(self._crawler)


def _headers(message: Request | Response) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in message.headers.items()
        for value in values
    )
