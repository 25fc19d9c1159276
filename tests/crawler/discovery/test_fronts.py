"""Front and section pages."""

from __future__ import annotations

import time

import pytest

from crawler.discovery import Discovery, Link, discover

URL = "https://www.courier.test/"
STORY = "/2026/11/21/harbour-and-town-agree"


def read(text: str | bytes, url: str = URL, content_type: str | None = "text/html") -> Discovery:
    return discover(text.encode() if isinstance(text, str) else text, url=url, content_type=content_type)


def test_a_front_page() -> None:
    found = read(
        f"""<!DOCTYPE html><html lang="en"><head><title>Courier</title>
<link rel="canonical" href="https://www.courier.test/2026/11/21/not-an-announcement-at-all">
<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="All">
<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="feed.atom">
<link rel="alternate" hreflang="de" href="/de/"><link rel="next" href="/?page=2"></head>
<body><nav><a href="/">Home</a><a href="/politics">Politics</a><a href="/tag/harbour">Harbour</a></nav>
<a href="{STORY}"><img src="a.jpg" alt="A crane above the harbour"></a>
<a href="{STORY}#comments" rel="nofollow">12</a>
<a href="{STORY}"><span>News</span><h2>Harbour and <em>town</em> agree</h2><p>After years of talks …</p></a>
<a href="/story/184467/" rel="nofollow ugc">Ferry line to the islands returns in spring</a>
<a href="/politics/council-votes-on-the-new-bridge-tonight.html" aria-label="Council votes on bridge"></a>
<a href="mailto:desk@courier.test">Write to us</a><a href="javascript:void(0)">More</a><a>no target</a>
</body></html>"""
    )
    assert (found.kind, found.language, found.reason) == ("front", "en", None)
    assert found.feeds == ("https://www.courier.test/feed.xml", "https://www.courier.test/feed.atom")
    assert found.next == "https://www.courier.test/?page=2"
    assert found.links == (
        Link(url=f"https://www.courier.test{STORY}", title="Harbour and town agree"),
        Link(
            url="https://www.courier.test/story/184467/",
            title="Ferry line to the islands returns in spring",
            nofollow=True,
        ),
        Link(
            url="https://www.courier.test/politics/council-votes-on-the-new-bridge-tonight.html",
            title="Council votes on bridge",
        ),
    )
    assert dict(found.dropped) == {"not_an_article": 2, "not_http": 2, "own_url": 1}


@pytest.mark.parametrize(
    ("anchors", "title"),
    [
        pytest.param(["<h3>Harbour and town agree</h3><p>Teaser</p>"], "Harbour and town agree", id="heading"),
        pytest.param(["Harbour <b>and</b>\n town agree"], "Harbour and town agree", id="text"),
        pytest.param(['<img alt="A crane">'], "A crane", id="picture"),
        pytest.param(["<script>var a = 1</script><style>a{}</style>Harbour"], "Harbour", id="script"),
        pytest.param(
            ['<img alt="A crane">', "Harbour and town agree"], "Harbour and town agree", id="text over picture"
        ),
        pytest.param(
            ["Read more", "<h2>Harbour and town agree</h2>"], "Harbour and town agree", id="heading over text"
        ),
        pytest.param(
            ["<h2>Harbour</h2>", "Harbour and town agree after all"], "Harbour", id="heading over longer text"
        ),
        pytest.param(["12 comments", "Harbour and town agree"], "Harbour and town agree", id="longer text"),
        pytest.param([""], None, id="nothing"),
    ],
)
def test_titles(anchors: list[str], title: str | None) -> None:
    found = read("<html><body>" + "".join(f'<a href="{STORY}">{inside}</a>' for inside in anchors))
    assert [link.title for link in found.links] == [title]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        pytest.param("/archive/", "https://www.courier.test/archive/2026/11/21/a-story-of-the-sea", id="path"),
        pytest.param(
            "https://www.courier.test/b/", "https://www.courier.test/b/2026/11/21/a-story-of-the-sea", id="same host"
        ),
        pytest.param("https://evil.test/", "https://www.courier.test/2026/11/21/a-story-of-the-sea", id="other host"),
        pytest.param("javascript:1", "https://www.courier.test/2026/11/21/a-story-of-the-sea", id="no address"),
    ],
)
def test_base_is_honoured_on_its_own_host(base: str, url: str) -> None:
    found = read(f'<html><head><base href="{base}"></head><a href="2026/11/21/a-story-of-the-sea">A story</a></html>')
    assert [link.url for link in found.links] == [url]


@pytest.mark.parametrize(
    "url", ["https://www.courier.test", "HTTPS://WWW.COURIER.TEST/", "https://www.courier.test/#top"]
)
def test_a_page_does_not_announce_itself(url: str) -> None:
    found = read('<html><a href="/">The Courier: news from the harbour and the town</a></html>', url=url)
    assert (found.links, found.dropped) == ((), (("own_url", 1),))


def test_relative_links_of_a_section_page() -> None:
    found = read(
        '<html><a href="../2026/11/21/a-story">A story</a></html>', url="https://www.courier.test/section/sea/"
    )
    assert [link.url for link in found.links] == ["https://www.courier.test/section/2026/11/21/a-story"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param("<html><meta charset=shift_jis><a href='{}'>港の祭り</a>".encode("shift_jis"), None, id="meta"),
        pytest.param("<html><a href='{}'>港の祭り</a>".encode("euc-jp"), "text/html; charset=EUC-JP", id="header"),
        pytest.param("<html><a href='{}'>港の祭り</a>".encode(), "text/html; charset=iso-8859-1", id="wrong header"),
    ],
)
def test_encodings(body: bytes, content_type: str | None) -> None:
    found = read(body.replace(b"{}", STORY.encode()), content_type=content_type)
    assert [link.title for link in found.links] == ["港の祭り"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'<html xmlns="http://www.w3.org/1999/xhtml"><a href="{STORY}">A</a></html>', id="XHTML"),
        pytest.param(f'<?xml version="1.0"?><!DOCTYPE html><html><a href="{STORY}">A</a></html>', id="XML declaration"),
        pytest.param(f'<div><a href="{STORY}">A</a></div>', id="fragment"),
        pytest.param(f'<!-- <rss> --><body><a href="{STORY}">A</a></body>', id="feed in a comment"),
        pytest.param(f'<html><a href="{STORY}">A</a><pre><rss></pre></html>', id="feed in the text"),
        pytest.param(f'<!doctype html><rss><a href="{STORY}">A</a>', id="doctype decides"),
    ],
)
def test_pages_are_told_from_feeds(text: str) -> None:
    found = read(text, content_type="application/rss+xml")
    assert found.kind == "front"
    assert [link.url for link in found.links] == [f"https://www.courier.test{STORY}"]


@pytest.mark.parametrize("content_type", ["text/html", "image/png", None])
def test_feeds_are_told_from_pages(content_type: str | None) -> None:
    found = read("<rss><channel><item><link>/a</link></item></channel></rss>", content_type=content_type)
    assert found.kind == "feed"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        pytest.param("", None, "empty", id="nothing"),
        pytest.param(" \n\t\ufeff", None, "empty", id="blanks"),
        pytest.param("<html><body><p>No link.</p></body></html>", None, "not_an_entrance", id="no link"),
        pytest.param("<html><body><a href='/about'>About</a></body></html>", "front", "empty", id="no article"),
        pytest.param("%PDF-1.7 <</Type/Catalog>>", None, "not_an_entrance", id="PDF"),
        pytest.param("<!-- only a comment -->", None, "unreadable", id="comment"),
        pytest.param("<", None, "not_an_entrance", id="bracket"),
    ],
)
def test_what_is_no_entrance(text: str, kind: str | None, reason: str) -> None:
    found = read(text)
    assert (found.kind, found.links, found.reason) == (kind, (), reason)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<div>" * 100_000 + f'<a href="{STORY}">A</a>', id="deep"),
        pytest.param("".join(f'<a href="{STORY}-{n}"><div>' for n in range(20_000)), id="links in links"),
        pytest.param(f'<a href="{STORY}">' + "<b>x</b>" * 300_000, id="long text"),
        pytest.param(f'<a href="{STORY}" title="{"x" * 3_000_000}">A</a>', id="long attribute"),
        pytest.param("<!--" * 500_000, id="open comments"),
        pytest.param(f'<a href="{"/" * 1_000_000}">A</a>', id="long address"),
        pytest.param("<rss>" + "<item><title>" * 100_000, id="open items"),
        pytest.param("<rss><item>" + "<title>" * 400_000, id="open titles"),
        pytest.param("<rss><item><title>" + "<![CDATA[" * 200_000, id="open CDATA"),
        pytest.param("<!DOCTYPE rss [" + "<!--" * 200_000 + "<rss>", id="open DOCTYPE"),
        pytest.param("<!DOCTYPE rss [" + "\"'" * 200_000 + "<rss>", id="quotes in a DOCTYPE"),
        pytest.param(" " * 3_000_000 + "<rss>", id="blanks"),
        pytest.param("<?xml " + " " * 3_000_000, id="blanks in a declaration"),
        pytest.param("<urlset>" + "<url><loc>" * 200_000, id="open locations"),
        pytest.param("<urlset>" + "<url>" * 300_000 + "&", id="open entries"),
    ],
)
def test_hostile_pages_cost_little(text: str) -> None:
    began = time.perf_counter()
    found = read(text)
    assert time.perf_counter() - began < 10
    assert len(found.links) <= 20_000


def test_links_are_bounded() -> None:
    found = read("".join(f'<a href="/2026/11/21/harbour-and-town-{n}">A story of the sea</a>' for n in range(6000)))
    assert (len(found.links), found.reason) == (5000, "too_many")
