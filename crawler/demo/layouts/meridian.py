"""The wire in many languages: JSON-LD in a list, key points under a label of the language or folded away."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.demo import parts
from crawler.demo.model import DemoArticle
from crawler.demo.papers import paper

HOME = paper("meridian")
_LABELS = {
    "es": ("Lo más importante", "Por", "Últimas noticias"),
    "el": ("Με λίγα λόγια", "Του ανταποκριτή", "Τελευταία νέα"),
    "ru": ("Главное", "Автор:", "Последние новости"),
    "ar": ("أبرز النقاط", "بقلم", "آخر الأخبار"),
}
_FOLDED = frozenset({"el"})


def article(article: DemoArticle) -> str:
    """The page of an article."""
    label, by, latest = _LABELS[article.language]
    main = parts.fill(
        "meridian_article",
        section=escape(article.section or ""),
        title=escape(article.title, quote=False),
        description=escape(article.description or "", quote=False),
        by=by,
        byline=escape(", ".join(article.authors)),
        published_iso=parts.local_iso(article) or article.date.isoformat(),
        published_words=parts.date_line(article),
        bullets=_brief(article, label),
        figure=parts.lead_figure(article, "© "),
        body=parts.body_html(article, {}, "© "),
        tags="".join(f"<li>{escape(tag)}</li>" for tag in article.tags),
        latest=latest,
        related=parts.links(other for other in parts.neighbours(article, 3)),
    )
    story: parts.Json = [{"@context": "https://schema.org"} | parts.news_article(article, "NewsArticle")]
    head = parts.canonical(article) + parts.open_graph(article) + parts.json_ld(story)
    return parts.shell(
        HOME,
        title=f"{article.title} | {HOME.name}",
        head=head,
        main=main,
        language=article.language,
        direction="rtl" if article.language == "ar" else "ltr",
    )


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The front page, or the page of a language."""
    teasers = "".join(parts.teaser(item, picture=False) for item in listed)
    return parts.shell(HOME, title=title, main=f"<h1>{escape(title)}</h1>\n{teasers}")


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    return parts.shell(HOME, title=f"{title} | {HOME.name}", main=f"<h1>{escape(title)}</h1>{text}\n")


def _brief(article: DemoArticle, label: str) -> str:
    items = parts.bullet_list(article)
    if not items:
        return ""
    if article.language in _FOLDED:
        return f'<details class="in-brief"><summary>{label}</summary>{items}</details>\n'
    return f'<section class="in-brief"><h2>{label}</h2>{items}</section>\n'
