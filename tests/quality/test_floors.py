"""No figure falls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.records import Rejection
from tests.quality import floors, pages


@pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout")
@pytest.mark.timeout(900)
def test_no_figure_falls_below_its_floor() -> None:
    data, stored = floors.load()
    assert pages.digest() == data, "the data changed: measure again and write the floors with --lower"
    assert floors.fallen(stored, pages.figures()) == []


@pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout")
@pytest.mark.timeout(900)
def test_no_page_takes_two_seconds_or_a_gigabyte() -> None:
    ends = {key: got.reason for key, got in pages.outcomes().items() if isinstance(got, Rejection)}
    assert {key: reason for key, reason in ends.items() if reason.startswith("extract_")} == {}


def test_floors_notice_a_fall_and_are_lifted_only() -> None:
    stored = {"one": {"title": 0.9, "bullets.leak": 0.02}}
    assert floors.fallen(stored, {"one": {"title": 0.8985, "bullets.leak": 0.0215}}) == []
    assert len(floors.fallen(stored, {"one": {"title": 0.897, "bullets.leak": 0.03}})) == 2
    assert len(floors.fallen(stored, {})) == 2
    assert floors.raised(stored, {"one": {"title": 0.8, "bullets.leak": 0.01}}) == {
        "one": {"title": 0.9, "bullets.leak": 0.01}
    }


def test_lowering_a_floor_asks_for_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--lower"], ["--lower", ""], ["--lower", "because"]):
        with pytest.raises(SystemExit):
            floors.main(arguments)
        assert "--lower" in capsys.readouterr().err


@pytest.mark.skipif(not pages.DATA.exists(), reason="the saved pages are not beside the checkout")
def test_reasons_are_kept_beside_the_floors(tmp_path: Path) -> None:
    file = tmp_path / "floors.json"
    floors.write(file, {"one": {"title": 0.8}}, "two pages were wrong", ["one title: 0.8 where the floor is 0.9"])
    floors.write(file, {"one": {"title": 0.9}}, None, [])
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert stored["lowered"] == [{"why": "two pages were wrong", "what": ["one title: 0.8 where the floor is 0.9"]}]
    assert (stored["data"], stored["floors"]) == (pages.digest(), {"one": {"title": 0.9}})


def test_the_digest_covers_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"set": "s", "id": "1", "url": "http://paper.test/", "html": "1.html.gz", "expect": {}}
    (tmp_path / "truth.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (tmp_path / "1.html.gz").write_bytes(b"one")
    monkeypatch.setattr(pages, "DATA", tmp_path)
    before = pages.digest()
    assert pages.digest() == before
    (tmp_path / "1.html.gz").write_bytes(b"two")
    assert pages.digest() != before
