"""``broadsheet verify``: say what is wrong with an archive, and put right what can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from crawler.listed import read_again
from pipelines import forgotten
from pipelines.pool import Pool
from pipelines.repair import Repaired, mend
from storage.archive import Archive
from storage.verify import CODES, Report, verify

CLEAN, DAMAGED, REPAIRED = 0, 1, 4
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found, what was done about it (None where nothing was to be), and what is left."""

    found: Report
    repaired: Repaired | None
    left: Report

    @property
    def code(self) -> int:
        """0 where nothing was wrong, 4 where all of it was put right, 1 where something is wrong."""
        if self.found.clean:
            return CLEAN
        return REPAIRED if self.left.clean else DAMAGED


def run(
    archive: Archive, *, quick: bool, repair: bool, workers: int, say: Callable[[str], None] = lambda _: None
) -> Verdict:
    """Verify ``archive``, and with ``repair`` put right what is found and verify it again.

    Pages that must be read again are, in ``workers`` processes with limits of time and memory.

    Raises:
        ArchiveBusy: a run is writing, or another maintenance is under way, and the archive is to be repaired.
        ArchiveError: the archive cannot be read or written at all.
    """
    stones = forgotten.load(archive)
    found = verify(archive, quick=quick, stones=stones, say=say)
    if found.clean or not repair:
        return Verdict(found=found, repaired=None, left=found)
    pool = Pool(workers)
    try:
        done = mend(archive, submit=pool.submit, lists=read_again, say=say)
    finally:
        pool.stop()
    left = verify(archive, quick=quick, stones=forgotten.load(archive), say=say)
    return Verdict(found=found, repaired=done, left=left)


def as_json(verdict: Verdict) -> str:
    """The verdict as one JSON object."""
    return json.dumps(
        {
            "clean": verdict.left.clean,
            "found": _told(verdict.found),
            "repaired": None if verdict.repaired is None else asdict(verdict.repaired),
            "left": _told(verdict.left),
        },
        ensure_ascii=False,
        indent=2,
    )


def lines(verdict: Verdict) -> list[str]:
    """The verdict as a person reads it."""
    read = verdict.left
    told = [
        f"Read {read.files} Parquet files with {read.rows} rows, {read.segments} WARC segments, {read.records} records."
    ]
    if read.writing:
        told.append(f"{len(read.writing)} runs are writing; what they have not committed was left out.")
    if verdict.found.clean:
        return [*told, "Nothing is wrong."]
    told += _problems(verdict.found, "found")
    if verdict.repaired is None:
        return [*told, "Repair what can be repaired with: broadsheet verify --repair"]
    told.append(f"{verdict.repaired.pages} pages were indexed again.")
    if verdict.repaired.aside is not None:
        told.append(f"{len(verdict.repaired.moved)} files were moved to {verdict.repaired.aside}.")
    return [*told, "Everything was put right."] if read.clean else [*told, *_problems(read, "left")]


def _problems(report: Report, what: str) -> list[str]:
    told = [f"{count} {code} {what}: {CODES[code]}" for code, count in report.tally().items()]
    told += [f"  {problem}" for problem in report.problems[:SHOWN]]
    more = len(report.problems) - SHOWN
    return [*told, f"  and {more} more; --json tells all"] if more > 0 else told


def _told(report: Report) -> dict[str, object]:
    return asdict(report) | {"tally": report.tally()}
