"""The German daily: microdata, a box "Das Wichtigste in Kürze", a consent wall."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.demo import parts, words
from crawler.demo.model import DemoArticle
from crawler.demo.papers import paper

HOME = paper("hohenlau")
CONSENT = """<main class="zustimmung"><h1>Ihre Privatsphäre ist uns wichtig</h1>
<p>Wir und unsere 214 Partner verarbeiten Daten, um Inhalte und Anzeigen auf Sie zuzuschneiden, Reichweiten zu messen
und unsere Angebote zu verbessern. Dafür setzen wir Cookies und ähnliche Techniken ein.</p>
<p>Mit einem Klick auf „Zustimmen und weiter“ willigen Sie ein. Sie können Ihre Einwilligung jederzeit in den
Einstellungen widerrufen.</p>
<p><button type="button">Zustimmen und weiter</button> <a href="/privacy">Einstellungen</a>
<a href="/subscribe">Mit Abo ohne Werbung lesen</a></p></main>
"""
"""The consent wall: all that a reader without the cookie is shown."""


def article(article: DemoArticle) -> str:
    """The page of an article."""
    modified = ""
    if article.modified:
        moment = f"{words.day(article.modified.date(), 'de')}, {words.clock(article.modified, 'de')}"
        iso = article.modified.isoformat()
        modified = f' · aktualisiert: <time itemprop="dateModified" datetime="{iso}">{moment} Uhr</time>'
    box = ""
    if article.bullets:
        items = parts.bullet_list(article)
        box = f'<div class="kurz"><h3 class="kurz__titel">Das Wichtigste in Kürze</h3>{items}</div>\n'
    main = parts.fill(
        "hohenlau_article",
        title=escape(article.title, quote=False),
        section=escape(article.section or ""),
        description=escape(article.description or "", quote=False),
        byline=escape(words.people(article.authors, "und")),
        published_iso=parts.local_iso(article) or article.date.isoformat(),
        published_words=parts.date_line(article),
        modified=modified,
        figure=parts.lead_figure(article, "Foto: "),
        bullets=box,
        body=parts.body_html(article, {}, "Foto: "),
        url=escape(article.url),
        path=article.path,
        related=parts.links(parts.neighbours(article, 3)),
        name=HOME.name,
    )
    head = parts.canonical(article) + parts.meta(
        [("og:type", "article"), ("og:title", f"{article.title} - {HOME.name}"), ("og:image", article.image_url)]
    )
    return parts.shell(HOME, title=f"{article.title} - {HOME.name}", head=head, main=main)


def front(title: str, listed: Sequence[DemoArticle]) -> str:
    """The front page, or a section."""
    teasers = "".join(parts.teaser(item) for item in listed)
    main = f'<main class="uebersicht"><h1>{escape(title)}</h1>\n{teasers}</main>\n'
    return parts.shell(HOME, title=f"{title} - {HOME.name}", main=main)


def plain(title: str, text: str) -> str:
    """A page of the house that is no article: ``text`` is HTML."""
    main = f'<main class="uebersicht"><h1>{escape(title)}</h1>{text}</main>\n'
    return parts.shell(HOME, title=f"{title} - {HOME.name}", main=main)
