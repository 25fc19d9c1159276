"""Imports killed with SIGKILL at random moments: the next one goes on, without a gap and without a double.

``python -m tests.crash.test_import_kills 100 7`` kills a hundred, with seed 7; every import in it is of two files, of
which one is damaged.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import storage
from pipelines.importing import importer
from pipelines.importing.inputs import described
from pipelines.importing.job import import_files
from pipelines.importing.task import Report, Task
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import contents, faults
from tests.row_for_row import OF_THE_RUN, other_rows
from tests.warc_corpus import digest, members, page, record, response

SPAWN = multiprocessing.get_context("spawn")
KILLS = 3
PAGES = 24


def files(folder: Path) -> None:
    """Two files: pages, edits of them, revisits, duplicates; the second one torn, with damage in its middle."""
    first = [response(number) for number in range(PAGES)]
    edits = [
        response(
            number, date="2024-03-02T12:00:00Z", body=page(number, sentence="The ferry came early, which is news.")
        )
        for number in range(0, PAGES, 3)
    ]
    again = [
        record("revisit", b"", url=f"https://www.courier.example/{number}", date="2024-03-03T12:00:00Z",
               WARC_Profile="http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
               WARC_Payload_Digest=digest(page(number)))
        for number in range(1, PAGES, 3)
    ]  # fmt: skip
    (folder / "one.warc.gz").write_bytes(members([*first, *edits, *again, *first[:5]]))
    second = members([response(number, url=f"https://other.example/{number}") for number in range(PAGES)])
    middle = len(second) // 2
    (folder / "two.warc.gz").write_bytes(second[:middle] + b"\0" * 50 + second[middle + 50 : -40])


def task(folder: Path, archive: Path) -> Task:
    """The import of both files, in batches of few pages."""
    inputs = tuple(described(str(folder / name), agent="test") for name in ("one.warc.gz", "two.warc.gz"))
    return Task(archive=archive, inputs=inputs, workers=0, batch_pages=6, digest="kills")


def importing(folder: str, archive: str, ready: object) -> None:
    """In a process of its own: import both files."""
    # So few, that pages are written and committed all along.
    importer.AHEAD_PAGES = 2
    ready.set()  # type: ignore[attr-defined]
    import_files(task(Path(folder), Path(archive)))


def killed(folder: Path, archive: Path, after: float) -> float | None:
    """Start an import, kill it so many seconds later; None where it was still at work, else how long it took."""
    ready = SPAWN.Event()
    process = SPAWN.Process(target=importing, args=(str(folder), str(archive), ready))
    process.start()
    assert ready.wait(60)
    begin = time.monotonic()
    process.join(after)
    took = time.monotonic() - begin
    process.kill()
    process.join(30)
    return None if process.exitcode == -9 else took


def imports(folder: Path, *, kills: int, seed: int) -> int:
    """Kill imports into archives that begin empty, up to five times each; how many were killed at work."""
    rnd = random.Random(seed)
    files(folder)
    begin = time.monotonic()
    expected = import_files(task(folder, folder / "expected"))
    longest = time.monotonic() - begin
    whole = storage.open_archive(folder / "expected")
    assert len(contents(whole)) > PAGES
    count = trials = 0
    while trials < kills:
        archive = folder / "archive"
        for _ in range(min(rnd.randint(1, 5), kills - trials)):
            trials += 1
            took = killed(folder, archive, rnd.uniform(0, longest))
            if took is not None:
                longest = min(longest, took)
                break
            count += 1
        report = import_files(task(folder, archive))
        check(storage.open_archive(archive), report, expected, whole)
        shutil.rmtree(archive)
    return count


def check(archive: Archive, report: Report, expected: Report, whole: Archive) -> None:
    """The archive holds what an import that nobody killed makes, row for row, and is without fault."""
    assert list(other_rows(archive, whole, OF_THE_RUN)) == []
    assert faults(archive) == []
    assert verify(archive).problems == ()
    tallies = [tally for file in expected.files for tally in file.tallies]
    taken = sum(tally.count for tally in tallies if tally.outcome not in ("skipped", "damaged"))
    assert archive.captures().count_rows() == taken
    assert [file.count("damaged") for file in report.files] == [file.count("damaged") for file in expected.files]


def test_a_killed_import_is_taken_up_again(tmp_path: Path) -> None:
    assert imports(tmp_path, kills=KILLS, seed=11) > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        at_work = imports(Path(scratch), kills=int(sys.argv[1]), seed=int(sys.argv[2]))
        print(f"{sys.argv[1]} imports, {at_work} killed at work: all were taken up again, nothing was lost or doubled")
