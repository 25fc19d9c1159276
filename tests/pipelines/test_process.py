"""The pure function as a whole: every column, every stage, and no page that makes it raise."""

# ruff: noqa: E501

from __future__ import annotations

import dataclasses
import datetime as dt
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines import codes
from pipelines.process import EXTRACTOR, article_id, inspect, process
from storage.records import Announcement, Article, Page, Rejection, SiteRules, WarcPosition

NOW = dt.datetime(2024, 6, 20, 12, 30, 15, 250, tzinfo=dt.UTC)
URL = "https://www.harbourcourier.example/world/2024/old-bridge-reopens?utm_source=feed"
LINES = [
    "The oldest bridge of the valley reopened on Monday, six years after the flood that took its middle arch.",
    "Walkers crossed it first, led by a brass band from the upper town and a dog that belonged to nobody.",
    "The repair cost 870,000 crowns, a third of which came from a collection among the shops of both banks.",
    "Cars will have to go round by the motorway for good, the mayor said, and she sounded as if she meant it.",
    "At noon the first complaint reached the town hall: the new railing hums when the wind comes from the east.",
]
HTML = """<!doctype html><html lang="en-GB"><head><title>Old bridge reopens after six years | Harbour Courier</title>
<meta property="og:site_name" content="Harbour Courier"><meta property="og:title" content="Old bridge reopens after six years">
<meta property="og:description" content="Walkers first, and no cars at all."><link rel="canonical" href="/world/2024/old-bridge-reopens">
<meta property="og:image" content="/img/bridge.jpg">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Old bridge reopens after six years",
"datePublished":"2024-06-17T23:30:00+02:00","dateModified":"2024-06-18T08:00:00+02:00","author":{"@type":"Person","name":"Ada Quill"},
"articleSection":"World","keywords":["bridge","river"],"publisher":{"name":"Harbour Courier"}}</script></head>
<body><article><h1>Old bridge reopens after six years</h1>%s</article></body></html>"""  # fmt: skip
BODY = (HTML % "".join(f"<p>{line}</p>" for line in LINES)).encode()


def page(**fields: object) -> Page:
    return Page(**({"url": URL, "body": BODY, "fetched_at": NOW} | fields))  # type: ignore[arg-type]


def article(**fields: object) -> Article:
    outcome = process(page(**fields))
    assert isinstance(outcome, Article), outcome
    return outcome


def test_every_column() -> None:
    found = article(warc=WarcPosition(file="2024/06/20/run-00001.warc.gz", offset=512, length=900), rights=("noai",))
    assert found == Article(
        row=found.row,
        id=article_id("https://www.harbourcourier.example/world/2024/old-bridge-reopens"),
        revision=found.revision,
        url=URL,
        canonical_url="https://www.harbourcourier.example/world/2024/old-bridge-reopens",
        requested_url=URL,
        kind="news",
        source="harbourcourier.example",
        domain="harbourcourier.example",
        publisher="Harbour Courier",
        title="Old bridge reopens after six years",
        date=dt.date(2024, 6, 17),
        date_published=dt.datetime(2024, 6, 17, 21, 30, tzinfo=dt.UTC),
        date_modified=dt.datetime(2024, 6, 18, 6, 0, tzinfo=dt.UTC),
        utc_offset=120,
        date_raw="2024-06-17T23:30:00+02:00",
        date_source="json-ld",
        date_crawled=NOW,
        first_seen=NOW,
        description="Walkers first, and no cars at all.",
        body="\n\n".join(LINES),
        authors=("Ada Quill",),
        section="World",
        tags=("bridge", "river"),
        language="en-GB",
        image_url="https://www.harbourcourier.example/img/bridge.jpg",
        access=found.access,
        word_count=sum(len(line.split()) for line in LINES),
        rights=("noai",),
        extractor=EXTRACTOR,
        warc_file="2024/06/20/run-00001.warc.gz",
        warc_offset=512,
        warc_length=900,
        month="2024-06",
    )


def test_process_is_a_function() -> None:
    assert article() == article()
    assert process(page()) == inspect(page()).outcome


def test_rows_sort_by_capture_and_differ() -> None:
    later = NOW + dt.timedelta(microseconds=1)
    rows = [article().row, article(fetched_at=later).row]
    assert rows == sorted(rows)
    assert article(requested_url="https://x.example/other").row != rows[0]
    assert (
        article(warc=WarcPosition(file="a", offset=0, length=1)).row
        != article(warc=WarcPosition(file="a", offset=1, length=1)).row
    )


def test_an_edit_changes_the_revision_and_not_the_id() -> None:
    edited = article(body=BODY.replace(b"brass band", b"string quartet"))
    assert edited.id == article().id
    assert edited.revision != article().revision
    assert article(body=BODY.replace(b"bridge.jpg", b"other.jpg")).revision == article().revision


def test_a_page_that_was_cut_short_says_so() -> None:
    assert "cut_short" in article(truncated="disconnect").warnings


def test_a_known_id_wins() -> None:
    assert article(id="0" * 32).id == "0" * 32


def test_what_travels_with_the_page_is_kept() -> None:
    seen = NOW - dt.timedelta(hours=3)
    found = article(
        announcement=Announcement(entrance="https://x.example/feed", kind="feed", seen_at=seen),
        site=SiteRules(name="the-courier"),
        requested_url="https://short.example/1",
    )
    assert (found.first_seen, found.source, found.requested_url) == (seen, "the-courier", "https://short.example/1")


@pytest.mark.parametrize(
    ("declared", "canonical", "foreign"),
    [
        ("/world/2024/old-bridge-reopens", "https://www.harbourcourier.example/world/2024/old-bridge-reopens", None),
        (
            "https://agency.example/bridge?utm_medium=x",
            "https://www.harbourcourier.example/world/2024/old-bridge-reopens",
            "https://agency.example/bridge",
        ),
        (
            "https://www.harbourcourier.example/",
            "https://www.harbourcourier.example/world/2024/old-bridge-reopens",
            None,
        ),
        ("http://[", "https://www.harbourcourier.example/world/2024/old-bridge-reopens", None),
    ],
    ids=["own", "reprint", "front page", "broken"],
)
def test_the_declared_address(declared: str, canonical: str, foreign: str | None) -> None:
    found = article(body=BODY.replace(b"/world/2024/old-bridge-reopens", declared.encode(), 1))
    assert (found.canonical_url, found.declared_canonical) == (canonical, foreign)


@pytest.mark.parametrize(
    ("published", "month", "warnings"),
    [
        (b"2024-06-17T23:30:00+02:00", "2024-06", ()),
        (b"2031-01-01T00:00:00+02:00", "unknown", ("future_date",)),
        (b"never", "unknown", ("no_date",)),
    ],
)
def test_the_month_is_that_of_the_day(published: bytes, month: str, warnings: tuple[str, ...]) -> None:
    found = article(
        body=BODY.replace(b"2024-06-17T23:30:00+02:00", published).replace(b"2024-06-18T08:00:00+02:00", b""),
        url="https://x.example/a-b-c",
    )
    assert found.month == month
    assert set(warnings) <= set(found.warnings)


@pytest.mark.parametrize(
    ("fields", "stage", "reason"),
    [
        ({"body": b""}, "document", "empty"),
        ({"status": 404}, "quality", "http_error"),
        ({"body": b"<title>x</title><p>Short.</p>"}, "quality", "too_short"),
    ],
)
def test_the_first_refusal_ends(fields: dict[str, object], stage: str, reason: str) -> None:
    outcome = process(page(**fields))
    assert isinstance(outcome, Rejection)
    assert (outcome.url, outcome.stage, outcome.reason) == (URL, stage, reason)
    assert codes.known(outcome.reason)


def test_inspection_shows_every_choice() -> None:
    extraction = inspect(page()).extraction
    assert extraction is not None
    assert [c.source for c in extraction.title.candidates] == ["meta:og:title", "json-ld", "h1", "title"]
    assert extraction.title.winner is extraction.title.candidates[0]
    assert extraction.dates.published.winner is not None
    assert extraction.body.paragraphs == tuple(LINES)


HOSTILE = {
    "deep": b"<div>" * 100_000 + b"text",
    "one line": b"<p>" + b"word " * 200_000,
    "headings": b"<h1>a b c d</h1>" * 20_000,
    "dates": b"<span class=date>12 March 2024</span>" * 20_000,
    "bylines": b"<a rel=author href=/author/x>Ada Quill</a>, " * 20_000,
    "times": b'<time datetime="2024-01-01T00:00:00Z">x</time>' * 20_000,
    "title": b"<title>" + b" | - " * 100_000 + b"</title><p>x",
    "openings": b"<" * 300_000,
    "scopes": b'<div itemscope itemtype="http://schema.org/Article"><i itemprop=author>' * 5_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_end_within_seconds(body: bytes) -> None:
    started = time.process_time()
    assert isinstance(process(page(body=body)), Article | Rejection)
    assert time.process_time() - started < 15


TAGS = [
    "p",
    "div",
    "h1",
    "h2",
    "time",
    "a",
    "span",
    "ul",
    "li",
    "table",
    "td",
    "article",
    "figure",
    "figcaption",
    "script",
    "title",
    "meta",
]
MARKUP = st.lists(
    st.one_of(
        st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
        st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
        st.sampled_from(
            [
                '<meta property="article:published_time" content="2024-06-31T99:00">',
                '<script type="application/ld+json">{"@type":"NewsArticle","author":[{}],"headline":"\\ud83d"}</script>',
                "<p class=byline>By ", "<p class=date>12 March 2024 ", '<link rel="canonical" href="http://[::1">',
                '<a rel=author href="/author/x">', '<div class="comments">', "&#xD800;", "<br>",
            ]
        ),
        st.text(max_size=30),
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(markup=MARKUP, url=st.one_of(st.just(URL), st.text(st.characters(exclude_categories=()), max_size=40)))
@example(markup="<p>x", url="http://[::1")
@example(markup="<p>x", url="\ud800")
@example(markup="\x00\ufffe\ud83d", url="http://x.example:99999/%zz")
def test_no_page_raises(markup: str, url: str) -> None:
    outcome = process(page(body=markup.encode("utf-8", "surrogatepass") + BODY, url=url))
    assert isinstance(outcome, Article | Rejection)
    if isinstance(outcome, Article):
        for field in dataclasses.fields(outcome):
            value = getattr(outcome, field.name)
            for text in value if isinstance(value, tuple) else [value]:
                assert not isinstance(text, str) or isinstance(text.encode("utf-8"), bytes)
        assert all(codes.known(code) for code in outcome.warnings)


@settings(deadline=None)
@given(body=st.binary(max_size=400), header=st.sampled_from(["text/html", "text/html; charset=shift_jis", "image/png"]))
def test_no_bytes_raise(body: bytes, header: str) -> None:
    outcome = process(page(body=body, headers=(("Content-Type", header),)))
    assert isinstance(outcome, Article | Rejection)
