"""The two readings of a page."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines import features, layout, phrases, places, scoring, weights

PARAGRAPH = "The bridge was closed in spring, said the mayor, because nobody could find the key to its engine house. "


def read(markup: str, title: str = "The bridge stays shut") -> tuple[layout.Layout, scoring.Reading]:
    found = layout.of(lxml.html.document_fromstring(markup))
    return found, scoring.read(found, features.known(title, None))


def test_paragraphs_are_likely_and_menus_are_not() -> None:
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("News", "Sport", "Weather", "Culture"))
    markup = (
        f"<body><nav><ul>{menu}</ul></nav><main><h1>The bridge stays shut</h1>"
        f"<div>{f'<p>{PARAGRAPH}</p>' * 6}</div></main><footer><p>© The Paper</p></footer></body>"
    )
    found, reading = read(markup)
    chances = {block.text: chance for block, chance in zip(found.blocks, reading.likely, strict=True)}
    assert chances[PARAGRAPH.strip()] > 0.9
    assert max(chances[name] for name in ("News", "Sport", "© The Paper")) < 0.3
    assert found.regions[reading.main].tag == "div"


def test_likelihoods_are_probabilities_whatever_the_sum() -> None:
    found = scoring.likelihoods([{"x": 1.0}, {"x": 1e9}, {"x": -1e9}, {}, {"unknown": 5.0}], {"bias": 0.0, "x": 1.0})
    assert found == pytest.approx([0.731, 1.0, 0.0, 0.5, 0.5], abs=0.001)


def test_the_scope_reaches_beyond_the_region_and_not_beyond_the_page() -> None:
    found, reading = read(f"<body><div>{f'<p>{PARAGRAPH}</p>' * 3}</div></body>")
    assert places.scope(found, reading.main) == (0, 3)


def test_what_the_first_reading_leaves_no_hope_is_not_read_again() -> None:
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("News", "Sport", "Weather", "Culture"))
    found, reading = read(f"<body><nav>{menu}</nav><div>{f'<p>{PARAGRAPH}</p>' * 3}</div></body>")
    again = {block.text: "chance" in look for block, look in zip(found.blocks, reading.looks, strict=True)}
    assert again == {"News": False, "Sport": False, "Weather": False, "Culture": False, PARAGRAPH.strip(): True}
    assert reading.likely[:4] == [0.0] * 4


@pytest.mark.parametrize("markup", ["<body></body>", "<body><p>x</p></body>", "<html></html>"])
def test_pages_with_next_to_nothing(markup: str) -> None:
    found, reading = read(markup)
    assert len(reading.likely) == len(found.blocks)


def test_weights_are_finite_and_named_after_features() -> None:
    for table in (weights.FIRST, weights.SECOND):
        assert "bias" in table
        assert all(abs(weight) < 20 for weight in table.values())
        assert all(name and not name.isspace() for name in table)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Read more: Ferry sold", "lead.related", id="english"),
        pytest.param("Lesen Sie auch: Fähre verkauft", "lead.related", id="german"),
        pytest.param("Читайте также", "lead.related", id="russian"),
        pytest.param("関連記事", "lead.related", id="japanese"),
        pytest.param("Sign up for our newsletter", "word.newsletter", id="newsletter"),
        pytest.param("Foto: A. Name", "word.caption", id="caption"),
        pytest.param("Von Anna Name", "lead.byline", id="byline"),
    ],
)
def test_notices_are_known_by_their_words(text: str, kind: str) -> None:
    assert kind in phrases.found(text)


def test_sentences_are_no_notices() -> None:
    assert phrases.found("The newsletter was " + "a long story that nobody could read to its end " * 5) == ()


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        pytest.param("The bridge stays shut", "title.same", id="title"),
        pytest.param("“The bridge stays shut”", "title.same", id="punctuation-does-not-count"),
        pytest.param("Why the bridge stays shut", "title.like", id="nearly"),
    ],
)
def test_what_other_fields_hold_is_known(text: str, feature: str) -> None:
    found = layout.of(lxml.html.document_fromstring(f"<body><p>{text}</p></body>"))
    assert feature in features.first_look(found, features.known("The bridge stays shut", None))[0]
