"""``scrapy crawl news -a …``: what cannot be meant is refused in words; a run ends as one of ``broadsheet crawl``."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.config import ConfigError
from crawler.demo import DemoServer, demo_config_toml
from crawler.spiders.arguments import Arguments, read, refuse_unknown

ROOT = Path(__file__).parents[2]


def given(**arguments: str) -> Arguments:
    return read(**{"config": "b.toml", "source": None, "limit": None, "since": None, "until": None} | arguments)


def test_text_becomes_values() -> None:
    got = given(source="daily, weekly", limit="20", since="2019-01-01", until="2019-01-01")
    assert (got.config, got.names, got.limit) == (Path("b.toml"), ("daily", "weekly"), 20)
    assert (got.plan.since, got.plan.until) == (dt.date(2019, 1, 1), dt.date(2019, 1, 1))
    assert given().names is None, "all sources"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param({"limit": "many"}, "-a limit: 'many' is no number of articles", id="no number"),
        pytest.param({"limit": "-1"}, "-a limit: '-1' is no number of articles", id="less than none"),
        pytest.param({"since": "2019"}, "-a since: '2019' is no day; write YYYY-MM-DD", id="no day"),
        pytest.param({"since": "2019-02-01", "until": "2019-01-01"}, "-a until: 2019-01-01 is before", id="order"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        given(**arguments)
    assert str(caught.value).startswith(said)
    assert "write " in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("sources", "did you mean 'source'?", id="nearly"),
        pytest.param("colour", "there are: config, source, limit, since, until", id="like none"),
    ],
)
def test_an_argument_that_is_none_is_refused(name: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_unknown(["_job", name])
    assert str(caught.value) == f"-a {name}: there is no such argument; {said}"


def test_what_a_scheduler_adds_of_its_own_passes() -> None:
    refuse_unknown(["_job", "_version"])


def scrapy(folder: Path, *words: str, proxy: str = "") -> subprocess.CompletedProcess[str]:
    """``scrapy crawl news`` with a log file, as Scrapyd has it."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"config={folder / 'broadsheet.toml'}", *words,
         "-s", f"LOG_FILE={folder / 'job.log'}", "-s", "LOG_LEVEL=WARNING"],
        cwd=ROOT, env={**os.environ, "http_proxy": proxy}, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def test_a_mistake_stands_in_the_log_of_the_job_too(tmp_path: Path) -> None:
    done = scrapy(tmp_path, "-a", "sourc=daily")
    problem = "-a sourc: there is no such argument; did you mean 'source'?"
    assert (done.returncode, done.stderr) == (2, f"broadsheet: {problem}\n")
    (line,) = (tmp_path / "job.log").read_text("utf-8").splitlines()
    assert line.endswith(f"ERROR: {problem}")


def test_it_ends_with_the_code_and_the_lines_of_a_crawl(tmp_path: Path, demo_server: DemoServer) -> None:
    config = demo_config_toml("archive") + '\n[[source]]\nname = "gone"\nentrances = ["http://gone.test/feed.xml"]\n'
    (tmp_path / "broadsheet.toml").write_text(config, "utf-8")
    done = scrapy(tmp_path, "-a", "source=gone", proxy=demo_server.proxy_url)
    assert (done.returncode, done.stderr) == (3, "")
    log = (tmp_path / "job.log").read_text("utf-8")
    assert "WARNING: Source gone is silent: none of its entrances could be read: 1 " in log
    assert "Traceback" not in log
