"""What stands beside the papers' articles: entrances of each kind, twins, redirects, walls, shells, empty pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from importlib import resources
from typing import Literal

from crawler.demo import feeds, markup, parts, words
from crawler.demo.layouts import courier, hohenlau, meridian, saltmarsh, shiomi, valdoree
from crawler.demo.model import DemoArticle, of_paper, rendered_articles
from crawler.demo.resource import Resource, redirect
from crawler.demo.site import Site, at, latest, page

SECRET_COOKIE = "sitting=9f2c51d07ab84e66-do-not-archive-me"
"""The cookie that the main paper's front page and a fault route set: it may never reach an archive."""

NoArticleKind = Literal[
    "consent", "disallowed", "front", "javascript", "page", "search", "section", "soft-404", "video"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoArticle:
    """A page of the papers that is no article: answered with status 200, and not to be archived as one.

    One of the kind ``disallowed`` reads like an article, but robots.txt keeps it from being asked for.
    """

    url: str
    kind: NoArticleKind


def no_articles() -> tuple[NoArticle, ...]:
    """Every page of the papers that looks like one to a crawler and is no article."""
    found = [NoArticle(url=home.home, kind="front") for home in _HOMES]
    found += [NoArticle(url=home.address(path), kind="section") for home in _HOMES for path, _ in home.sections]
    found += [NoArticle(url=home.address(path), kind="page") for home in _HOMES for path in ("/about", "/privacy")]
    found += [NoArticle(url=shell.url, kind="javascript") for shell in rendered_articles()]
    found += [
        NoArticle(url=courier.HOME.address(SOFT_404), kind="soft-404"),
        NoArticle(url=courier.HOME.address(VIDEO), kind="video"),
        NoArticle(url=courier.HOME.address(DISALLOWED), kind="disallowed"),
        NoArticle(url=courier.HOME.address("/search?q=harbour"), kind="search"),
        NoArticle(url=hohenlau.HOME.address(CONSENT_WALL), kind="consent"),
        NoArticle(url=saltmarsh.HOME.address("/2025/06/"), kind="section"),
    ]
    return tuple(found)


_HOMES = (courier.HOME, hohenlau.HOME, meridian.HOME, saltmarsh.HOME, shiomi.HOME, valdoree.HOME)

SOFT_404 = "/world/2025/05/02/winter-ferry-timetable"
VIDEO = "/video/2025/06/10/the-swans-of-quay-street"
DISALLOWED = "/internal/2025/06/11/notes-for-the-night-desk"
CONSENT_WALL = "/region/landkreis-ehrt-die-bachpaten-von-unterlau-1043611.html"
REDIRECTED = "/go/4711"
"""The first of three redirects that end at an article."""


def _xml(text: str, kind: str = "application/xml", *, packed: bool = False) -> Resource:
    content_type = "application/gzip" if packed else f"{kind}; charset=utf-8"
    return Resource(content=text, content_type=content_type, packed=packed)


def _courier() -> Site:
    home, listed = courier.HOME, of_paper("courier")
    tracked = {a.url: f"{a.url}?utm_source=rss&utm_medium=feed" for a in listed[::3]}
    goal = next(a for a in listed if "correction" in a.traits)
    tracked[goal.url] = home.address(REDIRECTED)
    day = max(a.date for a in listed).isoformat()
    front = page(home, courier.front(home.name, listed), latest(listed))
    children = [(home.address("/news-sitemap.xml.gz"), day), (home.address("/sitemap-pages.xml"), day)]
    house = [(home.address(path), "2025-05-01") for path in ("/about", "/privacy")]
    site = {
        at(home, "/"): replace(front, headers=(("Set-Cookie", f"{SECRET_COOKIE}; Path=/; HttpOnly"),)),
        at(home, "/feed.xml"): _xml(feeds.rss(home, listed, tracked), "application/rss+xml"),
        at(home, "/sitemap-index.xml"): _xml(feeds.sitemap_index(children)),
        at(home, "/news-sitemap.xml.gz"): _xml(feeds.news_sitemap(home, listed), packed=True),
        at(home, "/sitemap-pages.xml"): _xml(feeds.sitemap(house)),
        at(home, REDIRECTED): redirect("/r/4711", 302),
        at(home, "/r/4711"): redirect(f"/{goal.slug}"),
        at(home, f"/{goal.slug}"): redirect(goal.path, 308),
        at(home, SOFT_404): page(home, courier.plain("Page not found", _SOFT_404_TEXT)),
        at(home, VIDEO): page(home, _video()),
        at(home, DISALLOWED): page(home, courier.plain("Notes for the night desk", _NOTES)),
    }
    for twin in listed:
        if "amp" in twin.traits:
            site[at(home, f"{twin.path}.amp.html")] = page(home, _amp(twin), twin.instant)
    for shell in rendered_articles():
        data = f"/interactive/data/{shell.slug}.json"
        site[at(home, shell.path)] = page(home, _shell(data), shell.instant)
        site[at(home, data)] = Resource(content=_story(shell), content_type="application/json")
    script = (resources.files("crawler.demo") / "static" / "app.js").read_text("utf-8")
    site[at(home, "/static/app.js")] = Resource(content=script, content_type="text/javascript; charset=utf-8")
    return site


def _saltmarsh() -> Site:
    home, listed = saltmarsh.HOME, of_paper("saltmarsh")
    site = {
        at(home, "/feed/"): _xml(feeds.rss(home, listed), "application/rss+xml"),
        at(home, "/2025/06/"): page(home, saltmarsh.front("June 2025", listed), latest(listed)),
    }
    for post in listed:
        site[at(home, f"/?p={saltmarsh.number(post)}")] = redirect(post.path)
    return site


def _hohenlau() -> Site:
    home, listed = hohenlau.HOME, of_paper("hohenlau")
    wall = replace(
        listed[-1],
        url=home.address(CONSENT_WALL),
        title="Landkreis ehrt die Bachpaten von Unterlau",
        description="Zwölf Freiwillige haben im vergangenen Jahr neun Kilometer Ufer betreut.",
    )
    day = max(a.date for a in listed).isoformat()
    children = [(home.address("/sitemap-news.xml"), day), (home.address("/sitemap-2025-06.xml"), day)]
    days = [(a.url, a.date.isoformat()) for a in listed]
    title = f"Ihre Privatsphäre - {home.name}"
    return {
        at(home, "/atom.xml"): _xml(feeds.atom(home, (*listed, wall)), "application/atom+xml"),
        at(home, "/sitemap.xml"): _xml(feeds.sitemap_index(children)),
        at(home, "/sitemap-news.xml"): _xml(feeds.news_sitemap(home, listed)),
        at(home, "/sitemap-2025-06.xml"): _xml(feeds.sitemap(days)),
        at(home, CONSENT_WALL): page(home, parts.shell(home, title=title, main=hohenlau.CONSENT)),
    }


def _valdoree() -> Site:
    home = valdoree.HOME
    book = "<b>Josiane, de Grand-Val</b> : bravo pour votre site !<br><br><b>un ami</b> : premier !"
    front = page(home, valdoree.front(home.name, of_paper("valdoree")))
    return {
        at(home, "/livre-d-or.htm"): page(home, valdoree.plain("Livre d'or", book)),
        at(home, "/"): replace(front, chunked=True, validators=False),
    }


def _shiomi() -> Site:
    home = shiomi.HOME
    feed = Resource(content=feeds.rdf(home, of_paper("shiomi")), content_type="application/xml", encoding=home.encoding)
    return {at(home, "/index.rdf"): feed}


def _meridian() -> Site:
    home, listed = meridian.HOME, of_paper("meridian")
    text = "".join(f"{a.url}\n" for a in listed)
    return {
        at(home, "/feed.json"): Resource(content=feeds.json_feed(home, listed), content_type="application/feed+json"),
        at(home, "/sitemap.txt"): Resource(content=text, content_type="text/plain; charset=utf-8"),
    }


ADDITIONS: tuple[Callable[[], Site], ...] = (_courier, _saltmarsh, _hohenlau, _valdoree, _shiomi, _meridian)
"""A function a paper; what it gives stands beside its articles, or in the place of what every paper has."""

_SOFT_404_TEXT = (
    "<p>We are sorry: the page you are looking for does not exist, or has moved. Check the address, or go back to "
    'the <a href="/">front page</a>.</p>'
)
_NOTES = (
    "<p>Whoever is on tonight: the kettle trips the second fuse, not the first.</p>"
    "<p>The harbour master rings at four. Be kind, he has been up longer than you.</p>"
)


def _video() -> str:
    film: parts.Json = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "Watch: the swans of Quay Street come home",
        "uploadDate": "2025-06-10T16:00:00+01:00",
        "duration": "PT1M4S",
        "contentUrl": courier.HOME.address("/video/swans.mp4"),
    }
    main = (
        '<section class="front"><h1>Watch: the swans of Quay Street come home</h1>'
        '<video controls width="640" height="360" src="/video/swans.mp4"></video><p>01:04</p></section>\n'
    )
    head = parts.meta([("og:type", "video.other"), ("og:title", "Watch: the swans of Quay Street come home")])
    title = f"Watch: the swans of Quay Street come home | {courier.HOME.name}"
    return parts.shell(courier.HOME, title=title, head=head + parts.json_ld(film), main=main)


def _amp(article: DemoArticle) -> str:
    body = "\n".join(markup.text_html(block) for block in article.blocks)
    return (
        f'<!DOCTYPE html>\n<html ⚡ lang="{article.language}">\n<head>\n<meta charset="utf-8">\n'
        '<script async src="/static/amp.js"></script>\n'
        f"<title>{escape(article.title, quote=False)}</title>\n"
        f'<link rel="canonical" href="{article.canonical_url}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"{parts.json_ld({'@context': 'https://schema.org'} | parts.news_article(article, 'NewsArticle'))}"
        f"</head>\n<body>\n<article><h1>{escape(article.title, quote=False)}</h1>\n"
        f"<p>By {escape(words.people(article.authors))}, {parts.date_line(article)}</p>\n"
        f"{parts.bullet_list(article)}{body}\n</article>\n</body>\n</html>\n"
    )


def _shell(data: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>The Port Ellery Courier</title>\n'
        '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/static/style.css">\n</head>\n<body>\n'
        "<noscript>You need to enable JavaScript to run this app.</noscript>\n"
        f'<div id="app" data-story="{data}"></div>\n<script src="/static/app.js"></script>\n</body>\n</html>\n'
    )


def _story(article: DemoArticle) -> str:
    story = {
        "title": article.title,
        "authors": article.authors,
        "published": parts.local_iso(article),
        "date_words": parts.date_line(article),
        "paragraphs": article.body,
    }
    return json.dumps(story, ensure_ascii=False)
