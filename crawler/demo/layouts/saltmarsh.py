"""The blog: WordPress-like, with key points as a bare list, a share bar, related posts, comments and their form."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from html import escape

from crawler.demo import parts, words
from crawler.demo.model import DemoArticle, of_paper
from crawler.demo.papers import paper

HOME = paper("saltmarsh")
COMMENTS = (
    ("Della M.", "June 13, 2025 at 7:02 am", "My grandmother kept a list like that on the back of her pantry door."),
    ("oystercatcher71", "June 13, 2025 at 9:48 pm", "Lovely piece. Is the ledger open to visitors on Sundays, too?"),
)
"""Readers' comments: name, date, text; they belong to no article."""


def article(article: DemoArticle) -> str:
    """The page of an article."""
    section = article.section or "Uncategorized"
    near = parts.neighbours(article, 3)
    names = tuple(
        f'<a class="url fn n" href="/author/{name.split()[0].lower()}/">{escape(name)}</a>' for name in article.authors
    )
    comments = ""
    if "comments" in article.traits:
        items = "".join(
            f'<li class="comment"><cite class="fn">{name}</cite> <time>{when}</time> <p>{escape(text)}</p></li>'
            for name, when, text in COMMENTS
        )
        comments = f'<h2 class="comments-title">2 thoughts on “{escape(article.title)}”</h2>\n'
        comments += f'<ol class="comment-list">{items}</ol>\n'
    main = parts.fill(
        "saltmarsh_article",
        number=str(number(article)),
        title=escape(article.title, quote=False),
        path=article.path,
        published_iso=parts.local_iso(article) or article.date.isoformat(),
        published_words=words.day(article.date, "en-US"),
        byline=words.people(names),
        bullets=parts.lead_figure(article, "Photo: ") + parts.bullet_list(article)
        if "comments" not in article.traits
        else parts.bullet_list(article) + parts.lead_figure(article, "Photo: "),
        body=parts.body_html(article, {}, "Photo: "),
        related=parts.links(near, '<p class="jp-relatedposts-post"><a href="{path}">{title}</a></p>'),
        section=escape(section),
        section_slug=section.lower(),
        tags=", ".join(f'<a href="/tag/{tag.replace(" ", "-")}/" rel="tag">{escape(tag)}</a>' for tag in article.tags),
        neighbours=parts.links(near[:2], '<a href="{path}">{title}</a>'),
        comments=comments,
    )
    head = (
        parts.canonical(article)
        + f'<link rel="shortlink" href="http://saltmarsh.test/?p={number(article)}">\n'
        + parts.open_graph(article)
        + parts.meta([("author", words.people(article.authors))], "name")
    )
    body_class = f"post-template-default single postid-{number(article)}"
    declared = "iso-8859-1" if "wrong-charset" in article.traits else HOME.encoding
    return _page(f"{article.title} – {HOME.name}", main, head, body_class, declared)


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The blog's first page: each post with its first paragraph."""
    entries = "".join(
        f'<article class="post hentry"><header class="entry-header"><h2 class="entry-title"><a href="{item.path}" '
        f'rel="bookmark">{escape(item.title, quote=False)}</a></h2><div class="entry-meta">{parts.date_line(item)}'
        f'</div></header><div class="entry-summary"><p>{escape(item.body[0], quote=False)} '
        f'<a class="more-link" href="{item.path}#more">Continue reading</a></p></div></article>\n'
        for item in listed
    )
    return _page(title, entries, "", "home blog")


def number(article: DemoArticle) -> int:
    """The post's number, as in ``/?p=1234``."""
    return 1000 + zlib.crc32(article.slug.encode()) % 9000


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    main = f'<section class="hentry"><h1 class="entry-title">{escape(title)}</h1>{text}</section>\n'
    return _page(f"{title} – {HOME.name}", main, "", "page")


def _page(title: str, main: str, head: str, body_class: str, declared: str = HOME.encoding) -> str:
    recent = parts.links(of_paper(HOME.key)[:5])
    return parts.shell(HOME, title=title, main=main, head=head, body_class=body_class, recent=recent, declared=declared)
