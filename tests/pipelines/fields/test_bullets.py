"""The key points above the body, in every shape, and the lists that are none."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines import document
from pipelines.document import Document
from pipelines.fields import bullets
from storage.records import Page, SiteRules

TITLE = "Ferry goes back to sail"
POINTS = (
    "The ferry across the sound will carry sails again from May.",
    "Its engine has been sold to a museum for eleven crowns.",
    "Passengers will be asked to help with the ropes.",
)
PARAGRAPH = (
    "The harbour board decided on Tuesday, after a debate of seven hours, that the ferry has no need of an engine as "
    "long as there is wind, and that there has always been wind on the sound."
)
ITEMS = "".join(f"<li>{point}</li>" for point in POINTS)
LIST = f"<ul>{ITEMS}</ul>"


def read(above: str, below: str = "", rules: SiteRules | None = None) -> Document:
    markup = (
        f"<html><head><title>{TITLE}</title></head><body><nav><ul><li><a href='/'>Front page</a></li></ul></nav>"
        f"<main><h1>{TITLE}</h1>{above}<div class='text'><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p>{below}</div></main>"
    )
    page = Page(url="https://sound.example/ferry", body=markup.encode(), fetched_at=dt.datetime.now(dt.UTC), site=rules)
    found = document.read(page)
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize(
    ("above", "source"),
    [
        pytest.param(f"<div class='key-points'>{LIST}</div>", "class", id="box-with-a-name"),
        pytest.param(f"<ul class='summary-list'>{ITEMS}</ul>", "class", id="list-with-a-name"),
        pytest.param(f"<h2>Key points</h2>{LIST}", "label", id="english-label"),
        pytest.param(f"<div><strong>Das Wichtigste in Kürze:</strong>{LIST}</div>", "label", id="german-label"),
        pytest.param(f"<h3>L’essentiel</h3><div>{LIST}</div>", "label", id="french-label"),
        pytest.param(f"<h3>要点</h3>{LIST}", "label", id="japanese-label"),
        pytest.param(f"<h3>Kort fortalt</h3><p>Made by a machine.</p>{LIST}", "label", id="note-below-the-label"),
        pytest.param(f"<div hidden><h3>Summary</h3>{LIST}</div>", "label", id="folded"),
        pytest.param(LIST, "place", id="plain-list-below-the-headline"),
        pytest.param("".join(f"<h2>{point}</h2>" for point in POINTS), "place", id="headings-in-a-row"),
        pytest.param(f"<h3>Highlights</h3><div>{'<br>'.join(POINTS)}</div>", "label", id="lines"),
        pytest.param(f"<div>At a glance<br>• {'<br>• '.join(POINTS)}</div>", "label", id="lines-with-their-label"),
        pytest.param(f"<ul><li>Key points</li>{ITEMS}</ul>", "label", id="label-as-item"),
        pytest.param(
            f"<h3>Key points</h3><ul>{ITEMS}<li><a href='/'>Visit our homepage for more</a></li></ul>",
            "label",
            id="linked-promotion",
        ),
        pytest.param(
            f"<h3>Key points</h3><ul>{ITEMS}<li>Visit our homepage for more stories</li></ul>",
            "label",
            id="plain-promotion",
        ),
        pytest.param(f"<p class='standfirst'>{PARAGRAPH}</p>{LIST}", "place", id="plain-list-below-a-standfirst"),
        pytest.param(f"<p>• {'<br>• '.join(POINTS)}</p>", "place", id="lines-with-marks"),
        pytest.param(f"<h4>🔑 3 key takeaways:</h4>{LIST}", "label", id="label-with-number-and-sign"),
        pytest.param(f"<h4>Zusammenfassung (KI)</h4>{LIST}", "label", id="label-with-a-note"),
        pytest.param(
            f"<div class='takeaways'>{ITEMS.replace('li>', 'p>')}</div>", "class", id="paragraphs-with-a-name"
        ),
    ],
)
def test_key_points(above: str, source: str) -> None:
    found = bullets.choose(read(above), title=TITLE)
    assert found.value == POINTS
    assert found.winner is not None
    assert found.winner.source == source


@pytest.mark.parametrize(
    ("above", "below"),
    [
        pytest.param("", LIST, id="list-inside-the-text"),
        pytest.param("", f"<h2>Key points</h2>{LIST}", id="box-inside-the-text"),
        pytest.param(
            "<ul><li><a href='#a'>What sails are for</a></li><li><a href='#b'>Why now</a></li></ul>", "", id="jumps"
        ),
        pytest.param("<ul><li>By Ida Weller</li><li>3 May</li></ul>", "", id="byline"),
        pytest.param(f"<div class='key-points'><ul><li>{POINTS[0]}</li></ul></div>", "", id="one-sentence-is-no-list"),
        pytest.param(f"<h3>Key points</h3><ul>{'<li>A point among far too many.</li>' * 6}</ul>", "", id="six-points"),
        pytest.param("<ul><li>Flour</li><li>Butter</li><li>Two eggs</li></ul>", "", id="ingredients"),
        pytest.param(f"<h3>Key points</h3><ul>{'<li>' + 'x' * 401 + '</li>' * 3}</ul>", "", id="too-long"),
        pytest.param(f"<div class='related-articles'>{LIST}</div>", "", id="related"),
        pytest.param(f"<footer><h3>Key points</h3>{LIST}</footer>", "", id="footer"),
        pytest.param(f"<p>What the board decided:</p>{LIST}", "", id="introduced-by-a-sentence"),
        pytest.param(f"<ul>{ITEMS.replace('</li>', '<img src=x></li>')}</ul>", "", id="gallery"),
        pytest.param(f"<p>{'<br>'.join(POINTS)}</p>", "", id="text-parted-by-breaks"),
        pytest.param(
            "<p>The ferry at its berth in the sound<br>Photo: Ida Weller, Sound Gazette</p>",
            "",
            id="caption-and-credit",
        ),
        pytest.param(f"<div class='summary'>{ITEMS.replace('li>', 'p>')}</div>", "", id="standfirst-of-paragraphs"),
        pytest.param(
            f"<div class='key-points'><ul><li>{TITLE}</li>{ITEMS}</ul></div>", "", id="the-headline-among-them"
        ),
    ],
)
def test_no_key_points(above: str, below: str) -> None:
    assert bullets.choose(read(above, below), title=TITLE).value is None


def test_headlines_on_lines_below_the_headline() -> None:
    lines = ("Ferry under sail from May", "“No need of an engine”, says the board", "Passengers pull the ropes")
    found = bullets.choose(read(f"<h2>{'<br>'.join(lines)}</h2>"), title=TITLE)
    assert found.value == lines


def test_a_live_blogs_points_lead_into_it() -> None:
    live = f'<script type="application/ld+json">{{"@type": "LiveBlogPosting", "headline": "{TITLE}"}}</script>'
    assert bullets.choose(read(f"<h2>Key points</h2>{LIST}"), title=TITLE).value == POINTS
    assert bullets.choose(read(f"{live}<h2>Key points</h2>{LIST}"), title=TITLE).value is None


def test_another_version_of_the_headline_is_where_the_points_begin() -> None:
    # The title stands once more further below, in a list of what is new.
    again = f"<aside><div><a href='/ferry'>{TITLE}</a></div></aside>"
    markup = f"<title>{TITLE}</title><h1>The old ferry goes back to sail</h1>{LIST}<p>{PARAGRAPH}</p>{again}"
    page = Page(url="https://sound.example/ferry", body=markup.encode(), fetched_at=dt.datetime.now(dt.UTC))
    found = document.read(page)
    assert isinstance(found, Document)
    assert bullets.choose(found, title=TITLE).value == POINTS


def test_a_label_beats_a_name_and_a_name_beats_a_place() -> None:
    other = (
        "<ul><li>A list that merely stands below the headline.</li><li>And a second item of that very list.</li></ul>"
    )
    found = bullets.choose(read(f"{other}<h3>Key points</h3>{LIST}"), title=TITLE)
    assert found.value == POINTS
    assert [candidate.source for candidate in found.candidates] == ["label", "place"]


@pytest.mark.parametrize(
    ("selector", "expected", "warnings"),
    [
        pytest.param(".mine li", POINTS, (), id="matches"),
        pytest.param(".gone li", None, ("selector_unmatched:bullets",), id="matches-nothing-any-more"),
    ],
)
def test_a_sites_selector_comes_first(
    selector: str, expected: tuple[str, ...] | None, warnings: tuple[str, ...]
) -> None:
    rules = SiteRules(name="sound", bullets=(selector,))
    found = bullets.choose(read("", f"<ul class='mine'>{ITEMS}</ul>", rules), title=TITLE)
    assert (found.value, found.warnings) == (expected, warnings)
