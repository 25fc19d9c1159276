from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import storage
from crawler.cli import main
from crawler.commands import import_
from pipelines.executors import Ended
from pipelines.importing.inputs import Input
from pipelines.importing.parts import cut
from pipelines.importing.task import FileReport, Report, Task
from storage.archive import Archive
from storage.records import Tally
from tests.archive_samples import faults
from tests.warc_corpus import damaged, members, response

CONFIG = """
[archive]
path = "archive"
[crawl]
contact = "mailto:desk@archive.test"
[[source]]
name = "courier"
entrances = ["https://www.courier.example/feed.xml"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and two files, one of them damaged."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broadsheet.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "one.warc.gz").write_bytes(members([response(1), response(8, url="https://other.example/8")]))
    broken = next(case for case in damaged() if case.name == "broken member")
    (tmp_path / "two.warc.gz").write_bytes(broken.data)
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["import", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def test_files_become_articles_of_the_configured_source(folder: Path) -> None:
    result = run("one.warc.gz", "two.warc.gz", "--known-only", "--workers", "1", "--json")
    assert result.exit_code == 3, result.output
    told = json.loads(result.stdout)
    assert told["counts"] == {
        "archived": {"": 4},
        "skipped": {"other_source": 1, "known_record": 1},
        "damaged": {"bad_gzip": 1},
    }
    assert [file["outcome"] for file in told["files"]] == ["done", "done"]
    archive = storage.open_archive(folder / "archive")
    assert faults(archive) == []
    assert set(archive.articles().to_table(["source"])["source"].to_pylist()) == {"courier"}
    again = run("one.warc.gz", "--known-only")
    assert (again.exit_code, "imported whole before" in again.output) == (0, True)


def test_a_dry_run_needs_no_configuration_and_writes_nothing(folder: Path) -> None:
    (folder / "broadsheet.toml").unlink()
    result = run("one.warc.gz", "--archive", "elsewhere", "--dry-run")
    assert (result.exit_code, "wanted" in result.output) == (0, True)
    assert not (folder / "elsewhere").exists()


def test_a_file_that_is_no_archive_is_named(folder: Path) -> None:
    (folder / "page.warc.gz").write_bytes(b"<html>Not found</html>")
    alone = run("page.warc.gz", "--dry-run")
    assert (alone.exit_code, "page.warc.gz was not imported whole" in alone.output) == (1, True)
    assert run("page.warc.gz", "one.warc.gz", "--dry-run").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.warc.gz",), "is not there"),
        (("-",), "save it to a file"),
        (("one.warc.gz", "--config", "other.toml"), "other.toml"),
        (("one.warc.gz", "--source", "daily"), "write one of courier"),
        (("one.warc.gz", "--since", "2024-02-01", "--until", "2024-01-01"), "before --since"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_start_says_why(arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, says in result.output) == (2, True), result.output


def test_a_second_import_does_not_start_beside_the_first(folder: Path) -> None:
    held = Archive.create(folder / "archive").lock_source("+import", holder="an import")
    assert held is not None
    result = run("one.warc.gz")
    assert (result.exit_code, "being added to by an import" in result.output) == (2, True), result.output
    held.release(remove=True)


def test_a_part_that_fails_is_named_beside_what_the_others_brought() -> None:
    file = Input(address="one.warc.gz", size=9, identity="1")
    task = Task(archive=Path("archive"), inputs=(file,))
    parts = cut(task, 3)
    brought = FileReport(
        input=file, outcome="done", tallies=(Tally(source="courier", outcome="archived", reason=None, count=2),)
    )
    ended: list[Ended[Task, Report]] = [
        Ended(item=parts[1], error=RuntimeError("the node is lost")),
        Ended(item=parts[0], result=Report(files=(brought,))),
        Ended(item=parts[2], result=Report(files=(brought,))),
    ]
    report = import_.together(task, parts, ended)
    assert (import_.exit_code(report), report.stopped) == (1, False)
    told = json.loads(import_.as_json(report))
    assert (told["errors"], told["counts"]) == (["part 2 of 3: the node is lost"], {"archived": {"": 4}})
    assert "part 2 of 3: the node is lost; its sites were not imported whole" in import_.lines(report)[-1]
    with pytest.raises(RuntimeError, match="the node is lost"):
        import_.together(task, parts, ended[:1])
