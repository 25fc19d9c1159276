"""JSON-LD and microdata in the shapes that pages write them, and evidence as a whole."""

from __future__ import annotations

import json

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import evidence, microdata
from pipelines.linked_data import Agent, LinkedData, read

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Bridge reopens",
    "datePublished": "2024-06-17T10:11:12+02:00",
    "author": {"@type": "Person", "name": "Ada Quill"},
}
URL = "https://courier.example/news/bridge"


def articles(*scripts: str, head: str = "") -> tuple[LinkedData, ...]:
    body = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return evidence.read(lxml.html.document_fromstring(f"<html><head>{head}{body}</head></html>"), URL).articles


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [ARTICLE],
        [[ARTICLE]],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Courier"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {"@type": "WebPage", "@graph": {"mainEntity": [ARTICLE]}},
        ARTICLE | {"@type": ["NewsArticle", "ReportageNewsArticle"]},
        ARTICLE | {"@type": "https://schema.org/NewsArticle"},
        ARTICLE | {"@type": "schema:NewsArticle"},
    ],
    ids=["node", "list", "lists", "graph", "main entity", "graph of one", "two types", "full type", "prefixed type"],
)
def test_every_shape_is_found(value: object) -> None:
    (found,) = articles(json.dumps(value))
    assert (found.headline, found.authors) == ("Bridge reopens", (Agent(name="Ada Quill", type="Person"),))


@pytest.mark.parametrize(
    "script",
    [
        "<!-- %s -->",
        "//<![CDATA[\n%s\n//]]>",
        "/*<![CDATA[*/ %s /*]]>*/",
        "%s;",
        "\ufeff%s",
        "%s%s",
        "%s,\n%s",
        "%s trailing rubbish",
    ],
)
def test_what_stands_around_a_script(script: str) -> None:
    assert articles(script.replace("%s", json.dumps(ARTICLE)))[0].headline == "Bridge reopens"


@pytest.mark.parametrize(
    ("script", "headline"),
    [
        ('{"@type":"NewsArticle","headline":"Bridge reopens",}', "Bridge reopens"),
        ('{"@type":"NewsArticle","headline":"Bridge "at last" reopens"}', 'Bridge "at last" reopens'),
        ('{"@type":"NewsArticle","headline":"Bridge\nreopens"}', "Bridge\nreopens"),
        ('{"@type":"NewsArticle","headline":"Bridge\\_reopens"}', "Bridge\\_reopens"),
        ('{"@type":"NewsArticle"\n"headline":"Bridge reopens"}', "Bridge reopens"),
        ('{"@type":"NewsArticle","headline":"Bridge reopens","articleBody":"cut sho', "Bridge reopens"),
        (
            "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Bridge reopens&quot;}",
            "Bridge reopens",
        ),
    ],
    ids=["trailing comma", "bare quotes", "bare newline", "stray backslash", "missing comma", "cut short", "escaped"],
)
def test_broken_syntax_is_repaired(script: str, headline: str) -> None:
    # Read as the text of the script, as the parser hands it over.
    assert [node.headline for node in read([script])] == [headline]


def test_references_are_followed() -> None:
    graph = {
        "@graph": [
            ARTICLE | {"author": {"@id": "#ada"}, "publisher": {"@id": "#courier"}, "image": {"@id": "#lead"}},
            {"@type": "Person", "@id": "#ada", "name": "Ada Quill"},
            {"@type": "NewsMediaOrganization", "@id": "#courier", "name": "The Courier"},
            {"@type": "ImageObject", "@id": "#lead", "url": "/lead.jpg", "caption": "The bridge"},
        ]
    }
    (found,) = articles(json.dumps(graph))
    assert [agent.name for agent in found.authors] == ["Ada Quill"]
    assert found.publisher is not None
    assert found.publisher.name == "The Courier"
    assert (found.image_url, found.image_caption) == ("/lead.jpg", "The bridge")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Quill", ["Ada Quill"]),
        (["Ada Quill", "Ben Rook"], ["Ada Quill", "Ben Rook"]),
        ([{"name": "Ada Quill"}, {"name": "Ben Rook"}], ["Ada Quill", "Ben Rook"]),
        ({"name": ["Ada Quill", "Ben Rook"]}, ["Ada Quill", "Ben Rook"]),
        ({"givenName": "Ada", "familyName": "Quill"}, ["Ada Quill"]),
        ({"name": ""}, []),
        (None, []),
        (7, []),
    ],
)
def test_authors_in_every_form(author: object, names: list[str]) -> None:
    (found,) = articles(json.dumps(ARTICLE | {"author": author}))
    assert [agent.name for agent in found.authors] == names


def test_the_page_s_own_article_comes_first() -> None:
    other = ARTICLE | {"headline": "Ferry cancelled", "url": "https://courier.example/news/ferry"}
    own = ARTICLE | {"url": URL}
    assert articles(json.dumps(other), json.dumps(own))[0].headline == "Bridge reopens"
    titled = '<meta property="og:title" content="Bridge reopens">'
    assert articles(json.dumps(other), json.dumps(ARTICLE), head=titled)[0].headline == "Bridge reopens"


def test_related_articles_are_not_the_page_s() -> None:
    listing = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": ARTICLE}]}
    update = {
        "@type": "LiveBlogPosting",
        "headline": "Storm, live",
        "liveBlogUpdate": [{"@type": "BlogPosting", "headline": "19:05"}],
    }
    assert articles(json.dumps(listing)) == ()
    assert [node.headline for node in articles(json.dumps(update))] == ["Storm, live"]


def test_breadcrumbs() -> None:
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"name": "Home"}, {"item": {"@id": "/sport/", "name": "Sport"}}, {"position": 3}],
    }
    (found,) = read([json.dumps(trail)])
    assert found.crumbs == ("Home", "Sport")


MICRODATA = """
<article itemscope itemtype="https://schema.org/NewsArticle">
  <h1 itemprop="headline">Bridge reopens</h1>
  <span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">Ada Quill</b></span>
  <time itemprop="datePublished" datetime="2024-06-17">17 June</time>
  <div itemprop="comment" itemscope itemtype="https://schema.org/Comment">
    <time itemprop="datePublished" datetime="2030-01-01">x</time>
  </div>
</article>"""


def test_microdata_stays_with_its_scope() -> None:
    (found,) = microdata.read(lxml.html.document_fromstring(MICRODATA))
    assert found.origin == "microdata"
    assert (found.headline, found.date_published) == ("Bridge reopens", "2024-06-17")
    assert found.authors == (Agent(name="Ada Quill", type="Person"),)


def test_meta_links_and_root() -> None:
    html = """<html lang="de-AT"><head><title>A &amp; B</title><META NAME="Author" CONTENT=" Ada ">
      <meta property="og:title" content="one"><meta property="og:title" content="two">
      <meta name=date value="2024-06-17">
      <link rel="canonical alternate" href="/x"></head><body><svg><title>icon</title></svg></body></html>"""
    found = evidence.read(lxml.html.document_fromstring(html), URL)
    assert found.html_title == "A & B"
    assert found.language == "de-AT"
    assert found.meta["author"] == ("Ada",)
    assert found.meta["og:title"] == ("one", "two")
    assert found.first_meta("missing", "date") == "2024-06-17"
    assert found.links["canonical"] == found.links["alternate"] == ("/x",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@graph",
                    "@id",
                    "headline",
                    "author",
                    "name",
                    "image",
                    "publisher",
                    "datePublished",
                    "itemListElement",
                    "mainEntity",
                    "keywords",
                    "isAccessibleForFree",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_no_value_raises(value: object) -> None:
    articles(json.dumps({"@type": "NewsArticle", "@graph": value, "author": value, "headline": value, "image": value}))


@given(st.text(st.sampled_from('{}[]":,\\ \nab@1/*'), max_size=120))
def test_no_script_raises(script: str) -> None:
    read([script, '{"@type":"NewsArticle",' + script])


@pytest.mark.parametrize(
    "script",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '"' * 200_000,
        '{"@type":"NewsArticle","headline":"' + '\\"' * 100_000,
        "9" * 100_000,
        "," * 300_000,
    ],
    ids=["lists", "objects", "quotes", "escapes", "digits", "commas"],
)
def test_hostile_scripts_end_soon(script: str) -> None:
    assert read([script]) == [] or read([script])[0].types
