"""Crawls into S3 by the command, killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

import storage
from crawler.demo import DemoServer, demo_config_toml
from storage import places, verify, warc
from storage.remote import Remote
from tests.archive_samples import faults
from tests.crash.harness import BROADSHEET, addresses, hurry
from tests.storage.object_storage.faulty import Faulty

# Small batches, so that a kill falls between two.
ARCHIVE = 'batch_pages = 5\nbatch_seconds = "2s"\n'
CRAWL = 'delay = "0s"\nworkers = 1\n'


def configured(folder: Path, archive: str) -> Path:
    """A new folder with a configuration of the demo newspapers that crawls into ``archive``."""
    folder.mkdir()
    config = re.sub("^delay = .*\n", "", demo_config_toml(archive), flags=re.MULTILINE)
    config = config.replace("[archive]\n", f"[archive]\n{ARCHIVE}").replace("[crawl]\n", f"[crawl]\n{CRAWL}")
    (folder / "broadsheet.toml").write_text(config, encoding="utf-8")
    return folder


def start(folder: Path, server: DemoServer, *arguments: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    return subprocess.Popen(
        [*BROADSHEET, *arguments],
        cwd=folder,
        env=os.environ | {"http_proxy": server.proxy_url, "no_proxy": "127.0.0.1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(folder: Path, server: DemoServer, *arguments: str) -> str:
    """What the command prints; it must end well."""
    with start(folder, server, *arguments) as process:
        out, err = process.communicate(timeout=110)
    assert process.returncode == 0, err
    return out


@pytest.mark.timeout(400)
def test_a_crawl_to_s3_that_is_killed_and_started_again_loses_nothing(
    where: str, demo_server: DemoServer, tmp_path: Path
) -> None:
    hurry(demo_server)
    local = configured(tmp_path / "local", "archive")
    told(local, demo_server, "crawl")
    undisturbed = storage.open_archive(local / "archive")
    there = configured(tmp_path / "there", where)
    folder = places.place(where)
    assert isinstance(folder, Remote)
    for segments in (1, 3):
        with start(there, demo_server, "crawl") as process:
            while len(list(warc.segments(folder / "warc"))) < segments and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            process.communicate()
    told(there, demo_server, "crawl")
    archive = storage.open_archive(where)
    assert addresses(archive) == addresses(undisturbed)
    assert faults(archive) == []
    assert verify.verify(archive).problems == ()
    assert "interrupted" in archive.runs().to_table(["outcome"])["outcome"].to_pylist()
    place = ("--archive", where)
    assert told(tmp_path, demo_server, "snapshot", "paper", *place).startswith("paper ")
    assert "Nothing is wrong" in told(tmp_path, demo_server, "verify", *place)
    told(tmp_path, demo_server, "compact", "--files", "1", "--vacuum-now", *place)
    assert addresses(storage.open_archive(where, as_of="paper")) == addresses(undisturbed)
    said = json.loads(told(tmp_path, demo_server, "status", "--archive", where, "--json"))
    assert said["archive"] == where
    assert said["articles"] == archive.articles().count_rows()


def test_an_archive_that_cannot_be_reached_ends_the_command(
    where: str, s3: Faulty, demo_server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3.url
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with start(tmp_path, demo_server, "status", "--archive", where) as process:
        _, err = process.communicate(timeout=100)
    assert process.returncode == 2
    assert "127.0.0.1:9" in err
