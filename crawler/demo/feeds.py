"""Entrances: feeds of four kinds, sitemaps of four kinds, robots.txt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from email.utils import format_datetime
from xml.sax.saxutils import escape

from crawler.demo.model import DemoArticle
from crawler.demo.papers import Paper

_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

Addresses = Mapping[str, str]
"""Articles' addresses that a feed gives in another form: with tracking parameters, or by way of a redirect."""


def rss(paper: Paper, listed: Sequence[DemoArticle], addresses: Addresses | None = None) -> str:
    """RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(a.title)}</title><link>{escape(_address(a, addresses))}</link>"
        f'<guid isPermaLink="false">{escape(a.url)}</guid><pubDate>{format_datetime(a.instant)}</pubDate>'
        + "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in a.authors)
        + (f"<category>{escape(a.section)}</category>" if a.section else "")
        + f"<description>{escape(a.description or a.body[0])}</description></item>\n"
        for a in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>{escape(paper.name)}</title><link>{paper.home}</link>"
        f"<description>{escape(paper.motto)}</description><language>{paper.language}</language>\n"
        f"{items}</channel></rss>\n"
    )


def item(url: str, title: str) -> str:
    """One entry of an RSS feed, of the day on which nothing happened."""
    return (
        f"<item><title>{escape(title)}</title><link>{escape(url)}</link>"
        "<pubDate>Thu, 05 Jun 2025 09:54:00 +0100</pubDate></item>\n"
    )


def channel(host: str, items: str) -> str:
    """An RSS 2.0 feed of a host around its items."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{host}</title>'
        f"<link>http://{host}/</link><description>For tests</description>\n{items}"
        "</channel></rss>\n"
    )


def atom(paper: Paper, listed: Sequence[DemoArticle]) -> str:
    """Atom 1.0."""
    entries = "".join(
        f'<entry><id>{escape(a.url)}</id><title>{escape(a.title)}</title><link rel="alternate" type="text/html" '
        f'href="{escape(a.url)}"/><published>{a.instant.isoformat()}</published>'
        f"<updated>{(a.modified or a.instant).isoformat()}</updated>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in a.authors)
        + f'<summary type="text">{escape(a.description or a.body[0])}</summary></entry>\n'
        for a in listed
    )
    updated = max((a.modified or a.instant for a in listed), default=None)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{paper.language}"><id>{paper.home}</id>'
        f'<title>{escape(paper.name)}</title><link rel="self" href="{paper.address("/atom.xml")}"/>'
        f"<updated>{updated.isoformat() if updated else ''}</updated>\n{entries}</feed>\n"
    )


def rdf(paper: Paper, listed: Sequence[DemoArticle]) -> str:
    """RSS 1.0 (RDF), whose declaration names the paper's own encoding."""
    order = "".join(f'<rdf:li rdf:resource="{escape(a.url)}"/>' for a in listed)
    items = "".join(
        f'<item rdf:about="{escape(a.url)}"><title>{escape(a.title)}</title><link>{escape(a.url)}</link>'
        f"<dc:date>{a.instant.isoformat()}</dc:date></item>\n"
        for a in listed
    )
    return (
        f'<?xml version="1.0" encoding="{paper.encoding}"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{paper.home}">'
        f"<title>{escape(paper.name)}</title><link>{paper.home}</link><description>{escape(paper.motto)}</description>"
        f"<items><rdf:Seq>{order}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def json_feed(paper: Paper, listed: Sequence[DemoArticle]) -> str:
    """JSON Feed 1.1."""
    items = [
        {
            "id": a.url,
            "url": a.url,
            "title": a.title,
            "language": a.language,
            "date_published": a.instant.isoformat(),
            "authors": [{"name": name} for name in a.authors],
            "summary": a.description or a.body[0],
        }
        for a in listed
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.name,
        "home_page_url": paper.home,
        "feed_url": paper.address("/feed.json"),
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def news_sitemap(paper: Paper, listed: Sequence[DemoArticle]) -> str:
    """A sitemap with the news extension."""
    urls = "".join(
        f"<url><loc>{escape(a.url)}</loc><lastmod>{(a.modified or a.instant).isoformat()}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(paper.name)}</news:name><news:language>{a.language}</news:language>"
        f"</news:publication><news:publication_date>{a.instant.isoformat()}</news:publication_date>"
        f"<news:title>{escape(a.title)}</news:title></news:news></url>\n"
        for a in listed
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{urls}</urlset>\n'
    )


def sitemap(addresses: Iterable[tuple[str, str]]) -> str:
    """A plain sitemap of (address, lastmod)."""
    urls = "".join(f"<url><loc>{escape(url)}</loc><lastmod>{day}</lastmod></url>\n" for url, day in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}">\n{urls}</urlset>\n'


def sitemap_index(addresses: Iterable[tuple[str, str]]) -> str:
    """A sitemap index of (address, lastmod)."""
    maps = "".join(f"<sitemap><loc>{escape(u)}</loc><lastmod>{day}</lastmod></sitemap>\n" for u, day in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_SITEMAP}">\n{maps}</sitemapindex>\n'


def robots(paper: Paper) -> str:
    """robots.txt: a disallowed part, a small delay, and the sitemap where there is one."""
    lines = ["User-agent: *", "Disallow: /internal/", "Disallow: /search", f"Crawl-delay: {paper.crawl_delay}"]
    lines += [f"Sitemap: {paper.address(path)}" for path in paper.entrances if "sitemap" in path]
    return "\n".join(lines) + "\n"


def _address(article: DemoArticle, addresses: Addresses | None) -> str:
    return addresses.get(article.url, article.url) if addresses else article.url
