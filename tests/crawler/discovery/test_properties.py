"""Whatever comes in, discovery answers with sound values."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.discovery import REASONS, Discovery, discover
from crawler.discovery.urls import BadLink, absolute

URL = "https://www.courier.test/feed.xml"
PIECES = st.sampled_from(
    [
        *("<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<link/>"),
        *("<urlset>", "<url>", "<loc>", "</loc>", "</url>", "<sitemapindex>", "<sitemap>", "<news:news>"),
        *("<!DOCTYPE rss [", "<!ENTITY a 'b'>", "]>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>"),
        *("<html>", "<a href='", "'>", "</a>", "<base href='http://['>", "<h2>", "&", "<", ">", '"', "'", "&a;"),
        *("https://p.test/", "/2026/11/21/a-b-c-d", "http://[", "//", "?id=", "#", " ", "\n", "ü", "港", "&#0;"),
        *('{"version":"https://jsonfeed.org/version/1","items":[', '{"url":"', '"}', "]", "}", "\\ud800", "1e999"),
        *("<feed>", "<entry>", "<news:title>", "2026-11-21", "9999999", "xml:base='x'", "\0", "\ud800", "\ufeff"),
    ]
)
SOUND = (
    b'<rss xmlns:a="http://www.w3.org/2005/Atom"><channel><link>https://p.test/</link><item><title>A &amp; B</title>'
    b'<link>https://p.test/1</link><a:link rel="alternate" href="/1"/><pubDate>Sat, 21 Nov 2026 10:30:15 GMT</pubDate>'
    b"</item><item><guid>https://p.test/2</guid><dc:language>de</dc:language></item></channel></rss>",
    b'<urlset xmlns:news="n"><url><loc>https://p.test/1</loc><lastmod>2026-11-21</lastmod><xhtml:link hreflang="de"/>'
    b"<news:news><news:publication_date>2026-11-21T10:30Z</news:publication_date></news:news></url></urlset>",
)


def damaged(body: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """``body`` with bytes taken out and put in: (position, how many go, what comes)."""
    for position, gone, come in changes:
        at = position % (len(body) + 1)
        body = body[:at] + come + body[at + gone :]
    return body


DAMAGE = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=3)), max_size=10)
BODIES = st.one_of(
    st.builds(damaged, st.sampled_from(SOUND), DAMAGE),
    st.binary(max_size=300),
    st.lists(PIECES, max_size=40).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
    st.lists(PIECES, max_size=20).map(lambda parts: "".join(parts).encode("utf-16", "surrogatepass")),
    st.lists(PIECES, max_size=20).map(
        lambda parts: gzip.compress("".join(parts).encode("utf-8", "surrogatepass"))[:-3]
    ),
)
CONTENT_TYPES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(["text/xml; charset=" + c for c in ("idna", "utf-7", "utf-16", "hex", "x")]),
)


def sound(found: Discovery) -> bool:
    urls = [*(link.url for link in found.links), *found.entrances, *found.feeds, *([found.next] if found.next else [])]
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "#" not in url
        assert "@" not in parts.netloc
        assert url.isascii()
        assert url.isprintable()
        assert " " not in url
        assert len(url) <= 2083
    for link in found.links:
        for text in (link.title, link.date_raw, link.language):
            assert text is None or (text.strip() == text != "")
            assert text is None or text.encode("utf-8")
    assert len({link.url for link in found.links}) == len(found.links)
    assert len(found.entrances) == len(found.entrances_modified)
    assert found.reason is None or found.reason in REASONS
    assert found.kind is not None or found.reason is not None
    return True


@settings(max_examples=1500, deadline=None)
@given(BODIES, CONTENT_TYPES, st.sampled_from([URL, "", "http://[", "nonsense"]))
@example("<rss><item><i\u017f\u017fued>2026</i\u017f\u017fued><link rel\u00be='x' href='/a'>".encode(), None, URL)
@example(b"<rss><item><link>https://p.test/\xed\xa0\x80</link></item></rss>", None, URL)
def test_any_bytes_give_sound_values(body: bytes, content_type: str | None, url: str) -> None:
    assert sound(discover(body, url=url, content_type=content_type))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60), st.sampled_from([URL, "", "http://["]))
def test_a_clean_url_stays_as_it_is(raw: str, base: str) -> None:
    try:
        url = absolute(raw, base)
    except BadLink as bad:
        assert bad.code in ("too_long", "not_http", "bad_url", "credentials", "no_url")  # noqa: PT017 - either is right
    else:
        assert absolute(url, "") == url


def test_the_page_names_every_reason() -> None:
    page = (Path(__file__).parents[3] / "docs" / "discovery.md").read_text(encoding="utf-8")
    for reason, meaning in REASONS.items():
        assert f"| `{reason}` | {meaning} |" in page
    for code in ("too_long", "not_http", "bad_url", "credentials", "no_url", "own_url", "not_an_article"):
        assert f"| `{code}` |" in page
