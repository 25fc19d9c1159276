"""Loads what workers need: where they are forked (:mod:`pipelines.forks`), or in a worker that finds it not loaded."""

from __future__ import annotations

import gc

from pipelines import warmup, workers

LOADED = (workers.__name__,)
warmup.warm()
# What is loaded is never collected; and pages of memory that no collection touches stay shared with the workers.
gc.collect()
gc.freeze()
