"""The crawl of many tasks that a session is a part of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A crawl of many tasks: its ``name`` (:mod:`pipelines.executors.claims`), when it ``began``, and the ``digest`` of
    its configuration, of which a task has its own sources only. The clock is that of whoever gave the tasks out.
    """

    name: str
    began: dt.datetime
    digest: str
