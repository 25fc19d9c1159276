"""Eleven papers that break, each in its own way, between two crawls, and one that stays well: who is named when."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from crawler.demo import DemoServer, Resource, no_articles
from storage import delta
from storage.archive import Archive
from storage.records import RunRecord, Tally
from storage.schema import ARTICLES, CAPTURES, RUNS, Table, to_arrow

# A hundred crawls of twelve papers take a minute.
pytestmark = pytest.mark.extras
A_DAY, DAYS = 10, 70
# Crawls follow each other at once here; what failed would rest for a quarter of an hour.
COMMAND = """
import datetime as dt
from pipelines import outcomes
outcomes.BACK_OFF = dt.timedelta(0)
from crawler.cli import main
main(prog_name="broadsheet")
"""
TOPICS = ("harbour", "railway", "orchard", "library", "weather", "theatre", "bakery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a page of a paper has."""

    dated: bool = True
    authored: bool = True
    bulleted: bool = True
    paragraphs: int = 8
    classes: str = "story"
    status: int = 200
    wall: bool = False
    host: str | None = None

    def page(self, name: str, run: int, number: int, walled: str) -> Resource:
        if self.wall:
            return Resource(content=walled)
        topic = f"{TOPICS[number]} of ward {run * A_DAY + number} in {name}"
        date = f"{dt.datetime.now(dt.UTC) - dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z"
        head = f'<meta property="article:published_time" content="{date}">' if self.dated else ""
        head += '<meta name="author" content="Ruth Adeyemi">' if self.authored else ""
        points = "".join(f"<li>The {topic} is to stay open for {count} years.</li>" for count in ("ten", "twelve"))
        points = f'<div class="key-points"><h2>Key points</h2><ul>{points}</ul></div>' if self.bulleted else ""
        text = "".join(
            f'<p class="{self.classes}-text">The committee for the {topic} met for the {word} time and resolved, '
            f"after a long debate about the {word} report, that it should be kept open to all who live near it.</p>"
            for word in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")[: self.paragraphs]
        )
        body = f'<article class="{self.classes}"><h1 class="{self.classes}-title">The {topic} stays open</h1>'
        body += f'{points}<div class="{self.classes}-body">{text}</div></article>'
        return Resource(
            content=f"<html lang='en'><title>The {topic} stays open</title>{head}<body>{body}</body></html>",
            status=self.status,
            validators=False,
        )


def feed(links: list[str], status: int = 200) -> Resource:
    items = "".join(f"<item><title>Story</title><link>{link}</link></item>" for link in links)
    text = f"<rss version='2.0'><channel><title>F</title><link>http://f.test/</link>{items}</channel></rss>"
    return Resource(content=text, content_type="application/rss+xml", status=status, validators=False)


BROKEN: dict[str, tuple[Story, Callable[[list[str]], Resource], str]] = {
    "well": (Story(), feed, ""),
    "dates": (Story(dated=False), feed, r"dates vanished since .* 0 % of \d+, 100 % before"),
    "authors": (Story(authored=False), feed, "authors vanished since .* 0 % of"),
    "bullets": (Story(bulleted=False), feed, "key points vanished since .* 0 % of"),
    "short": (Story(paragraphs=2, classes="teaser"), feed, r"texts are cut short since .*; template changed\."),
    "empty": (Story(), lambda links: feed(links[:0]), r"silent since .* http://empty.test/feed is empty\."),
    "gone": (Story(), lambda links: feed(links, 404), r"silent since .* http://gone.test/feed \(http_404\)"),
    "forbidden": (Story(status=403), lambda links: feed(links, 403), r"silent since .* \(http_403\)"),
    "walled": (Story(wall=True), feed, "walls stand where pages did since .* 100 % of .*; consent_wall"),
    "template": (
        Story(paragraphs=0, classes="shell"),
        feed,
        "pages are no articles any more .* 100 % of .*; too_short",
    ),
    "server": (Story(status=500), feed, "pages fail since .* 100 % of .*; http_500"),
    "moved": (Story(host="elsewhere.test"), feed, "links lead to hosts that are not its own .* 100 % of"),
}


@dataclass(frozen=True, slots=True)
class Crawled:
    archive: Archive
    runs: tuple[subprocess.CompletedProcess[str], ...]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Ten weeks of rows, a crawl of well papers, and two of broken ones."""
    folder = tmp_path_factory.mktemp("health")
    archive = Archive.create(folder / "archive")
    write_history(archive, list(BROKEN))
    sources = "".join(f'[[source]]\nname = "{name}"\nentrances = ["http://{name}.test/feed"]\n' for name in BROKEN)
    (folder / "broadsheet.toml").write_text(
        '[archive]\npath = "archive"\nmin_free = 0\n[crawl]\ncontact = "mailto:a@health.test"\ndelay = "0s"\n'
        'retries = 0\nrevisit = []\nworkers = 1\npoll = ["0s", "0s"]\n[metrics]\ntextfile = "broadsheet.prom"\n'
        f"{sources}"
    )
    done = []
    with DemoServer() as server:
        consent = next(one for one in no_articles() if one.kind == "consent")
        walled = str(server.resource(consent.url).content)
        for run in range(3):
            for name, (story, listed, _) in BROKEN.items():
                made = story if run else Story()
                links = [f"http://{made.host or f'{name}.test'}/news/{run}-{topic}-stays-open" for topic in TOPICS]
                for number, link in enumerate(links):
                    server.put(link, made.page(name, run, number, walled))
                server.put(f"http://{name}.test/feed", listed(links) if run else feed(links))
            env = {**os.environ, "http_proxy": server.proxy_url}
            done.append(
                subprocess.run(
                    [sys.executable, "-c", COMMAND, "crawl", "--now"],
                    cwd=folder,
                    env=env,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=100,
                )
            )
    return Crawled(archive, tuple(done))


def write_history(archive: Archive, names: list[str]) -> None:
    """Ten weeks of one run a day, each with ten articles of each source that have all that an article can have."""
    now = dt.datetime.now(dt.UTC)
    articles: list[dict[str, object]] = []
    captures: list[dict[str, object]] = []
    runs: list[RunRecord] = []
    for day in range(DAYS, 0, -1):
        at = now - dt.timedelta(days=day)
        run = f"{at:%Y%m%dT%H%M%S.%fZ}-{'0' * 12}"
        tallies = [Tally(source=name, outcome="archived", reason=None, count=A_DAY) for name in names]
        runs.append(
            RunRecord(run=run, command="crawl", outcome="done", started_at=at, finished_at=at, tallies=tuple(tallies))
        )
        for name in names:
            poll = f"http://{name}.test/feed"
            event = {"source": name, "at": at, "run": run, "batch": 1, "status": 200}
            captures.append({**event, "kind": "entrance", "requested_url": poll, "url": poll, "outcome": "fetched"})
            for number in range(A_DAY):
                url = f"http://{name}.test/old/{day}-{number}"
                key = f"{names.index(name):08x}{day:08x}{number:016x}"
                captures.append(
                    {**event, "kind": "article", "requested_url": url, "url": url, "outcome": "archived", "id": key,
                     "announced_at": at, "announced_by": poll, "announced_kind": "feed"}
                )  # fmt: skip
                articles.append(
                    {
                        "row": f"{run}-{key}", "id": key, "revision": key, "url": url, "canonical_url": url,
                        "requested_url": url, "kind": "news", "source": name, "domain": f"{name}.test", "title": url,
                        "date": at.date(), "date_published": at, "date_source": "meta", "date_crawled": at,
                        "first_seen": at, "bullets": ["One", "Two"], "body": "Text", "authors": ["Ruth Adeyemi"],
                        "tags": [], "access": "free", "word_count": 300 + 13 * number, "rights": [], "warnings": [],
                        "extractor": "test 1", "run": run, "month": f"{at:%Y-%m}",
                    }
                )  # fmt: skip
    for table, rows in ((CAPTURES, captures), (ARTICLES, articles)):
        delta.append(archive.root, table, _arrow(table, rows), application="history", number=1)
    delta.append(archive.root, RUNS, to_arrow(RUNS, runs), application="history", number=1)


def _arrow(table: Table, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in table.schema.names} for row in rows], schema=table.schema
    )


def fell_out(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Each source that a run's closing lines name, with what they say."""
    lines = re.findall(r"(?m)^Source (\w+) fell out: (.*)$", done.stdout)
    return {name: "\n".join(text for other, text in lines if other == name) for name, _ in lines}


def test_well_papers_raise_no_alarm(crawled: Crawled) -> None:
    assert fell_out(crawled.runs[0]) == {}
    assert crawled.runs[0].returncode == 0, crawled.runs[0].stdout + crawled.runs[0].stderr


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "well"])
def test_each_break_is_named_within_two_runs(crawled: Crawled, name: str) -> None:
    said = "\n".join(fell_out(run).get(name, "") for run in crawled.runs[1:])
    assert re.search(BROKEN[name][2], said), crawled.runs[1].stdout + crawled.runs[2].stdout


def test_what_stays_well_is_not_named(crawled: Crawled) -> None:
    assert all("well" not in fell_out(run) for run in crawled.runs)


def test_an_alarm_is_raised_once(crawled: Crawled) -> None:
    first, second = (fell_out(run) for run in crawled.runs[1:])
    assert {"dates", "authors", "bullets"} <= first.keys()
    assert not {"dates", "authors", "bullets"} & second.keys()
    assert re.search(r"(?m)^Not well yet, as told before: .*dates", crawled.runs[2].stdout)
    assert [run.returncode for run in crawled.runs[1:]] == [3, 3]


def test_programs_are_told_too(crawled: Crawled) -> None:
    events = [json.loads(line) for line in crawled.runs[1].stderr.splitlines()]
    assert events[-1]["event"] == "run_ended"
    assert events[-1]["exit_code"] == 3
    named = {one["source"] for one in events if one["event"] == "source_fell_out"}
    assert named == fell_out(crawled.runs[1]).keys()
    metrics = (Path(str(crawled.archive.root)).parent / "broadsheet.prom").read_text()
    assert 'broadsheet_source_unwell{source="dates",code="date",known="false"} 1.0' in metrics
    assert "broadsheet_run_exit_code 3.0" in metrics


def test_a_run_as_one_object(crawled: Crawled) -> None:
    """The newspapers are gone by now; that is told as well."""
    folder = Path(str(crawled.archive.root)).parent
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "crawl", "--source", "well", "--json", "--log-format", "text"],
        cwd=folder, env={**os.environ, "http_proxy": "http://127.0.0.1:9"},
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["outcome"]) == (3, 3, "done")
    assert list(told["silent"]) == ["well"]
    assert {"dates", "authors"} <= {one["source"] for one in told["fell_out"]}
    assert not any(one["fresh"] for one in told["fell_out"])
    assert "announced, 0 to go" in done.stderr
    assert not done.stderr.startswith("{")


def test_health_says_it_again_and_knows_what_is_known(crawled: Crawled) -> None:
    from click.testing import CliRunner

    from crawler.cli import main

    where = ["--archive", str(crawled.archive.root)]
    before = CliRunner().invoke(main, ["health", *where])
    assert before.exit_code == 3
    assert "dates: dates vanished since" in before.output
    assert "1 of 12 sources as ever" in before.output
    until = f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=3):%Y-%m-%d}"
    for name in (name for name in BROKEN if name != "well"):
        done = CliRunner().invoke(
            main, ["health", *where, "--ack", name, "--until", until, "--reason", "They know [bold]."]
        )
        assert done.exit_code == 0, done.output
    after = CliRunner().invoke(main, ["health", *where])
    assert after.exit_code == 0, after.output
    assert f"dates: known until {until}: They know [bold]. (dates vanished" in after.output
    told = json.loads(CliRunner().invoke(main, ["health", *where, "--json", "--source", "dates"]).output)
    assert [(one["code"], one["known"]["until"]) for one in told["findings"]] == [("date", until)]
