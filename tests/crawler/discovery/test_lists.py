"""What a page says beside its articles: when each appeared, where the list goes on, where older lists stand."""

from __future__ import annotations

import datetime as dt

from crawler.discovery import discover

URL = "http://paper.test/news/"
PAGE = """<html lang="en"><body>
<nav><a href="/politics/">Politics</a> <a href="/world/asia">Asia</a> <a href="/login">Sign in</a>
<a href="/video/">Video</a> <a href="/archive/">Archive</a> <a href="/2019/">2019</a> <a href="/2019/03/">March</a>
<a href="http://other.test/2019/">Elsewhere</a></nav>
<ul>
<li><article><h2><a href="/news/the-harbour-freezes-over-4711001">The harbour freezes over</a></h2>
  <div><p><time datetime="2019-03-07T10:00:00+01:00">7 March</time></p></div></article></li>
<li><article><h2><a href="/news/the-ferry-waits-for-spring-4711002">The ferry waits for spring</a></h2>
  <time datetime="2019-03-06">6 March</time></article></li>
<li><a href="/news/nobody-says-when-this-was-4711003">Nobody says when this was</a></li>
</ul>
<a href="/news/page/2/">Older</a>
</body></html>"""


def test_each_article_gets_the_time_of_its_own_teaser() -> None:
    links = discover(PAGE.encode(), url=URL).links
    dates = {link.url.rpartition("-")[2]: link.date for link in links}
    zone = dt.timezone(dt.timedelta(hours=1))
    assert dates == {
        "4711001": dt.datetime(2019, 3, 7, 10, tzinfo=zone),
        "4711002": dt.datetime(2019, 3, 6),  # noqa: DTZ001 - a day without a zone
        "4711003": None,
    }


def test_the_list_goes_on() -> None:
    assert discover(PAGE.encode(), url=URL).next == "http://paper.test/news/page/2/"


def test_older_lists_and_sections_of_the_same_host() -> None:
    found = discover(PAGE.encode(), url=URL)
    assert found.archives == tuple(f"http://paper.test{path}" for path in ("/archive/", "/2019/", "/2019/03/"))
    assert found.sections == ("http://paper.test/politics/", "http://paper.test/world/asia")


def test_a_time_around_a_whole_page_dates_nothing() -> None:
    links = "".join(
        f'<a href="/news/one-of-many-long-stories-47110{n:02}">One of many long stories</a>' for n in range(9)
    )
    page = f'<html><body><div><time datetime="2019-03-07">Today</time>{links}</div></body></html>'
    assert {link.date for link in discover(page.encode(), url=URL).links} == {None}


def test_an_archived_feed_names_the_one_before() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="prev-archive" href="/feed/2019-02.xml"/>
    <entry><title>t</title><link href="/a"/></entry></feed>"""
    assert discover(feed.encode(), url="http://paper.test/feed/").next == "http://paper.test/feed/2019-02.xml"
