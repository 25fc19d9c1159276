"""The body: every paragraph of the article and nothing else."""

from __future__ import annotations

import datetime as dt
import time

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import document, quality
from pipelines.document import Document
from pipelines.fields import access, body, bullets
from pipelines.fields.body import Body
from storage.records import Page, SiteRules

FETCHED = dt.datetime(2025, 7, 1, 12, tzinfo=dt.UTC)
TITLE = "Weir reopens after nine dry years"
TEXT = (
    "Water runs over the weir at Upper Wend again, and a crowd of some two hundred came to listen to it fall.",
    "The channel had been dry since the mill was sold, and nobody could say who owned the sluice or where its key was.",
    "“We looked in every drawer of the town hall,” said the clerk, who found it on Monday, in a jar of buttons.",
    "The council voted by five to four to keep the gate open in summer, and to ask the anglers again in the autumn.",
    "A plaque will be put up next year. It is to bear the names of all who carried stones, and of the clerk's cat.",
)


def paper(inside: str, *, head: str = "", below: str = "", rules: SiteRules | None = None) -> Document:
    markup = (
        f"<html><head><title>{TITLE} - The Wend Mercury</title>{head}</head><body>"
        "<header><nav><ul><li><a href='/'>Home</a></li><li><a href='/town'>Town</a></li></ul></nav></header>"
        f"<main><article><h1>{TITLE}</h1>{inside}</article>{below}</main>"
        "<footer><p>© The Wend Mercury. All rights reserved.</p></footer></body></html>"
    )
    page = Page(url="https://mercury.example/town/weir-reopens", body=markup.encode(), fetched_at=FETCHED, site=rules)
    read = document.read(page)
    assert isinstance(read, Document)
    return read


def extract(read: Document, description: str | None = None, points: tuple[str, ...] = ()) -> Body:
    return body.extract(read, title=TITLE, description=description, bullets=points, authors=("Ida Weller",))


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_every_paragraph_in_order() -> None:
    assert extract(paper(f"<div>{paragraphs(*TEXT)}</div>")).paragraphs == TEXT


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            "<figure><img src='w.jpg'><figcaption>The weir. Photo: A. Name</figcaption></figure>", id="caption"
        ),
        pytest.param("<p class='byline'>By Ida Weller</p>", id="byline"),
        pytest.param("<p>Ida Weller</p>", id="author"),
        pytest.param(
            "<div class='share-bar'><a href='/f'>Facebook</a> <a href='/m'>E-mail</a> Share this</div>", id="share-bar"
        ),
        pytest.param(
            "<form class='newsletter-signup'><h3>Newsletter</h3><p>Sign up for our newsletter.</p>"
            "<input type='email'><button>Go</button></form>",
            id="newsletter",
        ),
        pytest.param("<p>Read more: <a href='/mill'>Mill sold for a song</a></p>", id="read-more"),
        pytest.param(
            "<aside class='related'><h3>Related articles</h3><ul><li><a href='/a'>Anglers angry about the gate</a></li>"
            "<li><a href='/b'>What the clerk's cat knows</a></li></ul></aside>",
            id="related",
        ),
        pytest.param("<div class='ad-slot'>Advertisement</div>", id="advert"),
        pytest.param("<div class='tags'><a href='/t/1'>Weir</a> <a href='/t/2'>Wend</a></div>", id="tags"),
    ],
)
def test_what_stands_among_paragraphs_and_is_no_text(markup: str) -> None:
    inside = f"<div>{paragraphs(*TEXT[:2])}{markup}{paragraphs(*TEXT[2:])}</div>"
    assert extract(paper(inside)).paragraphs == TEXT


@pytest.mark.parametrize(
    "below",
    [
        pytest.param(
            "<div id='respond' class='comment-respond'><h3>Leave a Reply</h3><form><p>Your email address will not be "
            "published. Required fields are marked *</p><textarea></textarea></form></div>",
            id="comment-form",
        ),
        pytest.param(
            "<ol class='comment-list'>"
            + "".join(f"<li><p>A reader has opinion number {n} on the weir.</p></li>" for n in range(9))
            + "</ol>",
            id="comments",
        ),
        pytest.param(
            "<div class='cookie-banner'><p>We use cookies. By going on you agree to them.</p></div>", id="cookies"
        ),
        pytest.param(
            "<section class='author-bio'><h4>About the author</h4><p>Ida Weller has written on rivers since 1998.</p>"
            "</section>",
            id="biography",
        ),
    ],
)
def test_what_stands_below_the_article(below: str) -> None:
    assert extract(paper(f"<div>{paragraphs(*TEXT)}</div>", below=below)).paragraphs == TEXT


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param(f"<div>{'<br><br>'.join(TEXT)}</div>", TEXT, id="breaks"),
        pytest.param(f"<div>{'<br>'.join(TEXT)}</div>", TEXT, id="single-breaks-after-sentences"),
        pytest.param(
            f"<div>{paragraphs(*TEXT[:3])}</div><div class='ad'></div><div>{paragraphs(*TEXT[3:])}</div>",
            TEXT,
            id="several-containers",
        ),
        pytest.param(
            f"<div>{paragraphs(*TEXT[:2])}<h2>A jar of buttons</h2>{paragraphs(*TEXT[2:])}</div>",
            (*TEXT[:2], "A jar of buttons", *TEXT[2:]),
            id="subheading",
        ),
        pytest.param(
            f"<div>{paragraphs(*TEXT[:2])}<blockquote><p>{TEXT[2]}</p></blockquote>{paragraphs(*TEXT[3:])}</div>",
            TEXT,
            id="quote",
        ),
        pytest.param(
            f"<div><p>WEND, June 17 — {TEXT[0]}</p>{paragraphs(*TEXT[1:])}</div>",
            (f"WEND, June 17 — {TEXT[0]}", *TEXT[1:]),
            id="the-dateline-stays",
        ),
        pytest.param(
            f"<div>{paragraphs(*TEXT[:4])}<p>{TEXT[4]}</p><h3>Read on</h3></div>", TEXT, id="no-heading-without-text"
        ),
    ],
)
def test_markup_of_many_kinds(inside: str, expected: tuple[str, ...]) -> None:
    assert extract(paper(inside)).paragraphs == expected


@pytest.mark.parametrize(
    "note",
    [
        "Correction: an earlier version of this article gave a wrong figure.",
        "Clarification: the sluice belongs to the town, not to the mill.",
        "Korrektur: In einer früheren Fassung stand eine falsche Zahl.",
    ],
)
def test_a_correction_is_part_of_what_was_published(note: str) -> None:
    read = paper(f"<div>{paragraphs(*TEXT[:4])}<p>{TEXT[4]}</p><p><em>{note}</em></p></div>")
    assert extract(read).paragraphs[-1] == note


def test_a_table_is_a_paragraph_for_each_row() -> None:
    table = (
        "<table><tr><td>Gate open</td><td>May to August</td></tr><tr><td>Gate shut</td><td>All winter</td></tr></table>"
    )
    found = extract(paper(f"<div>{paragraphs(*TEXT[:3])}{table}{paragraphs(*TEXT[3:])}</div>")).paragraphs
    assert [text for text in found if text not in TEXT] in ([], ["Gate open May to August", "Gate shut All winter"])


def test_the_standfirst_is_the_description_and_not_the_body() -> None:
    standfirst = "A key, a jar of buttons, and a narrow vote: how a town got its water back."
    read = paper(f"<p class='standfirst'>{standfirst}</p><div>{paragraphs(*TEXT)}</div>")
    found = extract(read, description=standfirst)
    assert found.paragraphs == TEXT
    assert standfirst in [one.text for one in found.dropped]


def test_a_description_that_repeats_the_first_paragraph_takes_nothing_away() -> None:
    assert extract(paper(f"<div>{paragraphs(*TEXT)}</div>"), description=TEXT[0]).paragraphs == TEXT


def test_key_points_and_their_label_stand_in_bullets_alone() -> None:
    points = ("The weir runs again after nine years.", "The key was found in a jar of buttons.")
    box = f"<div class='box'><h3>Key points</h3><ul>{''.join(f'<li>{point}</li>' for point in points)}</ul></div>"
    read = paper(f"{box}<div>{paragraphs(*TEXT)}</div>")
    assert bullets.choose(read, title=TITLE).value == points
    assert extract(read, points=points).paragraphs == TEXT


def test_a_subheading_that_reads_like_a_label_stays_in_the_text() -> None:
    text = (*TEXT[:3], "What you need to know", *TEXT[3:])
    inside = paragraphs(*TEXT[:3]) + f"<h2>{text[3]}</h2>" + paragraphs(*TEXT[3:])
    assert extract(paper(f"<div>{inside}</div>")).paragraphs == text


def test_what_was_dropped_says_why() -> None:
    read = paper(f"<div>{paragraphs(*TEXT)}<p class='newsletter-box'>Sign up for our newsletter today!</p></div>")
    dropped = {one.text: one.reason for one in extract(read).dropped}
    assert dropped["Sign up for our newsletter today!"]


@pytest.mark.parametrize(
    ("selector", "expected", "warnings"),
    [
        pytest.param(".two", TEXT[3:], (), id="css"),
        pytest.param("//div[@class='two']", TEXT[3:], (), id="xpath"),
        pytest.param(".three", TEXT, ("selector_unmatched:body",), id="matches-nothing-any-more"),
    ],
)
def test_a_sites_selector_comes_first(selector: str, expected: tuple[str, ...], warnings: tuple[str, ...]) -> None:
    inside = f"<div class='one'>{paragraphs(*TEXT[:3])}</div><div class='two'>{paragraphs(*TEXT[3:])}</div>"
    found = extract(paper(inside, rules=SiteRules(name="mercury", body=(selector,))))
    assert (found.paragraphs, found.warnings) == (expected, warnings)


def test_a_page_without_text_gives_what_its_linked_data_states() -> None:
    stated = "\\n\\n".join(TEXT)
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{stated}"}}</script>'
    found = extract(paper("<div id='app'></div>", head=head))
    assert found.paragraphs == TEXT
    assert found.warnings == ("body_from_json_ld",)


TAGS = st.sampled_from(
    ["p", "div", "ul", "li", "h1", "h2", "a", "br", "span", "table", "td", "article", "nav", "form", "b"]
)
CLASSES = st.sampled_from(["", "comments", "article-body", "related", "key-points", "paywall", "caption", "br"])


@st.composite
def trees(draw: st.DrawFn) -> lxml.html.HtmlElement:
    """Any tree of up to forty elements with any text in them."""
    root = lxml.html.fromstring("<html><body></body></html>")
    placed = [root.find("body")]
    for _ in range(draw(st.integers(0, 40))):
        parent = draw(st.sampled_from(placed))
        child = lxml.html.etree.SubElement(parent, draw(TAGS))
        child.set("class", draw(CLASSES))
        child.text = draw(
            st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"), max_size=300)
        )
        child.tail = draw(st.sampled_from([None, " ", "tail. "]))
        placed.append(child)
    return root


@given(trees(), st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_tree_makes_any_of_it_raise(tree: lxml.html.HtmlElement, title: str, description: str) -> None:
    page = Page(url="https://mercury.example/a", body=b"", fetched_at=FETCHED)
    read = document.read(Page(url=page.url, body=b"<p>x</p>", fetched_at=FETCHED))
    assert isinstance(read, Document)
    read.tree = tree
    points = bullets.choose(read, title=title).value or ()
    found = body.extract(read, title=title, description=description, bullets=points, authors=())
    assert all(text and text == " ".join(text.split()) for text in found.paragraphs)
    access.choose(read, found)
    quality.gate(read)
    quality.judge(read, title=title, date_known=False, body=found)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div>" * 100_000 + "deep", id="nested-100000-deep"),
        pytest.param(f"<p>{'long line ' * 100_000}</p>", id="a-line-of-a-megabyte"),
        pytest.param("<p>Some words in a paragraph that is repeated.</p>" * 40_000, id="two-megabytes-of-paragraphs"),
        pytest.param("<ul>" + "<li>An item of a list</li>" * 30_000, id="a-list-of-30000-items"),
        pytest.param("<br>" * 300_000, id="only-breaks"),
        pytest.param("<a href='x'>" * 50_000 + "x", id="links-in-links"),
    ],
)
@pytest.mark.timeout(60)
def test_hostile_pages_take_seconds_at_most(markup: str) -> None:
    page = Page(url="https://mercury.example/a", body=f"<html><body>{markup}".encode(), fetched_at=FETCHED)
    read = document.read(page)
    assert isinstance(read, Document)
    started = time.process_time()
    points = bullets.choose(read, title=TITLE).value or ()
    found = extract(read, points=points)
    access.choose(read, found)
    assert time.process_time() - started < 25


def test_a_paragraph_that_stands_again_is_left_out_and_one_that_opens_alike_stays() -> None:
    again = TEXT[1].replace(", and", " – and")
    alike = "The channel had been dry before, in the year when the mill burnt down, and the anglers caught nothing."
    read = extract(paper(paragraphs(*TEXT, again, alike, TEXT[0])))
    assert read.paragraphs == (*TEXT, alike)
