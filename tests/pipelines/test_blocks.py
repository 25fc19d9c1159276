"""Pages as blocks of running text."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines import blocks, cues


def texts(markup: str) -> list[str]:
    return [block.text for block in blocks.read(lxml.html.document_fromstring(markup).find("body")).blocks]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<p>A <b>bo</b>ld <a href='/x'>link</a>, gone.</p>", ["A bold link, gone."], id="inline-is-flat"),
        pytest.param("<p>one</p><p>two</p>", ["one", "two"], id="paragraphs"),
        pytest.param(
            "<div>before<p>inside</p>after</div>", ["before", "inside", "after"], id="text-around-a-paragraph"
        ),
        pytest.param("<div>one<br><br>two</div>", ["one", "two"], id="two-breaks-part"),
        pytest.param("<p>Church Lane 5<br>Weir</p>", ["Church Lane 5 Weir"], id="one-break-is-a-space"),
        pytest.param(
            f"<div>{'A sentence that is long enough. ' * 3}<br>Next.</div>",
            [("A sentence that is long enough. " * 3).strip(), "Next."],
            id="a-break-after-a-sentence-parts",
        ),
        pytest.param(
            "<div>one<span class='x br'></span><span class='br'></span>two</div>", ["one", "two"], id="span-br"
        ),
        pytest.param("<p>a<!-- note -->b</p>", ["ab"], id="comment-keeps-what-follows"),
        pytest.param("<p>text<script>var a;</script> on</p>", ["text on"], id="script-is-no-text"),
        pytest.param("<p><a href='/'>go<span class='sr-only'>new tab</span></a> on</p>", ["go on"], id="screen-reader"),
        pytest.param("<ul><li>one<li>two</ul>", ["one", "two"], id="items"),
        pytest.param("<table><tr><td>a<td>b</table>", ["a", "b"], id="cells"),
        pytest.param("<p>漢字<b>か</b>な</p>", ["漢字かな"], id="no-space-between-parts-of-a-word"),
        pytest.param("<p> \n\t </p>", [], id="white-space"),
        pytest.param("<noscript><p>Please enable JavaScript.</p></noscript><p>x</p>", ["x"], id="noscript-notice"),
        pytest.param(f"<noscript><p>{'word ' * 200}</p></noscript>", [("word " * 200).strip()], id="noscript-article"),
    ],
)
def test_blocks(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


def test_a_block_counts_its_links_lines_and_pictures() -> None:
    root = lxml.html.document_fromstring("<body><img src='x'><p>a <a href='/'>bc</a><br><b>d</b></p><p>e</p>")
    first, second = blocks.read(root.find("body")).blocks
    assert (first.text, first.linked, first.links, first.strong, first.media) == ("a bc d", 2, 1, 1, True)
    assert first.lines == ("a bc", "d")
    assert (second.media, second.lines, second.continues) == (False, (), False)


def test_regions_hold_ranges_of_blocks_and_cues_go_down() -> None:
    root = lxml.html.document_fromstring(
        "<body><div class='related-posts'><p>x</p><button>b</button></div><article><p>y</p><p>z</p></article></body>"
    )
    layout = blocks.read(root.find("body"))
    box = next(region for region in layout.regions if region.tag == "div")
    assert [block.text for block in layout.blocks[box.first : box.last]] == ["x"]
    assert (box.cues & cues.RELATED, box.controls, layout.blocks[0].cues & cues.RELATED) == (
        cues.RELATED,
        1,
        cues.RELATED,
    )
    article = next(region for region in layout.regions if region.tag == "article")
    assert (article.first, article.last) == (1, 3)


@pytest.mark.parametrize(
    ("attribute", "cue"),
    [
        pytest.param("post-comments", cues.COMMENTS, id="hyphen"),
        pytest.param("relatedPosts", cues.RELATED, id="camel"),
        pytest.param("wp_caption_text", cues.CAPTION, id="underscore"),
        pytest.param("article-body__content", cues.BODY, id="pair"),
        pytest.param("commentary", 0, id="no-substring"),
        pytest.param("x" * 5_000 + " comments", 0, id="only-the-beginning-is-read"),
    ],
)
def test_cues_are_whole_words(attribute: str, cue: int) -> None:
    found = cues.of(attribute)
    assert found & cue == cue
    assert cue or not found & (cues.COMMENTS | cues.RELATED)


def test_depth_and_size_do_no_harm() -> None:
    deep = lxml.html.Element("body")
    here = deep
    for _ in range(20_000):
        here = lxml.html.etree.SubElement(here, "div")
    here.text = "at the bottom"
    layout = blocks.read(deep)
    assert [block.text for block in layout.blocks] == ["at the bottom"]
    assert texts(f"<p>{'<br>' * 20_000}{'word ' * 200_000}</p>")[0].startswith("word word")
