"""What a request is for: it travels in the request's meta and comes back with the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scrapy import Request

from crawler.config import SourceConfig
from crawler.discovery.periods import Period
from storage.warc import CaptureInfo, StoredResponse

ERRAND = "broadsheet_errand"
STORED = "broadsheet_stored"
# Whether a request stands in the budget.
SPENT = "broadsheet_spent"
# RFC 9309, 2.5: parsers must read at least 500 KiB; more is left unread.
ROBOTS_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why a URL is asked for: for which source, as what, at which try, and over which redirects so far.

    Of a list: how deep it stands below a configured entrance, the days that it covers, and the how-manieth page it is.
    ``urgency`` is its place in a backfill's order, the highest first. An ``asset`` is what a page's scripts ask for: it
    passes guard and manners like everything else, and is not kept.
    """

    source: SourceConfig
    info: CaptureInfo
    attempt: int = 1
    hops: tuple[str, ...] = ()
    depth: int = 0
    listed: Period | None = None
    page: int = 1
    urgency: int = 0
    asset: bool = False

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
