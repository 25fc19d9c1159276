"""Sitemaps: trees, news extension, gzip, lists of URLs, limits."""

from __future__ import annotations

import datetime as dt
import gzip
import time
import zlib

import pytest

from crawler.discovery import Discovery, discover

URL = "https://www.courier.test/sitemap.xml"
UTC = dt.UTC
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"
 xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url>
  <loc>https://www.courier.test/2026/11/21/harbour?a=1&amp;b=2</loc>
  <lastmod>2026-11-22</lastmod><changefreq>daily</changefreq><priority>0.5</priority>
  <xhtml:link rel="alternate" hreflang="de" href="https://www.courier.test/de/hafen"/>
  <image:image><image:loc>https://cdn.test/a.jpg</image:loc><image:title>A crane</image:title></image:image>
  <video:video><video:title>A film</video:title>
  <video:publication_date>2001-01-01</video:publication_date></video:video>
  <news:news><news:publication><news:name>Courier</news:name><news:language>en</news:language></news:publication>
  <news:publication_date>2026-11-21T10:30:00+01:00</news:publication_date>
  <news:title>Harbour &amp;amp; town</news:title></news:news>
</url>
<url><image:image><image:loc>https://cdn.test/b.jpg</image:loc></image:image></url>
</urlset>"""


def read(body: str | bytes, content_type: str | None = None, max_size: int = 60_000_000) -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    return discover(raw, url=URL, content_type=content_type, max_size=max_size)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(NEWS, None, id="sound"),
        pytest.param(NEWS.replace("&amp;b", "&b"), "broken_xml_recovered", id="ampersand"),
        pytest.param(NEWS.replace("<video:title>", "<video:title><br>"), "broken_xml_recovered", id="open tag"),
        pytest.param(NEWS.replace("xmlns:news", "xmlns:other"), "broken_xml_recovered", id="undeclared prefix"),
        pytest.param(NEWS.replace('xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', ""), None, id="no namespace"),
        pytest.param("\n \n" + NEWS, None, id="blanks in front"),
        pytest.param("<!-- made by hand -->" + NEWS.partition("?>")[2], None, id="comment in front"),
    ],
)
def test_news_sitemap(text: str, reason: str | None) -> None:
    found = read(text)
    assert (found.kind, found.reason) == ("sitemap", reason)
    (link,) = found.links
    assert link.url == "https://www.courier.test/2026/11/21/harbour?a=1&b=2"
    assert (link.title, link.language) == ("Harbour & town", "en")
    assert link.date == dt.datetime(2026, 11, 21, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert link.date_raw == "2026-11-21T10:30:00+01:00"
    assert link.modified == dt.datetime(2026, 11, 22)  # noqa: DTZ001 - a day alone is naive
    assert found.dropped == (("no_url", 1),)


def test_lastmod_is_no_date_of_publication() -> None:
    (link,) = read("<urlset><url><loc>/a</loc><lastmod>2026-11-21T00:00:00Z</lastmod></url></urlset>").links
    assert (link.date, link.date_raw) == (None, None)
    assert link.modified == dt.datetime(2026, 11, 21, tzinfo=UTC)


def test_index() -> None:
    found = read(
        """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://www.courier.test/2026-11.xml.gz</loc><lastmod>2026-11-21T10:30:00Z</lastmod></sitemap>
<sitemap><loc> /2026-10.xml </loc></sitemap><sitemap><loc>/2026-10.xml</loc></sitemap>
<sitemap><loc>ftp://www.courier.test/2026-09.xml</loc></sitemap></sitemapindex>"""
    )
    assert (found.kind, found.links, found.reason) == ("sitemap", (), None)
    assert found.entrances == ("https://www.courier.test/2026-11.xml.gz", "https://www.courier.test/2026-10.xml")
    assert found.entrances_modified == (dt.datetime(2026, 11, 21, 10, 30, tzinfo=UTC), None)
    assert found.dropped == (("not_http", 1),)


def test_text_sitemap() -> None:
    found = read(
        "\ufeffhttps://www.courier.test/a\r\n\r\n  https://www.courier.test/b \r\nhttps://www.courier.test/a\r\n"
    )
    assert (found.kind, found.reason) == ("sitemap", None)
    assert [link.url for link in found.links] == ["https://www.courier.test/a", "https://www.courier.test/b"]


@pytest.mark.parametrize("text", ["User-agent: *\nSitemap: https://c.test/a\n", "just words\n", "\x00\x01\x02"])
def test_other_text_is_no_sitemap(text: str) -> None:
    found = read(text)
    assert (found.kind, found.reason) == (None, "not_an_entrance")


PACKED = gzip.compress(NEWS.encode())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(PACKED, None, id="gzip"),
        pytest.param(gzip.compress(PACKED), None, id="gzip twice"),
        pytest.param(gzip.compress(NEWS[:300].encode()) + gzip.compress(NEWS[300:].encode()), None, id="two members"),
        pytest.param(PACKED + b"\0" * 512, None, id="padding"),
        pytest.param(PACKED[:-6], "broken_xml_recovered", id="trailer cut"),
    ],
)
def test_gzip(body: bytes, reason: str | None) -> None:
    found = read(body, "application/x-gzip")
    assert [link.title for link in found.links] == ["Harbour & town"]
    assert found.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x1f\x8b\x08", id="magic alone"),
        pytest.param(b"\x1f\x8b\x08" + b"\xff" * 500, id="noise"),
        pytest.param(PACKED[:20], id="header alone"),
        pytest.param(PACKED[:-8] + b"\0" * 8, id="wrong checksum"),
    ],
)
def test_broken_gzip_is_unreadable(body: bytes) -> None:
    found = read(body)
    assert (found.kind, found.links, found.reason) == (None, (), "unreadable")


def bomb(layers: int) -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [packer.compress(b"<urlset><url><loc>https://www.courier.test/a</loc></url>")]
    parts.extend(packer.compress(b" " * 1_000_000) for _ in range(60))
    body = b"".join(parts) + packer.flush()
    for _ in range(layers):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_gzip_bomb_is_cut_off(layers: int) -> None:
    body = bomb(layers)
    began = time.perf_counter()
    found = read(body, max_size=2_000_000)
    assert time.perf_counter() - began < 10
    if layers < 2:
        assert [link.url for link in found.links] == ["https://www.courier.test/a"]
        assert found.reason == "too_large"
    else:
        assert (found.kind, found.links) == (None, ())


def test_a_body_that_is_too_large_is_read_up_to_the_limit() -> None:
    text = (
        "<urlset>" + "".join(f"<url><loc>https://www.courier.test/{n:05}</loc></url>" for n in range(100)) + "</urlset>"
    )
    found = read(text, max_size=2000)
    assert found.reason == "too_large"
    assert found.detail == "more than 2,000 bytes"
    assert 30 < len(found.links) < 50
    assert all(len(link.url) == len("https://www.courier.test/00000") for link in found.links)


@pytest.mark.parametrize("broken", [False, True])
def test_reading_stops_at_two_hundred_thousand(broken: bool) -> None:
    entries = "".join(f"<url><loc>https://w.test/{n}</loc></url>" for n in range(200_010))
    found = read(f"<urlset>{'&' if broken else ''}{entries}</urlset>")
    assert len(found.links) == 200_000
    assert found.reason == "too_many"


def test_more_than_the_protocol_allows_is_read() -> None:
    entries = "".join(f"<url><loc>https://w.test/{n}</loc></url>" for n in range(50_001))
    found = read(f"<urlset>{entries}</urlset>")
    assert (len(found.links), found.reason) == (50_001, None)


@pytest.mark.parametrize("text", ["<urlset/>", "<urlset></urlset>", "<sitemapindex></sitemapindex>"])
def test_an_empty_sitemap_is_a_sitemap(text: str) -> None:
    found = read(text)
    assert (found.kind, found.reason) == ("sitemap", "empty")
