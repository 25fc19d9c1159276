"""Invented pages for the rules of quality and access."""

from __future__ import annotations

import datetime as dt
import json

from storage.records import Page

FETCHED = dt.datetime(2025, 7, 1, 12, tzinfo=dt.UTC)
SENTENCES = (
    "The ferry left the upper quay four minutes late on Tuesday, as it has done every Tuesday since the spring.",
    "Its captain says that the delay is deliberate, and that the passengers of the second bus would be lost.",
    "The harbour office keeps a ledger of such delays, bound in green cloth, which anybody may ask to see at the desk.",
    "In forty years nobody has asked, the clerk said, and turned the book round so that the columns could be read.",
    "A petition for a new timetable gathered nine names last winter, three of them in the same careful handwriting.",
    "The council will take up the question in the autumn, between the matter of the bell and the matter of the dog.",
)
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
NAMES = (
    "Harbour ledger shows forty years of patient delays",
    "Council weighs the matter of the bell once more",
    "Nine names on a petition, three in one hand",
    "Clerk turns the green book round for a visitor",
    "Second bus would be lost without the late ferry",
    "Captain defends four minutes on a Tuesday morning",
    "Upper quay to be painted in the colour of slate",
    "School on the far island counts eleven children",
    "Swing bridge opens by hand for a load of hay",
    "Lighthouse keeper hired to talk to the sea again",
)


def page(
    body: str,
    *,
    url: str = "https://paper.example/harbour/2025/06/12/ferry-leaves-late-20250612",
    title: str = "Ferry leaves late, on purpose",
    head: str = "",
    attributes: str = "",
    content_type: str = "text/html; charset=utf-8",
    status: int = 200,
) -> Page:
    html = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body {attributes}>{body}</body></html>"
    )
    headers = (("Content-Type", content_type),)
    return Page(url=url, body=html.encode(), fetched_at=FETCHED, headers=headers, status=status)


def article(title: str = "Ferry leaves late, on purpose", text: str = TEXT, extra: str = "") -> str:
    return (
        f'<main><article><h1>{title}</h1><time datetime="2025-06-12">12 June 2025</time>{text}</article>{extra}</main>'
    )


def linked_data(kind: str = "NewsArticle", **more: object) -> str:
    value = {"@context": "https://schema.org", "@type": kind, **more}
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def declared(title: str = "Ferry leaves late, on purpose", **more: object) -> str:
    return linked_data(headline=title, datePublished="2025-06-12T08:00:00+01:00", **more)


def teasers(count: int = 8, text: bool = True) -> str:
    """A list of linked headlines, each with a line below it."""
    items = []
    for number in range(count):
        line = f"<p>{SENTENCES[number % len(SENTENCES)]}</p>" if text else ""
        items.append(f'<div class="card"><h2><a href="/n/{number}">{NAMES[number % len(NAMES)]}</a></h2>{line}</div>')
    return "".join(items)


def menu() -> str:
    return "<nav><ul><li><a href='/world'>World</a></li><li><a href='/harbour'>Harbour</a></li></ul></nav>"
