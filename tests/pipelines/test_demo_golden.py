"""The demo newspapers' pages against the truth that they were made from: a golden case per field and refusal."""

from __future__ import annotations

import datetime as dt

import pytest

from crawler.demo import DemoArticle, DemoServer, articles, no_articles, rendered_articles
from crawler.demo.forms import FORMS, PARAGRAPHS, KeyPointForm
from crawler.demo.specials import NoArticle
from pipelines.process import process
from storage.records import Article, Page, Rejection, SiteRules

ARTICLES = articles()
REFUSED = [page for page in no_articles() if page.kind != "disallowed"]
REASONS = {
    "consent": "consent_wall",
    "front": "front_page",
    "javascript": "needs_javascript",
    "page": "no_article",
    "search": "search_page",
    "section": "section_page",
    "soft-404": "soft_404",
    "video": "video_only",
}
# The sections of a paper in several languages are its editions' front pages; one section has two lines of text.
BY_URL = {
    **{f"http://meridian.test/{language}/": "front_page" for language in ("es", "el", "ru", "ar")},
    "http://hohenlau.test/wissen/": "too_short",
}
PUBLISHERS = {
    "courier": "The Port Ellery Courier",
    "meridian": "Meridian Dispatch",
    "saltmarsh": "Saltmarsh Ledger",
}
# What stands on the page without any mark that names it.
UNMARKED = {
    ("tags", "hohenlaus-rathausuhr-geht-wieder-nach-sonnenzeit-1043871"),
    ("description", "le-pont-de-saint-aubry-rouvre-aux-pietons"),
    ("description", "la-cigogne-du-clocher-obtient-un-sursis"),
}
FIELDS = [
    pytest.param(
        truth,
        field,
        marks=[pytest.mark.xfail(strict=True, reason="nothing names it")] if (field, truth.slug) in UNMARKED else [],
        id=f"{truth.paper}-{truth.slug}-{field}",
    )
    for truth in ARTICLES
    for field in ("section", "description", "tags", "image_url", "image_caption")
]
FETCHED = dt.datetime(2025, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server() -> DemoServer:
    """The papers; not listening, for nothing is asked over the wire here."""
    return DemoServer()


def page_at(server: DemoServer, url: str, timezone: str | None = None) -> Page:
    try:
        resource = server.resource(url)
    except KeyError:
        # As the server answers: a query that has nothing of its own leads to the path.
        resource = server.resource(url.partition("?")[0])
    return Page(
        url=url,
        body=resource.body,
        fetched_at=FETCHED,
        headers=(("Content-Type", resource.content_type), *resource.headers),
        site=SiteRules(name="demo", timezone=timezone),
    )


def read(server: DemoServer, truth: DemoArticle) -> Article:
    result = process(page_at(server, truth.url))
    assert isinstance(result, Article), result
    return result


def named(truth: DemoArticle) -> str:
    return f"{truth.paper}-{truth.slug}"


def fold(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_title(server: DemoServer, truth: DemoArticle) -> None:
    assert read(server, truth).title == truth.title


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_day(server: DemoServer, truth: DemoArticle) -> None:
    assert read(server, truth).date == truth.date


@pytest.mark.parametrize("truth", [one for one in ARTICLES if one.published], ids=named)
def test_instant(server: DemoServer, truth: DemoArticle) -> None:
    got = read(server, truth)
    if "naive-time" in truth.traits:
        assert got.date_published is None
        assert "naive_time" in got.warnings
        placed = process(page_at(server, truth.url, truth.home.timezone))
        assert isinstance(placed, Article)
        assert placed.date_published == truth.published
    else:
        assert got.date_published == truth.published


@pytest.mark.parametrize("truth", [one for one in ARTICLES if one.modified], ids=named)
def test_modified(server: DemoServer, truth: DemoArticle) -> None:
    assert read(server, truth).date_modified == truth.modified


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_bullets(server: DemoServer, truth: DemoArticle) -> None:
    got = read(server, truth)
    assert got.bullets == truth.bullets
    assert not [bullet for bullet in truth.bullets if bullet in got.body]


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_body(server: DemoServer, truth: DemoArticle) -> None:
    got = [fold(paragraph) for paragraph in read(server, truth).body.split("\n\n")]
    cells = {fold(cell) for row in truth.tables for cell in row}
    rows = {fold(" ".join(row)) for row in truth.tables}
    want = [fold(paragraph) for paragraph in truth.body]
    assert [paragraph for paragraph in want if paragraph not in got] == []
    extra = [paragraph for paragraph in got if paragraph not in want and paragraph not in cells | rows]
    assert [paragraph for paragraph in extra if not any(cell in paragraph for cell in cells)] == []


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_authors(server: DemoServer, truth: DemoArticle) -> None:
    assert read(server, truth).authors == truth.authors


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_language(server: DemoServer, truth: DemoArticle) -> None:
    got = read(server, truth).language
    assert got is not None
    assert got.partition("-")[0] == truth.language.partition("-")[0]


@pytest.mark.parametrize("truth", [one for one in ARTICLES if one.access == "paywalled"], ids=named)
def test_access(server: DemoServer, truth: DemoArticle) -> None:
    got = read(server, truth)
    assert got.access == "paywalled"
    assert "truncated" in got.warnings


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_kind(server: DemoServer, truth: DemoArticle) -> None:
    body = page_at(server, truth.url).body
    declared = b"NewsArticle" in body or b"og:type" in body
    assert read(server, truth).kind == (truth.kind if declared else "unknown")


@pytest.mark.parametrize(("truth", "field"), FIELDS)
def test_other_fields(server: DemoServer, truth: DemoArticle, field: str) -> None:
    assert getattr(read(server, truth), field) == getattr(truth, field)


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_publisher(server: DemoServer, truth: DemoArticle) -> None:
    assert read(server, truth).publisher == PUBLISHERS.get(truth.paper)


@pytest.mark.parametrize("truth", ARTICLES, ids=named)
def test_canonical_address(server: DemoServer, truth: DemoArticle) -> None:
    got = read(server, truth)
    original = got.declared_canonical or got.canonical_url
    assert original == truth.canonical_url
    assert (got.declared_canonical is None) is (f"//{truth.paper}." in original)


@pytest.mark.parametrize("page", REFUSED, ids=lambda page: page.url.removeprefix("http://"))
def test_refusals(server: DemoServer, page: NoArticle) -> None:
    got = process(page_at(server, page.url))
    assert isinstance(got, Rejection), f"taken for an article: {got.title}"
    assert got.reason == BY_URL.get(page.url, REASONS[page.kind])


@pytest.mark.parametrize("truth", rendered_articles(), ids=named)
def test_an_empty_shell_says_what_it_needs(server: DemoServer, truth: DemoArticle) -> None:
    got = process(page_at(server, truth.url))
    assert isinstance(got, Rejection)
    assert got.reason == "needs_javascript"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_key_points_in_every_form(server: DemoServer, form: KeyPointForm) -> None:
    got = process(page_at(server, form.url))
    assert isinstance(got, Article), got
    assert got.bullets == form.bullets
    body = [fold(paragraph) for paragraph in got.body.split("\n\n")]
    assert [paragraph for paragraph in PARAGRAPHS if paragraph not in body] == []
    assert not [bullet for bullet in form.bullets if bullet in got.body]
