"""A mapping of which only what was used last is in memory: it answers as a dict does, whatever was put away."""

from __future__ import annotations

import logging
import random
import sqlite3
from pathlib import Path

import pytest

from pipelines import shelf
from pipelines.history import History
from pipelines.shelf import Shelf
from pipelines.states import UrlState
from storage.errors import ArchiveError
from tests.archive_samples import HOST, NOON, capture, minutes


def filled(count: int = 200, *, kept: int = 10) -> Shelf[str, list[int]]:
    found: Shelf[str, list[int]] = Shelf(kept)
    for number in range(count):
        found[f"key {number}"] = [number]
    return found


def test_what_is_put_away_is_found_as_it_was() -> None:
    found = filled()
    assert len(found) == 200
    assert len(found._recent) < 50
    assert found.get("key 3") == [3]
    assert found.get("key 199") == [199]
    assert found.get("key 200") is None
    assert "key 4" in found
    assert "key 200" not in found
    assert sorted(value for (value,) in found.values()) == list(range(200))
    assert len(found) == 200


def test_it_answers_as_a_dict_does() -> None:
    rng = random.Random(7)
    found: Shelf[int, list[int]] = Shelf(20)
    known: dict[int, list[int]] = {}
    for step in range(5_000):
        key = rng.randrange(300)
        match rng.randrange(3):
            case 0:
                found[key] = [step]
                known[key] = [step]
            case 1:
                assert found.get(key) == known.get(key)
            case _:
                held = found.get(key)
                if held is not None:
                    # What was just asked for may be changed in place.
                    held.append(step)
                    known[key].append(step)
    assert len(found) == len(known)
    assert {key: found.get(key) for key in known} == known


def test_a_full_temporary_folder_costs_memory_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def small() -> sqlite3.Connection:
        file = database()
        file.execute("PRAGMA max_page_count = 8")
        return file

    database = shelf._database
    monkeypatch.setattr(shelf, "_database", small)
    found: Shelf[str, bytes] = Shelf(10)
    with caplog.at_level(logging.WARNING):
        for number in range(300):
            found[f"key {number}"] = bytes(500)
    assert [record.getMessage() for record in caplog.records] == [
        "the temporary folder takes no more (database or disk is full); what the run learns of its URLs stays in"
        " memory, 2 KB each; set TMPDIR to a folder with room"
    ]
    assert len(found) == 300
    assert all(found.get(f"key {number}") == bytes(500) for number in range(300))


def test_a_database_that_cannot_be_read_says_what_to_do() -> None:
    found = filled()
    assert found._file is not None
    found._file.close()
    with pytest.raises(ArchiveError, match="start the run again, with TMPDIR set to a folder on a sound disk"):
        found.get("key 1")


def test_the_database_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    found: Shelf[int, bytes] = Shelf(10)
    for number in range(3_000):
        found[number] = random.Random(number).randbytes(2_000)
    assert len(found) == 3_000
    assert list(tmp_path.iterdir()) == []


def test_a_history_knows_what_it_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf.Shelf.__init__, "__defaults__", (5,))
    history = History()
    for number in range(100):
        url = f"{HOST}/{number}"
        history.apply(capture(number, outcome="announced", announced_by=HOST, announced_kind="feed", announced_at=NOON))
        brought = capture(number, at=minutes(1), url=f"{HOST}/{number}-moved", title="Ferry", etag=f'"{number}"')
        history.apply(brought)
        assert history.get(url) == history.get(f"{url}-moved")
    assert len(history) == 100
    for number in range(100):
        state = history.get(f"{HOST}/{number}-moved")
        assert isinstance(state, UrlState)
        assert (state.requested_url, state.outcome, state.etag) == (f"{HOST}/{number}", "archived", f'"{number}"')
        assert state.announcement is not None
        known = history.article(f"{number:032x}")
        assert known is not None
        assert known.title == "ferry"
    assert len(history.urls()) == 100
