"""A site's exceptions are data, and they expire."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.process import process
from storage.records import Article, Page, SiteRules

TEXT = "The harbour master said on Monday that the new wall would be finished before the winter storms arrive. "
HTML = f"""<html lang="en"><head><title>Wall | The Paper</title><meta property="og:title" content="Wall"></head>
<body><article><h1>Wall</h1><p class="odd">Wall to be finished early</p>
{"".join(f"<p>{TEXT}{number}</p>" for number in range(8))}</article></body></html>"""


def read(rules: SiteRules, day: dt.date) -> Article:
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    result = process(Page(url="http://paper.test/wall", body=HTML.encode(), fetched_at=moment, site=rules))
    assert isinstance(result, Article)
    return result


@pytest.mark.parametrize(
    ("day", "title", "expired"),
    [
        pytest.param(dt.date(2026, 5, 31), "Wall to be finished early", False, id="before the last day"),
        pytest.param(dt.date(2026, 6, 1), "Wall to be finished early", False, id="on the last day"),
        pytest.param(dt.date(2026, 6, 2), "Wall", True, id="after the last day"),
    ],
)
def test_selectors_are_used_until_their_last_day(day: dt.date, title: str, expired: bool) -> None:
    rules = SiteRules(name="paper", title=(".odd",), valid_until=dt.date(2026, 6, 1))
    article = read(rules, day)
    assert article.title == title
    assert ("selector_expired" in article.warnings) is expired


def test_time_zone_and_language_do_not_expire() -> None:
    rules = SiteRules(name="paper", timezone="Europe/Oslo", title=(".odd",), valid_until=dt.date(2026, 6, 1))
    later = rules.in_force(dt.date(2027, 1, 1))
    assert (later.timezone, later.title) == ("Europe/Oslo", ())


def test_a_selector_that_finds_nothing_warns() -> None:
    article = read(SiteRules(name="paper", title=(".gone",)), dt.date(2026, 5, 1))
    assert article.title == "Wall"
    assert "selector_unmatched:title" in article.warnings
