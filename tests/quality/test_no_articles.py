"""Of the saved pages, all that is no article is refused, and nothing else.

``no_articles.json`` names the pages by their digest (:attr:`tests.quality.pages.Saved.key`), with the right reason.
Its second table holds articles whose text stands in scripts only: these may be refused as ``needs_javascript`` until
their text is read.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines import codes
from storage.records import Rejection
from tests.quality import pages

LABELS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("no_articles.json").read_text("utf-8"))
NO_ARTICLES, IN_SCRIPTS = LABELS["no_articles"], LABELS["text_in_scripts"]
beside = pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout")


def test_every_label_is_a_reason() -> None:
    assert set(NO_ARTICLES.values()) <= codes.REASONS.keys()
    assert set(IN_SCRIPTS.values()) == {"needs_javascript"}
    assert not NO_ARTICLES.keys() & IN_SCRIPTS.keys()


@beside
@pytest.mark.timeout(900)
def test_no_page_that_is_no_article_is_archived() -> None:
    found = pages.outcomes()
    assert {key: outcome.title for key in NO_ARTICLES if not isinstance(outcome := found[key], Rejection)} == {}


@beside
@pytest.mark.timeout(900)
def test_the_reasons_are_right() -> None:
    found = {key: outcome.reason for key, outcome in pages.outcomes().items() if isinstance(outcome, Rejection)}
    assert {key: found.get(key) for key in NO_ARTICLES} == NO_ARTICLES


@beside
@pytest.mark.timeout(900)
def test_no_article_is_refused() -> None:
    refused = {key: outcome for key, outcome in pages.outcomes().items() if isinstance(outcome, Rejection)}
    wrong = {key: outcome for key, outcome in refused.items() if key not in NO_ARTICLES and key not in IN_SCRIPTS}
    assert [f"{outcome.reason}: {outcome.detail}" for outcome in wrong.values()] == []
