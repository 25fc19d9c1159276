"""The small parts: markup, dates in words, pictures, resources, configuration."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from crawler.demo import PAPERS, Resource, demo_config_toml, words
from crawler.demo.markup import inline, parse, plain, text_html
from crawler.demo.pictures import landscape


@pytest.mark.parametrize(
    ("text", "kind", "texts", "html"),
    [
        ("Two\nlines", "paragraph", ("Two lines",), "<p>Two lines</p>"),
        ("## Head", "subhead", ("Head",), "<h2>Head</h2>"),
        ("> Said\n> twice", "quote", ("Said twice",), "<blockquote><p>Said twice</p></blockquote>"),
        ("- a\n- b", "list", ("a", "b"), "<ul><li>a</li><li>b</li></ul>"),
        ("A *b* c", "paragraph", ("A b c",), "<p>A <em>b</em> c</p>"),
        ("[x](/y?a=1&b)", "paragraph", ("x",), '<p><a href="/y?a=1&amp;b">x</a></p>'),
        ("1 < 2 & 3", "paragraph", ("1 < 2 & 3",), "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "| a | b |\n| c | d |",
            "table",
            (),
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>",
        ),
        ("!figure slug | caption | credit", "figure", (), ""),
        ("!newsletter", "newsletter", (), ""),
    ],
)
def test_markup(text: str, kind: str, texts: tuple[str, ...], html: str) -> None:
    (block,) = parse(text)
    assert (block.kind, block.texts, text_html(block)) == (kind, texts, html)


def test_lines_without_markup_are_kept() -> None:
    assert plain("1 * 2 [no link]") == "1 * 2 [no link]"
    assert inline("<script>") == "&lt;script&gt;"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "5 March 2025"),
        ("en-US", "March 5, 2025"),
        ("de", "5. März 2025"),
        ("fr", "5 mars 2025"),
        ("es", "5 de marzo de 2025"),
        ("ja", "2025年3月5日"),
        ("ru", "5 марта 2025"),
    ],
)
def test_dates_in_words(language: str, expected: str) -> None:
    assert words.day(dt.date(2025, 3, 5), language) == expected


def test_clock_and_people() -> None:
    afternoon = dt.datetime(2025, 3, 5, 12, 5, tzinfo=dt.UTC)
    assert words.clock(afternoon, "en-US") == "12:05 pm"
    assert words.clock(afternoon, "de") == "12:05"
    assert words.people(("A", "B", "C")) == "A, B and C"
    assert words.people(()) == ""


def test_pictures_are_the_same_for_the_same_slug() -> None:
    assert landscape("a") == landscape("a") != landscape("b")


def test_resources_write_what_their_encoding_lacks_as_references() -> None:
    assert Resource(content="é語", encoding="windows-1252").body == b"\xe9&#35486;"
    with pytest.raises(ValueError, match="does not stand there"):
        Resource(content=b"bytes").edited("b", "c", dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("archive", ["archive", 'C:\\a "b"\n', "köln/ü\x7f"])
def test_configuration(archive: str) -> None:
    settings = tomllib.loads(demo_config_toml(archive))
    assert settings["archive"] == {"path": archive}
    assert settings["crawl"]["contact"] == "mailto:demo@broadsheet.test"
    assert [source["name"] for source in settings["source"]] == [paper.key for paper in PAPERS]
    for source, paper in zip(settings["source"], PAPERS, strict=True):
        assert source["entrances"] == [paper.address(path) for path in paper.entrances]
