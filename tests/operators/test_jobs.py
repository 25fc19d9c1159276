"""The example files' own commands are run, as cron and Kubernetes would start them, on the demo newspapers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

import storage
from crawler.demo import DemoServer, demo_config_toml
from storage.verify import verify

pytestmark = pytest.mark.extras
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROGRAM = Path(sys.executable).parent / "broadsheet"


def cron_job(word: str, folder: Path, server: DemoServer) -> subprocess.Popen[str]:
    """Start the line of the crontab that has ``word`` in it, with as little around it as cron gives, in ``folder``."""
    (line,) = re.findall(rf"^[*0-9].*\bbroadsheet {word}\b.*$", (EXAMPLES / "crontab").read_text("utf-8"), re.MULTILINE)
    command = line.split(maxsplit=5)[5].replace("/srv/broadsheet", str(folder))
    return subprocess.Popen(
        ["/bin/sh", "-c", command],
        env={"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "http_proxy": server.proxy_url},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def mailed(job: subprocess.Popen[str]) -> str:
    """What cron would mail."""
    return job.communicate(timeout=120)[0]


def test_cron_starts_them_and_mails_a_line_where_one_does_not_end_well(tmp_path: Path, demo_server: DemoServer) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "broadsheet").symlink_to(PROGRAM)
    slow = demo_config_toml("archive").replace('delay = "0.1s"', 'delay = "1s"')
    (tmp_path / "broadsheet.toml").write_text(slow, "utf-8")
    with cron_job("crawl", tmp_path, demo_server) as first:
        deadline = time.monotonic() + 60
        while not demo_server.requests:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # However long the second takes to start: it is not to find the first at its end.
        os.killpg(first.pid, signal.SIGSTOP)
        second = mailed(cron_job("crawl", tmp_path, demo_server))
        os.killpg(first.pid, signal.SIGCONT)
        assert first.poll() is None, "the second did not wait for the first"
        assert mailed(first) == ""
    assert second == "The crawl ended with code 3; see crawl.log.\n"
    assert "left out: another run is crawling them." in (tmp_path / "crawl.log").read_text("utf-8")
    assert mailed(cron_job("compact", tmp_path, demo_server)) == ""
    assert (tmp_path / "report.html").exists()
    assert mailed(cron_job("verify", tmp_path, demo_server)) == ""
    assert storage.open_archive(tmp_path / "archive").articles().count_rows() == 24
    next((tmp_path / "archive").glob("warc/**/*.gz")).write_bytes(b"")
    said = mailed(cron_job("verify", tmp_path, demo_server))
    assert said == "Something is wrong with the archive (code 1); see upkeep.log.\n"


def test_the_containers_of_kubernetes_do_their_work(where: str, tmp_path: Path, demo_server: DemoServer) -> None:
    manifests = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text("utf-8")))
    (text,) = [one["data"]["broadsheet.toml"] for one in manifests if one["kind"] == "ConfigMap"]
    entrances = ("https://www.daily.example/news-sitemap.xml", "https://www.daily.example/")
    for entrance, paper in zip(entrances, ("http://shiomi.test/", "http://valdoree.test/"), strict=True):
        text = text.replace(entrance, paper)
    text = text.replace("s3://my-bucket/news", where).replace("[crawl]", '[crawl]\ndelay = "0.1s"')
    for job in [one for one in manifests if one["kind"] == "CronJob"]:
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        folder = tmp_path / job["metadata"]["name"]
        for one in [*pod.get("initContainers", ()), *pod["containers"]]:
            for mount in ("config", "spool"):
                (folder / mount).mkdir(parents=True, exist_ok=True)
            config = text.replace('"/spool/', f'"{folder}/spool/')
            (folder / "config" / "broadsheet.toml").write_text(config, "utf-8")
            words = [word.replace("/config/", f"{folder}/config/") for word in one["args"]]
            done = subprocess.run(
                [PROGRAM, *words],
                env=os.environ | {"HOME": "/nonexistent", "http_proxy": demo_server.proxy_url, "no_proxy": "127.0.0.1"},
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, (words, done.stdout, done.stderr)
    archive = storage.open_archive(where)
    assert archive.articles().count_rows() == 4
    assert verify(archive).problems == ()
