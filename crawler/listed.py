"""The row of a feed, sitemap or front page that was read: for the crawl, and for a repair that makes it again."""

from __future__ import annotations

import dataclasses

from crawler.discovery import Discovery, discover
from crawler.rhythm import digest_of
from pipelines.pages import page_of
from storage.records import Capture, Rejection
from storage.warc import StoredResponse

# A repair needs no configuration: what a crawl does by default.
LIMIT = 60_000_000


def settled(capture: Capture, found: Discovery | Rejection) -> Capture:
    """``capture`` with the fate of a list that came whole: what kind of list it is not, or a hash of what it announces.

    One that has not changed since keeps its fate, for what is read then is its earlier answer.
    """
    if isinstance(found, Rejection):
        return dataclasses.replace(capture, outcome="rejected", reason=found.reason)
    if found.kind is None:
        reason = found.reason or "not_an_entrance"
        return dataclasses.replace(capture, outcome="rejected", reason=reason, detail=found.detail)
    if capture.outcome == "unchanged":
        return capture
    return dataclasses.replace(capture, reason=found.reason, detail=found.detail or None, revision=digest_of(found))


def read_again(stored: StoredResponse, capture: Capture, *, limit: int = LIMIT) -> Capture:
    """The row that a crawl gave to a list, made again from its record; it takes the links for noted."""
    page = page_of(stored, limit=limit)
    if isinstance(page, Rejection):
        return settled(capture, page)
    return settled(capture, discover(page.body, url=page.url, content_type=page.header("content-type"), max_size=limit))
