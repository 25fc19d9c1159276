from __future__ import annotations

import gzip
import io
import random
import tracemalloc
import zlib

import pytest

from storage.warc.exchange import DamagedRecord
from storage.warc.foreign import RECORD_LIMIT, Feed, NoWarc, scan
from storage.warc.headers import first
from storage.warc.member import pack
from tests.warc_corpus import PACKINGS, REFUSED, SITE, Case, damaged, info, members, record, response


def read(data: bytes, step: int = 1 << 20, limit: int = RECORD_LIMIT) -> tuple[list[int], list[str], list[int]]:
    """The numbers of the pages that come back, the codes of the damage, and where the records stand."""
    file = io.BytesIO(data)
    kept, lost, places = [], [], []
    for found, position in scan(Feed(lambda size: file.read(min(size, step))), "file", limit=limit):
        places.append(position.offset)
        if isinstance(found, DamagedRecord):
            lost.append(found.reason)
        elif found.type == "response":
            url = first(found.fields, "WARC-Target-URI") or ""
            assert str(len(found.block)) == first(found.fields, "Content-Length")
            kept.append(int(url.removeprefix(f"{SITE}/")))
    return kept, lost, places


@pytest.mark.parametrize("step", [1 << 20, 97])
@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_is_read(packing: str, step: int) -> None:
    data = PACKINGS[packing]([info(), *(response(number) for number in range(4))])
    kept, lost, places = read(data, step)
    assert (kept, lost) == ([0, 1, 2, 3], [])
    assert len(set(places)) == 5


@pytest.mark.parametrize("case", tuple(damaged()), ids=lambda case: case.name)
def test_damage_costs_the_damaged_record_only(case: Case) -> None:
    kept, lost, _ = read(case.data)
    assert (tuple(kept), tuple(lost)) == (case.kept, case.damage)


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_warc_is_refused_and_named(data: bytes, says: str) -> None:
    with pytest.raises(NoWarc, match=says):
        read(data)


def test_a_record_may_reach_over_members() -> None:
    one, two = response(1), response(2)
    data = gzip.compress(one[:100]) + gzip.compress(one[100:] + two) + gzip.compress(response(3))
    assert read(data)[:2] == ([1, 2, 3], [])


def test_a_page_that_holds_a_record_is_not_taken_for_two() -> None:
    """Whoever serves such a page must not bring pages of other sites into the archive, damage or not."""
    mine = {"WARC_Warcinfo_ID": "<urn:mine>"}
    forged = b"<html>\n" + response(7)
    records = [response(1, **mine), response(2, body=forged, **mine), response(3, **mine)]
    assert read(b"".join(records))[:2] == ([1, 2, 3], [])
    broken = record("response", forged, url=f"{SITE}/2", length=10**6, **mine)
    assert read(b"".join([records[0], broken, records[2]]))[:2] == ([1, 3], ["length_mismatch"])
    huge = response(2, body=forged + bytes(70_000_000), **mine)
    assert read(members([records[0], huge, records[2]]))[:2] == ([1, 3], ["too_large"])


def test_a_large_file_in_one_member_is_not_held_in_memory() -> None:
    body = random.Random(1).randbytes(1 << 20) * 30
    packed = gzip.compress(b"".join([response(1), response(2, body=body), response(3)]), 0)
    del body
    tracemalloc.start()
    try:
        assert read(packed, limit=8_000_000)[:2] == ([1, 3], ["too_large"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 25e6


@pytest.mark.parametrize("engine", ["isal", "zlib"])
@pytest.mark.parametrize("payload", [b"", b"<p>" * 30_000, random.Random(2).randbytes(50_000)])
def test_what_is_packed_quickly_is_read_by_anybody(
    engine: str, payload: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "zlib":
        monkeypatch.setattr("storage.warc.fast._ENGINE", zlib)
    assert gzip.decompress(pack(b"head", payload, b"tail", quick=True)) == b"head" + payload + b"tail"
