"""What an import is told, and what it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipelines.importing.inputs import Input
from pipelines.importing.wanted import Part, Source, Wanted
from pipelines.limits import MEMORY, TIMEOUT
from storage.places import Address
from storage.records import Tally
from storage.warc import DamagedRecord

FileOutcome = Literal["done", "already", "stopped", "refused", "unreadable", "failed", "broken"]
"""``already``: an earlier import took all of it. ``refused``: it is no WARC file. ``unreadable``: it is gone, or its
transfer broke off; what came until then is kept. ``failed``: the extractor has a bug that one of its pages met.
``broken``: the archive could not be written; no further file is begun, and the next import goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Files to import into the archive at ``archive``, one after the other, each by a run of its own.

    ``limit`` bounds the pages that are taken. ``workers`` of 0 extracts in this process, without limits. ``timeout``
    and ``batch_seconds`` are in seconds, ``memory``, ``max_page``, ``batch_bytes`` and ``segment_bytes`` in bytes; they
    mean what the configuration means by them. ``digest`` names the configuration and what is wanted: a file that was
    done under the same is not opened again. ``part`` is what it takes of the files, all by default; ``job`` names what
    it is a task of, "" where it stands alone (:mod:`pipelines.executors.claims`), and ``began`` is when that began.
    """

    archive: Address
    inputs: tuple[Input, ...]
    sources: tuple[Source, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    limit: int | None = None
    dry_run: bool = False
    spool: Path | None = None
    workers: int = 1
    timeout: float = TIMEOUT
    memory: int = MEMORY
    max_page: int = 20 * 10**6
    batch_pages: int = 500
    batch_bytes: int = 64 * 10**6
    batch_seconds: float = 60.0
    segment_bytes: int = 10**9
    software: str = "Broadsheet"
    operator: str | None = None
    versions: tuple[str, ...] = ()
    digest: str = ""
    part: Part = Part()  # noqa: RUF009 - a frozen value
    job: str = ""
    began: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file: the bytes read, what became of its records, and where it was damaged.

    ``tallies`` count outcomes as the table ``runs`` has them, with ``skipped`` and ``damaged`` for records that brought
    no row. ``run`` is None where the archive was not touched. ``damage`` holds the first :data:`NAMED` stretches only.
    """

    input: Input
    outcome: FileOutcome
    run: str | None = None
    read: int = 0
    tallies: tuple[Tally, ...] = ()
    damage: tuple[DamagedRecord, ...] = ()
    detail: str | None = None

    def count(self, outcome: str) -> int:
        """How many records had that outcome."""
        return sum(tally.count for tally in self.tallies if tally.outcome == outcome)


NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a task's files, and the configured sources that were left out, for another run crawls them.

    ``errors`` tell of parts that failed: their sites' pages are in none of the files' counts.
    """

    files: tuple[FileReport, ...]
    busy: tuple[str, ...] = ()
    stopped: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is: the file, how many bytes of it were read, and how many pages were taken and kept."""

    input: Input
    read: int
    taken: int
    archived: int


Watch = Callable[[Progress], bool]
"""Shown how far an import is, once a record; whether it is to stop."""
