"""What is no article, and why.

``gate`` looks at the page as it was served, before its fields are read; ``judge`` at what the fields found. Each names
one stable code (:mod:`pipelines.codes`). Both let pass what they are not sure of: a rejected article is lost to every
reader of the archive, a page too many is only a row too many.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pipelines import walls
from pipelines.blocks import HEADINGS
from pipelines.document import Document
from pipelines.evidence import LinkedData
from pipelines.fields.body import Body
from pipelines.layout import size
from storage.records import Rejection

# Shorter than the shortest dispatch (characters of an alphabet).
_SHORTEST: Final = 120
# A page with more running text than this is no wall, no challenge and no error.
_LITTLE: Final = 600
_MUCH: Final = 1500
# A text of fewer characters beside a player is the player's caption.
_CAPTION: Final = 400
_HTML_TYPES: Final = ("text/html", "application/xhtml", "text/plain", "application/xml", "text/xml")
_ARTICLE_TYPES: Final = ("article", "posting", "review", "reportage", "opinion")
_LISTING_TYPES: Final = frozenset(("collectionpage", "searchresultspage", "itemlist", "profilepage"))
_FRONT_PATHS: Final = re.compile(
    r"/?(?:index|home|default|start(?:seite)?|main)?(?:\.(?:html?|php|aspx?|jsp))?/?", re.I
)
_LANGUAGE_PATH: Final = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?/?", re.I)
_SEARCH_PATH: Final = re.compile(
    r"/(?:search|suche|recherche|buscar|busca|cerca|zoeken|sok|haku|szukaj|hledani)(?:/|\.|$)", re.I
)
_SEARCH_KEYS: Final = frozenset(("s", "q", "query", "search", "suche", "keyword", "keywords"))


def gate(document: Document) -> Rejection | None:
    """A Rejection of stage ``quality`` where the page as served cannot be an article; asked before the fields."""
    page = document.page
    if page.status >= 400:
        return _refuse(document, "http_error", f"the server answered {page.status}")
    kind = (page.header("content-type") or "").split(";")[0].strip().lower()
    if kind and not kind.startswith(_HTML_TYPES):
        return _refuse(document, "not_html", f"the page is {kind[:60]}")
    text = sum(document.layout.prose)
    if text > _LITTLE:
        return None
    return _walled(document) or _shell(document)


def judge(document: Document, *, title: str | None, date_known: bool, body: Body) -> Rejection | None:
    """A Rejection of stage ``quality`` where the fields show that the page is no article; asked after them."""
    length = sum(map(size, body.paragraphs))
    stated = _stated(document)
    if length < _MUCH and _gone(document, title) and not (stated and date_known):
        return _refuse(document, "soft_404", "the page says that it was not found")
    if not stated:
        listing = _listing(document, date_known=date_known)
        if listing is not None:
            return listing
    if length < _CAPTION and _video(document):
        return _refuse(document, "video_only", "a video with next to no text")
    if length >= _SHORTEST:
        return None
    wall = _walled(document)
    if wall is not None:
        return wall
    if _says(document, walls.PAYWALL) or _says(document, walls.REGISTRATION):
        return _refuse(document, "paywall", "only a wall stands where the text should be")
    return _shell(document) or _refuse(document, "too_short", f"the text has {length} characters")


def _refuse(document: Document, reason: str, detail: str) -> Rejection:
    return Rejection(url=document.page.url, stage="quality", reason=reason, detail=detail)


def _stated(document: Document) -> bool:
    """Whether the page declares itself an article."""
    if any(_is_article(node) for node in document.evidence.articles):
        return True
    kind = (document.evidence.first_meta("og:type") or "").lower()
    return kind.startswith(("article", "news")) or bool(document.evidence.first_meta("article:published_time"))


def _is_article(node: LinkedData) -> bool:
    return any(kind.lower().endswith(_ARTICLE_TYPES) or "article" in kind.lower() for kind in node.types)


def _types(document: Document) -> set[str]:
    evidence = document.evidence
    return {kind.lower() for node in (*evidence.articles, *evidence.others) for kind in node.types}


def _says(document: Document, phrases: tuple[str, ...]) -> bool:
    """Whether the title or a block of the page says one of ``phrases``."""
    title = document.tree.findtext(".//title") or ""
    lines = [title[:300], *(block.text[:600] for block in document.layout.blocks)]
    return walls.said("\n".join(lines).casefold(), phrases)


def _walled(document: Document) -> Rejection | None:
    """Asked where the page holds little text: is it a challenge, a log-in or a consent wall?"""
    payload = document.page.body
    if len(payload) < 200_000 and (
        any(mark in payload for mark in walls.CHALLENGE_MARKUP) and _says(document, walls.CHALLENGE)
    ):
        return _refuse(document, "bot_wall", "a challenge stands in place of the page")
    if document.layout.blocks and len(document.layout.blocks) < 40 and _says(document, walls.CHALLENGE):
        return _refuse(document, "bot_wall", "a challenge stands in place of the page")
    if _stated(document):
        return None
    if any(field.get("type", "").lower() == "password" for field in document.tree.iter("input")):
        return _refuse(document, "login", "the page asks to log in")
    if _consents(document):
        return _refuse(document, "consent_wall", "the page asks for consent and shows nothing else")
    return None


def _consents(document: Document) -> bool:
    """Whether most of what the page says is about consent."""
    held = document.layout.blocks
    asked = sum(len(block.text) for block in held if walls.said(block.text[:2000].casefold(), walls.CONSENT))
    return asked * 3 > sum(len(block.text) for block in held)


def _shell(document: Document) -> Rejection | None:
    """Asked where the page holds little text: does a script have to write it?"""
    held = sum(size(block.text) for block in document.layout.blocks)
    if held > _LITTLE or any(node.article_body for node in document.evidence.articles):
        return None
    scripts = sum(1 for _ in document.tree.iter("script"))
    if scripts == 0:
        return None
    return _refuse(document, "needs_javascript", "the page is empty until its scripts have run")


def _gone(document: Document, title: str | None) -> bool:
    heads = [title or "", document.tree.findtext(".//title") or ""]
    heads += [block.text for block in document.layout.blocks if block.tag in HEADINGS][:3]
    return walls.said("\n".join(head for head in heads if len(head) < 120).casefold(), walls.GONE)


def _listing(document: Document, *, date_known: bool) -> Rejection | None:
    """Whether a page that does not call itself an article is a front page, a section or the results of a search."""
    parts = urlsplit(document.page.url)
    if _SEARCH_PATH.search(parts.path) or (
        len(parts.path) < 2 and any(key.lower() in _SEARCH_KEYS for key, _ in parse_qsl(parts.query[:2000]))
    ):
        return _refuse(document, "search_results", "the page lists what a search found")
    if (_FRONT_PATHS.fullmatch(parts.path) or _LANGUAGE_PATH.fullmatch(parts.path)) and not parts.query:
        return _refuse(document, "front_page", "the address is the site's front page")
    if not _LISTING_TYPES.isdisjoint(_types(document)) and _teasers(document):
        return _refuse(document, "section_page", "the page calls itself a list of others")
    if not date_known and _teasers(document) and (document.evidence.first_meta("og:type") or "website") == "website":
        return _refuse(document, "section_page", "the page is a list of links with teasers")
    return None


def _teasers(document: Document) -> bool:
    """Whether the page is made of headlines that are links: many of them, all over it."""
    held = document.layout.blocks
    linked = sum(1 for block in held if block.tag in HEADINGS and 2 * block.linked > len(block.text) > 20)
    plain = sum(1 for mass in document.layout.prose if mass > 200)
    return linked >= 8 and linked > plain


def _video(document: Document) -> bool:
    kind = (document.evidence.first_meta("og:type") or "").lower()
    return kind.startswith("video") or ("videoobject" in _types(document) and not _stated(document))
