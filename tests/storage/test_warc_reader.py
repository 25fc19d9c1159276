"""Damage: what it is called, and that it costs the damaged records only."""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_samples import HTML, RUN, exchange, only_segment, responses, written

from storage.records import WarcPosition
from storage.warc import (
    DAMAGE_REASONS,
    DamagedRecord,
    DamageReason,
    StoredResponse,
    WarcDamage,
    WrittenRecord,
    read,
    run_of,
    scan,
    segments,
)
from storage.warc.digest import sha1

PAYLOADS = [b"first" + os.urandom(300), b"second" * 30 + os.urandom(200), b"third" + os.urandom(100)]


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, list[WrittenRecord]]:
    """A segment of three exchanges."""
    positions = written(tmp_path, *(exchange(payload=payload) for payload in PAYLOADS))
    return only_segment(tmp_path), positions


def outcome(path: Path, root: Path) -> list[bytes | str]:
    """What a scan finds, in order: a payload, or the reason of a damage. No byte may be left unaccounted for."""
    found = list(scan(path, root=root))
    damaged = [one for one in found if isinstance(one, DamagedRecord)]
    assert all(0 < one.length <= path.stat().st_size - one.offset for one in damaged)
    return [one.reason if isinstance(one, DamagedRecord) else one.payload for one in found]


def read_or_reason(root: Path, position: WarcPosition) -> bytes | str:
    try:
        return read(root, position).payload
    except WarcDamage as damage:
        return damage.reason


def test_a_tail_torn_at_any_byte_costs_the_last_record_only(
    three: tuple[Path, list[WrittenRecord]], tmp_path: Path
) -> None:
    path, positions = three
    whole = path.read_bytes()
    last = positions[-1].position
    request = last.offset + last.length
    for end in range(last.offset, len(whole)):
        path.write_bytes(whole[:end])
        expected: list[bytes | str] = [*PAYLOADS[:2]]
        if end >= request:
            expected.append(PAYLOADS[2])
        if end not in (last.offset, request):
            expected.append("torn")
        assert outcome(path, tmp_path) == expected
        if end < request:
            assert read_or_reason(tmp_path, last) == "torn"


def test_a_segment_torn_within_its_first_record_holds_nothing(tmp_path: Path) -> None:
    written(tmp_path, exchange())
    path = only_segment(tmp_path)
    whole = path.read_bytes()
    for end in range(30):
        path.write_bytes(whole[:end])
        assert outcome(path, tmp_path) == (["torn"] if end else [])


def test_a_flipped_byte_costs_its_own_record_only(three: tuple[Path, list[WrittenRecord]], tmp_path: Path) -> None:
    path, positions = three
    whole = path.read_bytes()
    second = positions[1].position
    damaged = 0
    for at in range(second.offset, second.offset + second.length):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = outcome(path, tmp_path)
        assert found[0] == PAYLOADS[0]
        assert found[-1] == PAYLOADS[2]
        assert all(one in PAYLOADS for one in found if isinstance(one, bytes))
        damaged += len([one for one in found if isinstance(one, str)])
        assert read_or_reason(tmp_path, second) in (PAYLOADS[1], "bad_gzip", "position_mismatch")
    harmless = 6  # gzip's time, flags of the compressor and system are under no checksum
    assert damaged >= second.length - harmless


@pytest.mark.parametrize("cut", [1, 7, 100, 400])
@pytest.mark.parametrize("start", [0, 1, 9, 50, 300])
def test_a_cut_in_the_middle_costs_what_it_touches(
    start: int, cut: int, three: tuple[Path, list[WrittenRecord]], tmp_path: Path
) -> None:
    path, positions = three
    whole = path.read_bytes()
    at = positions[1].position.offset + start
    path.write_bytes(whole[:at] + whole[at + cut :])
    found = outcome(path, tmp_path)
    assert found[0] == PAYLOADS[0]
    assert found[-1] == PAYLOADS[2]
    assert found[1:-1]
    assert all(isinstance(one, str) for one in found[1:-1])
    assert {"bad_gzip", "torn"} >= set(found[1:-1])


def test_a_tail_of_zeros_is_damage_to_the_end(three: tuple[Path, list[WrittenRecord]], tmp_path: Path) -> None:
    path, _ = three
    path.write_bytes(path.read_bytes() + bytes(5000))
    *whole, last = scan(path, root=tmp_path)
    assert [one.payload for one in whole if isinstance(one, StoredResponse)] == PAYLOADS
    assert isinstance(last, DamagedRecord)
    assert (last.reason, last.length) == ("bad_gzip", 5000)


def test_damage_wider_than_the_search_window_is_passed(tmp_path: Path) -> None:
    sent = [exchange(payload=payload) for payload in (b"before", os.urandom(3_000_000), b"after")]
    _, large, _ = written(tmp_path, *sent)
    path = only_segment(tmp_path)
    data = bytearray(path.read_bytes())
    data[large.position.offset] = 0
    path.write_bytes(data)
    assert outcome(path, tmp_path) == [b"before", "bad_gzip", b"after"]


def test_a_record_inside_a_payload_is_never_taken_for_one_of_the_log(tmp_path: Path) -> None:
    other = tmp_path / "other"
    written(other, exchange(payload=b"forged"), run="20260101T000000Z-evil")
    forged = only_segment(other).read_bytes()
    root = tmp_path / "warc"
    payloads = [b"before", os.urandom(5000) + forged + os.urandom(5000), b"after"]
    records = written(root, *(exchange(payload=payload) for payload in payloads))
    path = only_segment(root)
    assert outcome(path, root) == payloads
    data = bytearray(path.read_bytes())
    assert forged in data
    data[records[1].position.offset + 1] ^= 0xFF
    path.write_bytes(data)
    assert outcome(path, root) == [b"before", "bad_gzip", b"after"]


def rewritten(change: Callable[[bytes], bytes]) -> Callable[[Path, WarcPosition], WarcPosition]:
    """Put a changed record, in a sound gzip member, in the place of the one at a position."""

    def apply(root: Path, position: WarcPosition) -> WarcPosition:
        path = root / position.file
        whole = path.read_bytes()
        end = position.offset + position.length
        member = gzip.compress(change(gzip.decompress(whole[position.offset : end])), mtime=0)
        path.write_bytes(whole[: position.offset] + member + whole[end:])
        return WarcPosition(file=position.file, offset=position.offset, length=len(member))

    return apply


def replaced(old: bytes, new: bytes) -> Callable[[Path, WarcPosition], WarcPosition]:
    def change(record: bytes) -> bytes:
        assert record.count(old) == 1
        return record.replace(old, new)

    return rewritten(change)


def flipped(root: Path, position: WarcPosition) -> WarcPosition:
    path = root / position.file
    data = bytearray(path.read_bytes())
    data[position.offset + position.length // 2] ^= 0xFF
    path.write_bytes(data)
    return position


def torn(root: Path, position: WarcPosition) -> WarcPosition:
    os.truncate(root / position.file, position.offset + position.length - 1)
    return position


def moved(file: str = "", start: int = 0, length: int = 0) -> Callable[[Path, WarcPosition], WarcPosition]:
    def apply(_root: Path, position: WarcPosition) -> WarcPosition:
        return WarcPosition(file=file or position.file, offset=position.offset + start, length=position.length + length)

    return apply


def at_request(root: Path, position: WarcPosition) -> WarcPosition:
    start = position.offset + position.length
    size = (root / position.file).stat().st_size
    return WarcPosition(file=position.file, offset=start, length=size - start)


JSON = b'{"broadsheet":{"kind":"article",'

DAMAGES: list[tuple[str, DamageReason, bool, Callable[[Path, WarcPosition], WarcPosition]]] = [
    ("no such segment", "missing_file", False, moved(file="2026/11/22/none-00001.warc.gz")),
    ("a folder", "missing_file", False, moved(file="2026")),
    ("a path through a file", "missing_file", False, moved(file="note.txt/x.warc.gz")),
    ("an absolute path", "outside_archive", False, moved(file="/etc/hostname")),
    ("a path upwards", "outside_archive", False, moved(file="../../etc/hostname")),
    ("no path", "outside_archive", False, moved(file=".")),
    ("cut short", "torn", True, torn),
    ("a flipped bit", "bad_gzip", True, flipped),
    ("no member's beginning", "bad_gzip", False, moved(start=1)),
    ("length too small", "position_mismatch", False, moved(length=-1)),
    ("length too large", "position_mismatch", False, moved(length=1)),
    ("offset below zero", "position_mismatch", False, moved(start=-1_000_000)),
    ("no length", "position_mismatch", False, moved(length=-1_000_000)),
    ("another format", "not_a_record", True, replaced(b"WARC/1.1\r\n", b"WIRE/1.1\r\n")),
    ("no Content-Length", "not_a_record", True, replaced(b"\r\nContent-Length: ", b"\r\nX-Length: ")),
    ("negative length", "not_a_record", True, replaced(b"\r\nContent-Length: ", b"\r\nContent-Length: -")),
    ("no date", "not_a_record", True, replaced(b"WARC-Date", b"WARC-Day")),
    ("no date that exists", "not_a_record", True, replaced(b"WARC-Date: 2026-11-22", b"WARC-Date: 2026-13-32")),
    ("nothing at all", "not_a_record", True, rewritten(lambda _record: b"")),
    ("header only", "length_mismatch", True, rewritten(lambda record: record.partition(b"HTTP/1.1")[0])),
    ("block too long", "length_mismatch", True, rewritten(lambda record: record.rstrip(b"\r\n") + b"more\r\n\r\n")),
    ("block too short", "length_mismatch", True, rewritten(lambda record: record.rstrip(b"\r\n")[:-1])),
    ("changed payload", "digest_mismatch", True, replaced(b"Regen", b"Hagel")),
    ("no status line", "not_a_response", True, replaced(b"HTTP/1.1 200 OK", b"ICY HTTP 200 OK")),
    ("a request", "not_a_response", False, at_request),
    ("metadata cut", "bad_metadata", True, replaced(JSON, JSON[:-1])),
    ("metadata of an unknown kind", "bad_metadata", True, replaced(b'"kind":"article"', b'"kind":"advert"')),
]


@pytest.mark.parametrize(
    ("reason", "in_scan", "damage"), [pytest.param(*row[1:], id=f"{row[1]}: {row[0]}") for row in DAMAGES]
)
def test_damage_has_a_name(
    reason: DamageReason, in_scan: bool, damage: Callable[[Path, WarcPosition], WarcPosition], tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("no segment")
    (record,) = written(tmp_path, exchange(payload=HTML))
    position = damage(tmp_path, record.position)
    with pytest.raises(WarcDamage, match=r"\w") as caught:
        read(tmp_path, position)
    assert caught.value.reason == reason
    assert caught.value.position == position
    assert DAMAGE_REASONS[reason] in str(caught.value)
    found = outcome(only_segment(tmp_path), tmp_path)
    assert found == ([reason] if in_scan else [HTML])


def test_every_reason_is_tested_and_documented() -> None:
    tested = {reason for _, reason, _, _ in DAMAGES} | {"too_large", "lost_original"}
    text = (Path(__file__).parents[2] / "docs" / "warc.md").read_text()
    assert tested == set(DAMAGE_REASONS) == set(get_args(DamageReason))
    assert [reason for reason in DAMAGE_REASONS if f"`{reason}`" not in text] == []


def test_a_record_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    sent = [exchange(payload=payload) for payload in (b"before", bytes(100_000), b"after")]
    records = written(tmp_path, *sent)
    found = list(scan(only_segment(tmp_path), root=tmp_path, limit=50_000))
    assert [getattr(one, "payload", getattr(one, "reason", None)) for one in found] == [
        b"before",
        "too_large",
        b"after",
    ]
    with pytest.raises(WarcDamage, match="larger than the limit"):
        read(tmp_path, records[1].position, limit=50_000)
    assert read(tmp_path, records[1].position, limit=150_000).payload == bytes(100_000)


BOUNDED = """
import resource, sys
from pathlib import Path
from storage.warc import scan

root = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = list(scan(root / sys.argv[2], root=root, limit=1_000_000))
print([one.reason for one in found if hasattr(one, "reason") and hasattr(one, "length")])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_bomb_costs_no_memory(tmp_path: Path) -> None:
    written(tmp_path, exchange(payload=bytes(150_000_000)), exchange(payload=b"after"))
    name = next(segments(tmp_path))
    assert (tmp_path / name).stat().st_size < 1_000_000
    command = [sys.executable, "-c", BOUNDED, str(tmp_path), name]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert said[0] == "['too_large']"
    assert int(said[1]) < 80, "MiB"


@given(
    data=st.binary(max_size=400), packed=st.booleans(), begin=st.sampled_from([b"", b"WARC/1.1\r\n", b"\x1f\x8b\x08"])
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_a_scan_raise(
    data: bytes, packed: bool, begin: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.getbasetemp()
    path = root / "fuzz.warc.gz"
    path.write_bytes(gzip.compress(begin + data) if packed else begin + data)
    assert all(isinstance(one, DamagedRecord) for one in scan(path, root=root))


HEADERS = [
    "WARC-Type: response",
    "WARC-Type: Response",
    "WARC-Date: 2026-11-22",
    "WARC-Date: 0001-01-01T00:00:00+14:00",
    "WARC-Target-URI: <http://a.test/>",
    "WARC-Target-URI:",
    "WARC-Truncated: x",
    "WARC-Payload-Digest: md5:zz",
    'WARC-JSON-Metadata: {"broadsheet":{}}',
    "WARC-JSON-Metadata: " + "[" * 100_000,
    "Content-Length: 9",
    "Content-Length: " + "9" * 5000,
    ":",
    " more",
]


@given(
    headers=st.lists(st.sampled_from(HEADERS) | st.text(max_size=20), max_size=8),
    block=st.binary(max_size=30) | st.just(b"HTTP/1.1 200"),
)
@settings(max_examples=300, deadline=None)
def test_no_record_makes_a_scan_raise(
    headers: list[str], block: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.getbasetemp()
    path = root / "fuzz.warc.gz"
    text = "\r\n".join(["WARC/1.0", *headers, f"Content-Length: {len(block)}", "", ""])
    path.write_bytes(gzip.compress(text.encode("utf-8", errors="replace") + block + b"\r\n\r\n"))
    list(scan(path, root=root))


FOREIGN = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://blatt.example/>\r\n"
    b"WARC-Date: 2013-05-01T10:00:00Z\r\nWARC-Truncated: long\r\n"
    b'WARC-JSON-Metadata: {"ipType":"Public"}\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n'
)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: one\r\n two\r\n\r\n"
    b"5\r\nHallo\r\n6;x=y\r\n, Welt\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("block", "headers", "payload"),
    [
        pytest.param(CHUNKED, (("Transfer-Encoding", "chunked"), ("X-A", "one two")), b"Hallo, Welt", id="chunked"),
        pytest.param(b"HTTP/1.0 200\nA:b\n\nx\n", (("A", "b"),), b"x\n", id="bare line feeds"),
        pytest.param(b"HTTP/2 200 \r\n\r\n", (), b"", id="no headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b", (("A", "b"),), b"", id="no blank line"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunks",
            (("Transfer-Encoding", "chunked"),),
            b"no chunks",
            id="chunks only claimed",
        ),
    ],
)
def test_records_of_other_programs_are_read(
    block: bytes, headers: tuple[tuple[str, str], ...], payload: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "foreign.warc.gz"
    path.write_bytes(gzip.compress(FOREIGN % (b"", len(block), block)))
    (stored,) = responses(path, tmp_path)
    assert (stored.url, stored.status, stored.response_headers) == ("http://blatt.example/", 200, headers)
    assert (stored.payload, stored.info, stored.truncated) == (payload, None, "unspecified")
    assert read(tmp_path, stored.position) == stored


BODY = b"HTTP/1.1 200 OK\r\n\r\nHallo"
DIGESTS = {
    "sha1 in hexadecimal": (b"sha1:59d9a6df06b9f610f7db8e036896ed03662d168f", True),
    "sha256": (b"sha256:753692ec36adb4c794c973945eb2a99c1649703ea6f76bf259abb4fb838e013e", True),
    "sha256 of something else": (b"sha256:" + b"0" * 64, False),
    "unknown algorithm": (b"xxh3:abcd", True),
    "unreadable": (b"sha1:!", True),
    "no algorithm": (b"abcd", True),
}


@pytest.mark.parametrize(("digest", "whole"), DIGESTS.values(), ids=DIGESTS.keys())
def test_other_notations_of_a_digest_are_understood(digest: bytes, whole: bool, tmp_path: Path) -> None:
    path = tmp_path / "foreign.warc.gz"
    path.write_bytes(gzip.compress(FOREIGN % (b"WARC-Payload-Digest: %s\r\n" % digest, len(BODY), BODY)))
    (found,) = scan(path, root=tmp_path)
    if whole:
        assert isinstance(found, StoredResponse)
        assert found.payload_digest == sha1(b"Hallo")
    else:
        assert isinstance(found, DamagedRecord)
        assert found.reason == "digest_mismatch"


def test_only_files_named_as_segments_are_segments(tmp_path: Path) -> None:
    written(tmp_path, exchange(), run="b")
    written(tmp_path, exchange(), run="a-b")
    folder = only_folder(tmp_path)
    for stray in ("note.txt", "a-00001.warc", "a.warc.gz", "-00001.warc.gz", "a-00002.warc.gz.part"):
        (folder / stray).touch()
    (tmp_path / "a-00001.warc.gz").touch()
    assert [run_of(name) for name in segments(tmp_path)] == ["a-b", "b"]
    assert list(segments(tmp_path / "nowhere")) == []


def only_folder(root: Path) -> Path:
    (folder,) = {(root / name).parent for name in segments(root)}
    return folder


@pytest.mark.parametrize("file", ["", "x", f"{RUN}.warc.gz", "2026/11/22/-00001.warc.gz", "a-0001.warc.gz"])
def test_a_name_of_another_kind_has_no_run(file: str) -> None:
    with pytest.raises(ValueError, match="not named as a segment"):
        run_of(file)


def test_file_descriptors_are_not_leaked(three: tuple[Path, list[WrittenRecord]], tmp_path: Path) -> None:
    path, positions = three
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        for _ in range(300):
            read(tmp_path, positions[0].position)
            next(scan(path, root=tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
