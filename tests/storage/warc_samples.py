"""Exchanges of an invented paper, and what several tests of the log ask of a file."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from warcio.checker import Checker

from storage.records import Announcement, SiteRules
from storage.warc import CaptureInfo, Exchange, SegmentWriter, StoredResponse, WrittenRecord, scan, segments

RUN = "20261122T090000Z-5f3a"
FETCHED = dt.datetime(2026, 11, 22, 9, 0, 1, 234567, tzinfo=dt.UTC)
HTML = "<html><h1>Ein Fluß tritt über die Ufer</h1><p>Der Regen hielt an.</p></html>".encode()
INFO = CaptureInfo(
    kind="article",
    source="kurier",
    requested_url="https://kurier.example/nachrichten/hochwasser?from=rss",
    announcement=Announcement(
        entrance="https://kurier.example/rss.xml",
        kind="feed",
        seen_at=FETCHED,
        title="Ein Fluß tritt über die Ufer",
        date=dt.datetime.fromisoformat("2026-11-21T18:30"),
        date_raw="Sat, 21 Nov 2026 18:30",
        modified=dt.datetime(2026, 11, 21, 19, 0, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        language="de",
    ),
    rules=SiteRules(
        name="kurier",
        timezone="Europe/Berlin",
        language="de",
        title=("h1",),
        date=("//time/@datetime", "time"),
        bullets=("ul.kurz li",),
        body=("article",),
        remove=(".werbung",),
        valid_until=dt.date(2027, 6, 30),
    ),
    rights=("noai", "tdm-reservation=1"),
    id="0123456789abcdef0123456789abcdef",
    batch=3,
)


def exchange(**changes: Any) -> Exchange:
    """A plain exchange, with the fields named changed."""
    fields: dict[str, Any] = {
        "url": "https://kurier.example/nachrichten/hochwasser",
        "fetched_at": FETCHED,
        "status": 200,
        "reason": "OK",
        "request_headers": (("User-Agent", "broadsheet/0.1"), ("Accept-Encoding", "gzip")),
        "response_headers": (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")),
        "payload": gzip.compress(HTML, mtime=0),
        "ip": "192.0.2.7",
        "info": INFO,
    }
    return Exchange(**{**fields, **changes})


def writer(root: Path, run: str = RUN, **options: Any) -> SegmentWriter:
    return SegmentWriter(root, run, software="broadsheet/0.1", **options)


def written(root: Path, *exchanges: Exchange, **options: Any) -> list[WrittenRecord]:
    """The exchanges, written by one writer that is closed again."""
    log = writer(root, **options)
    records = [log.write(one) for one in exchanges]
    log.close()
    return records


def only_segment(root: Path) -> Path:
    (name,) = segments(root)
    return root / name


def responses(path: Path, root: Path) -> list[StoredResponse]:
    """What a scan gives, which must be free of damage."""
    found = list(scan(path, root=root))
    whole = [one for one in found if isinstance(one, StoredResponse)]
    assert whole == found
    return whole


def warcio_check(path: Path) -> tuple[int, str]:
    """The exit code and the output of ``warcio check --verbose``."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        checker = Checker(SimpleNamespace(inputs=[str(path)], verbose=True))
        code = checker.process_all()
    return code, said.getvalue()
