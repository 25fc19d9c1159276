"""What is no article, and why: the rules in the order they are asked, the first that speaks decides.

Every reason is a stable code of :mod:`pipelines.codes`. No rule rests on one sign: what a page declares, its address,
its shape and its words are weighed in pairs, and a page with a headline, a text and a declaration of its own passes
whatever words it holds: a rejected article is lost to every reader, a page too many is a row too many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipelines import shells, walls
from pipelines.document import Document
from pipelines.fields.body import Body
from pipelines.normalise import words
from pipelines.views import View
from storage.records import Page, Rejection

# Letters (see pipelines.views.letters) that an article has at least: a news flash is a sentence. A page that declares
# itself an article and has a date needs less than one that does neither.
_SHORTEST: Final = 60
_SHORTEST_UNDECLARED: Final = 140
# A text of so many letters in one run, without a linked headline in between, is an article's wherever it stands.
_RUN: Final = 1_500
# A list has at least so many headlines, or teasers below them.
_HEADLINES: Final = 8
_TEASERS: Final = 3
# The name of a section has at most so many words.
_NAME: Final = 3
# Beside a mere list of headlines stand at most so many letters of other text.
_CAPTION: Final = 300
# A page of the house that runs longer may be an essay that happens to stand at its address.
_HOUSE: Final = 40_000

_SIGNATURES: Final = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"RIFF",
    b"\x1f\x8b",
    b"ID3",
    b"OggS",
)
_MARKUP_TYPES: Final = ("html", "text/plain", "xml", "octet-stream", "unknown")
_FEEDS: Final = (b"<rss", b"<feed", b"<urlset", b"<sitemapindex", b"<rdf:rdf", b"<svg")

Rule = Callable[[View], str | None]


def gate(document: Document) -> Rejection | None:
    """A Rejection of stage ``quality`` where the page as served cannot be an article; asked before the fields."""
    page = document.page
    if page.status >= 400:
        return _reject(page, "http_error", f"status {page.status}")
    if detail := not_html(page):
        return _reject(page, "not_html", detail)
    return None


def judge(document: Document, *, title: str | None, date_known: bool, body: Body) -> Rejection | None:
    """A Rejection where the fields show that the page is no article; asked after them.

    ``date_known`` says whether a day of publication was found.
    """
    view = View(document=document, title=title, body=body)
    for reason, rule in RULES:
        if detail := rule(view):
            return _reject(document.page, reason, detail)
    shortest = _SHORTEST if view.declared != "none" and date_known else _SHORTEST_UNDECLARED
    if detail := walls.paywall(view, shortest):
        return _reject(document.page, "paywall", detail)
    if view.own < shortest:
        return _reject(document.page, "too_short", f"{view.own} letters of text, fewer than {shortest}")
    return None


def not_html(page: Page) -> str | None:
    """Why the bytes of ``page`` are no page: another type, by their header and by themselves."""
    head = page.body[:600].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(_SIGNATURES):
        return "the bytes are those of another kind of file"
    lower = head.lower()
    marked = b"<html" in lower or b"<!doctype html" in lower or b"<head" in lower or b"<body" in lower
    if not marked and lower.startswith((b"<?xml", *_FEEDS)) and any(mark in lower for mark in _FEEDS):
        return "the page is a feed, a sitemap or a picture"
    kind = (page.header("content-type") or "").partition(";")[0].strip().lower()
    if kind and not marked and not any(known in kind for known in _MARKUP_TYPES):
        return f"the type of the page is {kind[:80]}"
    return None


def search_page(view: View) -> str | None:
    """What a search found."""
    declared = any(node.is_a("SearchResultsPage") and not node.nested for node in view.document.evidence.others)
    declared = declared or bool(view.classes & {"search", "search-results"})
    if view.declared == "firm" or not (declared or view.address == "search"):
        return None
    if view.shape.longest > _RUN and not declared:
        return None
    if (declared and view.address == "search") or view.shape.longest <= _RUN:
        return "the page lists what a search found"
    return None


def front_page(view: View) -> str | None:
    """The front page of a site: its address, and nothing that declares an article there."""
    if view.address != "front":
        return None
    if view.declared == "firm":
        listing = view.rooted and view.shape.teasers >= _TEASERS and view.shape.teased > 2 * view.shape.running
        return "the page is a site's front page and lists articles" if listing else None
    if view.listed or view.rooted or _is_list(view) or view.shape.headings > 1:
        return "the page is a site's front page"
    return "the address is that of a front page and nothing declares an article" if view.declared == "none" else None


def section_page(view: View) -> str | None:
    """A list of articles: a section, a tag, an author, a month."""
    if view.declared == "firm" or view.address in ("house", "front"):
        return None
    shape = view.shape
    expected = view.address in ("list", "section", "search")
    if _is_list(view) and (expected or view.listed or view.declared == "none"):
        return f"the page lists {shape.headlines} headlines"
    if view.address == "list" and view.listed and shape.longest < _RUN:
        return "the page says that it is a list, and its address that of one"
    if expected and view.listed and view.declared == "none" and shape.headlines and shape.longest < 400:
        return "the page says that it is a list and has no text of its own"
    return None


def _is_list(view: View) -> bool:
    """Whether most of what a page shows is headlines that are links, with teasers or without."""
    shape = view.shape
    mostly = shape.teased > 2 * shape.running
    if shape.teasers >= _HEADLINES and mostly and view.declared == "none":
        return True
    if shape.longest >= _RUN or shape.headlines < 2:
        return False
    if shape.teasers >= _TEASERS and mostly and (shape.headings >= _TEASERS or view.declared == "none"):
        return True
    few = view.address in ("list", "section", "front") and (view.listed or _is_name(view.title))
    if shape.teasers and mostly and view.declared == "none" and few:
        return True
    return shape.headlines >= _HEADLINES and view.letters < _CAPTION and view.declared == "none" and view.listed


def _is_name(title: str | None) -> bool:
    """Whether a title is short enough for the name of a section, a tag or a month."""
    return title is not None and words(title) <= _NAME


def house_page(view: View) -> str | None:
    """About, contact, privacy, imprint, by address and undeclared; a wiki's history; a picture on its own."""
    if view.address == "history":
        return "the address is that of a page's history"
    if view.own < _CAPTION and view.attachment:
        return "the page shows a file that belongs to an article"
    if view.address == "house" and view.declared != "firm" and view.letters <= _HOUSE:
        return "the address is that of a page on the house itself"
    return None


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("bot_wall", walls.bot_wall),
    ("soft_404", walls.soft_404),
    ("soft_error", walls.soft_error),
    ("no_article", house_page),
    ("consent_wall", walls.consent_wall),
    ("login_page", walls.login_page),
    ("search_page", search_page),
    ("front_page", front_page),
    ("section_page", section_page),
    ("video_only", shells.video_only),
    ("needs_javascript", shells.needs_javascript),
)
"""The rules asked of every page, with the reason that each gives."""


def _reject(page: Page, reason: str, detail: str) -> Rejection:
    return Rejection(url=page.url, stage="quality", reason=reason, detail=detail)
