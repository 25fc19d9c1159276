"""Pages that were removed on request: known again by any address, in lists that name them, in a page that is one."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import lxml.etree

from pipelines import charsets
from pipelines.decoding import Decoded, decode_content
from pipelines.pages import content_of
from pipelines.urls import identity, join
from storage import repair, tombstones
from storage.archive import Archive
from storage.errors import ArchiveBusy
from storage.forget import resume
from storage.records import Article
from storage.recovery import is_redirect
from storage.tombstones import Tombstones
from storage.warc import Exchange, StoredResponse, Withheld
from storage.warc.exchange import Headers
from storage.warc.headers import first

# Lists may be larger than pages: ``[crawl] max_entrance`` is 64 MB by default.
LIMIT = 256_000_000
_ABSOLUTE = re.compile(r"(?:https?:)?//[^\s\"'<>\\`]+", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\b(?:href|src|content|url|value)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_TAIL = "]),;.:!?"


def load(archive: Archive) -> Tombstones:
    """The archive's tombstones; raises ArchiveError where one is damaged."""
    return tombstones.load(archive.root, identity)


def mentions(stored: StoredResponse) -> Iterator[str]:
    """Every address that the text of a stored list names, absolute, each once: in markup, in JSON, within others."""
    decoded = content_of(stored, limit=LIMIT)
    if not isinstance(decoded, Decoded):
        return
    text = html.unescape(charsets.decode(decoded.body, first(stored.response_headers, "content-type")).utf8.decode())
    text = text.replace("\\/", "/")
    if "%3a%2f%2f" in text.lower():
        text = f"{text}\n{unquote(text)}"
    met: set[str] = set()
    for match in (*_ABSOLUTE.finditer(text), *_ATTRIBUTE.finditer(text)):
        found = next((group for group in match.groups() if group), match[0])
        for candidate in (found, found.rstrip(_TAIL)):
            url = join(stored.url, candidate)
            if url is not None and url not in met:
                met.add(url)
                yield url


def is_one(stones: Tombstones, exchange: Exchange, *, limit: int) -> bool:
    """Whether an answer is a removed page, or leads to one: by its address, its redirect, or what the page declares.

    Of a page, at most ``limit`` bytes are decoded; costs about as much as one parse.
    """
    url, headers = exchange.url, exchange.response_headers
    location = first(headers, "location") if is_redirect(exchange.status) else None
    if stones.holds(url) or (location is not None and stones.holds(join(url, location))):
        return True
    return any(stones.holds(join(url, declared)) for declared in _declared(headers, exchange.payload, limit))


def unnamed(stones: Tombstones, result: Article) -> Article:
    """``result`` without the address of a removed page, where it declares one as its original."""
    if stones and stones.holds(result.declared_canonical):
        return dataclasses.replace(result, declared_canonical=None)
    return result


def was_one(stones: Tombstones, found: StoredResponse | Withheld) -> bool:
    """Whether a record of the log is a removed page's: one that a dead run wrote, or that a backup brought back."""
    if found.info is None or found.info.kind != "article":
        return False
    return stones.holds(found.url) or stones.holds(found.info.requested_url)


def finish(archive: Archive, *, say: Callable[[str], None]) -> None:
    """End removals that a kill interrupted, where nobody else is at work; else ``say`` that they wait.

    Raises ArchiveError where a table is damaged.
    """
    if not load(archive).open:
        return
    try:
        with archive.lock_maintenance("ending a removal"), archive.writing(), archive.lock_recovery():
            repair.nobody_writes(archive)
            for removed in resume(archive, identity, say=say):
                say(f"removal {removed.name}, which was interrupted, is done")
    except ArchiveBusy as error:
        say(f"a removal that was interrupted is not ended yet: {error}")


def _declared(headers: Headers, payload: bytes, limit: int) -> Iterator[str]:
    """The addresses that a page gives as its own: ``link rel=canonical`` and ``og:url``."""
    encodings = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    decoded = decode_content(payload, encodings, limit=limit)
    if not isinstance(decoded, Decoded):
        return
    source = charsets.decode(decoded.body, first(headers, "content-type")).utf8
    parser = lxml.etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = lxml.etree.fromstring(source, parser) if source.strip() else None
    except (lxml.etree.LxmlError, ValueError):
        return
    for element in tree.iter("link", "meta") if tree is not None else ():
        if element.tag == "link" and "canonical" in (element.get("rel") or "").lower().split():
            yield element.get("href") or ""
        elif (element.get("property") or "").lower() == "og:url":
            yield element.get("content") or ""
