"""The paper of the 1990s: tables, fonts and line breaks, no metadata, the date in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.demo import markup, parts, words
from crawler.demo.model import DemoArticle
from crawler.demo.papers import paper

HOME = paper("valdoree")


def article(article: DemoArticle) -> str:
    """The page of an article."""
    bullets = ""
    if article.bullets:
        lines = "<br>\n".join(f"- {escape(text, quote=False)}" for text in article.bullets)
        bullets = f'<font face="Arial" size="2"><b>L\'essentiel</b><br>\n{lines}</font>\n<hr size="1">\n'
    main = parts.fill(
        "valdoree_article",
        title=escape(article.title, quote=False),
        published_words=words.day(article.date, "fr"),
        byline=escape(words.people(article.authors, "et")),
        bullets=bullets,
        body="<br><br>\n".join(_block(block) for block in article.blocks) + "\n",
        related=" | ".join(
            f'<a href="{other.path}">{escape(other.title, quote=False)}</a>' for other in parts.neighbours(article, 2)
        ),
    )
    return parts.shell(HOME, title=f"{HOME.name} : {article.title}", main=main)


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The contents page."""
    rows = "".join(
        f'<tr><td valign="top" width="110"><font size="2">{words.day(item.date, "fr")}</font></td>'
        f'<td><a href="{item.path}"><b>{escape(item.title, quote=False)}</b></a><br>'
        f'<font size="2">{escape(item.description or "", quote=False)}</font><br><br></td></tr>\n'
        for item in listed
    )
    return parts.shell(HOME, title=title, main=f'<h2>Au sommaire</h2>\n<table border="0">\n{rows}</table>\n')


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    return parts.shell(HOME, title=f"{HOME.name} : {title}", main=f"<h2>{escape(title)}</h2>{text}\n")


def _block(block: markup.Block) -> str:
    text = markup.inline(block.lines[0])
    return f"<b>{text}</b>" if block.kind == "subhead" else text
