"""From articles to the files of a web site: where each stands, and how it is served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from importlib import resources
from types import ModuleType
from typing import NamedTuple

from crawler.demo import feeds, pictures
from crawler.demo.layouts import courier, hohenlau, meridian, saltmarsh, shiomi, valdoree
from crawler.demo.model import DemoArticle, of_paper
from crawler.demo.papers import Paper
from crawler.demo.resource import EPOCH, Resource


class Key(NamedTuple):
    """Where a resource stands; ``path`` begins with a slash, and holds a query only where the resource is one's own."""

    host: str
    path: str


Site = dict[Key, Resource]

LAYOUTS: dict[str, ModuleType] = {
    "courier": courier,
    "hohenlau": hohenlau,
    "meridian": meridian,
    "saltmarsh": saltmarsh,
    "shiomi": shiomi,
    "valdoree": valdoree,
}
"""The module that draws each paper's pages."""


def page(paper: Paper, html: str, modified: dt.datetime = EPOCH) -> Resource:
    """A page of a paper, in its encoding."""
    return Resource(
        content=html,
        content_type=paper.content_type,
        encoding=paper.encoding,
        last_modified=modified.astimezone(dt.UTC),
    )


def at(paper: Paper, path: str) -> Key:
    """Where a paper's path stands."""
    return Key(paper.host, path)


def article_page(article: DemoArticle) -> Resource:
    """The page of an article as its paper serves it."""
    drawn = page(article.home, LAYOUTS[article.paper].article(article), article.modified or article.instant)
    if "wrong-charset" in article.traits:
        drawn = replace(drawn, encoding=article.charset, content_type="text/html")
    if "noai" in article.traits:
        drawn = replace(drawn, headers=(*drawn.headers, ("X-Robots-Tag", "noai, noml")))
    return drawn


def article_files(article: DemoArticle) -> Site:
    """The page of an article and its pictures."""
    site = {at(article.home, article.path): article_page(article)}
    slugs = [article.slug] if article.image_url else []
    slugs += [block.cells[0][0] for block in article.blocks if block.kind == "figure"]
    for slug in slugs:
        site[at(article.home, f"/images/{slug}.svg")] = Resource(
            content=pictures.landscape(slug), content_type="image/svg+xml"
        )
    return site


def paper_files(paper: Paper) -> Site:
    """What every paper has: robots.txt, style sheet, front page, sections, pages of the house."""
    css = (resources.files("crawler.demo") / "static" / f"{paper.key}.css").read_text("utf-8")
    layout = LAYOUTS[paper.key]
    listed = of_paper(paper.key)
    site = {
        at(paper, "/robots.txt"): Resource(content=feeds.robots(paper), content_type="text/plain; charset=utf-8"),
        at(paper, "/static/style.css"): Resource(content=css, content_type="text/css; charset=utf-8"),
        at(paper, "/"): page(paper, layout.front(paper.name, listed), latest(listed)),
    }
    for path, name in paper.sections:
        inside = [a for a in listed if a.section == name or a.path.startswith(path)]
        site[at(paper, path)] = page(paper, layout.front(name, inside), latest(inside))
    for path, title, text in _HOUSE_PAGES:
        site[at(paper, path)] = page(paper, layout.plain(title, f"<p>{escape(text)}</p>"))
    return site


_HOUSE_PAGES = (
    ("/about", "About us", "This paper, its town and all its people are invented. It exists to be archived."),
    ("/privacy", "Privacy", "We count our readers by the lamps that are lit at night."),
    ("/search", "Search results", "Your search found nothing, as nobody has looked for it."),
    ("/login", "Sign in", "Enter your e-mail address and your password to go on."),
    ("/subscribe", "Subscribe", "Four weeks for one crown."),
)


def latest(listed: Iterable[DemoArticle]) -> dt.datetime:
    """When the newest of the articles was last changed."""
    return max((article.modified or article.instant for article in listed), default=EPOCH)


def xml(text: str, kind: str = "application/xml", *, packed: bool = False) -> Resource:
    """An XML file in UTF-8; ``packed`` as a .gz file."""
    content_type = "application/gzip" if packed else f"{kind}; charset=utf-8"
    return Resource(content=text, content_type=content_type, packed=packed)
