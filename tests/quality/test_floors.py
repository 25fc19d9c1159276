"""No figure falls, no article is refused, and nothing that is no article is archived."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.records import Article, Rejection
from tests.quality import floors, pages

pytestmark = [
    pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout"),
    pytest.mark.timeout(900),
]
NOT_ARTICLES = Path(__file__).with_name("not_articles.txt")


def test_no_figure_falls_below_its_floor() -> None:
    data, stored = floors.load()
    assert pages.digest() == data, "the data changed: measure again and write the floors with --lower"
    assert floors.fallen(stored, pages.figures()) == []


def test_only_what_is_no_article_is_refused() -> None:
    listed = {line.split()[0]: line.split()[1] for line in NOT_ARTICLES.read_text(encoding="utf-8").splitlines()}
    found = pages.outcomes()
    assert listed.keys() <= found.keys()
    refused = {key: outcome.reason for key, outcome in found.items() if isinstance(outcome, Rejection)}
    assert [key for key, outcome in found.items() if key in listed and isinstance(outcome, Article)] == []
    assert {key: reason for key, reason in refused.items() if key not in listed} == {}
    assert refused == listed


def test_floors_notice_a_fall_and_are_lifted_only() -> None:
    stored = {"one": {"title": 0.9, "bullets.leak": 0.02}}
    assert floors.fallen(stored, {"one": {"title": 0.8985, "bullets.leak": 0.0215}}) == []
    assert len(floors.fallen(stored, {"one": {"title": 0.897, "bullets.leak": 0.03}})) == 2
    assert len(floors.fallen(stored, {})) == 2
    assert floors.raised(stored, {"one": {"title": 0.8, "bullets.leak": 0.01}}) == {
        "one": {"title": 0.9, "bullets.leak": 0.01}
    }
