"""``broadsheet compact``, ``snapshot`` and ``verify``: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from pipelines.repair import mend
from storage.archive import Archive
from storage.schema import ARTICLES, CAPTURES
from tests.archive_samples import article, capture
from tests.damaged_archives import empty, files, garble, newest_entry, remove, segment, sound, truncate

URL = "http://harbour.test/1"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    for batch in range(1, 5):
        archive.append(CAPTURES, [capture(batch, run="r", batch=batch)], run="r", number=batch)
        archive.append(ARTICLES, [article(batch, run="r")], run="r", number=batch)
    return archive


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_compact(filled: Archive) -> None:
    dry = broadsheet("compact", "--archive", filled.root, "--files", "3", "--dry-run")
    assert dry.exit_code == 0
    assert "articles month=2026-11: 4 files, " in dry.stdout
    assert "0 replaced files would be removed" in dry.stdout
    done = broadsheet("compact", "--archive", filled.root, "--files", "3")
    assert done.exit_code == 0
    assert "captures: 4 files (" in done.stdout
    assert "became 1 (" in done.stdout
    assert "8 wait for their grace to end" in done.stdout
    assert "compacting 1 of 2: captures, 4 files" in done.stderr
    assert "No partition has enough" in broadsheet("compact", "--archive", filled.root, "--files", "3").stdout
    gone = broadsheet("compact", "--archive", filled.root, "--vacuum-now")
    assert "8 replaced files removed" in gone.stdout


def test_compact_as_json(filled: Archive) -> None:
    dry = json.loads(broadsheet("compact", "--archive", filled.root, "--files", "3", "--dry-run", "--json").stdout)
    assert [(one["table"], one["files"]) for one in dry["planned"]] == [("captures", 4), ("articles", 4)]
    done = json.loads(broadsheet("compact", "--archive", filled.root, "--files", "3", "--json").stdout)
    assert [(one["table"], one["rows"], one["doubled"]) for one in done["compacted"]] == [
        ("captures", 4, 0),
        ("articles", 4, 0),
    ]
    assert done["vacuumed"]["kept"] == 8


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--grace", "soon"], "write 7d, 12h or 30m"),
        (["--grace", "31d"], "at most 30d"),
        (["--grace", "1d", "--vacuum-now"], "give one of them"),
    ],
)
def test_compact_refuses(filled: Archive, options: list[str], says: str) -> None:
    done = broadsheet("compact", "--archive", filled.root, *options)
    assert done.exit_code == 2
    assert says in done.stderr


def test_compact_beside_another_maintenance(filled: Archive) -> None:
    with filled.lock_maintenance("verifying"):
        done = broadsheet("compact", "--archive", filled.root, "--files", "3")
        assert done.exit_code == 2
        assert "is in use by verifying, process" in done.stderr
        assert broadsheet("compact", "--archive", filled.root, "--dry-run").exit_code == 0


def test_snapshot(filled: Archive) -> None:
    assert broadsheet("snapshot", "--list", "--archive", filled.root).stdout == "Nothing is pinned.\n"
    made = broadsheet("snapshot", "paper", "--archive", filled.root)
    assert made.exit_code == 0
    assert made.stdout.startswith("paper  20")
    assert made.stdout.endswith("4 articles, 4 captures, 0 clusters, 0 runs, 0 sources\n")
    assert broadsheet("snapshot", "--list", "--archive", filled.root).stdout == made.stdout
    filled.append(ARTICLES, [article(9, run="r")], run="r", number=5)
    assert ": 5 articles" in broadsheet("status", "--archive", filled.root).stdout
    assert ": 4 articles" in broadsheet("status", "--archive", filled.root, "--as-of", "paper").stdout
    told = broadsheet("show", "http://harbour.test/9", "--archive", filled.root, "--as-of", "paper")
    assert (told.exit_code, "unknown to this archive" in told.stderr) == (1, True)
    (listed,) = json.loads(broadsheet("snapshot", "--list", "--json", "--archive", filled.root).stdout)
    assert (listed["name"], listed["tables"]["articles"]["rows"]) == ("paper", 4)
    assert broadsheet("snapshot", "--drop", "paper", "--archive", filled.root).stdout == "Dropped paper.\n"
    gone = broadsheet("status", "--archive", filled.root, "--as-of", "paper")
    assert gone.exit_code == 2
    assert "there is no snapshot 'paper'; none is pinned; instants from 20" in gone.stderr


@pytest.mark.parametrize("command", [["status"], ["coverage"], ["show", URL], ["diff", URL], ["inspect", URL]])
def test_every_reading_command_reads_as_of_a_moment(filled: Archive, command: list[str]) -> None:
    done = broadsheet(*command, "--archive", filled.root, "--as-of", "yesterday")
    assert done.exit_code == 2
    assert "there is no snapshot 'yesterday'" in done.stderr


@pytest.mark.parametrize("words", [[], ["a", "--list"], ["--list", "--drop", "a"]])
def test_snapshot_does_one_thing(filled: Archive, words: list[str]) -> None:
    done = broadsheet("snapshot", *words, "--archive", filled.root)
    assert done.exit_code == 2
    assert "give a NAME to pin, or --list, or --drop NAME" in done.stderr


def test_verify_and_repair(archive: Archive) -> None:
    sound(archive)
    clean = broadsheet("verify", "--archive", archive.root)
    assert (clean.exit_code, clean.stdout.splitlines()[-1]) == (0, "Nothing is wrong.")
    remove(files(archive, ARTICLES)[1])
    damaged = broadsheet("verify", "--archive", archive.root)
    assert damaged.exit_code == 1
    assert "1 file_missing found: A Parquet file that the log names is gone." in damaged.stdout
    assert "broadsheet verify --repair" in damaged.stdout
    repaired = broadsheet("verify", "--archive", archive.root, "--repair")
    assert repaired.exit_code == 4
    assert repaired.stdout.splitlines()[-1] == "Everything was put right."
    assert broadsheet("verify", "--archive", archive.root, "--repair").exit_code == 0


def test_verify_as_json_says_what_a_repair_cannot_mend(archive: Archive) -> None:
    sound(archive)
    path = segment(archive)
    garble(path, path.stat().st_size - 900)
    done = broadsheet("verify", "--archive", archive.root, "--repair", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["clean"] is False
    assert told["left"]["tally"]["record_damaged"] == 1
    assert all(problem["where"].startswith("warc/") for problem in told["left"]["problems"])
    assert broadsheet("verify", "--archive", archive.root, "--quick").exit_code == 0, "no record is read"


def test_a_repair_beside_a_crawl_could_not_start(archive: Archive) -> None:
    from tests.archive_samples import begin

    sound(archive)
    remove(files(archive, ARTICLES)[1])
    begin(archive)
    done = broadsheet("verify", "--archive", archive.root, "--repair")
    assert done.exit_code == 2
    assert "try again once that has ended" in done.stderr


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        pytest.param(
            lambda a: empty(newest_entry(a, CAPTURES)), "is empty, as a power cut leaves it", id="empty entry"
        ),
        pytest.param(
            lambda a: truncate(newest_entry(a, ARTICLES)), "the table articles cannot be read", id="half an entry"
        ),
        pytest.param(lambda a: remove(a.root / "articles"), "the table articles cannot be read", id="no table"),
        pytest.param(lambda a: remove(files(a, ARTICLES)[0]), "is gone", id="no file"),
        pytest.param(lambda a: truncate(files(a, CAPTURES)[0]), "is damaged", id="half a file"),
    ],
)
def test_damage_is_told_in_a_sentence_and_put_right(
    archive: Archive, harm: Callable[[Archive], None], says: str
) -> None:
    sound(archive)
    harm(archive)
    told = broadsheet("status", "--archive", archive.root)
    assert told.exit_code == 2, told.output
    assert says in told.stderr
    assert "broadsheet verify" in told.stderr
    mend(archive)
    assert broadsheet("status", "--archive", archive.root).exit_code == 0


def test_a_crawl_does_not_write_on_top_of_damage(archive: Archive) -> None:
    """What recovers before a crawl begins reads the tables first, and stops."""
    from pipelines.recovery import recover
    from storage.errors import ArchiveError

    sound(archive)
    empty(newest_entry(archive, CAPTURES))
    from tests.archive_samples import begin

    run = begin(archive)
    run.abandon()
    with pytest.raises(ArchiveError, match="verify --repair"):
        recover(archive)
