"""What an entrance announces, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from storage.records import EntranceKind

Reason = Literal["empty", "not_an_entrance", "unreadable", "broken_xml_recovered", "too_large", "too_many"]

REASONS: dict[str, str] = {
    "empty": "nothing came back, or an entrance of a known kind without a single link",
    "not_an_entrance": "neither a feed nor a sitemap nor a page with links",
    "unreadable": "it claims to be a known format but nothing of it could be read",
    "broken_xml_recovered": "its XML is broken; what stands before, between and after the breaks was read",
    "too_large": "it is larger than allowed, also unpacked; only the beginning was read",
    "too_many": "it announces more than allowed; the rest was left",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One announced URL, absolute, percent-encoded and without fragment, with what was said about it.

    ``date`` (published) and ``modified`` are aware where a zone was given and naive otherwise; a day alone is its
    midnight, naive, as ``date_raw`` shows. ``date_raw`` is the text of the date also where it could not be read.
    ``nofollow`` says that the page asked search engines not to follow it.
    """

    url: str
    title: str | None = None
    date: dt.datetime | None = None
    date_raw: str | None = None
    modified: dt.datetime | None = None
    language: str | None = None
    nofollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found in the bytes of one entrance.

    ``kind`` is None where they are no entrance. ``links`` are in the order of the document, each URL once.
    ``entrances`` are the child sitemaps of an index, with ``entrances_modified`` their ``lastmod`` in the same order;
    ``feeds`` the feeds that a page names in its head; ``next`` the following page of the same entrance (RFC 5005,
    JSON Feed's ``next_url``, ``rel=next``, the next number of a page). ``archives`` are a page's links that lead to
    lists of older articles, ``sections`` those on its host that may be sections. ``language`` is what the whole
    entrance declares. ``reason`` is one of :data:`REASONS` or None where all is well, ``detail`` a clause for people.
    ``dropped`` counts links that were left out, by code: ``too_long``, ``not_http``, ``bad_url``, ``credentials``,
    ``no_url``; in pages also ``own_url`` and ``not_an_article``.
    """

    kind: EntranceKind | None
    links: tuple[Link, ...] = ()
    entrances: tuple[str, ...] = ()
    entrances_modified: tuple[dt.datetime | None, ...] = ()
    feeds: tuple[str, ...] = ()
    next: str | None = None
    archives: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    language: str | None = None
    reason: Reason | None = None
    detail: str = ""
    dropped: tuple[tuple[str, int], ...] = ()
