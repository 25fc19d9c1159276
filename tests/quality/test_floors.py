"""No figure falls."""

from __future__ import annotations

import pytest

from tests.quality import floors, pages


@pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout")
@pytest.mark.timeout(900)
def test_no_figure_falls_below_its_floor() -> None:
    data, stored = floors.load()
    assert pages.digest() == data, "the data changed: measure again and write the floors with --lower"
    assert floors.fallen(stored, pages.figures()) == []


def test_floors_notice_a_fall_and_are_lifted_only() -> None:
    stored = {"one": {"title": 0.9, "bullets.leak": 0.02}}
    assert floors.fallen(stored, {"one": {"title": 0.8985, "bullets.leak": 0.0215}}) == []
    assert len(floors.fallen(stored, {"one": {"title": 0.897, "bullets.leak": 0.03}})) == 2
    assert len(floors.fallen(stored, {})) == 2
    assert floors.raised(stored, {"one": {"title": 0.8, "bullets.leak": 0.01}}) == {
        "one": {"title": 0.9, "bullets.leak": 0.01}
    }
