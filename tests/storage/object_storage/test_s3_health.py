"""An archive on S3 is judged as one in a folder is, and keeps what is known of its sources."""

from __future__ import annotations

import datetime as dt

from crawler.health import report
from storage.archive import Archive
from storage.health import acks
from storage.health.acks import Ack
from storage.remote import Remote
from tests.archive_samples import NOON, SOURCE, article, begin, capture


def test_health_on_s3(folder: Remote) -> None:
    archive = Archive.create(folder)
    assert acks.load(archive) == ()
    run = begin(archive)
    run.record(capture(1), article(1))
    run.finish()
    ack = Ack(source=SOURCE, at=NOON, until=NOON.date() + dt.timedelta(days=1), codes=("date",), reason="a relaunch")
    acks.write(archive, ack)
    assert acks.load(archive) == (ack,)
    assert report(archive, at=NOON + dt.timedelta(hours=1)).health.findings == ()
    assert acks.load(Archive.create(folder)) == (ack,)
