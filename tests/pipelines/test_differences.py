"""What counts as changed, appeared, vanished and shortened, and what of it is a loss."""

from __future__ import annotations

import dataclasses

import pytest

from pipelines.differences import CUT, Comparison, Differences, PageChange
from tests.archive_samples import SOURCE, article

OLD = article(
    body="The ferry was late.\n\nIt rained on the quay.\n\nNobody came.",
    authors=("Ada Quill", "Bo Reed"),
    section="Port",
    access="unknown",
)

CASES = [
    pytest.param({"section": "Harbour"}, ("section", 1, 0, 0, 0), id="another value"),
    pytest.param({"section": None}, ("section", 0, 0, 1, 0), id="no value any more"),
    pytest.param({"authors": ()}, ("authors", 0, 0, 1, 0), id="an empty list is none"),
    pytest.param({"description": "A day at sea"}, ("description", 0, 1, 0, 0), id="a value where none was"),
    pytest.param({"access": "free"}, ("access", 0, 1, 0, 0), id="unknown is no value"),
    pytest.param({"authors": ("Ada Quill",)}, ("authors", 1, 0, 0, 1), id="an item less"),
    pytest.param({"authors": ("Ada", "Bo", "Cy")}, ("authors", 1, 0, 0, 0), id="other items, not fewer"),
    pytest.param(
        {"body": "The ferry was late.\n\nIt rained on the quay."}, ("body", 1, 0, 0, 1), id="the last paragraph gone"
    ),
    pytest.param(
        {"body": "The ferry was late. It rained on the quay. Nobody came."}, ("body", 1, 0, 0, 0), id="other breaks"
    ),
    pytest.param(
        {"body": "The ferry was late.\n\nIt rained on the quay.\n\nNobody came at all."},
        ("body", 1, 0, 0, 0),
        id="a longer text",
    ),
]


def compared(*pairs: dict[str, object], samples: int = 3) -> Differences:
    found = Comparison(SOURCE, samples=samples)
    for changes in pairs:
        found.page()
        found.rows(OLD, dataclasses.replace(OLD, **changes))  # type: ignore[arg-type]
    return found.result()


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_each_kind_of_difference_is_told(changes: dict[str, object], expected: tuple[object, ...]) -> None:
    (found,) = compared(changes).fields
    assert (found.field, found.changed, found.appeared, found.vanished, found.shortened) == expected


def test_what_does_not_differ_is_the_same() -> None:
    found = compared({}, {"extractor": "test/2", "run": "other"})
    assert (found.compared, found.same, found.fields) == (2, 2, ())


def test_only_a_share_above_the_bound_is_a_loss() -> None:
    found = compared({"section": None}, {}, {}, {"warnings": ("truncated",)})
    assert [(loss.what, loss.count, loss.of) for loss in found.losses(0.2)] == [("section", 1, 4)]
    assert found.losses(0.25) == ()
    harmless = compared({"date_raw": None})
    assert harmless.losses(0.0) == ()


def test_articles_that_are_none_any_more_are_a_loss() -> None:
    found = Comparison(SOURCE, samples=1)
    for number in range(3):
        found.turned("rejected", PageChange(url=f"/{number}", title="", reason="listing"))
    found.rows(OLD, OLD)
    told = found.result()
    assert [(loss.what, loss.count, loss.of, loss.share) for loss in told.losses(0.5)] == [("article", 3, 4, 0.75)]
    assert [(one.reason, one.count, len(one.samples)) for one in told.rejected] == [("listing", 3, 1)]


def test_samples_are_few_cut_and_begin_where_the_texts_part() -> None:
    long = "Nothing happened. " * 40
    one, other = ({"body": f"{long}{end}"} for end in ("It rained.", "It snowed."))
    found = Comparison(SOURCE, samples=2)
    for _ in range(5):
        found.rows(dataclasses.replace(OLD, **one), dataclasses.replace(OLD, **other))  # type: ignore[arg-type]
    (told,) = found.result().fields
    assert (told.changed, len(told.samples)) == (5, 2)
    assert str(told.samples[0].old).startswith("…")
    assert str(told.samples[0].old).endswith("It rained.")
    assert all(len(str(text)) <= CUT for text in (told.samples[0].old, told.samples[0].new))
