"""Pages as blocks of running text."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines import cues, walk


def texts(markup: str) -> list[str]:
    return [block.text for block in walk.read(lxml.html.document_fromstring(markup).find("body")).blocks]


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
    first, second = walk.read(root.find("body")).blocks
    assert (first.text, first.linked, first.links, first.strong, first.media) == ("a bc d", 2, 1, 1, True)
    assert first.lines == ("a bc", "d")
    assert (second.media, second.lines, second.continues) == (False, (), False)


def test_regions_hold_ranges_of_blocks_and_cues_go_down() -> None:
    root = lxml.html.document_fromstring(
        "<body><div class='related-posts'><p>x</p><button>b</button></div><article><p>y</p><p>z</p></article></body>"
    )
    layout = walk.read(root.find("body"))
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
    layout = walk.read(deep)
    assert [block.text for block in layout.blocks] == ["at the bottom"]
    assert texts(f"<p>{'<br>' * 20_000}{'word ' * 200_000}</p>")[0].startswith("word word")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<nav><ul><li><a>Town</a><li><a>Port</a></ul></nav>", [], id="navigation"),
        pytest.param("<div role='navigation'><a>Town</a></div>", [], id="navigation-by-its-role"),
        pytest.param("<search><form>Find <input></form></search>", [], id="search"),
        pytest.param("<div role='contentinfo'>Weir Street 5</div>", [], id="footer-by-its-role"),
        pytest.param("<div><footer><p>Weir Street 5</p></footer></div>", [], id="footer-of-the-page"),
        pytest.param("<article><footer>A. Quill</footer></article>", ["A. Quill"], id="footer-of-an-article"),
        pytest.param("<blockquote><footer>A. Quill</footer></blockquote>", ["A. Quill"], id="footer-of-a-quotation"),
        pytest.param("<nav><main><p>Weir</p></main></nav>", ["Weir"], id="navigation-around-all-the-page"),
        pytest.param("<header><h1>Weir</h1></header>", ["Weir"], id="header"),
        pytest.param("<aside><p>Weir</p></aside>", ["Weir"], id="aside"),
        pytest.param("<div class='nav'><a>Town</a></div>", ["Town"], id="a-class-is-a-hint-only"),
    ],
)
def test_what_can_hold_no_article_is_passed_over(markup: str, expected: list[str]) -> None:
    body = lxml.html.document_fromstring(f"<body><p>before</p>{markup}<p>after</p>").find("body")
    layout = walk.read(body, whole=False)
    assert [block.text for block in layout.blocks] == ["before", *expected, "after"]
    assert layout.whole is bool(expected)
    assert len(walk.read(body).blocks) > 2


def test_distances_are_those_of_the_whole_page() -> None:
    markup = "<body><h1>Weir</h1><nav><ul><li><a>Town</a><li><a>Port</a></ul></nav><p>after</p>"
    body = lxml.html.document_fromstring(markup).find("body")
    assert [block.place for block in walk.read(body, whole=False).blocks] == [0, 3]
    assert [block.place for block in walk.read(body).blocks] == [0, 1, 2, 3]
