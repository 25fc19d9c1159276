"""``broadsheet inspect``: where the page that is to be looked at comes from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from protego import Protego

from crawler.commands import show
from pipelines.decoding import Decoded, DecodeFailure, decode_content
from pipelines.pages import page_of
from storage import warc
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.records import Page, Rejection, SiteRules
from storage.recovery import position

LIMIT = 20_000_000
TIMEOUT = 30.0
TOKEN = "Broadsheet"


class NotToBeHad(ArchiveError):
    """The page that was to be inspected cannot be had; the message says why."""


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


def from_web(url: str, *, agent: str, site: SiteRules | None) -> Page:
    """Ask the site for ``url``, once, where its robots.txt allows it; the environment's proxy is used.

    Where the answer is a redirect, the robots.txt of where it leads is asked as well.
    """
    known: dict[str, Protego] = {}

    def allow(target: str) -> None:
        _ask_robots(target, agent, known)

    allow(url)
    try:
        page = _get(url, agent, allow)
    except urllib.error.HTTPError as error:
        raise NotToBeHad(f"{url} answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise NotToBeHad(f"{url} cannot be had: {_why(error)}") from error
    return _with_rules(page, site) if site is not None else page


def _why(error: Exception) -> str:
    return str(error.reason) if isinstance(error, urllib.error.URLError) else str(error)


def _ask_robots(url: str, agent: str, known: dict[str, Protego]) -> None:
    """Raise where the robots.txt of ``url``'s host disallows it, or where that cannot be asked."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    if origin not in known:
        try:
            robots = _get(f"{origin}/robots.txt", agent).body
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise NotToBeHad(
                    f"{origin}/robots.txt answers {error.code}: the site is not to be asked now"
                ) from error
            robots = b""
        except (OSError, ValueError) as error:
            raise NotToBeHad(f"{origin} cannot be asked: {_why(error)}") from error
        known[origin] = Protego.parse(robots.decode("utf-8", "replace"))
    if not known[origin].can_fetch(url, TOKEN):
        raise NotToBeHad(f"{origin}/robots.txt disallows {url}; save the page yourself and inspect the file")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects as urllib follows them, each only where ``allow`` does not raise."""

    def __init__(self, allow: Callable[[str], None]) -> None:
        self._allow = allow

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        self._allow(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _get(url: str, agent: str, allow: Callable[[str], None] | None = None) -> Page:
    request = urllib.request.Request(url, headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate, br"})
    opener = urllib.request.build_opener(*((_Redirects(allow),) if allow else ()))
    with opener.open(request, timeout=TIMEOUT) as answer:
        payload = answer.read(LIMIT + 1)
        headers = tuple(answer.headers.items())
        decoded = decode_content(payload[:LIMIT], answer.headers.get("Content-Encoding"), limit=LIMIT)
        if isinstance(decoded, DecodeFailure):
            raise OSError(f"the answer cannot be decoded: {decoded.reason}")
        return Page(
            url=answer.url,
            body=decoded.body,
            fetched_at=dt.datetime.now(dt.UTC),
            status=answer.status,
            headers=headers,
            requested_url=url,
            truncated="length" if len(payload) > LIMIT else None,
        )


def _with_rules(page: Page, site: SiteRules) -> Page:
    return dataclasses.replace(page, site=site)
