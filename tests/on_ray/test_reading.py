"""Imports and rebuilds on a cluster, one of its nodes killed in the middle: the same rows as on one process."""

from __future__ import annotations

import functools
import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

import pipelines.rebuild
from crawler.commands import import_, rebuild
from pipelines.executors.cluster import ClusterError, Spread, joined
from pipelines.importing.inputs import Input
from pipelines.importing.job import lacks
from pipelines.importing.task import Report, Task
from pipelines.importing.wanted import Wanted
from pipelines.scopes import Request
from storage import open_archive
from storage.archive import Archive
from storage.records import SiteRules
from storage.verify import verify
from tests.archive_samples import faults
from tests.on_ray.conftest import BUCKET, Nodes
from tests.on_ray.work import Hold, held_between_commits, held_spooling, import_but_the_first, reread_for_ever
from tests.row_for_row import OF_THE_RUN, other_rows
from tests.warc_corpus import members, page, response

SITES = ("courier.example", "www.courier.example", "harbour.test", "island.example", "meadow.example")
PAGES = 36
CONFIG = """
[archive]
path = "{archive}"
batch_pages = 12
[crawl]
contact = "mailto:desk@archive.test"
[[source]]
name = "courier"
entrances = ["https://www.courier.example/feed.xml"]
[[source]]
name = "harbour"
entrances = ["https://harbour.test/feed.xml"]
hosts = ["island.example"]
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Two files of all sites' pages; the second one has some of the first one's again, edited or not."""
    folder = tmp_path_factory.mktemp("files")
    edit = "The ferry came early this time, which surprised whoever had come to the quay."
    one = [response(number, url=f"https://{site}/{number}") for number in range(PAGES) for site in SITES]
    two = [
        response(
            number,
            url=f"https://{site}/{number}",
            date="2024-03-02T12:00:00Z",
            body=page(number, sentence=edit) if number % 2 else page(number),
        )
        for number in range(0, PAGES, 3)
        for site in SITES
    ]
    for name, records in (("one", one), ("two", [*two, *one[:10]])):
        (folder / f"{name}.warc.gz").write_bytes(members(records))
    return str(folder / "one.warc.gz"), str(folder / "two.warc.gz")


def imported(
    folder: Path, archive: str, files: tuple[str, ...], spread: Spread | None = None, *, workers: int = 1
) -> tuple[Report, str]:
    """What became of an import into ``archive``, and what it said."""
    config = folder / "broadsheet.toml"
    config.write_text(CONFIG.format(archive=archive), encoding="utf-8")
    said = io.StringIO()
    err = Console(file=said, width=200)
    report = import_.run(files, config=config, archive=None, wanted=Wanted(), workers=workers, spread=spread, err=err)
    return report, said.getvalue()


def same(here: Archive, other: Archive) -> None:
    """Two archives hold the same rows, and neither has a fault."""
    assert faults(here) == []
    assert verify(here).problems == ()
    assert list(other_rows(here, other, OF_THE_RUN)) == []


@pytest.fixture(scope="module")
def alone(files: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Archive]:
    """The import of the files by one process."""
    folder = tmp_path_factory.mktemp("alone")
    report, _ = imported(folder, str(folder / "archive"), files)
    return report, open_archive(folder / "archive")


def test_an_import_with_two_workers_brings_the_same_rows(
    files: tuple[str, ...], alone: tuple[Report, Archive], tmp_path: Path
) -> None:
    imported(tmp_path, str(tmp_path / "archive"), files, workers=2)
    same(open_archive(tmp_path / "archive"), alone[1])


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_an_import_of_which_a_node_is_killed_brings_the_same_rows(
    nodes: Nodes,
    files: tuple[str, ...],
    alone: tuple[Report, Archive],
    hold: Hold,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    archive = str(tmp_path / "archive") if place == "folder" else f"s3://{BUCKET}/imported"
    held = functools.partial(held_between_commits, hold, "pipelines.importing.job:import_part")
    monkeypatch.setattr(import_, "import_part", held)
    with nodes.killed_once(hold):
        report, said = imported(tmp_path, archive, files, Spread(on="ray", tasks=3))
    found = open_archive(archive)
    same(found, alone[1])
    assert "begun again as process" in said
    outcomes = found.runs().to_table(["outcome"])["outcome"].to_pylist()
    assert "interrupted" in outcomes
    assert [file.outcome for file in report.files] == ["done", "done"]
    again, _ = imported(tmp_path, archive, files, Spread(on="ray", tasks=3))
    assert {file.outcome for file in again.files} <= {"already", "done"}
    assert found.captures().count_rows() == alone[1].captures().count_rows()


def rebuilt(archive: str, said: io.StringIO, spread: Spread | None = None) -> rebuild.Outcome:
    """Rebuild every page; of two sources by rules that take the last paragraph away."""
    rules = tuple(SiteRules(name=name, remove=("p:last-of-type",)) for name in ("courier", "harbour"))
    return rebuild.run(
        open_archive(archive),
        Request(again=True, rules=rules, samples=0),
        bound=1.0,
        accept_loss=True,
        dry_run=False,
        workers=1,
        agree=lambda *_: True,
        spread=spread,
        err=Console(file=said, width=200),
    )


def test_a_rebuild_of_which_a_node_is_killed_makes_the_same_rows(
    nodes: Nodes,
    files: tuple[str, ...],
    alone: tuple[Report, Archive],
    hold: Hold,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = str(tmp_path / "archive"), f"s3://{BUCKET}/rebuilt"
    shutil.copytree(str(alone[1].root), here)
    imported(tmp_path, there, files)
    said = io.StringIO()
    by_one = rebuilt(here, said)
    found = open_archive(there)
    held = functools.partial(held_spooling, hold, "pipelines.rebuild:reread_there")
    monkeypatch.setattr(pipelines.rebuild, "reread_there", held)
    with nodes.killed_once(hold):
        outcome = rebuilt(there, said, Spread(on="ray", tasks=3))
    assert by_one.rebuilt is not None
    assert outcome.rebuilt is not None
    assert outcome.rebuilt.articles_come == by_one.rebuilt.articles_come > 0
    assert outcome.preview.differences == by_one.preview.differences
    same(open_archive(there), open_archive(here))
    assert not any((found.root / "rebuild").rglob("*"))


@pytest.mark.usefixtures("nodes")
def test_a_part_that_fails_costs_its_sites_only(
    files: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "import_part", import_but_the_first)
    report, _ = imported(tmp_path, str(tmp_path / "archive"), files, Spread(on="ray", tasks=2))
    assert report.errors == ("part 1 of 2: of no use",)
    assert import_.exit_code(report) == 1
    monkeypatch.undo()
    again, _ = imported(tmp_path, str(tmp_path / "archive"), files, Spread(on="ray", tasks=2))
    assert (again.errors, import_.exit_code(again)) == ((), 0)
    found = open_archive(tmp_path / "archive")
    assert set(found.articles().to_table(["source"])["source"].to_pylist()) == {"courier", "harbour", "meadow.example"}


@pytest.mark.usefixtures("nodes")
def test_a_task_that_fails_ends_a_rebuild_at_once(
    alone: tuple[Report, Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    shutil.copytree(str(alone[1].root), tmp_path / "archive")
    monkeypatch.setattr(pipelines.rebuild, "reread_there", reread_for_ever)
    # The others would go on for longer than a test may take.
    with pytest.raises(ValueError, match="of no use"):
        rebuilt(str(tmp_path / "archive"), io.StringIO(), Spread(on="ray", tasks=2))
    assert not ray.is_initialized()


@pytest.mark.usefixtures("nodes")
def test_what_the_nodes_do_not_share_is_said_before_anything_begins(tmp_path: Path) -> None:
    gone = Input(address=str(tmp_path / "nowhere.warc.gz"), size=1, identity="0")
    told = [
        (Task(archive=tmp_path / "archive", inputs=(gone,), job="1"), "nowhere.warc.gz is not there; name an address"),
        (Task(archive=tmp_path / "archive", inputs=(), job="1"), "there is no archive at"),
    ]
    with joined("ray") as cluster:
        for task, problem in told:
            with pytest.raises(ClusterError, match=problem):
                cluster.check(lacks, task)
    assert not (tmp_path / "archive").exists()
