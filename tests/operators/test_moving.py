"""Backups while a crawl goes on, moves to other places and upgrades, as docs/upgrading.md describes them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import storage
from crawler.cli import main
from crawler.demo import DemoServer, demo_config_toml
from storage import marker
from storage.archive import Archive
from storage.schema import TABLES
from storage.verify import verify
from tests.archive_samples import HOST, contents, faults
from tests.crash.harness import BROADSHEET, twins

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
KEPT = sorted((ROOT / "tests" / "storage" / "archives").glob("format-*.tar.xz"))
# Small batches, so that a backup falls between two.
BATCHES = '[archive]\nbatch_pages = 2\nbatch_seconds = "1s"\n'
# What `verify` says of a backup that was made during a crawl, as docs/upgrading.md has it.
TOLD = {"run_open", "file_orphaned", "record_unindexed", "article_missing"}
needs_rsync = pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed; see `make operators`")


def configured(folder: Path, archive: str) -> Path:
    """A new folder with a configuration of the demo newspapers that crawls into ``archive``."""
    folder.mkdir()
    text = demo_config_toml(archive).replace("[archive]\n", BATCHES).replace("[crawl]\n", "[crawl]\nworkers = 1\n")
    (folder / "broadsheet.toml").write_text(text, "utf-8")
    return folder


def start(folder: Path, server: DemoServer) -> subprocess.Popen[str]:
    """A crawl in a process of its own."""
    env = os.environ | {"http_proxy": server.proxy_url, "no_proxy": "127.0.0.1"}
    return subprocess.Popen(
        [*BROADSHEET, "crawl"], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def crawled(folder: Path, server: DemoServer) -> str:
    """What a crawl in ``folder`` prints; it must end well."""
    with start(folder, server) as process:
        out, err = process.communicate(timeout=110)
    assert process.returncode == 0, out + err
    return out


def backed_up(archive: Path, backups: Path) -> Path:
    """The folder of a new backup."""
    command = ["sh", str(EXAMPLES / "backup.sh"), str(archive), str(backups)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return Path(done.stdout.strip())


def copied(source: str | Path, target: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "copy_archive.py"), str(source), str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def broadsheet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.extras
@needs_rsync
def test_backups_made_while_a_crawl_goes_on_lack_nothing_that_a_crawl_cannot_bring_back(
    tmp_path: Path, demo_server: DemoServer
) -> None:
    here = configured(tmp_path / "here", "archive")
    config = here / "broadsheet.toml"
    # Slowly, so that three backups are made meanwhile on a busy machine, too.
    config.write_text(config.read_text("utf-8").replace('delay = "0.1s"', 'delay = "1s"'), "utf-8")
    first_commit = here / "archive" / "articles" / "_delta_log" / f"{1:020}.json"
    backups = []
    with start(here, demo_server) as process:
        while process.poll() is None and len(backups) < 3:
            if first_commit.exists() and storage.open_archive(here / "archive").articles().count_rows():
                made = backed_up(here / "archive", tmp_path / "backups")
                backups += [made] * (process.poll() is None)
            time.sleep(0.1)
        out, err = process.communicate(timeout=110)
        assert process.returncode == 0, out + err
    original = storage.open_archive(here / "archive")
    whole = contents(original)
    assert 0 < len(contents(storage.open_archive(backups[0]))) < len(whole), "made in the middle"
    for number, backup in enumerate(backups):
        shutil.copytree(backup, tmp_path / f"restored-{number}")
        archive = storage.open_archive(tmp_path / f"restored-{number}")
        told = verify(archive).tally()
        assert set(told) <= TOLD
        assert broadsheet("verify", "--archive", archive.root, "--repair").exit_code == (4 if told else 0)
        assert faults(archive) == []
        assert verify(archive).problems == ()
        assert contents(archive) <= whole
    pages = tmp_path / "pages"
    shutil.copytree(backups[0], pages)
    subprocess.run(["rsync", "--archive", f"{here}/archive/warc/", f"{pages}/warc/"], check=True)
    assert broadsheet("verify", "--archive", pages, "--repair").exit_code == 4
    assert contents(storage.open_archive(pages)) == whole, "the pages of later runs bring their rows"
    there = configured(tmp_path / "there", "archive")
    shutil.copytree(backups[0], there / "archive")
    crawled(there, demo_server)
    restored = storage.open_archive(there / "archive")
    # Which of an article's versions is met first, and so kept beside it, hangs on what was fetched already.
    met = {revision for archive in (restored, original) for _, revision in twins(archive)}
    assert {revision for _, revision in contents(restored) ^ whole} <= met
    assert faults(restored) == []
    assert verify(restored).problems == ()
    assert "Nothing was fetched but the entrances" in crawled(there, demo_server)


@pytest.mark.extras
@needs_rsync
def test_a_backup_costs_what_is_new_in_it(copy: Archive, tmp_path: Path) -> None:
    first, second = (backed_up(copy.root, tmp_path / "backups") for _ in range(2))
    files = [path.relative_to(first) for path in first.rglob("*") if path.is_file()]
    assert all((second / file).samefile(first / file) for file in files)
    assert {path.relative_to(second) for path in second.rglob("*") if path.is_file()} == set(files)
    assert (tmp_path / "backups" / "latest").resolve() == second
    assert not (second / "locks").exists()
    assert verify(storage.open_archive(second)).problems == ()


def test_a_backup_reads_the_log_of_every_table() -> None:
    (named,) = re.findall(r"^for table in (.*); do$", (EXAMPLES / "backup.sh").read_text("utf-8"), re.MULTILINE)
    assert sorted(named.split()) == sorted(table.name for table in TABLES)
    assert named.index("runs") < named.index("articles") < named.index("captures"), "the last written is read first"


@pytest.mark.extras
@pytest.mark.timeout(400)
def test_an_archive_moves_to_s3_and_back_and_each_time_the_crawls_go_on(
    where: str, tmp_path: Path, demo_server: DemoServer
) -> None:
    here = configured(tmp_path / "here", "archive")
    crawled(here, demo_server)
    before = contents(storage.open_archive(here / "archive"))
    demo_server.reset()
    done = copied(here / "archive", where)
    assert done.returncode == 0, done.stderr
    assert broadsheet("verify", "--archive", where).exit_code == 0
    there = configured(tmp_path / "there", where)
    assert "Nothing was fetched but the entrances" in crawled(there, demo_server)
    again = copied(here / "archive", where)
    assert (again.returncode, again.stderr) == (1, f"{where} holds an archive; name a place that holds none\n")
    back = configured(tmp_path / "back", "archive")
    done = copied(where, back / "archive")
    assert done.returncode == 0, done.stderr
    assert not (back / "archive" / "locks").exists()
    archive = storage.open_archive(back / "archive")
    assert archive.runs().count_rows() == 2
    assert "Nothing was fetched but the entrances" in crawled(back, demo_server)
    assert (contents(archive), faults(archive)) == (before, [])
    assert verify(storage.open_archive(back / "archive")).problems == ()


def test_a_page_that_was_removed_since_goes_from_a_backup_that_is_restored(copy: Archive, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(copy.root, backup, ignore=shutil.ignore_patterns("locks"))
    assert broadsheet("forget", f"{HOST}/1", "--archive", copy.root, "--yes").exit_code == 0
    assert broadsheet("forget", "--again", "--archive", backup, "--yes").exit_code == 0
    there = contents(storage.open_archive(backup))
    assert f"{HOST}/1" in {url for url, _ in there}, "it knows of no removal"
    shutil.copytree(copy.root / "tombstones", backup / "tombstones", dirs_exist_ok=True)
    done = broadsheet("forget", "--again", "--archive", backup, "--yes")
    assert done.exit_code == 0, done.output
    assert contents(storage.open_archive(backup)) == {(url, text) for url, text in there if url != f"{HOST}/1"}
    assert verify(storage.open_archive(backup)).problems == ()


def test_an_archive_moves_to_another_folder(copy: Archive, tmp_path: Path) -> None:
    before = contents(copy)
    (tmp_path / "elsewhere").mkdir()
    copy.root.rename(tmp_path / "elsewhere" / "news")
    moved = storage.open_archive(tmp_path / "elsewhere" / "news")
    assert contents(moved) == before
    assert verify(moved).problems == ()


@pytest.mark.extras
@needs_rsync
@pytest.mark.parametrize("packed", KEPT, ids=lambda path: path.name.partition(".")[0])
def test_an_upgrade_can_be_taken_back_by_the_backup_made_before(packed: Path, tmp_path: Path) -> None:
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    old = tmp_path / packed.name.partition(".")[0]
    before = contents(storage.open_archive(old))
    backup = backed_up(old, tmp_path / "backups")
    assert broadsheet("migrate", "--archive", old, "--dry-run").stdout.startswith("to format ")
    assert broadsheet("migrate", "--archive", old).exit_code == 0
    assert broadsheet("verify", "--archive", old, "--repair").exit_code == 4, "a crawl of this archive was killed"
    assert before < contents(storage.open_archive(old))
    assert marker.read(backup).format < marker.FORMAT
    assert contents(storage.open_archive(backup)) == before


@pytest.mark.parametrize("words", [["status"], ["compact"], ["verify"], ["migrate"]])
def test_a_broadsheet_that_is_too_old_for_an_archive_says_which_one_reads_it(copy: Archive, words: list[str]) -> None:
    newer = {"format": marker.FORMAT + 1, "reader": "9.9.0"}
    (copy.root / marker.NAME).write_text(json.dumps(newer), "utf-8")
    done = broadsheet(*words, "--archive", copy.root)
    assert done.exit_code == 2
    assert f"has format {marker.FORMAT + 1}; this Broadsheet reads up to {marker.FORMAT}: install" in done.stderr
    assert "Broadsheet 9.9.0" in done.stderr
