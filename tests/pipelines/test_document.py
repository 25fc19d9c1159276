"""Pages decoded and parsed: refusals, limits, what the configuration takes away."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from pipelines.document import Document, read
from pipelines.selectors import SelectorError, checked, compile_selector
from storage.records import Page, Rejection, SiteRules

NOW = dt.datetime(2024, 6, 17, 12, tzinfo=dt.UTC)


def page(body: bytes, site: SiteRules | None = None) -> Page:
    return Page(url="https://courier.example/a", body=body, fetched_at=NOW, site=site)


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\x00\x00", b"<!-- only this -->", b"\xff\xfe"])
def test_a_page_without_content_is_refused(body: bytes) -> None:
    refusal = read(page(body))
    assert isinstance(refusal, Rejection)
    assert (refusal.stage, refusal.reason) == ("document", "empty")


def test_comments_and_instructions_are_no_part_of_the_tree() -> None:
    document = read(page(b"<p>one<!-- not -->two<?php echo 1 ?></p>"))
    assert isinstance(document, Document)
    assert document.tree.text_content() == "onetwo"


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"text",
        b"<b><i>" * 50_000 + b"text",
        b"<ul><li>" * 50_000 + b"text" + b"</li></ul>" * 50_000,
        b"<p>" + b"x" * 1_000_000 + b"</p>",
        b"<p>line of text</p>" * 500_000,
        b"<" * 500_000,
        b"&" * 500_000,
        b"<a " + b"x=y " * 200_000 + b">",
    ],
    ids=["deep", "deep inline", "deep lists", "one line", "10 MB", "openings", "ampersands", "attributes"],
)
def test_hostile_pages_are_read_within_seconds(body: bytes) -> None:
    started = time.process_time()
    assert isinstance(read(page(body)), Document | Rejection)
    assert time.process_time() - started < 5


def test_what_nests_too_deep_is_said() -> None:
    document = read(page(b"<p>top</p>" + b"<div>" * 5_000 + b"bottom"))
    assert isinstance(document, Document)
    assert "too_deep" in document.warnings


def test_remove_takes_out_of_the_tree_and_keeps_what_follows() -> None:
    body = b"<p>one <span class=ad>buy</span>two</p><div class=ad>buy</div>three"
    document = read(page(body, SiteRules(name="courier", remove=(".ad",))))
    assert isinstance(document, Document)
    assert document.tree.text_content() == "one twothree"
    assert document.warnings == ()


def test_a_remove_that_matches_nothing_is_a_warning() -> None:
    document = read(page(b"<p>one</p>", SiteRules(name="courier", remove=(".gone", "//aside"))))
    assert isinstance(document, Document)
    assert document.warnings == ("selector_unmatched:remove",)


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("p.x", ["one", "two"]),
        ("//p[@class='x']", ["one", "two"]),
        ("(//p)[1]", ["one"]),
        ("./body/p", ["one", "two", "three"]),
        ("em", []),
    ],
)
def test_selectors(selector: str, texts: list[str]) -> None:
    document = read(page(b"<p class=x>one</p><p class=x>two</p><p>three</p>"))
    assert isinstance(document, Document)
    assert [element.text for element in document.select((selector,))] == texts


@pytest.mark.parametrize("selector", ["p[", "//p[", "", "a b >>", "//@*[1]/text(", "p::before:"])
def test_a_broken_selector_says_so_and_finds_nothing(selector: str) -> None:
    with pytest.raises(SelectorError, match="no CSS selector and no XPath"):
        checked(selector)
    assert compile_selector(selector) is None


def test_the_first_selector_that_matches_counts() -> None:
    document = read(page(b"<p>one</p><q>two</q>"))
    assert isinstance(document, Document)
    assert [element.text for element in document.select((".gone", "q", "p"))] == ["two"]
