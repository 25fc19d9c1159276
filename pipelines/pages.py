"""From a stored response to a page: the one way for crawl, import, recovery and rebuild."""

from __future__ import annotations

import dataclasses

from pipelines.decoding import LIMIT, Decoded, DecodeFailure, decode_content
from storage.places import Place
from storage.records import Page, Rejection, WarcPosition
from storage.warc import StoredResponse, WarcDamage, read


def content_of(stored: StoredResponse, *, limit: int = LIMIT) -> Decoded | DecodeFailure:
    """The bytes of ``stored`` without the content encodings that its headers name, at most ``limit`` of them."""
    encodings = ", ".join(value for name, value in stored.response_headers if name.lower() == "content-encoding")
    return decode_content(stored.payload, encodings, limit=limit)


def page_of(stored: StoredResponse, *, limit: int = LIMIT) -> Page | Rejection:
    """The page that ``stored`` holds, its content decoded to at most ``limit`` bytes.

    A Rejection of stage ``decode`` where that cannot be done (``bomb``, ``broken_encoding``, ``unknown_encoding``).
    A response without capture information, as other programs' WARC files have them, belongs to no configured source.
    """
    decoded = content_of(stored, limit=limit)
    if isinstance(decoded, DecodeFailure):
        return Rejection(url=stored.url, stage="decode", reason=decoded.reason, detail=decoded.detail)
    info = stored.info
    return Page(
        url=stored.url,
        body=decoded.body,
        fetched_at=stored.fetched_at,
        status=stored.status,
        headers=stored.response_headers,
        requested_url=info.requested_url if info else stored.url,
        announcement=info.announcement if info else None,
        site=info.site if info else None,
        rights=info.rights if info else (),
        warc=stored.position,
        truncated=stored.truncated or ("unspecified" if decoded.truncated else None),
        id=info.id if info else None,
    )


def earlier_page(root: Place, position: WarcPosition, page: Page) -> Page | None:
    """The page of an earlier capture, to be read by the rules of ``page``; None where the log cannot give it.

    ``root`` is the archive's ``warc/`` folder. Whether the publisher changed a text shows where one extractor with one
    set of rules has read both.
    """
    try:
        earlier = page_of(read(root, position))
    except WarcDamage:
        return None
    return dataclasses.replace(earlier, site=page.site, id=page.id) if isinstance(earlier, Page) else None
