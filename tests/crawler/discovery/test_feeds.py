"""Feeds: RSS, RDF, Atom and JSON Feed, sound and broken."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from crawler.discovery import Discovery, Link, discover

URL = "https://www.courier.test/feeds/all.xml"
UTC = dt.UTC
HEAD = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>P</title><link>https://p.test/</link>'
ONE = "<item><title>One</title><link>https://p.test/1</link></item>"
TWO = "<item><title>Two</title><link>https://p.test/2</link></item>"
THREE = "<item><title>Three</title><link>https://p.test/3</link></item>"
TAIL = "</channel></rss>"


def read(text: str | bytes, content_type: str | None = None) -> Discovery:
    body = text.encode() if isinstance(text, str) else text
    return discover(body, url=URL, content_type=content_type)


def rss(item: str, channel: str = "") -> Discovery:
    namespaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    return read(f'<rss version="2.0" {namespaces}><channel>{channel}<item>{item}</item></channel></rss>')


def test_rss_20() -> None:
    found = read(
        """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Courier</title><link>https://www.courier.test/</link><language>en-gb</language>
<item>
  <title><![CDATA[Harbour &amp; <em>town</em> agree]]></title>
  <link>  https://www.courier.test/2026/11/21/harbour  </link>
  <guid isPermaLink="false">urn:1</guid>
  <pubDate>Sat, 21 Nov 2026 10:30:00 +0100</pubDate>
  <enclosure url="https://cdn.test/a.mp3" type="audio/mpeg"/>
  <media:content url="https://cdn.test/a.jpg"><media:title>A crane</media:title></media:content>
</item>
<item><title>No address</title></item>
</channel></rss>"""
    )
    assert (found.kind, found.reason, found.language) == ("feed", None, "en-GB")
    assert found.links == (
        Link(
            url="https://www.courier.test/2026/11/21/harbour",
            title="Harbour & town agree",
            date=dt.datetime(2026, 11, 21, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            date_raw="Sat, 21 Nov 2026 10:30:00 +0100",
            language="en-GB",
        ),
    )
    assert found.dropped == (("no_url", 1),)


def test_atom() -> None:
    found = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://www.kurier.test/nachrichten/">
<link rel="self" href="feed.atom"/><link rel="next" href="feed.atom?page=2"/>
<entry xml:lang="de-at">
  <title type="html">M&amp;#252;hle &amp;lt; &lt;b&gt;Bach&lt;/b&gt;</title>
  <link rel="enclosure" href="ton.mp3"/>
  <link rel="alternate" type="application/pdf" href="a.pdf"/>
  <link rel="alternate" type="text/html" href="a.html"/>
  <id>https://www.kurier.test/id/1</id>
  <published>2026-11-21T10:30:00Z</published><updated>2026-11-22T08:00:00+01:00</updated>
</entry>
<entry xml:base="archiv/"><title>x &amp;lt; y</title><link href="b.html"/>
  <updated>2026-11-20T00:00:00Z</updated></entry>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ein <i>Wort</i></div></title>
  <id>https://k.test/c</id></entry>
</feed>"""
    )
    assert (found.kind, found.language, found.next) == (
        "feed",
        "de",
        "https://www.kurier.test/nachrichten/feed.atom?page=2",
    )
    first, second, third = found.links
    assert first.url == "https://www.kurier.test/nachrichten/a.html"
    assert first.title == "Mühle < Bach"
    assert first.language == "de-AT"
    assert first.date == dt.datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    assert first.modified == dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert (second.url, second.title) == ("https://www.kurier.test/nachrichten/archiv/b.html", "x < y")
    assert (second.date, second.modified) == (None, dt.datetime(2026, 11, 20, tzinfo=UTC))
    assert (third.url, third.title) == ("https://k.test/c", "Ein Wort")


def test_rdf() -> None:
    found = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://p.test/"><link>https://p.test/</link><dc:language>fr</dc:language></channel>
<item rdf:about="https://p.test/about"><title>Un</title><link>/un</link><dc:date>2026-11-21T10:30+01:00</dc:date></item>
<item rdf:about="https://p.test/deux"><title>Deux</title></item>
</rdf:RDF>"""
    )
    assert [link.url for link in found.links] == ["https://p.test/un", "https://p.test/deux"]
    assert {link.language for link in found.links} == {"fr"}
    assert found.links[0].date_raw == "2026-11-21T10:30+01:00"


def test_rss_091_with_its_doctype() -> None:
    found = read(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.test/rss-0.91.dtd"><rss version="0.91"><channel>'
        "<item><title>Caf&eacute;</title><link>https://p.test/1</link></item></channel></rss>"
    )
    assert [link.title for link in found.links] == ["Café"]


@pytest.mark.parametrize(
    ("item", "url"),
    [
        pytest.param("<guid>https://p.test/g</guid>", "https://p.test/g", id="permalink"),
        pytest.param('<guid isPermaLink="false">https://p.test/g</guid>', None, id="no permalink"),
        pytest.param("<guid>tag:p.test,1</guid>", None, id="guid that is no address"),
        pytest.param("<link/><guid>https://p.test/g</guid>", "https://p.test/g", id="empty link"),
        pytest.param("<link>relative/a</link>", "https://p.test/de/relative/a", id="relative to the channel"),
        pytest.param("<link>//q.test/a</link>", "https://q.test/a", id="without scheme"),
        pytest.param("<link>https://p.test/a#comments</link>", "https://p.test/a", id="fragment"),
        pytest.param("<link>https://p.test/a\n  b</link>", "https://p.test/a%20b", id="blank inside"),
        pytest.param("<link>https://P.test:443/ü</link>", "https://p.test/%C3%BC", id="not ASCII"),
        pytest.param("<link>https://u:p@p.test/a</link>", None, id="credentials"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="script"),
        pytest.param("<link>mailto:desk@p.test</link>", None, id="mail"),
        pytest.param("<link>https://p.test:port/</link>", None, id="bad port"),
        pytest.param("<link>http://[::1</link>", None, id="bad host"),
        pytest.param(f"<link>https://p.test/{'a' * 2083}</link>", None, id="too long"),
        pytest.param('<atom:link rel="alternate" href="https://p.test/b"/>', "https://p.test/b", id="atom link"),
        pytest.param('<atom:link rel="self" href="https://p.test/b"/>', None, id="atom self"),
        pytest.param(
            "<link>https://proxy.test/1</link><feedburner:origLink>https://p.test/o</feedburner:origLink>",
            "https://p.test/o",
            id="feedburner",
        ),
        pytest.param('<enclosure url="https://p.test/a.mp3"/>', None, id="enclosure"),
        pytest.param("<media:content><link>https://p.test/m</link></media:content>", None, id="picture's link"),
    ],
)
def test_which_link_is_the_items(item: str, url: str | None) -> None:
    found = rss(item, channel="<link>https://p.test/de/</link>")
    assert [link.url for link in found.links] == ([url] if url else [])
    assert (sum(count for _, count in found.dropped) == 1) is (url is None)


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        pytest.param("A &amp; B", "A & B", id="entity"),
        pytest.param("A &amp;amp; B", "A & B", id="entity of an entity"),
        pytest.param("A &amp;#8217; B", "A ’ B", id="number"),
        pytest.param("&lt;b&gt;A&lt;/b&gt; B", "A B", id="markup"),
        pytest.param("1 &lt; 2", "1 < 2", id="less than"),
        pytest.param("<![CDATA[ A  \n B ]]>", "A B", id="blanks"),
        pytest.param("<![CDATA[A &lt;b&gt; tag]]>", "A <b> tag", id="markup that is meant"),
        pytest.param("  ", None, id="nothing"),
        pytest.param("x" * 5000, "x" * 1000, id="a text in the wrong place"),
    ],
)
def test_titles(title: str, wanted: str | None) -> None:
    assert rss(f"<title>{title}</title><link>/a</link>").links[0].title == wanted


@pytest.mark.parametrize(
    ("item", "channel", "wanted"),
    [
        pytest.param("<dc:language>pt_br</dc:language>", "<language>en</language>", "pt-BR", id="item's own"),
        pytest.param("", "<language>EN-us</language>", "en-US", id="channel's"),
        pytest.param("", "<dc:language>zh-hant</dc:language>", "zh-Hant", id="dc"),
        pytest.param("", "<language>English</language>", None, id="no tag"),
        pytest.param("", "", None, id="none"),
    ],
)
def test_languages(item: str, channel: str, wanted: str | None) -> None:
    assert rss(f"<link>/a</link>{item}", channel).links[0].language == wanted


def test_a_url_that_comes_twice_is_one_link_with_all_that_was_said() -> None:
    found = read(f"<rss><channel>{ONE}{ONE.replace('</item>', '<pubDate>2026-11-21</pubDate></item>')}</channel></rss>")
    assert found.links == (
        Link(url="https://p.test/1", title="One", date=dt.datetime(2026, 11, 21), date_raw="2026-11-21"),  # noqa: DTZ001
    )


SIZE = f"{HEAD}<item><title>Größe</title><link>/a</link></item>{TAIL}"
SHORT = "<rss><item><title>Größe</title><link>/a</link></item></rss>"
BROKEN = [
    pytest.param(HEAD + ONE + TWO.replace("Two", "a < b") + THREE + TAIL, "a < b", id="less-than sign"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "a & b") + THREE + TAIL, "a & b", id="ampersand"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "a&nbsp;b") + THREE + TAIL, "a b", id="HTML entity"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "<b><i>a</b>") + THREE + TAIL, "a", id="crossed tags"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "a<br>b") + THREE + TAIL, "a b", id="open tag"),
    pytest.param(HEAD + ONE + TWO.replace("</item>", "") + THREE + TAIL, "Two", id="open item"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "<![CDATA[ab") + THREE + TAIL, "ab", id="open CDATA"),
    pytest.param(HEAD + ONE + TWO.replace("<title>", "<title a=1>") + THREE + TAIL, "Two", id="bare attribute"),
    pytest.param(HEAD + ONE + TWO.replace("<title>", '<title a="1" a="2">') + THREE + TAIL, "Two", id="same twice"),
    pytest.param(HEAD + ONE + TWO.replace("<link>", "<x:y/><link>") + THREE + TAIL, "Two", id="undeclared prefix"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "a\x08b") + THREE + TAIL, "ab", id="control character"),
    pytest.param(HEAD + ONE + TWO.replace("Two", "a&#8;b") + THREE + TAIL, "ab", id="reference to one"),
    pytest.param(HEAD + ONE + "<!-- a -- b -->" + TWO + THREE + TAIL, "Two", id="dashes in a comment"),
    pytest.param(HEAD + ONE + "<!-- open" + TWO + THREE + TAIL, "Two", id="open comment"),
    pytest.param(HEAD + ONE + "<" + TWO + THREE + TAIL, "Two", id="stray bracket"),
    pytest.param("Warning: <b>x</b>\n" + HEAD + ONE + TWO + THREE + TAIL, "Two", id="text in front"),
    pytest.param(HEAD + ONE + TWO + THREE + TAIL + "<script>x</script>", "Two", id="script behind"),
    pytest.param(HEAD + ONE + TAIL + HEAD + TWO + THREE + TAIL, "Two", id="two feeds in a row"),
    pytest.param(HEAD + ONE + TWO + THREE, "Two", id="no end"),
    pytest.param(HEAD + ONE + TWO + THREE + "<item><title>Four</title><link>https://p.te", "Two", id="cut in a URL"),
    pytest.param(HEAD + ONE + TWO + THREE + "<item><title>Fo", "Two", id="cut in a title"),
]


@pytest.mark.parametrize(("text", "title"), BROKEN)
def test_broken_xml_is_read_as_far_as_it_goes(text: str, title: str) -> None:
    found = read(text)
    assert [link.url for link in found.links] == ["https://p.test/1", "https://p.test/2", "https://p.test/3"]
    assert [link.title for link in found.links] == ["One", title, "Three"]
    assert (found.kind, found.reason) == ("feed", "broken_xml_recovered")


def test_what_broken_feeds_say_is_kept() -> None:
    found = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://k.test/a/"><title>K & B</title>'
        '<entry xml:lang="fr"><title>x</title><link rel="enclosure" href="t.mp3"/><link href="b?c=1&copy=2"/>'
        "<published>2026-11-21T10:30:00Z</published></entry></feed>"
    )
    (link,) = found.links
    assert link.url == "https://k.test/a/b?c=1&copy=2"
    assert (link.language, found.language) == ("fr", "de")
    assert link.date == dt.datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
QUADRATIC = f'<!ENTITY l11 "{"x" * 100_000}">'


@pytest.mark.parametrize(
    "subset",
    [
        pytest.param(f'<!ENTITY l0 "ha">{LAUGHS}', id="a billion laughs"),
        pytest.param(QUADRATIC, id="one long entity, many times"),
        pytest.param('<!ENTITY l11 SYSTEM "file:///etc/passwd">', id="a local file"),
        pytest.param('<!ENTITY l11 SYSTEM "http://127.0.0.1:9/x">', id="the network"),
        pytest.param('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', id="a parameter entity"),
        pytest.param('<!ENTITY l11 "]]>"><!-- " --><?x " ?>', id="quotes and brackets"),
    ],
)
def test_no_entity_is_expanded(subset: str) -> None:
    text = (
        f"<!DOCTYPE rss [{subset}]><rss><channel>{ONE}<item><title>&l11;{'&l11;' * 500}</title><link>/2</link></item>"
    )
    began = time.perf_counter()
    found = read(f"{text}{THREE}</channel></rss>")
    assert time.perf_counter() - began < 2
    assert [link.url for link in found.links] == ["https://p.test/1", "https://www.courier.test/2", "https://p.test/3"]
    assert (found.links[1].title or "").startswith("&l11;&l11;")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(SIZE.encode(), None, id="utf-8"),
        pytest.param(
            SIZE.encode(),
            "text/xml; charset=iso-8859-1",
            id="header wrong",
        ),
        pytest.param(
            SIZE.encode("utf-8-sig"),
            None,
            id="utf-8 with BOM",
        ),
        pytest.param(SIZE.encode("utf-16"), None, id="utf-16"),
        pytest.param(
            SIZE.encode("utf-16-be"),
            None,
            id="utf-16 without BOM",
        ),
        pytest.param(
            SIZE.encode("cp1252"),
            None,
            id="declaration wrong",
        ),
        pytest.param(
            "<rss><item><title>Größe</title><link>/a</link></item></rss>".encode("cp437"),
            "text/xml; charset=cp437",
            id="header right",
        ),
        pytest.param(
            "<rss><item><title>Größe</title><link>/a</link></item></rss>".encode("cp1252"),
            "text/xml; charset=punycode",
            id="no charset of pages",
        ),
    ],
)
def test_encodings(body: bytes, content_type: str | None) -> None:
    assert [link.title for link in read(body, content_type).links] == ["Größe"]


@pytest.mark.parametrize(
    ("charset", "title"),
    [("shift_jis", "港の祭り"), ("euc-kr", "항구 축제"), ("windows-1251", "Порт"), ("iso-2022-jp", "港")],
)
def test_declared_encodings(charset: str, title: str) -> None:
    text = f'<?xml version="1.0" encoding="{charset}"?><rss><item><title>{title}</title><link>/a</link></item></rss>'
    assert [link.title for link in read(text.encode(charset)).links] == [title]


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "language": "en-us",
        "next_url": "/feed.json?page=2",
        "items": [
            {
                "id": "1",
                "url": "/a",
                "title": "A &lt; \ud800B",
                "date_published": "2026-11-21T10:30:00+01:00",
                "date_modified": "2026-11-22",
                "language": "cy",
            },
            {"id": "https://p.test/b", "title": 5},
            {"id": 3, "external_url": "https://q.test/"},
            "no item",
        ],
    }
    found = read(json.dumps(feed))
    assert (found.kind, found.language, found.next) == ("feed", "en-US", "https://www.courier.test/feed.json?page=2")
    assert [link.url for link in found.links] == ["https://www.courier.test/a", "https://p.test/b"]
    first = found.links[0]
    assert (first.title, first.language) == ("A < B", "cy")
    assert (first.date_raw, first.modified) == ("2026-11-21T10:30:00+01:00", dt.datetime(2026, 11, 22))  # noqa: DTZ001
    assert found.dropped == (("no_url", 2),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('{"version": "2"}', "not_an_entrance", id="other JSON"),
        pytest.param('{"version": "https://jsonfeed.org/version/1", "items": {}}', "not_an_entrance", id="items"),
        pytest.param("[1]", "not_an_entrance", id="list"),
        pytest.param('{"version": "https://jsonfeed.org/version/1", "items": [', "unreadable", id="cut"),
        pytest.param("[" * 200_000, "unreadable", id="deep"),
        pytest.param('{"a": 1' + "0" * 5000 + "}", "unreadable", id="long number"),
        pytest.param('{"a": "' + "x" * 20_000_000 + '"}', "too_large", id="large"),
    ],
)
def test_json_that_is_no_feed(text: str, reason: str) -> None:
    found = read(text)
    assert (found.kind, found.reason) == (None, reason)


def test_an_empty_feed_is_a_feed() -> None:
    found = read(HEAD + TAIL)
    assert (found.kind, found.links, found.reason) == ("feed", (), "empty")
