"""Which links look like articles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import looks_like_article

HOST = "https://www.courier.test"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("/2026/11/21/harbour-and-town-agree/", "", id="date and slug"),
        pytest.param("/2026/11/21/ferry", "", id="date and one word"),
        pytest.param("/2026/nov/21/ferry", "", id="month by name"),
        pytest.param("/20261121/ferry.html", "", id="date without slashes"),
        pytest.param("/blog/2026/11/ferry/", "", id="month and one word"),
        pytest.param("/politics/council-votes-on-the-new-bridge", "", id="long slug"),
        pytest.param("/politics/council_votes_on_the_new_bridge.html", "", id="underscores"),
        pytest.param("/Council-Votes-On-New-Bridge-14847854.php", "", id="slug with number"),
        pytest.param("/politics/council-votes-on-the-new-bridge/amp", "", id="something behind the slug"),
        pytest.param("/council-votes-on-the-new-bridge/view/112898501.cms", "", id="number behind the slug"),
        pytest.param("/news/uk-50470672", "", id="number of eight digits"),
        pytest.param("/doc/7715044", "", id="number alone"),
        pytest.param("/articles/clyrn8zyrp9o", "", id="code"),
        pytest.param("/archives/2562", "", id="short number in an archive"),
        pytest.param("/article/A2026012914320005196", "", id="long code"),
        pytest.param("/sport/2026/11/21/65438757e85ece1f5b8b45ba.html", "", id="hexadecimal"),
        pytest.param("/news.php?newsid=648628", "Ferry line to the islands returns", id="number in the query"),
        pytest.param("/?p=4711", "Ferry line to the islands returns", id="number at the root"),
        pytest.param("/news?idx=8576&page=1", "Ferry line to the islands returns", id="number and page"),
        pytest.param(
            "/%E6%B8%AF%E3%81%AE%E7%A5%AD%E3%82%8A%E3%81%8C%E5%A7%8B%E3%81%BE%E3%82%8B", "", id="Japanese slug"
        ),
        pytest.param(
            "/authors/a-writer/why-the-ferry-to-the-islands-matters", "Why the ferry matters to us all", id="author"
        ),
        pytest.param(
            "/sea/ferry-returns", "The ferry to the islands returns in the spring, say owners", id="long text"
        ),
        pytest.param("/sea/ferry-returns", "フェリー航路が来年の春に再開へ、島民ら歓迎", id="text without blanks"),
    ],
)
def test_articles(path: str, text: str) -> None:
    assert looks_like_article(HOST + path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("", "Courier", id="root"),
        pytest.param("/", "The Courier: news from the harbour and the town", id="root with a long text"),
        pytest.param("/de/", "Deutsch", id="language"),
        pytest.param("/politics", "Politics", id="section"),
        pytest.param("/sport/football/", "Football", id="section in a section"),
        pytest.param("/life-and-style", "Life and style", id="section of three words"),
        pytest.param("/2026/11/21/", "21 November 2026", id="archive of a day"),
        pytest.param("/2026/11", "November 2026", id="archive of a month"),
        pytest.param("/2026/", "2026", id="archive of a year"),
        pytest.param("/tag/harbour-and-town", "Harbour and town", id="tag"),
        pytest.param("/schlagwort/hafen-11041", "Hafen", id="tag with a number"),
        pytest.param("/author/a-good-writer", "A Good Writer", id="author"),
        pytest.param("/category/travel/by-sea", "By sea", id="category"),
        pytest.param("/topics/the-new-bridge", "The new bridge", id="topic"),
        pytest.param("/politics/page/2", "2", id="pagination"),
        pytest.param("/politics?page=2", "Next", id="pagination in the query"),
        pytest.param("/2026/11/21/harbour-and-town-agree?share=mail", "Mail", id="share"),
        pytest.param("/2026/11/21/harbour-and-town-agree?replytocom=12", "Reply", id="reply"),
        pytest.param("/search?q=harbour", "harbour", id="search"),
        pytest.param("/login?next=/2026/11/21/harbour-and-town-agree", "Log in", id="login"),
        pytest.param("/subscribe/offers-for-readers-of-the-courier", "See all offers for our readers", id="offer"),
        pytest.param("/wp-content/uploads/2026/11/crane.jpg", "", id="picture"),
        pytest.param("/2026/11/21/harbour-and-town-agree.pdf", "Download", id="document"),
        pytest.param("/2026/11/21/harbour-and-town-agree/feed", "RSS", id="feed"),
        pytest.param("/datenschutz-und-cookies", "Datenschutz", id="privacy"),
        pytest.param("/service/newsletter-12345678.html", "Newsletter", id="newsletter with a number"),
        pytest.param("/impressum.html", "Impressum", id="imprint"),
        pytest.param("/about-us/the-people-behind-the-courier", "The people behind the Courier", id="about"),
    ],
)
def test_navigation(path: str, text: str) -> None:
    assert not looks_like_article(HOST + path, text)


@pytest.mark.parametrize("url", ["http://[::1", "", "not a URL", HOST + "/a?" + "&".join("b=1" for _ in range(200))])
def test_no_url_is_no_article(url: str) -> None:
    assert not looks_like_article(url)


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_any_text_has_an_answer(path: str, text: str) -> None:
    assert looks_like_article(f"{HOST}/{path}", text) in (True, False)
