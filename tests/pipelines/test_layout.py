"""How much text a block holds, and cues that cannot be true."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines import cues, layout

SENTENCE = "The harbour board met on Tuesday and decided nothing at all, as was expected by everybody. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("abc", 3, id="letters"),
        pytest.param("été", 3, id="accents"),
        pytest.param("漢字かな", 12, id="no-spaces-between-words"),
        pytest.param("ไทย", 9, id="thai"),
        pytest.param("한글", 2, id="hangul-has-spaces"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_size(text: str, expected: int) -> None:
    assert layout.size(text) == expected


@pytest.mark.parametrize(
    ("name", "void"),
    [
        pytest.param("sidebar", True, id="a-sidebar-that-is-the-page"),
        pytest.param("article-body", False, id="what-it-may-well-be"),
    ],
)
def test_a_cue_of_nearly_everything_is_void(name: str, void: bool) -> None:
    markup = f"<body><div class='{name}'>{f'<p>{SENTENCE}</p>' * 9}</div><p>{SENTENCE}</p></body>"
    found = layout.of(lxml.html.document_fromstring(markup))
    region = found.regions[1]
    assert (region.cues & (cues.ASIDE | cues.BODY) == 0) is void


def test_readers_may_write_more_than_the_article_has() -> None:
    markup = (
        f"<body><article>{f'<p>{SENTENCE}</p>' * 3}</article><ol class='comment-list'>{f'<p>{SENTENCE}</p>' * 9}</ol>"
    )
    found = layout.of(lxml.html.document_fromstring(markup))
    comments = next(region for region in found.regions if region.tag == "ol")
    assert comments.cues & cues.COMMENTS


@pytest.mark.parametrize(
    ("outside", "expected"),
    [pytest.param(3, 35, id="the-article-is-in-the-navigation"), pytest.param(30, 30, id="the-article-is-outside")],
)
def test_a_page_with_next_to_no_text_outside_its_navigation_is_read_whole(outside: int, expected: int) -> None:
    # Somebody forgot to close the navigation.
    markup = f"<body>{f'<p>{SENTENCE}</p>' * outside}<nav><a>Town</a><a>Port</a>{f'<p>{SENTENCE}</p>' * 31}"
    assert len(layout.of(lxml.html.document_fromstring(markup)).blocks) == expected
