"""The days that an address speaks of."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.paging import is_archive, next_page
from crawler.discovery.periods import Period, of_article, of_list


def days(first: str, last: str | None = None) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))


MARCH = days("2019-03-01", "2019-03-31")
YEAR = days("2019-01-01", "2019-12-31")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2019/", YEAR),
        ("/2019/03/", MARCH),
        ("/2019/3/", MARCH),
        ("/2019/mar/", MARCH),
        ("/2019/march/07/", days("2019-03-07")),
        ("/2019/03/07/", days("2019-03-07")),
        ("/2019/0307/", days("2019-03-07")),
        ("/archive/2019-03-07", days("2019-03-07")),
        ("/archive/2019-03", MARCH),
        ("/archiv/20190307.html", days("2019-03-07")),
        ("/sitemap-2019-03.xml", MARCH),
        ("/sitemap_201903.xml.gz", MARCH),
        ("/sitemap-posttype-post.2019.xml", YEAR),
        ("/sitemap.xml?yyyy=2019&mm=03&dd=07", days("2019-03-07")),
        ("/sitemap.xml?year=2019", YEAR),
        ("/archive?date=2019-03-07", days("2019-03-07")),
        ("/?m=201903", MARCH),
        ("/2019/03/page/4/", MARCH),
        ("/2019/02/30/", days("2019-02-01", "2019-02-28")),
        ("/2019/13/", YEAR),
        ("/sitemap-12.xml", None),
        ("/article-120190307", None),
        ("/?p=20190", None),
        ("/", None),
    ],
)
def test_what_a_list_covers(path: str, expected: Period | None) -> None:
    assert of_list(f"http://paper.test{path}") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2019/03/07/the-harbour-freezes", days("2019-03-07")),
        ("/world/2019/mar/07/the-harbour-freezes", days("2019-03-07")),
        ("/2019/03/the-harbour-freezes", MARCH),
        ("/2019/the-harbour-freezes", YEAR),
        ("/news/20190307-the-harbour", days("2019-03-07")),
        ("/news/what-we-learned-in-2019", None),
        ("/news/budget-2019-2020-passes", None),
        ("/news/a-4711201903", None),
    ],
)
def test_when_an_article_appeared(path: str, expected: Period | None) -> None:
    assert of_article(f"http://paper.test{path}") == expected


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/news/", ["/news/page/3/", "/news/page/2/"], "/news/page/2/"),
        ("/news/page/2/", ["/news/page/1/", "/news/page/3/"], "/news/page/3/"),
        ("/news", ["/news?page=2"], "/news?page=2"),
        ("/news?tag=a&page=2", ["/news?page=3", "/news?page=3&tag=a"], "/news?page=3&tag=a"),
        ("/news?page=2", ["/sport?page=3"], None),
        ("/news?page=9", ["/news?page=9", "/news?page=1"], None),
        ("/news?p=4711", ["/news?p=4712"], None),
    ],
)
def test_the_next_page_of_a_list(url: str, links: list[str], expected: str | None) -> None:
    host = "http://paper.test"
    found = next_page(host + url, [host + link for link in links])
    assert found == (host + expected if expected else None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/archiv/", True),
        ("/2019/03/", True),
        ("/2019/mar/07", True),
        ("/archive/2019-03-07.html", True),
        ("/2019/03/page/2/", True),
        ("/calendar?date=2019-03-07", True),
        ("/news/archive.html", True),
        ("/2019/03/07/harbour", False),
        ("/2019/03/07/4711", False),
        ("/politics/", False),
        ("/", False),
    ],
)
def test_what_leads_into_an_archive(path: str, expected: bool) -> None:
    assert is_archive(f"http://paper.test{path}") is expected


@given(st.text())
def test_no_address_is_too_odd(url: str) -> None:
    for candidate in (url, f"http://paper.test/{url}", f"http://[{url}"):
        of_article(candidate)
        is_archive(candidate)
        next_page(candidate, [candidate])
        found = of_list(candidate)
        assert found is None or found.first <= found.last
