"""Disks that fail in the middle of a write: full, read-only, or with an error inside a file.

Every one ends in a sentence without a traceback, and in an archive that the next start puts right.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import storage
from crawler.demo import DemoServer, demo_config_toml
from pipelines.history import History
from pipelines.recovery import recover
from storage import compact, delta
from storage.archive import Archive
from storage.errors import ArchiveError, CommitFailed
from storage.verify import verify
from tests.archive_samples import HOST, begin, contents, exchange, faults, fetch, html, minutes
from tests.crash.harness import hurry
from tests.damaged_archives import largest_file, sound

BROADSHEET = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")


def noise(words: int) -> str:
    """Text that no compression makes much smaller."""
    rnd = random.Random(words)
    return " ".join(f"{rnd.getrandbits(48):x}" for _ in range(words))


def test_an_error_inside_a_parquet_file_of_a_commit(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The WARC and ``captures`` are written, the file of ``articles`` breaks off: the next start writes it again."""
    monkeypatch.setattr(delta, "TRIES", 2)
    sound(archive)
    before = contents(archive)
    run = begin(archive)
    page = html("The log book of the ferry", noise(2_000))
    _, kept = fetch(run, exchange(f"{HOST}/8", page, fetched_at=minutes(90)), History())
    assert kept is not None
    with largest_file(26_000), pytest.raises(CommitFailed, match=r"^articles: .* failed 2 times: .*File too large"):
        run.commit(run.take())
    run.abandon()
    assert contents(archive) == before, "readers see what was committed and nothing else"
    assert len(recover(archive)) == 1
    assert {url for url, _ in contents(archive)} - {url for url, _ in before} == {f"{HOST}/8"}
    assert faults(archive) == []
    assert verify(archive).problems == ()


def test_an_error_inside_a_parquet_file_of_a_compaction(archive: Archive) -> None:
    sound(archive)
    before = archive.articles(all_revisions=True).to_table().sort_by("row")
    with archive.lock_maintenance("compacting"):
        with largest_file(4_000), pytest.raises((ArchiveError, OSError), match=r"(?i)file too large"):
            compact.compact(archive.root, many=1)
        assert archive.articles(all_revisions=True).to_table().sort_by("row").equals(before)
        compact.compact(archive.root, many=1)
    assert archive.articles(all_revisions=True).to_table().sort_by("row").equals(before)
    assert faults(archive) == []


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A tmpfs of ``size`` at ``folder``; the test is skipped where nobody may mount one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def crawl(folder: Path, server: DemoServer) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        [*BROADSHEET, "crawl"],
        cwd=folder,
        env=env | {"http_proxy": server.proxy_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.extras
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_disk_that_is_full_and_one_that_is_read_only(tmp_path: Path, demo_server: DemoServer) -> None:
    """Without a floor for its room (``min_free``): with one, a crawl ends in good time, or does not begin."""
    disk = tmp_path / "disk"
    hurry(demo_server)
    config = re.sub("^delay = .*\n", "", demo_config_toml("disk/archive"), flags=re.MULTILINE)
    config = config.replace("[archive]\n", '[archive]\nmin_free = "0 MB"\nbatch_pages = 3\nbatch_seconds = "1s"\n')
    config = config.replace("[crawl]\n", '[crawl]\ndelay = "0s"\nworkers = 1\n')
    (tmp_path / "broadsheet.toml").write_text(config, encoding="utf-8")
    with small_disk(disk, "400k"):
        full = crawl(tmp_path, demo_server)
        assert full.returncode == 1, full.stdout + full.stderr
        assert "No space left on device" in full.stdout + full.stderr
        assert "Traceback" not in full.stdout + full.stderr
        remount(disk, "size=64M,ro")
        locked = crawl(tmp_path, demo_server)
        assert locked.returncode == 2, locked.stdout + locked.stderr
        assert "nothing may be written to 'disk/archive'; change its rights" in locked.stderr
        assert "Traceback" not in locked.stdout + locked.stderr
        remount(disk, "rw")
        done = crawl(tmp_path, demo_server)
        assert done.returncode == 0, done.stdout + done.stderr
        archive = storage.open_archive(disk / "archive")
        assert faults(archive) == []
        assert archive.articles().count_rows() > 20
        assert verify(archive).problems == ()
