"""``broadsheet inspect``: where the page that is to be looked at comes from."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from crawler.commands import show
from pipelines.decoding import Decoded, DecodeFailure, decode_content
from pipelines.pages import page_of
from storage import warc
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.records import Page, Rejection, SiteRules
from storage.recovery import position

LIMIT = 20_000_000


class NotToBeHad(ArchiveError):
    """The file that was to be inspected cannot be had; the message says why."""


def from_file(path: Path, *, url: str | None, site: SiteRules | None) -> Page:
    """The page that a saved HTML file holds; ``url`` is where it came from."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise NotToBeHad(f"{path} cannot be read: {error.strerror}") from error
    decoded = decode_content(body, "gzip", limit=LIMIT) if body.startswith(b"\x1f\x8b") else Decoded(body=body)
    if isinstance(decoded, DecodeFailure):
        raise NotToBeHad(f"{path} cannot be unpacked: {decoded.reason}")
    address = url or "http://unknown.invalid/"
    return Page(url=address, body=decoded.body, fetched_at=dt.datetime.now(dt.UTC), site=site)


def from_archive(archive: Archive, url: str, *, site: SiteRules | None) -> Page | Rejection | None:
    """The page that the archive's WARC holds for ``url``, or None where it holds none."""
    event = show.last_event(archive, url)
    where = position(event) if event is not None else None
    if where is None:
        return None
    page = page_of(warc.read(archive.warc, where))
    if isinstance(page, Page) and site is not None:
        return _with_rules(page, site)
    return page


def _with_rules(page: Page, site: SiteRules) -> Page:
    return dataclasses.replace(page, site=site)
