"""The headline, freed of what stands around it."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.candidates import Choice
from pipelines.document import Document, read
from pipelines.fields.title import choose
from storage.records import Announcement, Page, SiteRules

NOW = dt.datetime(2024, 6, 17, 12, tzinfo=dt.UTC)
URL = "https://www.harbourcourier.example/news/old-bridge-reopens-after-six-years"
HEADLINE = "Old bridge reopens after six years"


def title(
    html: str, url: str = URL, site: SiteRules | None = None, announcement: Announcement | None = None
) -> Choice[str]:
    page = Page(url=url, body=html.encode(), fetched_at=NOW, site=site, announcement=announcement)
    document = read(page)
    assert isinstance(document, Document)
    return choose(document)


def og(text: str) -> str:
    return f'<meta property="og:title" content="{text}">'


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{text}"}}</script>'


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEADLINE} | Harbour Courier",
        f"{HEADLINE} - Harbour Courier",
        f"{HEADLINE} – World – Harbour Courier",
        f"{HEADLINE} | News | harbourcourier.example",
        f"{HEADLINE} · Harbour Courier",
        f"{HEADLINE} : Harbour Courier",
        f"{HEADLINE} - Harbour Courier - 17.06.2024",
        f"{HEADLINE} | The Harbour Courier",
        f"{HEADLINE} | HC",
        f"Harbour Courier | {HEADLINE}",
        f"{HEADLINE}｜Harbour Courier",
        f"{HEADLINE}--Harbour Courier",
    ],
)
def test_the_site_s_name_is_taken_off(raw: str) -> None:
    assert title(f'<meta property="og:site_name" content="Harbour Courier"><title>{raw}</title><p>x').value == HEADLINE


@pytest.mark.parametrize(
    "headline",
    [
        "Storm - what we know",
        "Harbour: a love story",
        "Votes | a poem in three parts",
        "One-way street",
        "Who pays? Towns - and their mayors - disagree",
        "“Never again” – the diary of a ferryman",
        "Tom & Jerry’s café",
        "Up 3 - down 2: the week in numbers",
    ],
)
def test_a_headline_with_marks_in_it_stays_whole(headline: str) -> None:
    assert title(f"<title>{headline}</title><h1>{headline}</h1><p>x").value == headline
    assert title(f"<title>{headline} | Harbour Courier</title><h1>{headline}</h1><p>x").value == headline


@pytest.mark.parametrize(
    ("html", "expected", "why"),
    [
        (og(HEADLINE) + ld(HEADLINE) + "<h1>Other</h1>", HEADLINE, "og:title agrees"),
        (
            og("Come and see") + ld(HEADLINE) + f"<title>Come and see</title><h1>{HEADLINE}</h1>",
            HEADLINE,
            "two and two",
        ),
        (og(HEADLINE) + ld("Bridge SEO") + "<title>Bridge SEO</title>", HEADLINE, "first in order"),
        (ld("Bridge SEO") + f"<title>{HEADLINE}</title><h1>{HEADLINE}</h1>", HEADLINE, "two against linked data"),
        ("<title>旧橋が六年ぶりに開通_Harbour Courier</title><p>x", "旧橋が六年ぶりに開通", "an underscore parts"),
        (og("Bridge is back") + f"<h1>{HEADLINE}: bridge is back</h1>", f"{HEADLINE}: bridge is back", "the heading"),
        (f"<h1>World {HEADLINE}</h1>" + og(HEADLINE), HEADLINE, "kicker before it"),
        (
            og("Old bridge reopens after") + '<title>Old bridge reopens after "six years"</title>',
            'Old bridge reopens after "six years"',
            "cut at a quote",
        ),
        (og("Old bridge reopens after s…") + f"<h1>{HEADLINE}</h1>", HEADLINE, "cut short"),
        (f"<h1>Harbour Courier</h1><h1>{HEADLINE}</h1>" + og(HEADLINE), HEADLINE, "the site's name is no headline"),
        (f"<nav><h1>Menu</h1></nav><h1>{HEADLINE}</h1>", HEADLINE, "navigation"),
        (f"<h2>{HEADLINE}</h2>", HEADLINE, "no h1"),
        (f"<h1><span>{HEADLINE[:10]}</span><span>{HEADLINE[11:]}</span></h1>", HEADLINE, "touching spans"),
        (f"<h1>{HEADLINE[:10]}<br>{HEADLINE[11:]}</h1>", HEADLINE, "line break"),
        (og("Old bridge &amp;amp; new road") + "<p>x", "Old bridge & new road", "entities twice"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 32 and " " in value and "<" not in value else "",
)
def test_which_statement_wins(html: str, expected: str, why: str) -> None:
    del why
    site = '<meta property="og:site_name" content="Harbour Courier">'
    assert title(site + html).value == expected


def test_a_configured_selector_comes_first() -> None:
    rules = SiteRules(name="courier", title=(".gone", "p.head"))
    choice = title(f"<title>x</title><h1>Wrong</h1><p class=head>{HEADLINE}</p>", site=rules)
    assert choice.value == HEADLINE
    assert choice.winner is not None
    assert choice.winner.source == "selector"


def test_a_selector_that_matches_nothing_is_a_warning() -> None:
    choice = title(f"<h1>{HEADLINE}</h1>", site=SiteRules(name="courier", title=(".gone",)))
    assert choice.value == HEADLINE
    assert choice.warnings == ("selector_unmatched:title",)


def test_the_entrance_speaks_where_the_page_is_silent() -> None:
    announced = Announcement(entrance="https://x.example/feed", kind="feed", seen_at=NOW, title=f" {HEADLINE} ")
    choice = title("<p>No title at all</p>", announcement=announced)
    assert (choice.value, choice.warnings) == (HEADLINE, ("title_from_entrance",))


def test_the_address_speaks_last() -> None:
    choice = title("<p>No title at all</p>")
    assert (choice.value, choice.warnings) == ("Old bridge reopens after six years", ("title_from_url",))
    assert title("<p>x", url="https://x.example/").value is None
    assert title("<p>x", url="https://x.example/12345").value is None
