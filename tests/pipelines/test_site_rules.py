"""A site's exceptions are data, and they expire."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.process import process
from storage.records import Article, Page, SiteRules

TEXT = "The harbour master said on Monday that the new wall would be finished before the winter storms arrive. "
HTML = f"""<html lang="en"><head><title>Wall | The Paper</title><meta property="og:title" content="Wall"></head>
<body><article><h1>Wall</h1><p class="odd">Wall to be finished early</p>
{"".join(f"<p>{TEXT}{number}</p>" for number in range(8))}</article></body></html>"""


def read(rules: SiteRules, day: dt.date) -> Article:
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    result = process(Page(url="http://paper.test/wall", body=HTML.encode(), fetched_at=moment, site=rules))
    assert isinstance(result, Article)
    return result


@pytest.mark.parametrize(
    ("day", "title", "expired"),
    [
        pytest.param(dt.date(2026, 5, 31), "Wall to be finished early", False, id="before the last day"),
        pytest.param(dt.date(2026, 6, 1), "Wall to be finished early", False, id="on the last day"),
        pytest.param(dt.date(2026, 6, 2), "Wall", True, id="after the last day"),
    ],
)
def test_selectors_are_used_until_their_last_day(day: dt.date, title: str, expired: bool) -> None:
    rules = SiteRules(name="paper", title=(".odd",), valid_until=dt.date(2026, 6, 1))
    article = read(rules, day)
    assert article.title == title
    assert ("selector_expired" in article.warnings) is expired


def test_time_zone_and_language_do_not_expire() -> None:
    rules = SiteRules(name="paper", timezone="Europe/Oslo", title=(".odd",), valid_until=dt.date(2026, 6, 1))
    later = rules.in_force(dt.date(2027, 1, 1))
    assert (later.timezone, later.title) == ("Europe/Oslo", ())


def test_a_selector_that_finds_nothing_warns() -> None:
    article = read(SiteRules(name="paper", title=(".gone",)), dt.date(2026, 5, 1))
    assert article.title == "Wall"
    assert "selector_unmatched:title" in article.warnings


def test_a_selector_may_ask_for_an_id() -> None:
    # XPath's id() asks the parser's index of ids, which pages without selectors are not given.
    html = HTML.replace('class="odd"', 'id="odd"')
    assert outcome(html, title=('id("odd")',)).title == "Wall to be finished early"


DATED = HTML.replace(
    "<h1>", '<meta name="made" content="2024-06-17T10:00:00+02:00"><span class="day">17 June 2024</span><h1>'
)


def outcome(html: str, url: str = "http://paper.test/wall", **rules: tuple[str, ...]) -> Article:
    page = Page(url=url, body=html.encode(), fetched_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC), site=rules_of(**rules))
    result = process(page)
    assert isinstance(result, Article), result
    return result


def rules_of(**rules: tuple[str, ...]) -> SiteRules:
    return SiteRules(name="paper", **rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selector", "title"),
    [
        pytest.param('//meta[@property="og:title"]/@content', "Wall", id="an attribute"),
        pytest.param('//p[@class="odd"]/text()', "Wall to be finished early", id="a text"),
        pytest.param('string(//p[@class="odd"])', "Wall to be finished early", id="a function"),
    ],
)
def test_an_xpath_may_find_a_text(selector: str, title: str) -> None:
    article = outcome(HTML, title=(selector,))
    assert (article.title, article.warnings) == (title, ("no_date",))


@pytest.mark.parametrize(
    ("selector", "instant"),
    [
        pytest.param(".day", None, id="an element"),
        pytest.param("//meta[@name='made']/@content", dt.datetime(2024, 6, 17, 8, tzinfo=dt.UTC), id="an attribute"),
        pytest.param("string(//span[@class='day'])", None, id="a function"),
    ],
)
def test_a_configured_date_is_before_all_others(selector: str, instant: dt.datetime | None) -> None:
    linked = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2020-01-01"}</script><body>'
    html = DATED.replace("<body>", linked)
    article = outcome(html, "http://paper.test/2020/01/01/wall", date=(selector,))
    assert (article.date, article.date_published) == (dt.date(2024, 6, 17), instant)


@pytest.mark.parametrize(
    ("selector", "warning"),
    [
        pytest.param("h1", "selector_unreadable:date", id="matched and no date"),
        pytest.param(".gone", "selector_unmatched:date", id="not matched"),
    ],
)
def test_a_date_selector_that_brings_no_date_warns(selector: str, warning: str) -> None:
    assert warning in outcome(DATED, date=(selector,)).warnings


def test_a_body_selector_that_matches_an_empty_element_is_unmatched() -> None:
    article = outcome(
        HTML.replace("<article>", '<div class="text"> <img src="/a.png"></div><article>'), body=(".text",)
    )
    assert "selector_unmatched:body" in article.warnings
    assert f"{TEXT}7".strip() in article.body


def test_a_match_inside_a_match_is_read_once() -> None:
    nested = HTML.replace("<article>", '<div class="box"><article class="box">').replace(
        "</article>", "</article></div>"
    )
    paragraphs = outcome(nested, body=(".box",)).body.split("\n\n")
    assert len(paragraphs) == len(set(paragraphs)) == 9


def test_bullets_of_a_box_leave_its_label_out() -> None:
    box = (
        '<div class="box"><h3>Key points</h3><ul><li>The wall is finished early.</li>'
        "<li>The winter storms are late.</li></ul></div><p class"
    )
    article = outcome(HTML.replace("<p class", box, 1), bullets=(".box",))
    assert article.bullets == ("The wall is finished early.", "The winter storms are late.")
    assert "Key points" not in article.body
