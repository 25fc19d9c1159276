"""What a page says about itself outside its text: JSON-LD, Open Graph, meta, microdata and ``<time>``, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A schema.org Person or Organization, as named: ``type`` is ``Person``, ``Organization``, … or None."""

    name: str
    type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedData:
    """One JSON-LD (or microdata) node that may describe the page's article; texts as they stand, only unescaped."""

    types: tuple[str, ...]
    origin: str = "json-ld"
    headline: str | None = None
    alternative_headline: str | None = None
    name: str | None = None
    description: str | None = None
    date_published: str | None = None
    date_created: str | None = None
    date_modified: str | None = None
    article_body: str | None = None
    article_section: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    authors: tuple[Agent, ...] = ()
    publisher: Agent | None = None
    image_url: str | None = None
    image_caption: str | None = None
    language: str | None = None
    is_accessible_for_free: bool | None = None
    url: str | None = None
    word_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of a page's structured statements.

    ``articles`` are the linked-data nodes that may be the page's article, best first; ``others`` the rest that matter
    (WebPage, VideoObject, LiveBlogPosting, NewsMediaOrganization, …). ``meta`` maps a lower-case name, property or
    itemprop of every ``<meta>`` to its values in document order; ``links`` the same for ``<link rel=… href=…>``.
    """

    articles: tuple[LinkedData, ...] = ()
    others: tuple[LinkedData, ...] = ()
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def first_meta(self, *names: str) -> str | None:
        """The first value of the first of ``names`` that the page has, or None."""
        return next((value for name in names for value in self.meta.get(name, ())), None)
