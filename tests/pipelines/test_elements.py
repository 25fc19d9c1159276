"""The elements that several fields look at: what a walk for each would find, and no more than is asked for."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines import elements, evidence

PAGE = """<html><head><title>Ferry</title><meta name=a content=1><link rel=canonical href=/1></head><body>
<h2>Before</h2><h1>The ferry is late</h1><time datetime=2024-05-01>1 May</time>
<figure><img src=/1.jpg><figcaption>The ferry</figcaption></figure><h1>Again</h1><script>x()</script></body></html>"""


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("stating", ("meta", "link", "script", "title")),
        ("headings", ("h1",)),
        ("subheadings", ("h2",)),
        ("times", ("time",)),
        ("captions", ("figcaption",)),
    ],
)
def test_finds_what_a_walk_for_the_tags_finds(name: str, tags: tuple[str, ...]) -> None:
    tree = lxml.html.document_fromstring(PAGE)
    found = getattr(elements.find(tree), name)
    assert found
    assert found == list(tree.iter(*tags))


@pytest.mark.parametrize(
    ("name", "tag", "most"),
    [
        ("stating", "meta", elements.MAX_STATING),
        ("headings", "h1", elements.MAX_MARKED),
        ("times", "time", elements.MAX_MARKED),
    ],
)
def test_a_hostile_page_fills_no_list(name: str, tag: str, most: int) -> None:
    tree = lxml.html.document_fromstring(f"<html><body>{f'<{tag}></{tag}>' * (most + 50)}</body></html>")
    assert len(getattr(elements.find(tree), name)) == most


def test_evidence_is_the_same_with_and_without_them() -> None:
    tree = lxml.html.document_fromstring(PAGE)
    given = evidence.read(tree, "http://harbour.test/1", found=elements.find(tree))
    assert given == evidence.read(tree, "http://harbour.test/1")
    assert given.html_title == "Ferry"
