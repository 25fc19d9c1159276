"""Description, section, tags, publisher, kind and picture."""

# ruff: noqa: E501

from __future__ import annotations

import datetime as dt
import json

import pytest

from pipelines.document import Document, read
from pipelines.fields import about, image, kind, section, tags
from pipelines.fields.image import Image
from storage.records import Page

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
URL = "https://www.harbourcourier.example/world/2024/bridge"
STANDFIRST = "Six years after the flood, the oldest bridge of the valley has its walkers back."


def document(html: str, url: str = URL) -> Document:
    found = read(Page(url=url, body=f"<html>{html}</html>".encode(), fetched_at=NOW))
    assert isinstance(found, Document)
    return found


def ld(**values: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | values)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


TRAIL = json.dumps(
    {
        "@type": "BreadcrumbList",
        "itemListElement": [{"name": "Home"}, {"name": "Rivers"}, {"name": "The old bridge reopens"}],
    }
)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (meta("og:description", "One &amp; two"), "One & two"),
        (ld(description="<p>One</p>"), "One"),
        ('<meta name=description content="One">', "One"),
        (f"<h1>x</h1><p class=standfirst>{STANDFIRST}</p>", STANDFIRST),
        (f"<h1>x</h1><h2 class='article__vorspann'>{STANDFIRST}</h2>" if False else f"<h1>x</h1><h2 class=sub-headline>{STANDFIRST}</h2>", STANDFIRST),
        ("<h1>x</h1><p class=lead>Short</p>", None),
        ("<p>x", None),
    ],
)  # fmt: skip
def test_description(html: str, expected: str | None) -> None:
    assert about.description(document(html)).value == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (ld(articleSection="World"), "World"),
        (ld(articleSection=["World", "Europe"]), "World"),
        (ld(articleSection="World, Europe"), "World"),
        (meta("article:section", "World"), "World"),
        (f'<script type="application/ld+json">{TRAIL}</script><title>The old bridge reopens</title>', "Rivers"),
        ("<ol class=breadcrumb><li><a href=/>Home</a><li><a href=/w>World</a><li>Bridge</ol><h1>Bridge</h1>", "World"),
        ('<nav><a href="/sport/">Sport</a><a href="/world/">World news</a></nav>', "World news"),
        (ld(articleSection="{$category}") + meta("article:section", "World"), "World"),
        (ld(articleSection="News") + meta("article:section", "World"), "World"),
        (ld(articleSection="News"), "News"),
        (ld(articleSection="Home") + "<ol class=breadcrumb><li>Home<li>Rivers<li>Bridge</ol><h1>Bridge</h1>", "Rivers"),
        (
            "<nav class=breadcrumb><h2>Breadcrumb</h2><script>var a = b</script><a href=/>Home</a> &gt; <a href=/n>News</a>"
            " &gt; <a href=/w>World</a> &gt; 12 May 2024</nav>",
            "World",
        ),
        (meta("article:section", "news_news"), None),
        (meta("article:section", "www.x.example"), None),
        ("<p>x", None),
    ],
)
def test_section(html: str, expected: str | None) -> None:
    assert section.choose(document(html)).value == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (ld(keywords="bridge, river,Bridge"), ("bridge", "river")),
        (ld(keywords=["bridge", "river"]), ("bridge", "river")),
        (meta("article:tag", "bridge") + meta("article:tag", "river"), ("bridge", "river")),
        ('<meta name=keywords content="bridge; river">', ("bridge", "river")),
        ('<a rel=tag href=/t>#bridge</a><a rel="tag" href=/u>river</a>', ("bridge", "river")),
        (
            ld(keywords=["tag:Crime", "type:story", "Category: Economy", "topic/harbours"]),
            ("Crime", "Economy", "harbours"),
        ),
        (ld(keywords=["type_news", "_Prio_3", "@river", "ada@x.example", "Elevated:false", "bridge"]), ("bridge",)),
        (ld(keywords=["98be933f-38cf-4fba-b6c6-ad438e82010a", "bridge"]), ("bridge",)),
        (
            ld(keywords=["Chapter 1: Prologue", "Nation/World", "EUR/USD"]),
            ("Chapter 1: Prologue", "Nation/World", "EUR/USD"),
        ),
        ("<p>x", None),
    ],
)
def test_tags(html: str, expected: tuple[str, ...] | None) -> None:
    assert tags.choose(document(html)).value == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (ld(publisher={"@type": "Organization", "name": "Harbour Courier"}), "Harbour Courier"),
        (meta("og:site_name", "Harbour Courier"), "Harbour Courier"),
        ('<script type="application/ld+json">{"@type":"WebSite","name":"Harbour Courier"}</script>', "Harbour Courier"),
        (meta("og:site_name", "https://harbourcourier.example"), None),
    ],
)
def test_publisher(html: str, expected: str | None) -> None:
    assert about.publisher(document(html)).value == expected


CRUMBED_OPINION = """<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":[
{"name":"World"},{"name":"A second opinion is due on the bridge, says the river board"}]}</script>"""


@pytest.mark.parametrize(
    ("html", "url", "expected"),
    [
        (ld(), URL, "news"),
        (ld() + meta("article:section", "Opinion"), URL, "opinion"),
        (ld(articleSection="Meinung"), URL, "opinion"),
        (ld(articleSection="Gastkommentar"), URL, "opinion"),
        (ld() + CRUMBED_OPINION, URL, "news"),
        (ld(), "https://x.example/opinion/2024/why-bridges", "opinion"),
        (ld(), "https://x.example/politics/no-opinion-yet-on-bridge", "news"),
        (ld(**{"@type": "OpinionNewsArticle"}), URL, "opinion"),
        (ld(**{"@type": "LiveBlogPosting", "headline": "Storm"}), URL, "liveblog"),
        (ld(), "https://x.example/weather/liveblog/storm", "liveblog"),
        (ld(**{"@type": "Recipe", "headline": "Soup"}), URL, "other"),
        (meta("og:type", "article"), URL, "news"),
        (meta("og:type", "video.other"), URL, "video"),
        (ld() + meta("og:type", "video.other"), URL, "news"),
        ("<p>x", "https://x.example/video/swans/", "video"),
        ("<p>x", URL, None),
    ],
)
def test_kind(html: str, url: str, expected: str | None) -> None:
    assert kind.choose(document(html, url)).value == expected


PICTURE = meta("og:image", "/img/bridge.jpg?w=1200")


@pytest.mark.parametrize(
    ("html", "caption"),
    [
        (PICTURE, None),
        (
            PICTURE + "<figure><img src='/small/bridge.jpg'><figcaption>The bridge at dawn.</figcaption></figure>",
            "The bridge at dawn.",
        ),
        (PICTURE + "<figure><img src='/other.jpg'><figcaption>A ferry.</figcaption></figure>", None),
        (
            PICTURE
            + "<figure><img src='/bridge.jpg'><figcaption>The bridge. <span class=credit>Ada Quill</span></figcaption></figure>",
            "The bridge.",
        ),
        (
            PICTURE + "<figure><img src='/bridge.jpg'><figcaption>The bridge. Photo: Ada Quill</figcaption></figure>",
            "The bridge.",
        ),
        (
            PICTURE
            + "<figure><img src='/bridge.jpg'><figcaption>Die Brücke. © Ada Quill/Agentur</figcaption></figure>",
            "Die Brücke.",
        ),
        (PICTURE + "<figure><img src='/bridge.jpg'><figcaption>Photo: Ada Quill</figcaption></figure>", None),
    ],
    ids=[
        "none",
        "by file name",
        "of another picture",
        "credit element",
        "credit in words",
        "credit by sign",
        "credit only",
    ],
)
def test_lead_picture(html: str, caption: str | None) -> None:
    expected = Image(url="https://www.harbourcourier.example/img/bridge.jpg?w=1200", caption=caption)
    assert image.choose(document(html)).value == expected


def test_a_picture_from_linked_data() -> None:
    html = ld(image=[{"@type": "ImageObject", "url": "https://cdn.example/a.jpg", "caption": "The bridge"}])
    assert image.choose(document(html)).value == Image(url="https://cdn.example/a.jpg", caption="The bridge")
    assert image.choose(document('<meta property="og:image" content="data:image/png;base64,x">')).value is None
