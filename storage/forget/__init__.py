"""Removing pages on request: from the tables, every earlier version of them, the log, and what will be crawled later.

::

    marks.py    what is to go, as a question put to rows and records
    plan.py     what there is of some addresses, or of a pattern: a survey that changes nothing
    log.py      the pages: WARC records that are to be overwritten
    tables.py   the rows: live files, pinned files, replaced files, the tables' logs
    carry.py    doing it: the tombstone first, then everything else, each step safe to repeat

What is kept out afterwards, and how, stands in :mod:`storage.tombstones`; ``docs/forgetting.md`` says it for people.
"""

from storage.forget.carry import Removed, carry_out, resume
from storage.forget.marks import Mentions
from storage.forget.plan import Named, Plan, Unwanted, matching, survey

__all__ = ["Mentions", "Named", "Plan", "Removed", "Unwanted", "carry_out", "matching", "resume", "survey"]
