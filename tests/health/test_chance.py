"""The tails, beside sums that are written out."""

from __future__ import annotations

import math

import pytest

from storage.health.chance import count_low, share_low, streak


@pytest.mark.parametrize(
    ("hits", "total", "past", "of"),
    [
        pytest.param(0, 3, 140, 140, id="none of three, after a past without a miss"),
        pytest.param(2, 10, 60, 100, id="two of ten, after six of ten"),
        pytest.param(10, 10, 5, 10, id="all of them is no less than all"),
    ],
)
def test_share(hits: int, total: int, past: float, of: float) -> None:
    a, b = past + 0.5, of - past + 0.5

    def beta(x: float, y: float) -> float:
        return math.exp(math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y))

    wanted = sum(math.comb(total, x) * beta(x + a, total - x + b) / beta(a, b) for x in range(hits + 1))
    assert share_low(hits, total, past, of) == pytest.approx(wanted)


def test_count_is_poisson_where_days_are_alike_and_wider_where_not() -> None:
    poisson = sum(math.exp(-20) * 20**x / math.factorial(x) for x in range(11))
    assert count_low(10, 20, 0) == pytest.approx(poisson)
    assert count_low(10, 20, 1e-7) == pytest.approx(poisson, rel=1e-3)
    assert count_low(10, 20, 0.1) > 3 * poisson
    assert count_low(0, 20, 0.5) == pytest.approx((1 + 20 * 0.5) ** -2)


def test_streak_after_a_good_past_is_unlikely_and_after_a_bad_one_is_not() -> None:
    assert streak(2, 0, 70) == pytest.approx(0.5 / 71 * 1.5 / 72)
    assert streak(2, 35, 70) > 0.2
