"""What the layouts of the papers share: templates, metadata, JSON-LD, lists of links."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from string import Template

from crawler.demo import markup, words
from crawler.demo.model import DemoArticle, of_paper
from crawler.demo.papers import Paper

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

TRACKING = "utm_source=front&utm_medium=teaser&utm_campaign=demo"
"""Parameters that some of the papers' links carry, and that no canonical address has."""


@functools.cache
def _template(name: str) -> Template:
    return Template((resources.files("crawler.demo") / "templates" / f"{name}.html").read_text("utf-8"))


def fill(name: str, /, **values: str) -> str:
    """The template of that name, filled; values are HTML already.

    :raises KeyError: where the template names a value that was not given
    """
    return _template(name).substitute(values)


def shell(paper: Paper, *, title: str, main: str, head: str = "", language: str = "", **values: str) -> str:
    """A whole page of a paper: ``title`` is text, ``main`` and ``head`` are HTML."""
    nav = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in paper.sections)
    given = {"declared": paper.encoding, "body_class": "home blog", "direction": "ltr", "recent": ""} | values
    return fill(
        paper.key,
        page_title=escape(title, quote=False),
        name=escape(paper.name),
        motto=escape(paper.motto),
        language=language or paper.language,
        nav=nav,
        head=head,
        main=main,
        **given,
    )


def meta(pairs: Iterable[tuple[str, str | None]], attribute: str = "property") -> str:
    """``<meta>`` elements, one a line, for the pairs that have a value."""
    return "".join(
        f'<meta {attribute}="{escape(name)}" content="{escape(value)}">\n' for name, value in pairs if value is not None
    )


def open_graph(article: DemoArticle) -> str:
    """The Open Graph block of an article."""
    pairs: list[tuple[str, str | None]] = [
        ("og:type", "article"),
        ("og:title", article.title),
        ("og:description", article.description),
        ("og:url", article.canonical_url),
        ("og:site_name", article.home.name),
        ("og:image", article.image_url),
        ("article:published_time", local_iso(article)),
        ("article:modified_time", article.modified.isoformat() if article.modified else None),
        ("article:section", article.section),
        *(("article:tag", tag) for tag in article.tags),
    ]
    return meta(pairs)


def canonical(article: DemoArticle) -> str:
    """The canonical link, and the description."""
    return f'<link rel="canonical" href="{escape(article.canonical_url)}">\n' + meta(
        [("description", article.description)], "name"
    )


def local_iso(article: DemoArticle) -> str | None:
    """The instant of publication as the page tells it: ISO 8601, without its zone where the page is naive."""
    if article.published is None:
        return None
    if "naive-time" in article.traits:
        return article.published.replace(tzinfo=None).isoformat()
    return article.published.isoformat()


def json_ld(value: Json) -> str:
    """A script element with JSON-LD, in ASCII, which cannot end before its end."""
    text = json.dumps(value).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>\n'


def news_article(article: DemoArticle, kind: str) -> dict[str, Json]:
    """The schema.org object of an article, of the type ``kind``."""
    value: dict[str, Json] = {
        "@type": kind,
        "headline": article.title,
        "description": article.description,
        "datePublished": local_iso(article),
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": article.home.name, "url": article.home.home},
        "mainEntityOfPage": {"@type": "WebPage", "@id": article.canonical_url},
        "isAccessibleForFree": article.access != "paywalled",
        "inLanguage": article.language,
        "keywords": list(article.tags),
    }
    if article.modified:
        value["dateModified"] = article.modified.isoformat()
    if article.image_url:
        value["image"] = {"@type": "ImageObject", "url": article.image_url, "width": 1200, "height": 675}
    if article.section:
        value["articleSection"] = article.section
    return value


def neighbours(article: DemoArticle, count: int) -> tuple[DemoArticle, ...]:
    """Other articles of the same paper and language, newest first."""
    base = article.language.split("-", maxsplit=1)[0]
    others = [a for a in of_paper(article.paper) if a.url != article.url and a.language.split("-")[0] == base]
    return tuple(others[:count])


def links(articles: Iterable[DemoArticle], pattern: str = '<li><a href="{path}">{title}</a></li>') -> str:
    """A list of links, by a pattern with ``path`` and ``title``."""
    return "".join(pattern.format(path=escape(a.path), title=escape(a.title)) for a in articles)


def bullet_list(article: DemoArticle) -> str:
    """The key points as a bare list; "" where there are none."""
    items = "".join(f"<li>{escape(text, quote=False)}</li>" for text in article.bullets)
    return f"<ul>{items}</ul>\n" if items else ""


def figure(slug: str, caption: str, credit: str | None, credit_label: str = "Photograph: ") -> str:
    """A picture with caption and credit."""
    owner = f' <span class="credit">{escape(credit_label + credit)}</span>' if credit else ""
    return (
        f'<figure><img src="/images/{escape(slug)}.svg" width="1200" height="675" alt="{escape(caption)}">'
        f"<figcaption>{escape(caption, quote=False)}{owner}</figcaption></figure>\n"
    )


def lead_figure(article: DemoArticle, credit_label: str = "Photograph: ") -> str:
    """The picture above the text; "" where there is none."""
    if article.image_caption is None:
        return ""
    return figure(article.slug, article.image_caption, article.image_credit, credit_label)


def body_html(article: DemoArticle, boxes: Mapping[str, str], credit_label: str = "Photograph: ") -> str:
    """The text of an article; ``boxes`` are the HTML of the blocks ``related`` and ``newsletter``."""
    parts: list[str] = []
    for block in article.blocks:
        if block.kind == "figure":
            slug, caption, credit = block.cells[0]
            parts.append(figure(slug, caption, credit, credit_label))
        else:
            parts.append(boxes.get(block.kind) or markup.text_html(block))
    return "\n".join(part.rstrip() for part in parts) + "\n"


def date_line(article: DemoArticle, separator: str = ", ") -> str:
    """Day and, where known, time of publication in words."""
    day = words.day(article.date, article.language)
    return day if article.published is None else day + separator + words.clock(article.published, article.language)


def teaser(article: DemoArticle, *, query: str = "", picture: bool = True, lead: bool = False) -> str:
    """An entry of a front page: picture, section, headline, description, and for the lead its first words."""
    path = escape(article.path + (f"?{query}" if query else ""))
    shown = picture and article.image_url
    image = f'<img src="/images/{article.slug}.svg" width="1200" height="675" alt="">' if shown else ""
    opening = f'<p class="opening">{escape(article.body[0], quote=False)} …</p>' if lead else ""
    kicker = f'<p class="kicker">{escape(article.section)}</p>' if article.section else ""
    return (
        f'<article class="teaser">{image}{kicker}<h2><a href="{path}">{escape(article.title, quote=False)}</a></h2>'
        f"<p>{escape(article.description or '', quote=False)}</p>{opening}</article>\n"
    )
