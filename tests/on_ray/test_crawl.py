"""Crawls of the demo newspapers by one process, with two workers, and on a cluster, also if a node of it is killed."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.commands import crawl_spread
from crawler.demo import demo_config_toml
from storage import open_archive
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import faults
from tests.crash.harness import BROADSHEET, differences, other_fates
from tests.on_ray.conftest import BUCKET, Nodes
from tests.on_ray.work import Hold, held_between_commits
from tests.row_for_row import OF_A_CRAWL, other_rows, rows

# Small batches, so that a kill falls between two commits; one request of a host after the other, in their order.
ARCHIVE = 'batch_pages = 2\nbatch_seconds = "1s"\n'
CRAWL = 'delay = "0.4s"\nworkers = {workers}\n'


def configured(folder: Path, archive: str, workers: int = 1) -> Path:
    """A configuration of the demo newspapers that crawls into ``archive``."""
    config = re.sub("^delay = .*\n", "", demo_config_toml(archive), flags=re.MULTILINE)
    config = config.replace("[archive]\n", f"[archive]\n{ARCHIVE}")
    config = config.replace("[crawl]\n", "[crawl]\n" + CRAWL.format(workers=workers))
    path = folder / "broadsheet.toml"
    path.write_text(config, encoding="utf-8")
    return path


def crawled(config: Path, *words: str) -> Result:
    """A crawl by the command on the cluster."""
    words = ("crawl", "--config", str(config), "--on", "ray", "--tasks", "3", *words)
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


def by_one(folder: Path, workers: int) -> Archive:
    """The crawl of one process, with so many workers."""
    configured(folder, "archive", workers)
    subprocess.run([*BROADSHEET, "crawl"], cwd=folder, check=True, capture_output=True, timeout=200)
    return open_archive(folder / "archive")


def same(here: Archive, other: Archive) -> None:
    """Two archives hold the same rows, and neither has a fault."""
    assert faults(here) == []
    assert verify(here).problems == ()
    assert list(differences(here, other)) == []
    assert list(other_rows(here, other, OF_A_CRAWL)) == []


@pytest.fixture(scope="module")
def alone(nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Archive:  # noqa: ARG001 - it sets the environment
    """The crawl of one process with one worker."""
    return by_one(tmp_path_factory.mktemp("alone"), 1)


def test_a_crawl_with_two_workers_brings_the_same_rows(alone: Archive, tmp_path: Path) -> None:
    same(by_one(tmp_path, 2), alone)


def test_a_crawl_on_a_cluster_brings_the_same_rows(alone: Archive, tmp_path: Path) -> None:
    archive = str(tmp_path / "archive")
    crawled(configured(tmp_path, archive))
    found = open_archive(archive)
    same(found, alone)
    assert found.runs().count_rows() == 4


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_crawl_of_which_a_node_is_killed_brings_the_same_articles(
    nodes: Nodes, alone: Archive, hold: Hold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    archive = str(tmp_path / "archive") if place == "folder" else f"s3://{BUCKET}/crawled"
    config = configured(tmp_path, archive)
    held = functools.partial(held_between_commits, hold, "crawler.commands.crawl_spread:crawl_part")
    monkeypatch.setattr(crawl_spread, "crawl_part", held)
    with nodes.killed_once(hold):
        result = crawled(config, "--json")
    found = open_archive(archive)
    assert list(differences(found, alone)) == []
    assert list(other_fates(found, alone)) == []
    assert rows(found.sources(), OF_A_CRAWL) == rows(alone.sources(), OF_A_CRAWL)
    assert faults(found) == []
    assert verify(found).problems == ()
    told = json.loads(result.stdout)
    assert (told["busy"], told["silent"], told["bugs"]) == ([], {}, [])
    assert any("begun again as process" in line for line in result.stderr.splitlines())
    runs = found.runs().to_table(["run", "outcome", "detail", "command"]).to_pylist()
    assert "interrupted" in {row["outcome"] for row in runs}
    (whole,) = [row for row in runs if row["run"] == told["run"]]
    assert (whole["outcome"], whole["detail"]) == ("done", "3 tasks")
    assert [path.name for path in (found.root / "locks").glob("source-*")] == []
