"""How likely it is that nothing is wrong: tails of three distributions, whose parameters are counts of the past."""

from __future__ import annotations

import math

import numpy as np


def share_low(hits: int, total: int, past_hits: float, past_total: float) -> float:
    """The chance of so few ``hits`` among ``total``, where the past had ``past_hits`` among ``past_total``.

    Beta-binomial with Jeffreys' prior: a short past makes no certainty, and a past without a miss allows for one.
    """
    a, b = past_hits + 0.5, past_total - past_hits + 0.5
    start = _log_beta(a, total + b) - _log_beta(a, b)
    x = np.arange(max(hits, 0), dtype=np.float64)
    steps = np.log((total - x) * (x + a)) - np.log((x + 1) * (total - x - 1 + b))
    return _total(np.concatenate(([start], start + np.cumsum(steps))))


def count_low(count: int, mean: float, excess: float) -> float:
    """The chance of at most ``count`` where ``mean`` is expected.

    ``excess`` is the variance beyond Poisson's in units of the squared mean: 0.01 is a tenth more or less from day to
    day. Negative binomial, which 0 makes Poisson's.
    """
    x = np.arange(count + 1, dtype=np.float64)
    if excess < 1e-9:
        steps = np.log(mean) - np.log(x[1:])
        start = -mean
    else:
        size = 1 / excess
        start = -size * math.log1p(mean * excess)
        steps = np.log(x[1:] - 1 + size) - np.log(x[1:]) + math.log(mean / (mean + size))
    return _total(start + np.concatenate(([0.0], np.cumsum(steps))))


def streak(length: int, past_bad: int, past_total: int) -> float:
    """The chance of ``length`` bad ones in a row after a past with ``past_bad`` among ``past_total``."""
    chance = 1.0
    for already in range(length):
        chance *= (past_bad + 0.5 + already) / (past_total + 1 + already)
    return chance


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _total(logarithms: np.ndarray) -> float:
    return min(1.0, float(np.exp(logarithms).sum()))
