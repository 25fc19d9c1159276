"""``broadsheet compact``: merge small files, drop rows that stand twice, remove what was replaced long enough ago."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from storage import compact as compaction
from storage import orphans
from storage.archive import Archive
from storage.vacuum import Vacuumed, vacuum


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A partition that would be compacted: its small files and their bytes."""

    table: str
    partition: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a compaction did, or with ``dry_run`` what it would do (``planned``).

    ``orphans`` are files of dead runs that no log names.
    """

    dry_run: bool
    planned: tuple[Planned, ...]
    compacted: tuple[compaction.Compacted, ...]
    vacuumed: Vacuumed
    orphans: int = 0


def run(
    archive: Archive,
    *,
    many: int,
    grace: dt.timedelta,
    dry_run: bool,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Compact ``archive`` and vacuum it, under the maintenance lock; a dry run takes none and changes nothing.

    Raises:
        ArchiveBusy: another maintenance is under way.
        ArchiveError: a table is damaged, or the disk refuses; what was committed before stays.
    """
    if dry_run:
        planned = tuple(
            Planned(table=plan.table.name, partition=plan.partition, files=len(plan.files), bytes=plan.size)
            for plan in compaction.plans(archive.root, many=many)
        )
        return Report(
            dry_run=True,
            planned=planned,
            compacted=(),
            vacuumed=vacuum(archive.root, grace=grace, dry_run=True),
            orphans=len(orphans.left_over(archive)),
        )
    with archive.lock_maintenance("compacting"), archive.writing():
        done = compaction.compact(archive.root, many=many, say=say)
        gone = vacuum(archive.root, grace=grace)
        lost = orphans.take_out(archive)
    return Report(dry_run=False, planned=(), compacted=tuple(done), vacuumed=gone, orphans=lost)


def as_json(report: Report) -> str:
    """The report as one JSON object."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2)


def lines(report: Report) -> list[str]:
    """The report as a person reads it."""
    told = [f"{_name(one.table, one.partition)}: {one.files} files, {_mb(one.bytes)}" for one in report.planned]
    for done in report.compacted:
        doubled = f", {done.doubled} doubled ones dropped" if done.doubled else ""
        told.append(
            f"{_name(done.table, done.partition)}: {done.files_before} files ({_mb(done.bytes_before)}) became "
            f"{done.files_after} ({_mb(done.bytes_after)}), {done.rows} rows{doubled}"
        )
    if not told:
        told.append("No partition has enough small files to compact.")
    gone = report.vacuumed
    verb = "would be removed" if report.dry_run else "removed"
    told.append(f"{gone.files} replaced files {verb} ({_mb(gone.size)}), {gone.kept} wait for their grace to end")
    if report.orphans:
        told.append(f"{report.orphans} files that a killed or failed commit left {verb}")
    return told


def _name(table: str, partition: str) -> str:
    return f"{table} {partition}" if partition else table


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
