"""A tombstone holds its page for good: whatever form its address comes in, and whichever Broadsheet asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from pipelines.urls import identity
from storage import tombstones
from storage.errors import ArchiveError
from storage.records import WarcPosition
from storage.tombstones import Tombstone, Tombstones

KEY = bytes(range(32)).hex()
AT = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
# What was carved once stands in archives, and the addresses behind it are gone: were pages to be known by another
# identity, these would have to be held all the same, by asking for the old form too.
CARVED = {
    "https://www.daily.example/2026/11/storm.html": "b3b80dbd81f0349a",
    "https://paper.example/story?id=1042": "aadba36bef2ac8bc",
    "https://xn--bcher-kva.example/stra%C3%9Fe/": "fa206ecc2a9d01f1",
    "https://a.example/": "f1cb9804cf9b0b84",
    "https://news.example.co.uk/a//b/../c": "575e5135a1b4e178",
}
FORMS = {
    "as it was": "https://www.daily.example/2026/11/storm.html",
    "plain http": "http://www.daily.example/2026/11/storm.html",
    "without www": "https://daily.example/2026/11/storm.html",
    "on the mobile host": "https://m.daily.example/2026/11/storm.html",
    "with tracking": "https://www.daily.example/2026/11/storm.html?utm_source=feed&fbclid=1",
    "with a fragment": "https://www.daily.example/2026/11/storm.html#comments",
    "in capitals": "HTTPS://WWW.Daily.Example/2026/11/storm.html",
    "escaped": "https://www.daily.example/2026/11/%73torm.html",
    "as AMP": "https://www.daily.example/2026/11/storm.amp.html",
}


def stones(urls: list[str]) -> Tombstones:
    first = Tombstone(name="20261122T120000Z-000000000000", at=AT, key=KEY, pages=frozenset())
    return Tombstones([Tombstones([first], identity).carve(urls, reason=None, places=())], identity)


@pytest.mark.parametrize("url", CARVED)
def test_what_was_carved_once_is_held_for_ever(url: str) -> None:
    (stone,) = stones([url]).stones
    assert [page[:16] for page in stone.pages] == [CARVED[url]]


@pytest.mark.parametrize("form", FORMS)
def test_a_page_is_held_in_every_form_of_its_address(form: str) -> None:
    assert stones([FORMS["as it was"]]).holds(FORMS[form])


@pytest.mark.parametrize("url", ["", None, "https://www.daily.example/2026/11/storm-2.html", "https://daily.example/"])
def test_nothing_else_is(url: str | None) -> None:
    assert not stones([FORMS["as it was"]]).holds(url)


def test_it_comes_back_from_the_disk_as_it_was_written(tmp_path: Path) -> None:
    place = WarcPosition(file="2026/11/22/a-00001.warc.gz", offset=1, length=2)
    stone = Tombstones((), identity).carve(["http://a.test/1"], reason="request №12", places=[place])
    tombstones.write(tmp_path, stone)
    assert tombstones.load(tmp_path, identity).stones == (stone,)
    assert tombstones.load(tmp_path, identity).open == (stone,)
    done = tombstones.close(tmp_path, stone, rows=1, records=2, size=3)
    assert tombstones.load(tmp_path, identity).stones == (done,)
    assert dataclasses.replace(done, done_at=None, places=(place,), rows=0, records=0, bytes=0) == stone
    assert "a.test" not in "".join(path.read_text() for path in (tmp_path / tombstones.FOLDER).iterdir())


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"at": "2026-11-22T12:00:00+00:00", "key": "zz"}'])
def test_a_damaged_one_is_told_and_never_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / tombstones.FOLDER).mkdir()
    (tmp_path / tombstones.FOLDER / "20261122T120000Z-0123456789ab.json").write_text(text)
    with pytest.raises(ArchiveError, match="could come back; restore it from a backup"):
        tombstones.load(tmp_path, identity)
