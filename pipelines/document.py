"""From bytes to text to one parsed tree."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import lxml.etree
import lxml.html

from pipelines import anchors, attributes, charsets, elements, evidence
from pipelines import layout as layouts
from pipelines.blocks import Layout
from pipelines.elements import Elements
from pipelines.evidence import Evidence
from pipelines.selectors import Match, Selector, compile_selector
from pipelines.urls import host
from storage.records import Page, Rejection

# libxml2 stops at this depth even where it is told to read huge trees, and drops what lies below.
MAX_DEPTH = 2_048
# lxml.html's own lookup asks Python for the class of each element; one class for all is found in C.
_LOOKUP = lxml.etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)


@dataclass(slots=True, kw_only=True)
class Document:
    """A page decoded and parsed once. ``tree`` is shared by all fields and must not be changed by any of them.

    ``encoding`` is the Python codec the bytes were read with; ``warnings`` are quality codes of decoding and parsing
    (among them ``selector_unmatched:remove``); ``elements`` those of the tree that several fields look at.
    """

    page: Page
    encoding: str
    tree: lxml.html.HtmlElement
    elements: Elements
    evidence: Evidence
    warnings: tuple[str, ...] = ()
    _layout: Layout | None = field(default=None, init=False, repr=False, compare=False)
    _headline: tuple[lxml.html.HtmlElement | None] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def headline(self) -> lxml.html.HtmlElement | None:
        """The element that holds the headline (:mod:`pipelines.anchors`), found when first asked for."""
        if self._headline is None:
            self._headline = (anchors.headline(self.tree, self.elements, self.evidence),)
        return self._headline[0]

    @property
    def layout(self) -> Layout:
        """The tree's blocks and regions (:mod:`pipelines.layout`), read when first asked for."""
        if self._layout is None:
            self._layout = layouts.of(self.tree)
        return self._layout

    def select(self, selectors: tuple[str, ...]) -> list[lxml.html.HtmlElement]:
        """The elements that the first matching one of ``selectors`` (CSS or XPath) finds, in document order.

        An element inside another that was found is a part of it and left out.
        """
        return [match for match in self.matches(selectors) if not isinstance(match, str)]

    def matches(self, selectors: tuple[str, ...]) -> list[Match]:
        """:meth:`select` with the texts that an XPath may find instead of elements."""
        for text in selectors:
            found = _apply(compile_selector(text), self.tree)
            if found:
                return _outermost(found)
        return []


def read(page: Page) -> Document | Rejection:
    """Decode and parse ``page`` and read its evidence; a Rejection of stage ``document`` where that cannot be done."""
    decoded = charsets.decode(page.body, page.header("content-type"), tld=host(page.url).rpartition(".")[2])
    source = decoded.utf8
    if not source or source.isspace():
        return Rejection(url=page.url, stage="document", reason="empty", detail="the page has no content")
    parser = lxml.etree.HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        # Only a selector may ask for elements by id().
        collect_ids=page.site is not None and page.site.selects,
    )
    parser.set_element_class_lookup(_LOOKUP)
    try:
        thinned = attributes.thinned(source)
        tree: lxml.html.HtmlElement | None = lxml.etree.fromstring(thinned, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        return Rejection(url=page.url, stage="document", reason="unparseable", detail=str(error)[:200])
    if tree is None:
        return Rejection(url=page.url, stage="document", reason="empty", detail="the page has no markup and no text")
    warnings = list(decoded.warnings)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        warnings.append("too_deep")
    if thinned is not source:
        warnings.append("too_large")
    if page.site is not None and page.site.in_force(page.fetched_at.date()) is not page.site:
        page = dataclasses.replace(page, site=page.site.in_force(page.fetched_at.date()))
        warnings.append("selector_expired")
    if page.site is not None and page.site.remove:
        warnings.extend(_remove(tree, page.site.remove))
    found = elements.find(tree)
    return Document(
        page=page,
        encoding=decoded.encoding,
        tree=tree,
        elements=found,
        evidence=evidence.read(tree, page.url, microdata=b"itemprop" in source, found=found),
        warnings=tuple(warnings),
    )


def _apply(selector: Selector | None, tree: lxml.html.HtmlElement) -> list[Match]:
    return selector(tree) if selector is not None else []


def _outermost(found: list[Match]) -> list[Match]:
    chosen = {match for match in found if not isinstance(match, str)}
    return [match for match in found if isinstance(match, str) or chosen.isdisjoint(match.iterancestors())]


def _remove(tree: lxml.html.HtmlElement, selectors: tuple[str, ...]) -> list[str]:
    """Take what ``selectors`` find out of ``tree``, text after it kept; the warning where they find nothing."""
    matched = False
    for text in selectors:
        for element in _apply(compile_selector(text), tree):
            if not isinstance(element, str) and element.getparent() is not None:
                element.drop_tree()
                matched = True
    return [] if matched else ["selector_unmatched:remove"]
