"""A page is removed from an archive on S3 as from one in a folder: from rows, pinned files, logs and bytes."""

from __future__ import annotations

import storage
from crawler.commands import forget
from crawler.commands.forget import Request
from pipelines import forgotten
from pipelines.history import History
from pipelines.urls import identity
from storage import snapshots, warc
from storage.archive import Archive
from storage.forget import carry_out, resume
from storage.remote import Remote
from storage.verify import verify
from tests.archive_samples import HOST, begin, contents, exchange, fetch, html, minutes

URL = f"{HOST}/2"


class Killed(Exception):
    """Stands for SIGKILL."""


def remains(archive: Archive) -> list[str]:
    """The objects that name the page, Parquet's own compression aside."""
    found = [
        str(path)
        for path in archive.root.rglob("*")
        if path.is_file() and path.name.endswith(".json") and b"harbour.test/2" in path.read_bytes()
    ]
    for name in warc.segments(archive.warc):
        for record, _ in warc.reader.records(archive.warc / name, root=archive.warc):
            if isinstance(record, warc.DamagedRecord) or b"Zyzzyva 2" in record.block or URL in str(record.fields):
                found.append(name)
    return found


def test_a_page_is_removed_from_s3_though_a_kill_interrupts_it(folder: Remote) -> None:
    archive, history = Archive.create(folder), History()
    run = begin(archive)
    for number in (1, 2):
        fetch(run, exchange(f"{HOST}/{number}", html(f"Zyzzyva {number}"), fetched_at=minutes(number)), history)
    run.finish()
    snapshots.pin(archive.root, "before")
    assert len(remains(archive)) >= 4, "two logs, an answer and its request"
    plan = forget.look(archive, Request(urls=(URL,)), say=lambda _: None)

    def dying(line: str) -> None:
        if line.startswith("clearing the table articles"):
            raise Killed

    try:
        carry_out(archive, plan, identity, say=dying)
    except Killed:
        assert forgotten.load(archive).open
    resume(archive, identity)
    assert not forgotten.load(archive).open
    assert remains(archive) == []
    assert {url for url, _ in contents(archive)} == {f"{HOST}/1"}
    assert verify(archive, stones=forgotten.load(archive)).problems == ()
    then = storage.open_archive(str(folder), as_of="before")
    assert then.articles().to_table(["url"])["url"].to_pylist() == [f"{HOST}/1"]
