"""The articles' data: what issue and documentation promise of them, and that the pages carry it."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest

from crawler.demo import PAPERS, SHOWCASE_URL, DemoArticle, articles, rendered_articles
from crawler.demo.model import read_article

ARTICLES = articles()
_TAGS = re.compile(r"<[^>]*>")


def _ids(article: DemoArticle) -> str:
    return f"{article.paper}:{article.slug[:30]}"


def _text(page: str) -> str:
    return html.unescape(_TAGS.sub("", page))


def test_the_landscape_is_wide_enough() -> None:
    assert len(ARTICLES) >= 18
    languages = {article.language.split("-")[0] for article in ARTICLES}
    assert {"en", "de", "fr", "es", "ja"} < languages
    assert languages & {"el", "ru", "ar", "ko"}
    assert {article.charset for article in ARTICLES} == {"utf-8", "windows-1252", "shift_jis"}
    assert {article.kind for article in ARTICLES} == {"news", "opinion", "liveblog"}
    assert {article.access for article in ARTICLES} == {"free", "paywalled"}
    assert sum(len(article.bullets) == 3 for article in ARTICLES) >= 7
    assert {article.paper for article in ARTICLES} == {paper.key for paper in PAPERS}


def test_newest_first_and_each_address_once() -> None:
    assert [a.instant for a in ARTICLES] == sorted((a.instant for a in ARTICLES), reverse=True)
    assert len({a.url for a in ARTICLES}) == len(ARTICLES)
    assert len({(a.paper, a.title) for a in ARTICLES}) == len(ARTICLES)


def test_the_showcase_has_what_the_demo_shows() -> None:
    shown = next(article for article in ARTICLES if article.url == SHOWCASE_URL)
    assert (shown.date.year, shown.date.month) == (2025, 6)
    assert len(shown.bullets) == 3
    assert len(shown.body) >= 10
    assert "comments" in shown.traits


@pytest.mark.parametrize("article", ARTICLES, ids=_ids)
def test_the_truth_is_written_in_the_encoding_of_its_page(client, article: DemoArticle) -> None:
    answer = client.get(article.url)
    assert answer.status == 200
    text = _text(answer.body.decode(article.charset))
    for part in (article.title, *article.bullets, *article.body, *article.authors):
        assert part in text, part
    for row in article.tables:
        assert all(cell in text for cell in row)


@pytest.mark.parametrize("article", ARTICLES, ids=_ids)
def test_lengths_like_real_news(article: DemoArticle) -> None:
    shortest = 3 if article.access == "paywalled" else 5
    assert shortest <= len(article.body) <= 20
    assert all(16 <= len(bullet) <= 400 for bullet in article.bullets)
    assert len(article.bullets) in (0, 2, 3)
    assert not set(article.bullets) & set(article.body)


@pytest.mark.parametrize("article", [a for a in ARTICLES if a.published], ids=_ids)
def test_the_day_is_the_publishers(article: DemoArticle) -> None:
    assert article.published is not None
    assert article.published.utcoffset() is not None
    assert article.date == article.published.date()


def test_some_days_differ_from_the_day_in_utc() -> None:
    shifted = [a for a in ARTICLES if a.published and (a.published - a.published.utcoffset()).date() != a.date]
    assert {a.paper for a in shifted} >= {"hohenlau", "shiomi"}


def test_slugs_are_readable_and_hosts_their_papers() -> None:
    for article in (*ARTICLES, *rendered_articles()):
        assert urlsplit(article.url).hostname == article.home.host
        assert article.path == urlsplit(article.url).path


GOOD = 'paper = "courier"\npath = "/x"\ntitle = "T"\npublished = 2025-06-01T08:00:00+01:00\n'


@pytest.mark.parametrize(
    ("head", "message"),
    [
        pytest.param(GOOD.replace("title", "titel"), "title is missing", id="a key that is needed"),
        pytest.param(GOOD + 'colour = "red"\n', "unknown keys", id="a key that nobody knows"),
        pytest.param(GOOD + 'traits = ["purple"]\n', "purple", id="a trait that nobody knows"),
        pytest.param(GOOD + "bullets = 3\n", "no list of texts", id="a number for a list"),
        pytest.param(GOOD.replace("+01:00", ""), "no offset", id="an instant without its offset"),
        pytest.param(GOOD.replace('"T"', "1"), "title is no text", id="a number for a text"),
        pytest.param("paper = ", "a.txt", id="no TOML"),
    ],
)
def test_a_bad_article_file_is_named(head: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        read_article(f"+++\n{head}+++\nText.\n", "a.txt")
    assert str(caught.value).startswith("a.txt: ")
