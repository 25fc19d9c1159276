"""All that the papers serve, by host and path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape
from importlib import resources
from types import ModuleType
from typing import NamedTuple

from crawler.demo import feeds, pictures
from crawler.demo.layouts import courier, saltmarsh
from crawler.demo.model import DemoArticle, articles, of_paper
from crawler.demo.papers import PAPERS, Paper
from crawler.demo.resource import EPOCH, Resource, redirect

SECRET_COOKIE = "sitting=9f2c51d07ab84e66-do-not-archive-me"
"""The cookie that the main paper's front page and a fault route set: it may never reach an archive."""


class Key(NamedTuple):
    """Where a resource stands; ``path`` begins with a slash, and holds a query only where the resource is one's own."""

    host: str
    path: str


Site = dict[Key, Resource]

LAYOUTS: dict[str, ModuleType] = {"courier": courier, "saltmarsh": saltmarsh}
"""The module that draws each paper's pages."""


def press() -> Site:
    """The whole of the papers, freshly built."""
    site: Site = {}
    for paper in PAPERS:
        if paper.key in LAYOUTS:
            site |= _paper(paper)
    for article in articles():
        if article.paper in LAYOUTS:
            site |= _article(article)
    for add in ADDITIONS:
        site |= add()
    return site


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


def _article(article: DemoArticle) -> Site:
    site = {at(article.home, article.path): article_page(article)}
    slugs = [article.slug] if article.image_url else []
    slugs += [block.cells[0][0] for block in article.blocks if block.kind == "figure"]
    for slug in slugs:
        site[at(article.home, f"/images/{slug}.svg")] = Resource(
            content=pictures.landscape(slug), content_type="image/svg+xml"
        )
    return site


def _paper(paper: Paper) -> Site:
    css = (resources.files("crawler.demo") / "static" / f"{paper.key}.css").read_text("utf-8")
    layout = LAYOUTS[paper.key]
    listed = of_paper(paper.key)
    site = {
        at(paper, "/robots.txt"): Resource(content=feeds.robots(paper), content_type="text/plain; charset=utf-8"),
        at(paper, "/static/style.css"): Resource(content=css, content_type="text/css; charset=utf-8"),
        at(paper, "/"): page(paper, layout.front(paper.name, listed), _latest(listed)),
    }
    for path, name in paper.sections:
        inside = [a for a in listed if a.section == name or a.path.startswith(path)]
        site[at(paper, path)] = page(paper, layout.front(name, inside), _latest(inside))
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


def _latest(listed: Iterable[DemoArticle]) -> dt.datetime:
    return max((article.modified or article.instant for article in listed), default=EPOCH)


def xml(text: str, kind: str = "application/xml", *, packed: bool = False) -> Resource:
    """An XML file in UTF-8; ``packed`` as a .gz file."""
    content_type = "application/gzip" if packed else f"{kind}; charset=utf-8"
    return Resource(content=text, content_type=content_type, packed=packed)


def _courier() -> Site:
    home, listed = courier.HOME, of_paper("courier")
    tracked = {a.url: f"{a.url}?utm_source=rss&utm_medium=feed" for a in listed[::3]}
    roundabout = next(a for a in listed if "correction" in a.traits)
    tracked[roundabout.url] = home.address("/go/4711")
    day = max(a.date for a in listed).isoformat()
    front = page(home, courier.front(home.name, listed), _latest(listed))
    children = [(home.address("/news-sitemap.xml.gz"), day), (home.address("/sitemap-pages.xml"), day)]
    house = [(home.address(path), "2025-05-01") for path in ("/about", "/privacy")]
    return {
        at(home, "/"): replace(front, headers=(("Set-Cookie", f"{SECRET_COOKIE}; Path=/; HttpOnly"),)),
        at(home, "/feed.xml"): xml(feeds.rss(home, listed, tracked), "application/rss+xml"),
        at(home, "/sitemap-index.xml"): xml(feeds.sitemap_index(children)),
        at(home, "/news-sitemap.xml.gz"): xml(feeds.news_sitemap(home, listed), packed=True),
        at(home, "/sitemap-pages.xml"): xml(feeds.sitemap(house)),
        at(home, "/go/4711"): redirect("/r/4711", 302),
        at(home, "/r/4711"): redirect(f"/{roundabout.slug}"),
        at(home, f"/{roundabout.slug}"): redirect(roundabout.path, 308),
    }


def _saltmarsh() -> Site:
    home, listed = saltmarsh.HOME, of_paper("saltmarsh")
    site = {
        at(home, "/feed/"): xml(feeds.rss(home, listed), "application/rss+xml"),
        at(home, "/2025/06/"): page(home, saltmarsh.front("June 2025", listed), _latest(listed)),
    }
    for post in listed:
        site[at(home, f"/?p={saltmarsh.number(post)}")] = redirect(post.path)
    return site


ADDITIONS: tuple[Callable[[], Site], ...] = (_courier, _saltmarsh)
"""What stands beside the articles, a function a paper; the later ones may replace what the earlier ones laid down."""
