"""A page as the rules of :mod:`pipelines.quality` see it: what it declares, what it shows, where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from pipelines import notices, teasers
from pipelines.addresses import Expectation, expect
from pipelines.blocks import Block
from pipelines.document import Document
from pipelines.fields.body import Body
from pipelines.layout import size
from pipelines.linked_data import LinkedData
from pipelines.normalise import fold, plain
from pipelines.teasers import Shape
from pipelines.urls import canonical, join

Declaration = Literal["firm", "weak", "none"]

#: schema.org's types of pages that list others (https://schema.org/WebPage, version 29).
LIST_TYPES: Final = ("CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList", "Blog")
#: schema.org's types of a piece of writing; CreativeWork, Review and Recipe also stand for parts of other pages.
_WRITING: Final = frozenset(
    {
        "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
        "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle",
        "satiricalarticle", "blogposting", "liveblogposting", "report", "techarticle", "scholarlyarticle",
        "medicalscholarlyarticle", "discussionforumposting",
    }
)  # fmt: skip
_PARTS: Final = re.compile(r"\s+[|\-–—·•:»«]+\s+|\s*[|»]\s*")
# A text of more letters holds more than notices.
_MAY_BE_NOTICES: Final = 600
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")


@dataclass(frozen=True, kw_only=True)
class View:
    """One page with the fields that have been read; everything else is worked out when first asked for."""

    document: Document
    title: str | None
    body: Body

    @cached_property
    def address(self) -> Expectation:
        """What the page's address lets expect."""
        return expect(self.document.page.url)

    @cached_property
    def letters(self) -> int:
        """The length of the body in letters of an alphabet."""
        return sum(map(letters, self.body.paragraphs))

    @cached_property
    def own(self) -> int:
        """:attr:`letters` without what is only a notice: of rights, cookies, an old browser."""
        if self.letters > _MAY_BE_NOTICES:
            return self.letters
        return sum(letters(text) for text in self.body.paragraphs if not notices.boilerplate(text))

    @cached_property
    def prose(self) -> float:
        """The running text of the whole page, in the same unit."""
        return sum(self.document.layout.prose)

    @cached_property
    def shape(self) -> Shape:
        """How much of the page is list and how much text."""
        return teasers.shape(self.document.layout, frozenset(self.body.paragraphs))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The texts of the first five ``<h1>``, and of the first ``<h2>``."""
        blocks = self.document.layout.blocks
        first = [block.text for block in blocks if block.tag == "h1"][:5]
        second = next((block.text for block in blocks if block.tag == "h2"), None)
        return (*first, *((second,) if second else ()))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the page calls itself: its title and the parts of it, its og:title, its headings."""
        evidence = self.document.evidence
        found = [text for text in (self.title, evidence.html_title, evidence.first_meta("og:title")) if text]
        found += [part for text in found for part in _PARTS.split(text[:300])]
        return tuple(dict.fromkeys((*found, *self.headings)))

    @cached_property
    def classes(self) -> frozenset[str]:
        """The classes of ``<body>``, where the widest-spread content management systems say what a page is."""
        body = next(self.document.tree.iterchildren("body"), None)
        return frozenset((body.get("class") or "").lower()[:2_000].split()) if body is not None else frozenset()

    @cached_property
    def declared(self) -> Declaration:
        """How firmly the page says that it is one article.

        ``firm``: linked data of an article with this page's headline or address, or Open Graph's type with a time of
        publication. ``weak``: one of these alone.
        """
        evidence = self.document.evidence
        kind = (evidence.first_meta("og:type") or "").lower()
        typed = kind.startswith("article") or kind in ("news", "blog", "newsarticle")
        timed = bool(evidence.first_meta("article:published_time", "og:article:published_time"))
        nodes = [node for node in evidence.articles if any(name.lower() in _WRITING for name in node.types)]
        if (typed and timed) or any(map(self._is_own, nodes)):
            return "firm"
        return "weak" if typed or timed or nodes else "none"

    def _is_own(self, node: LinkedData) -> bool:
        if node.nested:
            return False
        if node.headline and fold(plain(node.headline)) in {fold(name) for name in self.names}:
            return True
        return bool(node.url) and node.date_published is not None and _same_page(node.url, self.document.page.url)

    @cached_property
    def listed(self) -> bool:
        """Whether the page says that it is a list, a front page or somebody's profile."""
        evidence = self.document.evidence
        if any(node.is_a(*LIST_TYPES) and not node.nested for node in evidence.others):
            return True
        if (evidence.first_meta("og:type") or "").lower() in ("website", "profile", "object", "blog"):
            return True
        return bool(self.classes & _LIST_CLASSES) and not self.classes & _ARTICLE_CLASSES

    def marked(self, *marks: str) -> bool:
        """Whether the class of some block-level element holds one of ``marks``."""
        regions = self.document.layout.regions
        return any(mark in region.name[:500].lower() for region in regions for mark in marks)

    @property
    def attachment(self) -> bool:
        """Whether WordPress says (``post_class``, ``get_body_class``) that the page shows a file, not a post."""
        return "attachment" in self.classes or self.marked("type-attachment")

    @cached_property
    def rooted(self) -> bool:
        """Whether the address that the page states for itself is that of a front page too."""
        evidence = self.document.evidence
        stated = (*evidence.links.get("canonical", ())[:1], *evidence.meta.get("og:url", ())[:1])
        return any(expect(join(self.document.page.url, url) or "-") == "front" for url in stated)

    def outside(self) -> list[Block]:
        """The blocks that are not part of the body."""
        inside = frozenset(self.body.paragraphs)
        return [block for block in self.document.layout.blocks if block.text not in inside]


# The classes that WordPress gives to <body> (its function get_body_class), and Drupal's and Joomla's of the same sense.
_LIST_CLASSES: Final = frozenset(
    """
    home blog archive category tag author date search search-results front path-frontpage front-page
    post-type-archive tax-post_tag page-taxonomy
    """.split()  # noqa: SIM905
)
_ARTICLE_CLASSES: Final = frozenset(
    "single single-post singular postid node-type-article page-node-type-article".split()  # noqa: SIM905
)


def letters(text: str) -> int:
    """The length of ``text`` in letters of an alphabet; a syllable of Hangul counts two, a Chinese character three."""
    return size(text) + (0 if text.isascii() else len(_HANGUL.findall(text)))


def _same_page(one: str | None, other: str) -> bool:
    return one is not None and canonical(one).rpartition("://")[2] == canonical(other).rpartition("://")[2]
