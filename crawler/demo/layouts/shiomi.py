"""The Japanese daily: XHTML in Shift_JIS, a box of main points, the date in words alone in the page's text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.demo import parts, words
from crawler.demo.model import DemoArticle
from crawler.demo.papers import paper

HOME = paper("shiomi")


def article(article: DemoArticle) -> str:
    """The page of an article."""
    box = ""
    if article.bullets:
        box = f'<div class="youten"><h2>要点</h2>{parts.bullet_list(article)}</div>\n'
    moment = words.day(article.date, "ja")
    if article.published:
        moment += f" {article.published:%H}時{article.published:%M}分"
    main = parts.fill(
        "shiomi_article",
        section=escape(article.section or ""),
        title=escape(article.title, quote=False),
        published_words=moment,
        bullets=box,
        figure=parts.lead_figure(article, "撮影："),
        body=parts.body_html(article, {}),
        byline=escape("、".join(article.authors)),
        related=parts.links(parts.neighbours(article, 3)),
    )
    head = parts.meta([("description", article.description)], "name") + parts.meta(
        [("og:title", article.title), ("article:published_time", parts.local_iso(article))]
    )
    return parts.shell(HOME, title=f"{article.title}：{HOME.name}", head=head, main=main)


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The front page."""
    return parts.shell(HOME, title=title, main="".join(parts.teaser(item, picture=False) for item in listed))


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    return parts.shell(HOME, title=f"{title}：{HOME.name}", main=f"<h1>{escape(title)}</h1>{text}\n")
