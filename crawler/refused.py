"""A request that is not sent, or whose answer cannot be used: an expected outcome, with its reason."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from pipelines.outcomes import Unfetched
from storage.records import Capture


class Refused(IgnoreRequest):
    """A request that is not sent: its URL's outcome and the stable reason code.

    ``row`` is the whole row where there is more to tell: of an answer that came and may not be kept.
    """

    def __init__(
        self, outcome: Unfetched, reason: str, detail: str | None = None, *, row: Capture | None = None
    ) -> None:
        super().__init__(detail or reason)
        self.outcome = outcome
        self.reason = reason
        self.detail = detail
        self.row = row
