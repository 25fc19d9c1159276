"""Entrances and special pages: feeds, sitemaps, robots.txt, twins, redirects, walls and shells."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

import feedparser
import pytest
from protego import Protego

from crawler.demo import PAPERS, SECRET_COOKIE, Paper, articles, no_articles, rendered_articles
from crawler.demo.model import of_paper

_LOC = re.compile(r"<loc>([^<]+)</loc>")
_HREF = re.compile(r'href="([^"#]+)"')


def _urls(key: str) -> set[str]:
    return {article.url for article in of_paper(key)}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.key)
def test_robots(client, paper: Paper) -> None:
    answer = client.get(paper.address("/robots.txt"))
    rules = Protego.parse(answer.body.decode())
    assert rules.crawl_delay("broadsheet") == pytest.approx(0.1)
    assert not rules.can_fetch(paper.address("/internal/2025/06/11/notes-for-the-night-desk"), "broadsheet")
    assert all(rules.can_fetch(article.url, "broadsheet") for article in of_paper(paper.key))
    assert list(rules.sitemaps) == [paper.address(path) for path in paper.entrances if "sitemap" in path]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.key)
def test_entrances_answer_and_announce_every_article(client, paper: Paper) -> None:
    for path in paper.entrances:
        answer = client.get(paper.address(path))
        assert answer.status == 200
        assert answer.body
    front = client.get(paper.home).body.decode(paper.encoding)
    linked = {link.split("?")[0] for link in _HREF.findall(front)}
    assert {article.path for article in of_paper(paper.key)} <= linked


@pytest.mark.parametrize(
    ("url", "key", "version"),
    [
        ("http://courier.test/feed.xml", "courier", "rss20"),
        ("http://saltmarsh.test/feed/", "saltmarsh", "rss20"),
        ("http://hohenlau.test/atom.xml", "hohenlau", "atom10"),
        ("http://shiomi.test/index.rdf", "shiomi", "rss10"),
    ],
)
def test_feeds(client, url: str, key: str, version: str) -> None:
    feed = feedparser.parse(client.get(url).body)
    assert feed.version == version
    assert not feed.bozo
    titles = {entry.title for entry in feed.entries}
    assert {article.title for article in of_paper(key)} <= titles


def test_json_feed(client) -> None:
    feed = json.loads(client.get("http://meridian.test/feed.json").body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {item["url"] for item in feed["items"]} == _urls("meridian")


def test_text_sitemap(client) -> None:
    assert set(client.text("http://meridian.test/sitemap.txt").split()) == _urls("meridian")


@pytest.mark.parametrize(
    ("index", "child", "key"),
    [
        ("http://courier.test/sitemap-index.xml", "http://courier.test/news-sitemap.xml.gz", "courier"),
        ("http://hohenlau.test/sitemap.xml", "http://hohenlau.test/sitemap-news.xml", "hohenlau"),
    ],
)
def test_news_sitemap_inside_an_index(client, index: str, child: str, key: str) -> None:
    children = _LOC.findall(client.text(index))
    assert child in children
    raw = client.get(child).body
    text = gzip.decompress(raw) if child.endswith(".gz") else raw
    tree = ElementTree.fromstring(text)
    assert {loc.text for loc in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")} == _urls(key)
    news = "{http://www.google.com/schemas/sitemap-news/0.9}"
    assert {title.text for title in tree.iter(f"{news}title")} == {article.title for article in of_paper(key)}
    assert all(client.get(other).status == 200 for other in children)


def test_a_file_that_is_gzip_is_not_coded_again(client) -> None:
    answer = client.get("http://courier.test/news-sitemap.xml.gz", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] is None
    assert answer.headers["Content-Type"] == "application/gzip"


def test_sections(client) -> None:
    assert "Tin cooperative" in client.text("http://courier.test/business/")
    assert "Night trains" not in client.text("http://courier.test/business/")
    assert 'dir="rtl"' in client.text(next(a.url for a in articles() if a.language == "ar"))


def test_three_redirects_end_at_an_article(client) -> None:
    url, hops = "http://courier.test/go/4711", []
    while (answer := client.get(url)).status != 200:
        hops.append(answer.status)
        location = answer.headers["Location"]
        url = location if "://" in location else f"http://courier.test{location}"
    assert hops == [302, 301, 308]
    assert "correction" in next(a for a in articles() if a.url == url).traits
    assert "http://courier.test/go/4711" in client.text("http://courier.test/feed.xml")


def test_tracking_parameters_lead_to_the_same_page(client) -> None:
    front = client.text("http://courier.test/")
    tracked = [link.replace("&amp;", "&") for link in _HREF.findall(front) if "utm_" in link or "fbclid" in link]
    assert {"utm_source", "fbclid"} <= {
        part.split("=")[0] for link in tracked for part in urlsplit(link).query.split("&")
    }
    for link in tracked:
        page = client.get(f"http://courier.test{link}")
        assert page.body == client.get(f"http://courier.test{urlsplit(link).path}").body
    assert "utm_source=rss&amp;utm_medium=feed" in client.text("http://courier.test/feed.xml")


def test_amp_twin(client) -> None:
    (twin,) = [article for article in articles() if "amp" in article.traits]
    assert f'<link rel="amphtml" href="{twin.url}.amp.html">' in client.text(twin.url)
    page = client.text(f"{twin.url}.amp.html")
    assert f'<link rel="canonical" href="{twin.url}">' in page
    assert "<html ⚡" in page
    assert f"{twin.path}.amp.html" in client.text("http://courier.test/")


def test_syndicated_copy_names_its_original(client) -> None:
    (copy,) = [article for article in articles() if "syndicated" in article.traits]
    original = next(article for article in articles() if article.url == copy.canonical_url)
    assert original.paper != copy.paper
    assert original.body == copy.body[:-1]
    assert f'<link rel="canonical" href="{original.url}">' in client.text(copy.url)


def test_paywall(client) -> None:
    (walled,) = [article for article in articles() if article.access == "paywalled"]
    page = client.text(walled.url)
    assert '"isAccessibleForFree": false' in page
    assert '"cssSelector": "#story-body"' in page
    assert "Subscribe to continue reading" in page


def test_live_blog(client) -> None:
    (live,) = [article for article in articles() if article.kind == "liveblog"]
    page = client.text(live.url)
    block = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    story = next(item for item in block["@graph"] if item["@type"] == "LiveBlogPosting")
    assert len(story["liveBlogUpdate"]) == 6
    assert story["liveBlogUpdate"][0]["datePublished"] == "2025-06-08T18:50:00+01:00"


def test_opinion_correction_and_naive_time(client) -> None:
    by_trait = {trait: article for article in articles() for trait in article.traits}
    opinion = next(article for article in articles() if article.kind == "opinion")
    assert '"OpinionNewsArticle"' in client.text(opinion.url)
    assert "<strong>Correction:</strong>" in client.text(by_trait["correction"].url)
    assert by_trait["correction"].modified is not None
    naive = client.text(by_trait["naive-time"].url)
    assert 'content="2025-06-04T21:45:00"' in naive
    assert "2025-06-04T21:45:00+01:00" not in naive
    assert client.get(by_trait["noai"].url).headers["X-Robots-Tag"] == "noai, noml"


def test_the_wrong_charset_is_declared(client) -> None:
    article = next(article for article in articles() if "wrong-charset" in article.traits)
    answer = client.get(article.url)
    assert b'<meta charset="iso-8859-1">' in answer.body
    assert answer.headers["Content-Type"] == "text/html"
    assert article.title in answer.body.decode("utf-8")


@pytest.mark.parametrize(
    ("key", "content_type", "words"),
    [
        ("shiomi", "text/html; charset=Shift_JIS", "2025年6月13日 06時30分"),
        ("valdoree", "text/html", "11 juin 2025"),
        ("hohenlau", "text/html; charset=utf-8", "Das Wichtigste in Kürze"),
    ],
)
def test_encodings_on_the_wire(client, key: str, content_type: str, words: str) -> None:
    newest = of_paper(key)[0]
    answer = client.get(newest.url)
    assert answer.headers["Content-Type"] == content_type
    assert words.encode(newest.charset) in answer.body


def test_the_paper_of_the_nineties_has_no_metadata(client) -> None:
    for article in of_paper("valdoree"):
        page = client.get(article.url).body.decode("windows-1252")
        assert "<meta" not in page
        assert "<p>" not in page
        assert "<time" not in page
        assert "ld+json" not in page
    front = client.get("http://valdoree.test/").body
    assert "œ".encode("windows-1252") in client.get(of_paper("valdoree")[0].url).body
    assert b"charset" not in front


@pytest.mark.parametrize("page", no_articles(), ids=lambda page: f"{page.kind}:{page.url}")
def test_what_is_no_article_answers_200(client, page) -> None:
    assert client.get(page.url).status == 200
    assert page.url not in {article.url for article in articles()}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("soft-404", "Page not found"),
        ("consent", "Ihre Privatsphäre ist uns wichtig"),
        ("video", "VideoObject"),
        ("javascript", "You need to enable JavaScript"),
        ("disallowed", "Notes for the night desk"),
        ("search", "Search results"),
    ],
)
def test_pages_without_an_article(client, kind: str, words: str) -> None:
    (page,) = [page for page in no_articles() if page.kind == kind]
    assert words in client.text(page.url)
    announced = client.text("http://courier.test/") + client.text("http://hohenlau.test/atom.xml")
    assert page.url.removeprefix("http://courier.test") in announced


def test_the_shell_gets_its_text_by_script(client) -> None:
    (article,) = rendered_articles()
    page = client.text(article.url)
    assert not any(paragraph in page for paragraph in article.body)
    data = re.search(r'data-story="([^"]+)"', page)
    assert data is not None
    story = json.loads(client.get(f"http://courier.test{data[1]}").body)
    assert tuple(story["paragraphs"]) == article.body
    assert client.get("http://courier.test/static/app.js").status == 200


def test_a_cookie_is_set_that_must_not_be_kept(client) -> None:
    assert SECRET_COOKIE in client.get("http://courier.test/").headers["Set-Cookie"]


def test_the_blog_has_its_comment_form(client) -> None:
    page = client.text(of_paper("saltmarsh")[0].url)
    for words in ("Leave a Reply", "Your email address will not be published.", "Required fields are marked"):
        assert words in page
    assert 'class="comment-list"' in page
    assert "Share this:" in page
    assert "jp-relatedposts" in page


def test_style_sheets_and_pictures(client) -> None:
    for paper in PAPERS:
        assert client.get(paper.address("/static/style.css")).headers["Content-Type"].startswith("text/css")
    for article in articles():
        if article.image_url:
            picture = client.get(article.image_url)
            assert picture.headers["Content-Type"] == "image/svg+xml"
            assert ElementTree.fromstring(picture.body).tag.endswith("svg")
