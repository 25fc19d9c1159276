"""The main daily: JSON-LD in a graph, a key points box, AMP twins, a paywall."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.demo import parts, words
from crawler.demo.model import DemoArticle
from crawler.demo.papers import paper

HOME = paper("courier")
_TYPES = {"news": "NewsArticle", "opinion": "OpinionNewsArticle", "liveblog": "LiveBlogPosting"}
_WALL = """<div class="paywall" id="paywall"><h2>Subscribe to continue reading</h2>
<p>This article is for subscribers of the Courier. Try four weeks for one crown.</p>
<p><a href="/subscribe">See the offers</a> Already a subscriber? <a href="/login">Sign in</a></p></div>
"""
_NEWSLETTER = """<div class="newsletter"><h3>The Morning Tide</h3>
<p>Get the five stories of the day in your inbox, every weekday at seven.</p>
<form action="/newsletter" method="post"><input type="email" name="email" placeholder="Your e-mail address">
<button>Sign up</button></form></div>"""


def article(article: DemoArticle) -> str:
    """The page of an article."""
    published = words.day(article.date, "en")
    if article.published:
        published += f", {words.clock(article.published, 'en')}"
    updated = ""
    if article.modified:
        moment = f"{words.day(article.modified.date(), 'en')}, {words.clock(article.modified, 'en')}"
        updated = f' · Updated <time datetime="{article.modified.isoformat()}">{moment}</time>'
    related = "".join(parts.links(parts.neighbours(article, 3)))
    boxes = {
        "related": f'<aside class="related"><h3>Read more</h3><ul>{related}</ul></aside>',
        "newsletter": _NEWSLETTER,
    }
    section = article.section or "News"
    after = _WALL if article.access == "paywalled" else ""
    if article.correction:
        after += f'<p class="correction"><strong>Correction:</strong> {escape(article.correction, quote=False)}</p>\n'
    main = parts.fill(
        "courier_article",
        title=escape(article.title, quote=False),
        description=escape(article.description or "", quote=False),
        section=escape(section),
        section_path=f"/{section.lower()}/",
        bullets=_key_points(article),
        byline=_byline(article),
        published_iso=parts.local_iso(article) or article.date.isoformat(),
        published_words=published,
        modified=updated,
        url=escape(article.url),
        figure=parts.lead_figure(article),
        body=parts.body_html(article, boxes),
        after=after,
        most_read=parts.links(parts.neighbours(article, 5)),
    )
    return parts.shell(HOME, title=f"{article.title} | {HOME.name}", head=_head(article), main=main)


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The front page, or a section."""
    teasers = "".join(
        parts.teaser(item, query={1: parts.TRACKING, 3: "fbclid=IwAR0demo"}.get(place, ""), lead=place == 0)
        for place, item in enumerate(listed)
    )
    extra = (
        '<article class="teaser"><p class="kicker">Video</p><h2><a href="/video/2025/06/10/the-swans-of-quay-street">'
        "Watch: the swans of Quay Street come home</a></h2><p>A minute on the water.</p></article>\n"
        '<article class="teaser"><p class="kicker">Interactive</p><h2>'
        '<a href="/interactive/2025/06/09/sixty-years-of-high-water">Sixty years of high water, street by street</a>'
        "</h2><p>Find your door on the map.</p></article>\n"
        '<article class="teaser"><p class="kicker">Service</p><h2><a href="/world/2025/05/02/winter-ferry-timetable">'
        "The winter ferry timetable</a></h2><p>All crossings at a glance.</p></article>\n"
        '<article class="teaser"><p class="kicker">Staff</p><h2>'
        '<a href="/internal/2025/06/11/notes-for-the-night-desk">Notes for the night desk</a></h2><p></p></article>\n'
    )
    extra += "".join(
        f'<article class="teaser"><p class="kicker">Light version</p><h2><a href="{item.path}.amp.html">'
        f"{escape(item.title, quote=False)}</a></h2><p>For slow connections.</p></article>\n"
        for item in listed
        if "amp" in item.traits
    )
    head = parts.meta([("og:type", "website"), ("og:title", title), ("og:url", HOME.home)])
    heading, page_title = ("Today", title) if title == HOME.name else (title, f"{title} | {HOME.name}")
    main = f'<section class="front"><h1>{escape(heading)}</h1>\n{teasers}{extra}</section>\n'
    return parts.shell(HOME, title=page_title, head=head, main=main)


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    main = f'<section class="front"><h1>{escape(title)}</h1>{text}</section>\n'
    return parts.shell(HOME, title=f"{title} | {HOME.name}", main=main)


def _byline(article: DemoArticle) -> str:
    names = tuple(
        f'<a rel="author" href="/people/{name.lower().replace(" ", "-")}">{escape(name)}</a>'
        for name in article.authors
    )
    return words.people(names) or "Courier staff"


def _key_points(article: DemoArticle) -> str:
    items = parts.bullet_list(article)
    return (
        f'<section class="key-points" aria-label="Key points"><h2>Key points</h2>{items}</section>\n' if items else ""
    )


def _head(article: DemoArticle) -> str:
    story: dict[str, parts.Json] = parts.news_article(article, _TYPES[article.kind])
    if article.access == "paywalled":
        story["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": "#story-body"}
    if article.kind == "liveblog":
        story |= _coverage(article)
    crumbs: parts.Json = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home", "item": HOME.home},
            {"@type": "ListItem", "position": 2, "name": article.section or "News"},
        ],
    }
    site: parts.Json = {"@type": "WebSite", "name": HOME.name, "url": HOME.home}
    graph: parts.Json = {"@context": "https://schema.org", "@graph": [site, crumbs, story]}
    amp = f'<link rel="amphtml" href="{escape(article.url)}.amp.html">\n' if "amp" in article.traits else ""
    return parts.canonical(article) + amp + parts.open_graph(article) + parts.json_ld(graph)


def _coverage(article: DemoArticle) -> dict[str, parts.Json]:
    updates: list[parts.Json] = []
    for number, block in enumerate(article.blocks):
        if block.kind == "subhead" and number + 1 < len(article.blocks):
            hour, _, headline = block.texts[0].partition(" ")
            updates.append(
                {
                    "@type": "BlogPosting",
                    "headline": headline,
                    "datePublished": f"{article.date.isoformat()}T{hour}:00+01:00",
                    "articleBody": " ".join(article.blocks[number + 1].texts),
                }
            )
    start = article.published.isoformat() if article.published else None
    end = article.modified.isoformat() if article.modified else None
    return {"coverageStartTime": start, "coverageEndTime": end, "liveBlogUpdate": updates}
