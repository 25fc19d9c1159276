"""The collector of cyclic garbage is held back while a page is worked on, and only then."""

from __future__ import annotations

import gc

import pytest

from pipelines import collector


def test_nothing_is_collected_inside_and_all_is_as_before_outside() -> None:
    assert gc.isenabled()
    with collector.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_sets_it_to_work_again() -> None:
    with pytest.raises(ValueError, match="bad page"), collector.paused():
        raise ValueError("bad page")
    assert gc.isenabled()


def test_pauses_inside_one_another_end_with_the_outermost() -> None:
    with collector.paused():
        with collector.paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_loaded_is_left_out_of_later_collections() -> None:
    threshold = gc.get_threshold()
    try:
        collector.spare_what_is_loaded()
        assert gc.get_freeze_count() > 10_000
        assert all(new >= old for new, old in zip(gc.get_threshold(), threshold, strict=True))
        assert gc.get_threshold() != threshold
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
