"""A run in numbers, in events and as a summary: sound for whoever reads them, and all of it in the docs."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import logging
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.commands.metrics import exporter
from crawler.config import Config, ConfigError, parse
from crawler.events import EVENTS, Events, Formatter
from crawler.health import Report
from crawler.metrics import METRICS, Exporter, Server, exposition
from crawler.plan import Plan
from crawler.session import Session
from crawler.summary import summary
from storage.health import Finding, Health
from storage.health.acks import Ack
from tests.archive_samples import NOON

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
CONFIG = """
[archive]
path = "{archive}"
min_free = 0
[crawl]
contact = "mailto:archive@harbour.test"
workers = 1
[[source]]
name = "harbour"
entrances = ["http://harbour.test/feed"]
expect = {{ articles_per_day = 20, date = 0.95 }}
[[source]]
name = "island"
entrances = ["http://island.test/feed"]
"""
FOUND = Finding(source="harbour", code="date", since=NOON, now=0.0, past=0.98, seen=31, cause="template changed")
KNOWN = Finding(source="island", code="entrance", since=NOON, now=0, past=1, seen=3, cause='"odd" \\ name\n')
HEALTH = Health(at=NOON, judged=("harbour", "island"), findings=(FOUND, KNOWN), recovered=(("harbour", "authors"),))


def config(folder: Path, more: str = "") -> Config:
    return parse(CONFIG.format(archive=folder / "archive") + more, folder / "broadsheet.toml")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session.open(config(tmp_path))
    made.tallies.update(
        {
            ("harbour", "announced", None): 12,
            ("harbour", "archived", None): 9,
            ("harbour", "failed", 'odd "reason"\n'): 2,
            ("harbour", "entrance fetched", None): 1,
            ("island", "entrance failed", "http_403"): 1,
        }
    )
    ack = Ack(source="island", at=NOON, until=NOON.date())
    made.health = Report(health=HEALTH, alarms=(FOUND,), known=((KNOWN, ack),))
    yield made
    made.workers.stop()
    made.run.abandon()


@pytest.mark.parametrize(
    ("plan", "reason", "judged"),
    [
        pytest.param(Plan(), "unsettled", True, id="a run as ever"),
        pytest.param(Plan(since=NOON.date()), "unsettled", False, id="a backfill brings pages of another year"),
        pytest.param(Plan(), "stopped", False, id="whoever is told to stop does not think long"),
    ],
)
def test_a_run_is_followed_by_a_look_at_its_sources(tmp_path: Path, plan: Plan, reason: str, judged: bool) -> None:
    made = Session.open(config(tmp_path), plan=plan)
    asyncio.run(made.close(reason=reason))
    assert (made.health is not None) is judged
    assert made.bugs == []


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    families = list(text_string_to_metric_families(text))
    assert {family.type for family in families} == {"gauge"}
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_the_text_is_what_prometheus_reads(session: Session) -> None:
    found = samples(exposition(session, 3))
    assert {name for name, _ in found} == set(METRICS)
    assert found["broadsheet_run_exit_code", ()] == 3
    assert found["broadsheet_run_announced", ("harbour",)] == 12
    assert found["broadsheet_run_pages", ("harbour", "failed", 'odd "reason"\n')] == 2
    assert found["broadsheet_run_entrances", ("island", "failed")] == 1
    assert found["broadsheet_source_unwell", ("harbour", "date", "false")] == 1
    assert found["broadsheet_source_unwell", ("island", "entrance", "true")] == 1


def test_a_run_that_goes_on_has_no_end(session: Session) -> None:
    ends = {"broadsheet_run_exit_code", "broadsheet_run_finished_timestamp_seconds"}
    assert {name for name, _ in samples(exposition(session))} == set(METRICS) - ends


def test_file_and_port_are_kept_up_to_date(session: Session, tmp_path: Path) -> None:
    file, server = tmp_path / "broadsheet.prom", Server("127.0.0.1", 0)
    kept = Exporter(file, server)
    kept.show(session)
    first = file.read_text()
    assert ("broadsheet_run_unsettled", ()) in samples(first)
    session.tallies["harbour", "announced", None] += 1
    kept.show(session)
    assert file.read_text() == first
    where = f"http://127.0.0.1:{server.port}/metrics"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(where, timeout=10) as answer:
        assert samples(answer.read().decode())["broadsheet_run_announced", ("harbour",)] == 12
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    kept.ended(session, 0)
    assert samples(file.read_text())["broadsheet_run_announced", ("harbour",)] == 13
    assert [path.name for path in tmp_path.glob("*.prom*")] == ["broadsheet.prom"]
    with pytest.raises(OSError, match="refused"):
        opener.open(where, timeout=10)


def test_a_file_that_cannot_be_written_is_a_warning(session: Session, tmp_path: Path) -> None:
    kept = Exporter(tmp_path / "gone" / "broadsheet.prom", None)
    kept.show(session)
    kept.ended(session, 0)
    assert session.warnings == [
        f"the metrics cannot be written to {tmp_path}/gone/broadsheet.prom: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param('textfile = "gone/x.prom"', "nothing can be written into the folder", id="no folder"),
        pytest.param('listen = "192.0.2.1:9109"', "cannot be listened on", id="an address of others"),
        pytest.param('listen = "9109"', "is no host and port", id="no host"),
        pytest.param('listen = "127.0.0.1:70000"', "is no host and port", id="no port"),
        pytest.param('textfle = "x.prom"', "did you mean 'textfile'?", id="misspelt"),
    ],
)
def test_a_mistake_is_told_before_the_crawl(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ConfigError, match=r"\[metrics\]|metrics") as caught:
        exporter(config(tmp_path, f"[metrics]\n{line}\n"))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("{ datum = 1 }", "did you mean 'date'?", id="misspelt"),
        pytest.param("{ date = 95 }", "write a number from 0 to 1", id="a percentage"),
        pytest.param('{ words = "many" }', "a number without quotes", id="a text"),
        pytest.param("20", "a table such as", id="no table"),
    ],
)
def test_a_mistake_in_what_is_expected_disables_the_source(tmp_path: Path, line: str, says: str) -> None:
    more = f'[[source]]\nname = "third"\nentrances = ["http://third.test/feed"]\nexpect = {line}\n'
    found = config(tmp_path, more)
    assert [source.expect is not None for source in found.sources] == [True, False]
    assert says in str(found.disabled[0].error)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_event_is_a_line(session: Session) -> None:
    stream = io.StringIO()
    events = Events(stream)
    events.notice("a dead run is put right")
    events.show(session)
    events.show(session)
    events.close(session)
    events.ended(session, 3)
    found = lines(stream)
    assert [one["event"] for one in found] == [
        "notice",
        "run_started",
        "progress",
        "source_silent",
        "source_fell_out",
        "source_recovered",
        "run_ended",
    ]
    assert {one["event"] for one in found} <= EVENTS.keys()
    assert found[1]["sources"] == 2
    assert found[2]["archived"] == 9
    assert found[3]["source"] == "island"
    assert found[4]["sentence"] == (
        "dates vanished since 2026-11-22 12:00 UTC: 0 % of 31, 98 % before; template changed"
    )
    assert found[6]["exit_code"] == 3
    assert all(dt.datetime.fromisoformat(str(one["at"])).tzinfo for one in found)


def test_a_line_of_the_log_is_an_event() -> None:
    try:
        raise ValueError("odd")
    except ValueError:
        record = logging.LogRecord("here", logging.WARNING, "file", 1, "a %s\nb\x1b", ("x",), sys.exc_info())
    text = Formatter().format(record)
    told = json.loads(text)
    assert (told["event"], told["level"], told["logger"], told["message"]) == ("log", "warning", "here", "a x\nb\x1b")
    assert "ValueError: odd" in told["exception"]
    assert "\n" not in text
    assert "\x1b" not in text


def test_the_summary_tells_all_of_a_run(session: Session) -> None:
    told = summary(session, 3)
    assert (told["exit_code"], told["outcome"], told["announced"]) == (3, "done", 12)
    assert told["sources"] == {"harbour": {"archived": {"": 9}, "failed": {'odd "reason"\n': 2}}}
    assert told["silent"] == {"island": "none of its entrances could be read: 1 failed (http_403)."}
    assert told["recovered"] == [["harbour", "authors"]]
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name in told if f"`{name}`" not in text] == []


def test_the_docs_name_every_metric_and_event() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name, metric in METRICS.items():
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        assert f"| `{name}` | {labels} | {metric.help} |" in text
    for name, meaning in EVENTS.items():
        assert f"| `{name}` | {meaning} |" in text
