"""A crawl's session over an archive on S3: when its batches close, and its end where the lease is lost."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from crawler.config import parse
from crawler.session import Session
from storage import warc
from storage.remote import Remote
from tests.archive_samples import HOST, capture, exchange, html
from tests.storage.object_storage.test_s3_archive import spooled

CONFIG = """
[archive]
path = "{archive}"
spool = "{spool}"
batch_bytes = "4 kB"
[crawl]
contact = "mailto:archive@harbour.test"
workers = 1
[[source]]
name = "harbour"
entrances = ["http://harbour.test/feed"]
"""


@pytest.fixture
def session(where: str, tmp_path: Path) -> Session:
    return Session.open(parse(CONFIG.format(archive=where, spool=tmp_path / "spool"), tmp_path / "broadsheet.toml"))


def meet(session: Session, number: int) -> None:
    """Write a page's record of some kilobytes, and a row."""
    page = html(f"Ferry {number} is late", os.urandom(1600).hex())
    session.run.write(exchange(f"{HOST}/{number}", page))
    session.record(capture(number, outcome="rejected", id=None, revision=None))


def test_a_batch_closes_when_its_records_are_large_enough(folder: Remote, session: Session, tmp_path: Path) -> None:
    folder.bucket.spool = tmp_path / "spool"
    counts = []
    for number in range(1, 4):
        meet(session, number)
        asyncio.run(session.commit_if_due())
        counts.append(session.run.batches)
    assert counts == [0, 1, 1]
    assert len(list(warc.segments(folder / "warc"))) == 1
    asyncio.run(session.close(reason="done"))
    assert spooled(folder) == []


def test_a_session_whose_lease_is_lost_ends_without_committing(
    folder: Remote, session: Session, tmp_path: Path
) -> None:
    folder.bucket.spool = tmp_path / "spool"
    ended = []
    session.on_broken = lambda: ended.append(True)
    meet(session, 1)
    (lease,) = (path for path in (folder / "locks").iterdir() if path.name.startswith("writer-"))
    lease.unlink()
    asyncio.run(session.commit())
    asyncio.run(session.commit_if_due())
    assert ended == [True]
    assert session.archive.lost is not None
    assert "silent for too long" in session.bugs[0]
    assert asyncio.run(session.close(reason="done")) is None
    assert session.archive.captures().count_rows() == 0
