"""Another template is told from another article."""

from __future__ import annotations

import pytest

from pipelines.templates import changed, skeleton
from storage.records import Page
from tests.archive_samples import NOON


def page(number: int, template: str) -> Page:
    parts = "".join(f'<div class="{template}-{part} card-{number}"><p>{number}</p></div>' for part in "abcde")
    body = f'<html><body id="page-{number}"><main class="{template}">{parts}</main></body></html>'
    return Page(url=f"http://paper.test/{number}", body=body.encode(), fetched_at=NOON)


@pytest.mark.parametrize(("after", "told"), [("old", False), ("new", True)])
def test_a_template(after: str, told: bool) -> None:
    before = [skeleton(page(number, "old")) for number in range(3)]
    assert changed(before, [skeleton(page(number, after)) for number in range(7, 10)]) is told


def test_too_few_pages_tell_nothing() -> None:
    one = skeleton(page(1, "old"))
    assert changed([one, frozenset()], [one, one]) is None
    assert skeleton(Page(url="http://paper.test/", body=b"", fetched_at=NOON)) == frozenset()
