"""A sound archive of two runs, and ways to damage it."""

from __future__ import annotations

import contextlib
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.history import History, announced
from storage import delta, log, warc
from storage.archive import Archive
from storage.records import Announcement
from storage.schema import Table
from tests.archive_samples import HOST, NOON, SOURCE, begin, exchange, fetch, html, minutes

LATER = "The ferry came at noon after all, and the quay was empty by the time it did."


def sound(archive: Archive) -> Archive:
    """Two runs: three articles in two batches, an edit, an announcement without a fetch, a failure, a redirect."""
    history = History()
    run = begin(archive)
    for number in (1, 2):
        fetch(run, exchange(f"{HOST}/{number}", html(f"Ferry {number} is late"), fetched_at=minutes(number)), history)
    told = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=NOON)
    run.record(announced(told, url=f"{HOST}/9", source=SOURCE))
    run.commit(run.take())
    fetch(run, exchange(f"{HOST}/3", html("The pier is closed"), fetched_at=minutes(3)), history)
    fetch(run, exchange(f"{HOST}/4", b"no", status=404, fetched_at=minutes(4)), history)
    run.write(exchange(f"{HOST}/old", b"", status=301, response_headers=(("Location", f"{HOST}/1"),)))
    run.finish()
    second = begin(archive)
    fetch(second, exchange(f"{HOST}/1", html("Ferry 1 is late", LATER), fetched_at=minutes(60)), history)
    fetch(second, exchange(f"{HOST}/5", html("The last boat"), fetched_at=minutes(61)), history)
    second.finish()
    return archive


def files(archive: Archive, table: Table) -> list[Path]:
    """The table's Parquet files, in the order in which they were written."""
    known = [file.path for entry in log.entries(archive.root / table.name) for file in entry.added]
    now = {file.path for file in log.files(delta.snapshot(archive.root, table))}
    return [archive.root / table.name / path for path in known if path in now]


def newest_entry(archive: Archive, table: Table) -> Path:
    return log.versions(archive.root / table.name)[-1][1]


def segment(archive: Archive, number: int = 0) -> Path:
    return archive.warc / list(warc.segments(archive.warc))[number]


def truncate(path: Path, by: int = 50) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - by)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path, at: int) -> None:
    """Overwrite some bytes in the middle, as a bad disk does."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 40)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk on which no file grows beyond ``size`` bytes: the kernel writes what fits, then gives an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
