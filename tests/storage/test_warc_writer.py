"""Segments: opened exclusively, rotated, durable, and whole whatever the disk does."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import os
import random
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from warc_samples import FETCHED, INFO, RUN, exchange, only_segment, responses, warcio_check, writer, written
from warcio.archiveiterator import ArchiveIterator

from storage.warc import DamagedRecord, Exchange, WriterRefused, read, run_of, scan, segments
from storage.warc.member import pack
from tests.damaged_archives import largest_file

NOISE = os.urandom(20_000)


def records(path: Path) -> list[tuple[dict[str, str], bytes]]:
    """Every record's WARC header and block, as another program reads them."""
    with path.open("rb") as file:
        found = ArchiveIterator(file, no_record_parse=True)
        return [(dict(record.rec_headers.headers), record.raw_stream.read()) for record in found]


def test_a_segment_begins_with_warcinfo_and_its_records_name_it(tmp_path: Path) -> None:
    written(tmp_path, exchange(truncated="length"), operator="Archiv der\r\nStadt\r\nX: y")
    path = only_segment(tmp_path)
    (info, fields), (response, _), (request, asked) = records(path)
    assert fields.decode().splitlines() == [
        "software: broadsheet/0.1",
        "format: WARC File Format 1.1",
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator: Archiv der Stadt X: y",
        f"isPartOf: {RUN}",
    ]
    assert info["WARC-Filename"] == path.name
    assert response["WARC-Warcinfo-ID"] == request["WARC-Warcinfo-ID"] == info["WARC-Record-ID"]
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-Date"] == request["WARC-Date"] == "2026-11-22T09:00:01.234567Z"
    assert (response["WARC-Truncated"], response["WARC-IP-Address"]) == ("length", "192.0.2.7")
    assert asked.splitlines()[:2] == [b"GET /nachrichten/hochwasser HTTP/1.1", b"Host: kurier.example"]
    assert path.read_bytes()[:3] == b"\x1f\x8b\x08"


def test_a_segment_stands_in_the_folder_of_its_day(tmp_path: Path) -> None:
    before = dt.datetime.now(dt.UTC).date()
    (record,) = written(tmp_path, exchange())
    days = {f"{day:%Y/%m/%d}" for day in (before, dt.datetime.now(dt.UTC).date())}
    folder, _, name = record.position.file.rpartition("/")
    assert folder in days
    assert name == f"{RUN}-00001.warc.gz"
    assert run_of(record.position.file) == RUN


def test_nothing_is_created_before_the_first_record(tmp_path: Path) -> None:
    log = writer(tmp_path)
    log.flush()
    log.close()
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    sent = [exchange(payload=NOISE[:6000] + bytes([number])) for number in range(7)]
    positions = [record.position for record in written(tmp_path, *sent, segment_bytes=10_000)]
    names = list(segments(tmp_path))
    assert [name.rpartition("-")[2] for name in names] == [f"0000{n}.warc.gz" for n in (1, 2, 3, 4)]
    assert [names.index(position.file) for position in positions] == [0, 0, 1, 1, 2, 2, 3]
    assert [read(tmp_path, position).payload for position in positions] == [one.payload for one in sent]
    assert all(warcio_check(tmp_path / name)[0] == 0 for name in names)


def test_two_runs_write_apart(tmp_path: Path) -> None:
    one, two = writer(tmp_path, "run-a"), writer(tmp_path, "run-b")
    for log in (one, two, one, two):
        log.write(exchange())
    one.close()
    two.close()
    assert [run_of(name) for name in segments(tmp_path)] == ["run-a", "run-b"]
    assert [len(responses(tmp_path / name, tmp_path)) for name in segments(tmp_path)] == [2, 2]


def test_a_segment_that_is_there_is_never_touched(tmp_path: Path) -> None:
    written(tmp_path, exchange())
    path = only_segment(tmp_path)
    before = path.read_bytes()
    again = writer(tmp_path)
    for _ in range(2):
        with pytest.raises(FileExistsError):
            again.write(exchange())
    assert path.read_bytes() == before


@pytest.mark.parametrize("run", ["", "../up", "a/b", ".hidden", "with space", "x" * 201, "line\nbreak", "ümlaut"])
def test_a_run_id_is_a_plain_file_name(run: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run id"):
        writer(tmp_path, run)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        pytest.param({"url": "ftp://kurier.example/"}, "http://", id="another scheme has no HTTP record"),
        pytest.param({"fetched_at": FETCHED.replace(tzinfo=None)}, "aware", id="no zone, no instant"),
        pytest.param({"status": 1000}, "three digits", id="the status line has three digits"),
        pytest.param({"method": "GET / HTTP/1.1\r\nX:"}, "method", id="a method is one word"),
        pytest.param({"ip": "192.0.2.7\r\nX: y"}, "IPv4 or IPv6", id="an address is no header"),
    ],
)
def test_a_callers_mistake_is_refused(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        exchange(**changes)


@pytest.mark.parametrize("room", [1, 40, 700, 2_000, 19_000, 21_000])
def test_a_full_disk_leaves_whole_records_only(room: int, tmp_path: Path) -> None:
    log = writer(tmp_path)
    log.write(exchange(payload=b"before"))
    path = only_segment(tmp_path)
    size = path.stat().st_size
    with largest_file(size + room), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        log.write(exchange(payload=NOISE))
    assert path.stat().st_size == size
    after = log.write(exchange(payload=b"after"))
    log.close()
    assert [one.payload for one in responses(path, tmp_path)] == [b"before", b"after"]
    assert read(tmp_path, after.position).payload == b"after"
    assert warcio_check(path)[0] == 0


@pytest.mark.parametrize("room", [0, 1, 300])
def test_a_disk_full_at_the_start_leaves_no_segment(room: int, tmp_path: Path) -> None:
    log = writer(tmp_path)
    with largest_file(room), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        log.write(exchange())
    assert list(segments(tmp_path)) == []
    log.write(exchange())
    log.close()
    assert only_segment(tmp_path).name == f"{RUN}-00001.warc.gz"


def test_an_interrupt_in_the_middle_of_a_write_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = writer(tmp_path)
    log.write(exchange())
    size = only_segment(tmp_path).stat().st_size
    write = os.write

    def interrupted(descriptor: int, data: memoryview) -> int:
        if len(data) < 20_000:
            raise KeyboardInterrupt
        return write(descriptor, data[:5000])

    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log.write(exchange(payload=NOISE))
    monkeypatch.undo()
    assert only_segment(tmp_path).stat().st_size == size
    log.close()


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:1000]))
    written(tmp_path, exchange(payload=NOISE))
    assert [one.payload for one in responses(only_segment(tmp_path), tmp_path)] == [NOISE]


def test_a_writer_that_does_not_know_the_end_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int, _length: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    log = writer(tmp_path)
    log.write(exchange(payload=b"before"))
    path = only_segment(tmp_path)
    monkeypatch.setattr(os, "ftruncate", broken)
    with largest_file(path.stat().st_size + 500), pytest.raises(WriterRefused, match="could not be taken back"):
        log.write(exchange(payload=NOISE))
    for refused in (log.flush, lambda: log.write(exchange())):
        with pytest.raises(WriterRefused, match="could not be taken back"):
            refused()
    log.close()
    found = list(scan(path, root=tmp_path))
    assert [getattr(one, "payload", getattr(one, "reason", None)) for one in found] == [b"before", "torn"]


def test_after_a_failed_fsync_nothing_is_promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    log = writer(tmp_path)
    log.write(exchange())
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        log.flush()
    monkeypatch.undo()
    for refused in (log.flush, lambda: log.write(exchange())):
        with pytest.raises(WriterRefused, match="could not be made durable"):
            refused()
    log.close()


def test_flush_makes_the_file_and_its_names_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    root = tmp_path / "warc"
    log = writer(root)
    log.write(exchange())
    assert synced == []
    log.flush()
    path = only_segment(root)
    assert synced == [path, *path.parents[:5]]
    assert synced[-1] == tmp_path
    log.write(exchange())
    log.flush()
    assert synced[6:] == [path]
    log.close()


WRITES = """
import os, sys
from pathlib import Path
from warc_samples import exchange, writer

log = writer(Path(sys.argv[1]), segment_bytes=400_000)
for number in range(1_000_000):
    log.write(exchange(payload=number.to_bytes(4) + os.urandom(60_000)))
    if number % 3 == 2:
        log.flush()
        print(number + 1, flush=True)
"""


@pytest.mark.parametrize("flushes", [1, 2, 5, 9, 20])
def test_a_killed_writer_leaves_every_flushed_record(flushes: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(flushes):
            promised = int(process.stdout.readline())
        process.kill()
    *whole, last = [list(scan(tmp_path / name, root=tmp_path)) for name in segments(tmp_path)]
    if last and isinstance(last[-1], DamagedRecord):
        assert last.pop().reason == "torn"
    numbers = [int.from_bytes(one.payload[:4]) for part in (*whole, last) for one in part if hasattr(one, "payload")]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= promised == 3 * flushes


HOSTILE = "x\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nSet-Thing: forged\x00\x0b\x7f"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"response_headers": (("X-A", HOSTILE),)}, id="response header's value"),
        pytest.param({"response_headers": ((HOSTILE, "a"),)}, id="response header's name"),
        pytest.param({"request_headers": (("X-A", HOSTILE),)}, id="request header's value"),
        pytest.param({"request_headers": ((HOSTILE, "a"),)}, id="request header's name"),
        pytest.param({"reason": HOSTILE}, id="reason phrase"),
        pytest.param({"protocol": HOSTILE}, id="protocol"),
        pytest.param({"url": f"https://kurier.example/{HOSTILE}"}, id="path"),
        pytest.param({"url": f"https://kurier.example{HOSTILE}"}, id="host"),
    ],
)
def test_nothing_a_server_sends_begins_another_line(changes: dict[str, Any], tmp_path: Path) -> None:
    written(tmp_path, exchange(**changes))
    path = only_segment(tmp_path)
    assert warcio_check(path)[0] == 0
    assert [header["WARC-Type"] for header, _ in records(path)] == ["warcinfo", "response", "request"]
    for header, block in records(path):
        assert "Set-Thing" not in header
        head = block.partition(b"\r\n\r\n")[0]
        assert head.replace(b"\r\n", b"").translate(None, bytes(range(32)) + b"\x7f") == head.replace(b"\r\n", b"")
        assert not any(line.startswith((b"Set-Thing:", b"WARC")) for line in head.split(b"\r\n"))
    (stored,) = responses(path, tmp_path)
    assert stored.payload == exchange().payload


SECRET = "s3cr3t-Gartenzaun"


def secretive() -> Exchange:
    """An exchange with a secret wherever a protocol puts one."""
    with_userinfo = f"https://reader:{SECRET}@kurier.example/a?b=c@d#e"
    headers = [
        "Authorization", "authorization", "Proxy-Authorization", "Cookie", "Cookie2", "Set-Cookie", "SET-COOKIE2",
        "WWW-Authenticate", "Proxy-Authenticate", "Authentication-Info", "Proxy-Authentication-Info", "X-Api-Key",
        "X-ApiKey", "X-Auth-Token", "X-CSRF-Token", "X_Access_Token", "X-Amz-Security-Token", "X-Session-Id",
        "X-Client-Secret", "Set-Cookie\t", "Cookie\r\n",
    ]  # fmt: skip
    secret = tuple((name, f"Basic {SECRET}; path=/") for name in headers)
    links = tuple(
        (name, value)
        for value in (with_userinfo, f'<{with_userinfo}>; rel="next", <//{SECRET}@kurier.example/>')
        for name in ("Location", "Content-Location", "Link", "Refresh", "Referer")
    )
    assert INFO.announcement is not None
    announcement = INFO.announcement.__class__(entrance=with_userinfo, kind="feed", seen_at=FETCHED)
    info = INFO.__class__(kind="article", source="kurier", requested_url=with_userinfo, announcement=announcement)
    return exchange(
        url=with_userinfo,
        request_headers=(*secret, *links, ("Accept", "text/html")),
        response_headers=(*secret, *links, ("ETag", '"abc"')),
        info=info,
    )


def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    (record,) = written(tmp_path, secretive(), operator="Archiv")
    path = only_segment(tmp_path)
    everything = gzip.decompress(path.read_bytes())
    assert SECRET.encode() not in everything
    assert b"reader" not in everything
    (_, (response, answer), (_, request)) = records(path)
    assert response["WARC-Target-URI"] == "https://kurier.example/a?b=c@d#e"
    assert b"Accept: text/html\r\n" in request
    assert b'ETag: "abc"\r\n' in answer
    assert b"Location: https://kurier.example/a?b=c@d#e\r\n" in answer
    (stored,) = responses(path, tmp_path)
    assert record.response == stored
    assert SECRET not in repr(record)
    assert stored.info is not None
    assert stored.info.announcement is not None
    assert stored.info.requested_url == stored.info.announcement.entrance == "https://kurier.example/a?b=c@d#e"


@pytest.mark.parametrize(
    ("payload", "least", "most"),
    [
        pytest.param(NOISE, 1.0, 1.01, id="compressed already: stored"),
        pytest.param(b"<p>Der Regen hielt an.</p>" * 800, 0.0, 0.05, id="markup: deflated"),
        pytest.param(b"", 0.0, 0.0, id="empty"),
    ],
)
def test_a_payload_is_deflated_only_where_that_helps(payload: bytes, least: float, most: float) -> None:
    packed = pack(b"head", payload, b"tail")
    assert gzip.decompress(packed) == b"head" + payload + b"tail"
    assert least * len(payload) <= len(packed) <= most * len(payload) + 100


@pytest.mark.parametrize("head", [b"h", b"WARC-Type: response\r\n" * 190, b"WARC-Type: response\r\n" * 20_000])
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"\x00", id="one byte"),
        *(pytest.param(NOISE * 10, id="noise"), pytest.param(gzip.compress(NOISE), id="gzip")),
        # With its tail as long as a stored block may be, and a byte more: RFC 1951, section 3.2.4.
        *(pytest.param(random.Random(3).randbytes(size), id=f"{size} bytes") for size in (65_531, 65_532, 131_066)),
        pytest.param(b"<p>Der Regen hielt an.</p>" * 9_000, id="markup"),
    ],
)
def test_a_member_is_gzip_whatever_is_in_it(head: bytes, payload: bytes) -> None:
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert inflate.decompress(pack(head, payload, b"tail")) == head + payload + b"tail"
    assert inflate.eof
    assert not inflate.unused_data


def test_a_member_takes_little_memory_of_the_system() -> None:
    # zlib.compressobj's own 268 KB would be new pages of the system's for each member: nine tenths of the time.
    made: list[tuple[object, ...]] = []

    def compressobj(*arguments: int) -> object:
        made.append(arguments)
        return real(*arguments)

    real = zlib.compressobj
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zlib, "compressobj", compressobj)
        pack(b"WARC-Type: request\r\n" * 20, b"", b"tail")
        pack(b"WARC-Type: response\r\n" * 20, gzip.compress(NOISE), b"tail")
        pack(b"WARC-Type: response\r\n" * 20, NOISE, b"tail")
    assert len(made) == 4
    assert all(window == -12 for _, _, window, _ in made)
