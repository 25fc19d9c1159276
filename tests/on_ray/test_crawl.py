"""A crawl of the demo newspapers on a cluster, one of its nodes killed in the middle: the articles of one process."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.demo import demo_config_toml
from storage import open_archive
from storage.archive import Archive
from storage.verify import verify
from tests.archive_samples import faults
from tests.crash.harness import BROADSHEET, differences
from tests.on_ray.conftest import BUCKET, Nodes, both_at_work

# Small batches and some patience between requests, so that a kill falls between two commits.
ARCHIVE = 'batch_pages = 2\nbatch_seconds = "1s"\n'
CRAWL = 'delay = "0.4s"\nworkers = 1\n'


def configured(folder: Path, archive: str) -> Path:
    """A configuration of the demo newspapers that crawls into ``archive``."""
    config = re.sub("^delay = .*\n", "", demo_config_toml(archive), flags=re.MULTILINE)
    config = config.replace("[archive]\n", f"[archive]\n{ARCHIVE}").replace("[crawl]\n", f"[crawl]\n{CRAWL}")
    path = folder / "broadsheet.toml"
    path.write_text(config, encoding="utf-8")
    return path


def crawled(config: Path, *words: str) -> Result:
    """A crawl by the command on the cluster."""
    words = ("crawl", "--config", str(config), "--on", "ray", "--tasks", "3", *words)
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def alone(nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Archive:  # noqa: ARG001 - it sets the environment
    """The crawl of one process."""
    folder = tmp_path_factory.mktemp("alone")
    configured(folder, "archive")
    subprocess.run([*BROADSHEET, "crawl"], cwd=folder, check=True, capture_output=True, timeout=200)
    return open_archive(folder / "archive")


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_crawl_of_which_a_node_is_killed_brings_the_same_articles(
    nodes: Nodes, alone: Archive, tmp_path: Path, place: str
) -> None:
    archive = str(tmp_path / "archive") if place == "folder" else f"s3://{BUCKET}/crawled"
    config = configured(tmp_path, archive)
    with nodes.killed_once(lambda: both_at_work(archive)):
        result = crawled(config, "--json")
    found = open_archive(archive)
    assert list(differences(found, alone)) == []
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
