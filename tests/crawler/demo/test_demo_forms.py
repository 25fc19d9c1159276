"""Key points in their forms: every page shows what its row says."""

from __future__ import annotations

import re

import pytest

from crawler.demo.forms import FORMS, FORMS_HOST, PARAGRAPHS, POINTS, KeyPointForm


def test_names_are_unique_and_both_sides_are_there() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert sum(bool(form.bullets) for form in FORMS) >= 10
    assert sum(not form.bullets for form in FORMS) >= 8


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_forms(client, form: KeyPointForm) -> None:
    page = client.text(form.url)
    assert all(bullet in page for bullet in form.bullets)
    places = [page.index(paragraph) for paragraph in PARAGRAPHS]
    assert places == sorted(places)
    if form.bullets:
        assert page.index(POINTS[0]) < places[0]
    for name in ("ul", "div", "section", "aside", "h2", "p", "li"):
        assert len(re.findall(rf"<{name}[ >]", page)) == page.count(f"</{name}>"), name


def test_the_feed_announces_all(client) -> None:
    feed = client.text(f"http://{FORMS_HOST}/feed.xml")
    assert all(form.url in feed for form in FORMS)
