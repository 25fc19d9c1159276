"""Who may read an article: what the page declares, weighed against what it shows."""

from __future__ import annotations

import pytest

from pipelines.fields import access as access_field
from pipelines.fields.body import Body
from pipelines.process import process
from storage.records import Article, Page
from tests.pipelines.quality_pages import SENTENCES, TEXT, article, declared, page

LONG = "".join(f"<p>{number}. {sentence}</p>" for number in range(6) for sentence in SENTENCES)
MIDDLE = "".join(f"<p>{number}. {sentence}</p>" for number in range(2) for sentence in SENTENCES)
WALL = '<div class="paywall"><h2>{}</h2><p>Three months for the price of one.</p></div>'
NEWSLETTER = "<aside class='newsletter'><p>Subscribe to read our letter from the quay every Tuesday.</p></aside>"


def tier(value: str) -> str:
    return f'<meta property="article:content_tier" content="{value}">'


CASES = [
    pytest.param(page(article()), "unknown", False, id="nothing-tells"),
    pytest.param(page(article(), head=declared(isAccessibleForFree=True)), "free", False, id="declared-free"),
    pytest.param(page(article(), head=declared(isAccessibleForFree=False)), "paywalled", True, id="declared-and-short"),
    pytest.param(
        page(article(text=LONG), head=declared(isAccessibleForFree=False)), "metered", False, id="declared-but-whole"
    ),
    pytest.param(
        page(article(text=MIDDLE), head=declared(isAccessibleForFree=False)),
        "metered",
        False,
        id="declared-but-ends-with-a-sentence",
    ),
    pytest.param(page(article(text=LONG), head=tier("metered")), "metered", False, id="tier-metered"),
    pytest.param(page(article(), head=tier("locked")), "paywalled", True, id="tier-locked"),
    pytest.param(page(article(), head=tier("free")), "free", False, id="tier-free"),
    pytest.param(page(article(), head=tier("sesame")), "unknown", False, id="tier-not-known"),
    pytest.param(
        page(article(extra=WALL.format("Subscribe to continue reading"))), "paywalled", True, id="wall-below-a-teaser"
    ),
    pytest.param(
        page(article(extra=WALL.format("Weiterlesen mit dem Digitalabo"))), "paywalled", True, id="wall-in-german"
    ),
    pytest.param(
        page(article(extra=WALL.format("La suite est réservée aux abonnés"))), "paywalled", True, id="wall-in-french"
    ),
    pytest.param(
        page(article(extra=WALL.format("この記事は有料会員限定です"))), "paywalled", True, id="wall-in-japanese"
    ),
    pytest.param(
        page(article(extra=WALL.format("Subscribe to continue reading")), head=declared(isAccessibleForFree=True)),
        "paywalled",
        True,
        id="wall-against-the-declaration",
    ),
    pytest.param(
        page(article(extra=WALL.format("Register for free to keep on"))), "registration", True, id="registration"
    ),
    pytest.param(
        page(article(extra=WALL.format("Register for free to read the full story"))), "registration", True, id="free"
    ),
    pytest.param(
        page(article(text=MIDDLE + "<p>Already a subscriber? Log in to read the full story.</p>")),
        "paywalled",
        True,
        id="offer-as-last-paragraph",
    ),
    pytest.param(
        page(article(text=MIDDLE + "<p>Sie möchten weiterlesen? Jetzt Abo abschließen.</p>")),
        "paywalled",
        True,
        id="offer-as-last-paragraph-in-german",
    ),
    pytest.param(
        page(article(text=MIDDLE), head=declared(wordCount=2000, isAccessibleForFree=True)),
        "free",
        False,
        id="declared-words-of-a-free-page",
    ),
    pytest.param(
        page(article(text=LONG, extra=WALL.format("Subscribe to continue reading"))),
        "unknown",
        False,
        id="an-offer-below-a-whole-text",
    ),
    pytest.param(page(article(extra=NEWSLETTER)), "unknown", False, id="a-newsletter-is-no-wall"),
    pytest.param(
        page(article(text=TEXT + "<p>Subscribe to continue reading, said a note that the clerk had written.</p>")),
        "unknown",
        False,
        id="an-article-that-quotes-a-wall",
    ),
    pytest.param(
        page(article(text=f"{TEXT}<p>The rest of the ledger shows that the</p>"), head=declared(wordCount=900)),
        "unknown",
        True,
        id="fewer-words-than-declared-and-no-end",
    ),
]


@pytest.mark.parametrize(("given_page", "access", "truncated"), CASES)
def test_access(given_page: Page, access: str, truncated: bool) -> None:
    got = process(given_page)
    assert isinstance(got, Article), got
    assert got.access == access
    assert ("truncated" in got.warnings) is truncated


@pytest.mark.parametrize(
    "last",
    [
        "Further reading: Ada Quill, To read the full harbour, Ellery Press, 2024.",
        "The council asked every member to come on Tuesday.",
    ],
)
def test_a_last_paragraph_that_offers_nothing_stays(last: str) -> None:
    body = Body(paragraphs=("The first paragraph of the story.", last))
    assert access_field.part(body) == (body, None)
