"""What a page says about itself outside its text: JSON-LD, Open Graph, meta, microdata and ``<time>``, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import lxml.html

from pipelines import elements, linked_data
from pipelines.elements import Elements
from pipelines.linked_data import Agent, LinkedData
from pipelines.microdata import read as read_microdata
from pipelines.normalise import clean, scalar

__all__ = ["Agent", "Evidence", "LinkedData", "read"]

MAX_VALUE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of a page's structured statements.

    ``articles`` are the linked-data nodes that may be the page's article, best first; ``others`` the rest that matter
    (WebPage, VideoObject, LiveBlogPosting, NewsMediaOrganization, …). ``meta`` maps a lower-case name, property or
    itemprop of every ``<meta>`` to its values in document order; ``links`` the same for ``<link rel=… href=…>``.
    ``html_title`` is the text of the first ``<title>``, ``language`` the ``lang`` of the root element.
    """

    articles: tuple[LinkedData, ...] = ()
    others: tuple[LinkedData, ...] = ()
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    html_title: str | None = None
    language: str | None = None

    def first_meta(self, *names: str) -> str | None:
        """The first value of the first of ``names`` that the page has, or None."""
        for name in names:
            for value in self.meta.get(name, ()):
                return value
        return None

    @property
    def article(self) -> LinkedData | None:
        """The node that most likely describes the page's article, or None."""
        return self.articles[0] if self.articles else None


def read(tree: lxml.html.HtmlElement, url: str, *, microdata: bool = True, found: Elements | None = None) -> Evidence:
    """Everything that ``tree``, the page at ``url``, states about itself. Never raises, whatever the page holds.

    ``microdata`` false skips the search for it, where the caller knows that there is none; ``found`` are the elements
    of ``tree`` where the caller has them already.
    """
    meta: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    scripts: list[str] = []
    html_title: str | None = None
    for element in (found or elements.find(tree)).stating:
        tag = element.tag
        if tag == "meta":
            read_meta(element, meta)
        elif tag == "link":
            href = element.get("href")
            if href:
                for rel in (element.get("rel") or "").lower().split()[:5]:
                    links.setdefault(rel, []).append(scalar(href.strip())[:MAX_VALUE])
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                scripts.append(element.text)
        elif html_title is None and _in_head(element):
            html_title = clean("".join(element.itertext())[:MAX_VALUE]) or None
    nodes = [*linked_data.read(scripts), *(read_microdata(tree) if microdata else ())]
    articles, others = linked_data.rank(nodes, url, [v for k in ("og:title", "twitter:title") for v in meta.get(k, ())])
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang")
    return Evidence(
        articles=tuple(articles),
        others=tuple(others),
        meta={name: tuple(values) for name, values in meta.items()},
        links={name: tuple(values) for name, values in links.items()},
        html_title=html_title,
        language=language.strip() or None if language else None,
    )


def read_meta(element: lxml.html.HtmlElement, meta: dict[str, list[str]]) -> None:
    """Add what one ``<meta>`` states to ``meta``, under each of its names."""
    # Old systems write value= for content=.
    value = element.get("content") or element.get("value")
    if not value or not value.strip():
        return
    value = scalar(value.strip())[:MAX_VALUE]
    seen: set[str] = set()
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        names = element.get(attribute)
        if not names:
            continue
        for name in names.lower().split():
            if name not in seen:
                seen.add(name)
                meta.setdefault(name, []).append(value)


def _in_head(element: lxml.html.HtmlElement) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag not in {"svg", "g", "symbol"}
