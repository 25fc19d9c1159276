"""Where segments stand and what they are called: ``YYYY/MM/DD/<run>-00001.warc.gz`` below the ``warc/`` folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from storage.places import Place, below

_SEGMENT: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)-([0-9]{5,})\.warc\.gz", re.ASCII)
_RUN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)


def segment_name(run: str, number: int, day: dt.date) -> str:
    """The relative path of a run's segment: ``2026/11/22/<run>-00001.warc.gz``; ``day`` is in UTC.

    Raises ``ValueError`` for a run id that is no plain file name.
    """
    if not _RUN.fullmatch(run):
        raise ValueError(f"a run id has letters, digits, dots, dashes and underscores only, not {run[:40]!r}")
    return f"{day:%Y/%m/%d}/{run}-{number:05d}.warc.gz"


def run_of(file: str) -> str:
    """The run that wrote a segment, read off its name. Raises ``ValueError`` for a name that is not a segment's."""
    match = _SEGMENT.fullmatch(PurePosixPath(file).name)
    if match is None:
        raise ValueError(f"{file} is not named as a segment, <run>-00001.warc.gz")
    return match[1]


def segments(root: Place) -> Iterator[str]:
    """Every segment below ``root``, as a relative path, ordered by day, run and number; none where no folder is."""
    found = (below(path, root) for path in root.glob("*/*/*/*.warc.gz") if _SEGMENT.fullmatch(path.name))
    yield from sorted(path.as_posix() for path in found)
