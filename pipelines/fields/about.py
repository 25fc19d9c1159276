"""The small fields that a page states of itself: description, section, tags, publisher, kind and lead image."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.normalise import clean, fold, plain
from pipelines.urls import join
from storage.records import Kind

MAX_TAGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The lead picture: an absolute address and its caption."""

    url: str
    caption: str | None = None


def _first(field: str, found: list[Candidate[str]]) -> Choice[str]:
    return Choice(
        field=field, winner=found[0] if found else None, candidates=tuple(found), why="first" if found else ""
    )


def _texts(pairs: list[tuple[str, str | None]]) -> list[Candidate[str]]:
    return [Candidate(value=text, source=source, raw=raw) for source, raw in pairs if raw and (text := plain(raw))]


def description(document: Document) -> Choice[str]:
    """The standfirst, by the page's own statements."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("og:description", "description", "twitter:description", "dc.description", "dcterms.abstract")
    ]
    pairs[1:1] = [(node.origin, node.description) for node in evidence.articles[:2]]
    return _first("description", _texts(pairs))


def section(document: Document) -> Choice[str]:
    """The section of the paper that the article stands in."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.article_section[0]) for node in evidence.articles[:2] if node.article_section
    ]
    pairs += [
        (f"meta:{n}", evidence.first_meta(n))
        for n in (
            "article:section",
            "og:article:section",
            "section",
            "parsely-section",
            "cxenseparse:taxonomy",
            "articlesection",
        )
    ]
    return _first("section", _texts(pairs))


_SPLIT = re.compile(r"[,;|]")


def tags(document: Document) -> Choice[tuple[str, ...]]:
    """The keywords that the page gives its article, each once."""
    evidence = document.evidence
    found: list[Candidate[tuple[str, ...]]] = []
    sources: list[tuple[str, tuple[str, ...]]] = [(n.origin, n.keywords) for n in evidence.articles[:2]]
    sources.append(("meta:article:tag", evidence.meta.get("article:tag", ())))
    sources.append(("meta:news_keywords", evidence.meta.get("news_keywords", ())[:1]))
    sources.append(("meta:keywords", evidence.meta.get("keywords", ())[:1]))
    for source, values in sources:
        names: dict[str, str] = {}
        for value in values:
            for part in _SPLIT.split(plain(value)):
                if (text := clean(part)) and len(text) <= 100:
                    names.setdefault(fold(text), text)
        if names:
            found.append(Candidate(value=tuple(names.values())[:MAX_TAGS], source=source))
    return Choice(field="tags", winner=found[0] if found else None, candidates=tuple(found), why="first")


def publisher(document: Document) -> Choice[str]:
    """The name that the page gives its publisher."""
    evidence = document.evidence
    pairs: list[tuple[str, str | None]] = [
        (node.origin, node.publisher.name) for node in evidence.articles[:2] if node.publisher
    ]
    pairs += [
        (f"meta:{name}", evidence.first_meta(name))
        for name in ("og:site_name", "application-name", "publisher", "dc.publisher")
    ]
    return _first("publisher", _texts(pairs))


def kind(document: Document) -> Choice[Kind]:
    """What sort of piece it is, by its schema.org type."""
    found: list[Candidate[Kind]] = []
    for node in document.evidence.articles[:2]:
        if node.is_a("LiveBlogPosting"):
            found.append(Candidate(value="liveblog", source=node.origin))
        elif node.is_a("OpinionNewsArticle"):
            found.append(Candidate(value="opinion", source=node.origin))
        elif node.is_a("NewsArticle", "ReportageNewsArticle", "Report"):
            found.append(Candidate(value="news", source=node.origin))
    return Choice(field="kind", winner=found[0] if found else None, candidates=tuple(found), why="first")


def image(document: Document) -> Choice[Image]:
    """The lead picture and its caption."""
    evidence, page = document.evidence, document.page
    found: list[Candidate[Image]] = []
    pairs: list[tuple[str, str | None, str | None]] = [
        (f"meta:{name}", evidence.first_meta(name), evidence.first_meta("og:image:alt"))
        for name in ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
    ]
    pairs += [(node.origin, node.image_url, node.image_caption) for node in evidence.articles[:2]]
    for source, url, caption in pairs:
        if url and (absolute := join(page.url, url)):
            text = plain(caption) if caption else ""
            found.append(Candidate(value=Image(url=absolute, caption=text or None), source=source, raw=url))
    return Choice(field="image", winner=found[0] if found else None, candidates=tuple(found), why="first")
