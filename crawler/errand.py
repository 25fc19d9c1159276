"""What a request is for: it travels in the request's meta and comes back with the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scrapy import Request

from crawler.config import SourceConfig
from storage.warc import CaptureInfo, StoredResponse

ERRAND = "broadsheet_errand"
STORED = "broadsheet_stored"
# RFC 9309, 2.5: parsers must read at least 500 KiB; more is left unread.
ROBOTS_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why a URL is asked for: for which source, as what, at which try, and over which redirects so far."""

    source: SourceConfig
    info: CaptureInfo
    attempt: int = 1
    hops: tuple[str, ...] = ()
    depth: int = 0

    def again(self) -> Errand:
        """The same errand at its next try."""
        return replace(self, attempt=self.attempt + 1)

    def onward(self, url: str) -> Errand:
        """The same errand one redirect further, away from ``url``."""
        return replace(self, attempt=1, hops=(*self.hops, url))


def errand_of(request: Request) -> Errand | None:
    """The errand of a request of ours, or None."""
    found = request.meta.get(ERRAND)
    return found if isinstance(found, Errand) else None


def stored_of(request: Request) -> StoredResponse | None:
    """The answer's record, as the capture middleware wrote it, or None where there is none."""
    found = request.meta.get(STORED)
    return found if isinstance(found, StoredResponse) else None
