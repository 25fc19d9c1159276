"""A real Scrapyd on loopback is given the spider in both ways of docs/scheduling.md, and crawls the demo papers."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, articles, demo_config_toml

pytestmark = [
    pytest.mark.extras,
    pytest.mark.skipif(importlib.util.find_spec("scrapyd") is None, reason="the extra [scrapyd] is not installed"),
]
ROOT = Path(__file__).parents[2]
PROJECT = "broadsheet"
# Loopback goes past the proxy that is the demo newspapers.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapyd:
    """A Scrapyd that listens on ``url`` and works in ``folder``."""

    folder: Path
    url: str

    def ask(self, method: str, **query: str) -> dict[str, object]:
        """What it answers when it is asked something."""
        with DIRECT.open(f"{self.url}{method}.json?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return dict(json.load(answer))

    def tell(self, method: str, **form: str) -> dict[str, object]:
        """What it answers when it is told to do something."""
        with DIRECT.open(f"{self.url}{method}.json", urllib.parse.urlencode(form).encode(), timeout=60) as answer:
            return dict(json.load(answer))

    def schedule(self, **arguments: str) -> str:
        """Start a job; its id."""
        said = self.tell("schedule", project=PROJECT, spider="news", **arguments)
        assert said["status"] == "ok", said
        return str(said["jobid"])

    def ended(self, job: str) -> str:
        """The log of a job, once it has ended."""
        wait(lambda: job in {str(one["id"]) for one in self.ask("listjobs", project=PROJECT)["finished"]})
        return (self.folder / "logs" / PROJECT / "news" / f"{job}.log").read_text("utf-8")

    def code(self, job: str) -> str:
        """How Scrapyd says that a job ended."""
        lines = (self.folder / "scrapyd.log").read_text("utf-8").splitlines()
        (line,) = [line for line in lines if f"job='{job}'" in line and "Process started" not in line]
        return line.partition("] ")[2].partition(" project=")[0]


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 100
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def scrapyd(folder: Path, proxy: str, *, python: str, **environment: str) -> Iterator[Scrapyd]:
    """Scrapyd, run by ``python`` in ``folder``; it ends with the block."""
    port = free_port()
    (folder / "scrapyd.conf").write_text(f"[scrapyd]\nhttp_port = {port}\npoll_interval = 0.3\n", "utf-8")
    (folder / "broadsheet.toml").write_text(demo_config_toml("archive"), "utf-8")
    with (folder / "scrapyd.log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "scrapyd"],
            cwd=folder,
            env={**os.environ, "http_proxy": proxy, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Scrapyd(folder=folder, url=f"http://127.0.0.1:{port}/")

        def listens() -> bool:
            assert process.poll() is None, (folder / "scrapyd.log").read_text("utf-8")
            try:
                return server.ask("daemonstatus")["status"] == "ok"
            except urllib.error.URLError:
                return False

        wait(listens)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_installed_beside_it_a_job_is_a_crawl(tmp_path: Path, demo_server: DemoServer) -> None:
    example = (ROOT / "docs" / "examples" / "scrapy.cfg").read_text("utf-8")
    # Of the example's port only one Scrapyd on this machine can make use.
    (tmp_path / "scrapy.cfg").write_text(example.replace("http_port = 6800\n", ""), "utf-8")
    with scrapyd(tmp_path, demo_server.proxy_url, python=sys.executable) as server:
        assert server.ask("listprojects")["projects"] == [PROJECT]
        whole = server.schedule(source="shiomi", setting="LOG_LEVEL=INFO")
        wrong = server.schedule(sourc="shiomi")
        log = server.ended(whole)
        assert server.code(whole) == "Process finished:"
        assert re.search(r"INFO: archived +2\n", log)
        assert "Traceback" not in log
        said = server.ended(wrong)
        assert "ERROR: -a sourc: there is no such argument; did you mean 'source'?\n" in said
        assert "Traceback" not in said
        assert server.code(wrong) == "Process died: exitstatus=2"
    archive = storage.open_archive(tmp_path / "archive")
    assert archive.articles().to_table(["source"])["source"].to_pylist() == ["shiomi", "shiomi"]


def test_as_an_egg_it_runs_where_it_is_not_installed_and_is_cancelled_like_any_crawl(
    tmp_path: Path, demo_server: DemoServer
) -> None:
    checkout = tmp_path / "checkout"
    for name in ("crawler", "pipelines", "storage"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "scrapy.cfg"):
        shutil.copy(ROOT / name, checkout / name)
    folder = tmp_path / "scrapyd"
    folder.mkdir()
    # The interpreter below the virtual environment, with its packages but without what makes the checkout importable.
    python = os.path.realpath(sys.executable)
    there = {"PYTHONPATH": sysconfig.get_path("purelib"), "VIRTUAL_ENV": ""}
    found = subprocess.run([python, "-c", "import scrapyd, crawler"], cwd=folder, env={**os.environ, **there},
                           capture_output=True, text=True, check=False)  # fmt: skip
    assert "No module named 'crawler'" in found.stderr, "it would run without the egg"
    with scrapyd(folder, demo_server.proxy_url, python=python, **there) as server:
        with (checkout / "scrapy.cfg").open("a", encoding="utf-8") as file:
            file.write(f"\n[deploy:archive]\nurl = {server.url}\nproject = {PROJECT}\n")
        deployed = subprocess.run(
            [sys.executable, "-m", "scrapyd_client.deploy", "archive", "--version", "0.1.0"],
            cwd=checkout, env={**os.environ, "no_proxy": "127.0.0.1"}, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        assert json.loads(deployed.stdout)["spiders"] == 1
        slowly = demo_config_toml("archive").replace('delay = "0.1s"', 'delay = "2s"')
        (folder / "broadsheet.toml").write_text(slowly, "utf-8")
        job = server.schedule(config=str(folder / "broadsheet.toml"))
        pages = {urlsplit(one.url).path for one in articles()}
        wait(lambda: sum(request.path in pages for request in demo_server.requests) > 4)
        server.tell("cancel", project=PROJECT, job=job)
        log = server.ended(job)
        assert "WARNING: Stopped before its end" in log
        assert server.code(job) == "Process died: exitstatus=3"
    archive = storage.open_archive(folder / "archive")
    assert archive.runs().to_table(["outcome"])["outcome"].to_pylist() == ["stopped"]
    fetched = (pc.field("kind") == "article") & pc.field("warc_file").is_valid()
    assert archive.captures().to_table(filter=fetched).num_rows > 0, "what was fetched is kept"
