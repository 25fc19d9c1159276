"""What ``broadsheet inspect`` shows of a page, and which pages it asks for."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.commands.inspection import placed
from crawler.demo import DemoServer, Resource
from crawler.demo.resource import redirect
from pipelines.candidates import Candidate, Choice
from pipelines.fields.date import Dates
from pipelines.timestamps import Stamp
from storage.records import SiteRules
from tests import forked

LONG = (
    "The harbour master said on Monday that the new wall would be finished before the winter storms arrive, and that "
)
PARAGRAPHS = "".join(
    f"<p>{LONG}part {i} of it would be built of the stone that the ferry brought.</p>" for i in range(5)
)
HTML = f"""<html lang="en"><head><title>A wall for the harbour</title><link rel="canonical" href="/news/wall">
<meta property="og:title" content="A wall for the harbour"><meta property="og:image" content="/wall.jpg">
<meta property="article:tag" content="harbour"><meta property="article:tag" content="walls">
<meta property="article:published_time" content="2026-03-02T09:00:00+01:00"></head>
<body><article><h1>A wall for the harbour</h1>
<figure><img src="/wall.jpg"><figcaption>The wall, seen from the mole</figcaption></figure>
{PARAGRAPHS}<div class="newsletter">Sign up to our newsletter</div>
<div class="paywall"><p>Subscribe to continue reading this article</p></div></article></body></html>"""


def shown(folder: Path, *arguments: str, html: str = HTML) -> Result:
    (folder / "page.html").write_text(html, encoding="utf-8")
    config = ("--config", str(folder / "none.toml")) if "--config" not in arguments else ()
    return CliRunner().invoke(
        main, ["inspect", str(folder / "page.html"), "--url", "http://paper.test/news/wall", *config, *arguments]
    )


def test_it_shows_what_a_reader_asks_for_within_80_columns(tmp_path: Path) -> None:
    got = shown(tmp_path)
    assert got.exit_code == 0, got.output
    for part in (
        "canonical address: http://paper.test/news/wall",
        "= 2026-03-02, 2026-03-02T09:00:00+01:00, offset +60 minutes: the page",
        "caption: The wall, seen from the mole",
        "read from: Subscribe to continue reading this article",
        "body: 5 paragraphs kept, read by weighing the page's blocks",
        "[newsletter]",
        "→ harbour\n→ walls\n",
    ):
        assert part in got.output
    assert [line for line in got.output.splitlines() if len(line) > 80] == []
    assert "part 3 of it" not in got.output


def test_full_shows_whole_paragraphs(tmp_path: Path) -> None:
    assert "part 3 of it would be built of the stone" in " ".join(shown(tmp_path, "--full").output.split())


def test_json_keeps_lists_as_lists(tmp_path: Path) -> None:
    found = json.loads(shown(tmp_path, "--json").output)
    assert found["fields"]["tags"]["value"] == ["harbour", "walls"]
    assert found["fields"]["image"]["value"] == {
        "url": "http://paper.test/wall.jpg",
        "caption": "The wall, seen from the mole",
    }
    assert found["canonical_url"] == "http://paper.test/news/wall"
    assert (found["date"]["utc_offset"], found["date"]["placed"]) == (60, "the page states the zone")
    assert (found["body"], len(found["paragraphs"])) == ("blocks", 5)


def test_a_warning_of_the_date_stands_beside_the_date(tmp_path: Path) -> None:
    output = shown(tmp_path, html=HTML.replace("+01:00", "")).output
    field = output[output.index("\npublished") : output.index("\nmodified")]
    assert "! naive_time" in field
    assert "the time has no zone: only the day is kept" in " ".join(field.split())


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    config = tmp_path / "broadsheet.toml"
    source = '[[source]]\nname = "paper"\nentrances = ["http://paper.test/"]\n'
    limit = '[crawl]\ncontact = "mailto:a@paper.test"\nextract_timeout = "1ms"\n'
    config.write_text(limit + source, encoding="utf-8")
    got = shown(tmp_path, "--config", str(config), html=HTML.replace(PARAGRAPHS, PARAGRAPHS * 2_000))
    assert got.output.startswith("rejected at extract as extract_timeout")
    assert got.exit_code == 1


@pytest.mark.parametrize(
    ("stamp", "offset", "rules", "warnings", "expected"),
    [
        pytest.param("2026-03-02T09:00+01:00", 60, None, (), "the page states the zone", id="stated"),
        pytest.param("2026-03-02T09:00", 60, None, (), "on the clock that other times on the page show", id="inferred"),
        pytest.param(
            "2026-03-02T09:00", 60, "Europe/Oslo", (), "on the clock of the configured time zone Europe/Oslo", id="rule"
        ),
        pytest.param(
            "2026-03-02T08:00Z", 60, None, ("zone_from_domain",), "on the clock of the domain's country", id="domain"
        ),
        pytest.param(
            "2026-03-02T08:00Z", None, None, ("day_utc",), "known in UTC only, not on the publisher's clock", id="utc"
        ),
    ],
)
def test_it_says_why_a_date_stands_on_its_clock(
    stamp: str, offset: int | None, rules: str | None, warnings: tuple[str, ...], expected: str
) -> None:
    moment = dt.datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    delta = moment.utcoffset()
    minutes = int(delta.total_seconds() // 60) if delta is not None else None
    value = Stamp(day=moment.date(), time=moment.time(), offset=minutes, utc=minutes == 0, raw=stamp)
    choice = Choice(field="date", winner=Candidate(value=value, source="meta"))
    dates = Dates(
        published=choice, modified=choice, day=value.day, date_published=moment, utc_offset=offset, warnings=warnings
    )
    assert placed(dates, SiteRules(name="paper", timezone=rules)) == expected


CONFIG = """[archive]
path = "archive"
[crawl]
contact = "mailto:desk@paper.test"
delay = "0s"
workers = 1
timeout = "2s"
"""
PLAIN = "text/plain"


def asked(folder: Path, server: DemoServer, url: str) -> subprocess.CompletedProcess[str]:
    (folder / "broadsheet.toml").write_text(
        CONFIG + '[[source]]\nname = "p"\nentrances = ["http://paper.test/"]\n', encoding="utf-8"
    )
    env = {**os.environ, "http_proxy": server.proxy_url}
    return subprocess.run(
        [*forked.broadsheet(), "inspect", url],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_an_address_is_asked_for_and_its_redirects_followed_to_another_host(tmp_path: Path) -> None:
    with DemoServer() as server:
        server.put("http://open.test/here", redirect("http://there.test/wall"))
        server.put("http://there.test/wall", Resource(content=HTML))
        got = asked(tmp_path, server, "http://open.test/here")
        paths = [(request.host, request.path) for request in server.requests]
    assert got.returncode == 0, got.stdout + got.stderr
    assert "A wall for the harbour" in got.stdout
    assert paths == [
        ("open.test", "/robots.txt"),
        ("open.test", "/here"),
        ("there.test", "/robots.txt"),
        ("there.test", "/wall"),
    ]
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param(
            "/shut", "http://shut.test/robots.txt disallows it; save the page yourself", id="robots.txt there"
        ),
        pytest.param("/inside", "private_address: 127.0.0.1 is no host of the public Internet; where", id="private"),
        pytest.param("/busy", "robots_unavailable", id="robots.txt answers 429"),
        pytest.param("/dripping", "cannot be had, timeout", id="a page without end"),
    ],
)
def test_what_a_crawl_would_not_ask_for_is_not_asked_for(path: str, said: str, tmp_path: Path) -> None:
    with DemoServer() as server:
        server.put("http://shut.test/robots.txt", Resource(content="User-agent: *\nDisallow: /", content_type=PLAIN))
        server.put("http://busy.test/robots.txt", Resource(content="Later", content_type=PLAIN, status=429))
        server.put("http://open.test/shut", redirect("http://shut.test/secret"))
        server.put("http://open.test/inside", redirect(f"http://127.0.0.1:{server.port}/secret"))
        server.put("http://open.test/busy", redirect("http://busy.test/secret"))
        server.put("http://open.test/dripping", redirect("http://faults.test/dripping?seconds=50"))
        for host in ("shut.test", "busy.test", f"127.0.0.1:{server.port}"):
            server.put(f"http://{host}/secret", Resource(content=HTML))
        started = time.monotonic()
        got = asked(tmp_path, server, f"http://open.test{path}")
        seconds = time.monotonic() - started
        paths = [request.path for request in server.requests]
    assert got.returncode == 2, got.stdout + got.stderr
    assert said in " ".join(got.stderr.split())
    assert "Traceback" not in got.stderr
    assert "/secret" not in paths
    assert seconds < 40, "its end comes long before the page's"


def test_what_is_no_address_is_said_to_be_none() -> None:
    got = CliRunner().invoke(main, ["inspect", "http:///news", "--config", "none.toml"])
    assert got.exit_code == 2
    assert "http:///news" in got.output
