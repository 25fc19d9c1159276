"""A whole crawl of the demo newspapers: what a person gets, fate by fate and row by row."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pytest
from warcio.checker import Checker

import storage
from crawler.commands import verify
from crawler.demo import (
    PAPERS,
    SECRET_COOKIE,
    SHOWCASE_URL,
    DemoArticle,
    DemoServer,
    articles,
    demo_config_toml,
    no_articles,
)
from storage import warc
from storage.archive import Archive
from storage.records import Capture
from storage.recovery import position
from storage.schema import captures_from_arrow
from tests import forked

STARTED = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")
PASSWORD = "hunter2-swordfish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """A config, the archive that it was crawled into, and what each of two crawls printed and asked for."""

    folder: Path
    archive: Archive
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]
    asked_first: tuple[str, ...]
    asked_second: tuple[str, ...]

    def events(self, url: str) -> list[Capture]:
        """The rows of ``captures`` for an address, oldest first."""
        table = self.archive.captures().to_table(filter=pc.field("requested_url") == url)
        return captures_from_arrow(table.sort_by([("at", "ascending")]))


def broadsheet(
    *args: str, folder: Path, proxy: str | None = None, command: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in ``folder``; it is forked unless other words to start it are given."""
    names = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
    env = {name: value for name, value in os.environ.items() if name.lower() not in names}
    if proxy is not None:
        env["http_proxy"] = proxy
    return subprocess.run(
        [*(command or forked.broadsheet()), *args],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("crawl")
    (folder / "broadsheet.toml").write_text(demo_config_toml("archive"), encoding="utf-8")
    with DemoServer() as server:
        proxy = server.proxy_url.replace("://", f"://reader:{PASSWORD}@")
        runs = []
        asked = []
        for _ in range(2):
            server.reset()
            runs.append(broadsheet("crawl", folder=folder, proxy=proxy, command=STARTED))
            asked.append(tuple(f"http://{request.host}{request.path}" for request in server.requests))
    return Crawled(
        folder=folder,
        archive=storage.open_archive(folder / "archive"),
        first=runs[0],
        second=runs[1],
        asked_first=asked[0],
        asked_second=asked[1],
    )


def test_it_ends_well_and_says_what_became_of_everything(crawled: Crawled) -> None:
    assert crawled.first.returncode == 0, crawled.first.stderr
    for word in ("announced", "archived", "unchanged", "rejected", "refused", "failed", "1 robots"):
        assert word in crawled.first.stdout
    assert "Traceback" not in crawled.first.stderr + crawled.second.stderr


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.url.removeprefix("http://"))
def test_every_article_is_archived_with_its_title(crawled: Crawled, article: DemoArticle) -> None:
    own = pc.field("canonical_url").isin([article.url, article.canonical_url]) & (pc.field("source") == article.paper)
    row = crawled.archive.articles().to_table(filter=own).to_pylist()
    assert len(row) == 1
    assert row[0]["title"] == article.title


def test_every_announced_url_has_one_fate(crawled: Crawled) -> None:
    events = crawled.archive.captures().to_table(filter=pc.field("kind") == "article")
    last = {row["requested_url"]: row["outcome"] for row in events.sort_by([("at", "ascending")]).to_pylist()}
    assert "announced" not in last.values()
    assert len(last) >= len(articles())


def test_what_is_no_article_is_not_archived(crawled: Crawled) -> None:
    urls = [page.url for page in no_articles()]
    found = crawled.archive.articles(all_revisions=True).to_table(["url"], filter=pc.field("url").isin(urls))
    assert found["url"].to_pylist() == []


def test_a_disallowed_page_is_refused_and_never_asked_for(crawled: Crawled) -> None:
    (page,) = [page for page in no_articles() if page.kind == "disallowed"]
    assert [(event.outcome, event.reason) for event in crawled.events(page.url)][-1] == ("refused", "robots")
    assert page.url not in crawled.asked_first + crawled.asked_second


def test_a_redirect_chain_and_an_amp_twin_are_one_article(crawled: Crawled) -> None:
    captures = captures_from_arrow(crawled.archive.captures().to_table(filter=pc.field("kind") == "article"))
    twins = [capture for capture in captures if ".amp." in capture.requested_url and capture.outcome != "announced"]
    assert [capture.outcome for capture in twins] == ["unchanged"]
    ids = crawled.archive.articles(all_revisions=True).to_table(["id"])["id"].to_pylist()
    assert len(ids) == len(set(ids))
    assert twins[0].id in ids


def test_the_second_run_asks_for_entrances_only(crawled: Crawled) -> None:
    assert crawled.second.returncode == 0, crawled.second.stderr
    assert "Nothing was fetched but the entrances" in crawled.second.stdout
    entrances = {
        event.requested_url
        for event in captures_from_arrow(crawled.archive.captures().to_table(filter=pc.field("kind") == "entrance"))
    }
    assert set(crawled.asked_second) <= entrances
    assert not any(url.endswith("/robots.txt") for url in crawled.asked_second)


def test_a_second_run_polls_conditionally(crawled: Crawled) -> None:
    events = captures_from_arrow(crawled.archive.captures().to_table(filter=pc.field("kind") == "entrance"))
    assert any(event.outcome == "unchanged" and event.status == 304 for event in events)


def test_every_answer_is_in_the_warc_as_it_came(crawled: Crawled) -> None:
    captures = captures_from_arrow(crawled.archive.captures().to_table())
    stored = [(capture, where) for capture in captures if (where := position(capture)) is not None]
    assert {capture.kind for capture, _ in stored} == {"article", "entrance", "robots", "rights"}
    encodings = set()
    for capture, where in stored:
        response = warc.read(crawled.archive.warc, where)
        assert response.payload_digest == capture.payload_digest
        assert response.status == capture.status
        encodings |= {value for name, value in response.response_headers if name.lower() == "content-encoding"}
    assert "gzip" in encodings, "the payload must be kept as the wire brought it"


def test_redirects_are_in_the_warc_too(crawled: Crawled) -> None:
    found = [
        response.status
        for file in warc.segments(crawled.archive.warc)
        for response in warc.scan(crawled.archive.warc / file, root=crawled.archive.warc)
        if isinstance(response, warc.StoredResponse)
    ]
    assert any(300 <= status < 304 for status in found)
    assert {200, 304} <= set(found)


def test_warcio_finds_nothing_wrong(crawled: Crawled, capsys: pytest.CaptureFixture[str]) -> None:
    class Arguments:
        inputs = [str(crawled.archive.warc / file) for file in warc.segments(crawled.archive.warc)]  # noqa: RUF012
        verbose = False

    checker = Checker(Arguments())
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


def test_no_credential_and_no_cookie_is_kept_or_printed(crawled: Crawled) -> None:
    secrets = [PASSWORD.encode(), SECRET_COOKIE.encode()]
    texts = [crawled.first.stdout, crawled.first.stderr, crawled.second.stdout, crawled.second.stderr]
    found = [text.encode() for text in texts]
    files = [path for path in (crawled.folder / "archive").rglob("*") if path.is_file()]
    found += [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    tables = (crawled.archive.captures(), crawled.archive.runs(), crawled.archive.sources())
    found += [repr(table.to_table().to_pylist()).encode() for table in tables]
    assert not [secret for secret in secrets for text in found if secret in text]


def test_the_runs_are_noted(crawled: Crawled) -> None:
    runs = crawled.archive.runs().to_table().sort_by("started_at").to_pylist()
    assert [(run["command"], run["outcome"]) for run in runs] == [("crawl", "done"), ("crawl", "done")]
    archived = sum(tally["count"] for tally in runs[0]["tallies"] if tally["outcome"] == "archived")
    assert archived == crawled.archive.articles(all_revisions=True).count_rows()
    assert any(version.startswith("scrapy ") for version in runs[0]["versions"])


def test_the_sources_are_noted_once(crawled: Crawled) -> None:
    rows = crawled.archive.sources().to_table().to_pylist()
    assert sorted(row["source"] for row in rows) == sorted(paper.key for paper in PAPERS)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(SHOWCASE_URL, id="as announced"),
        pytest.param(f"{SHOWCASE_URL}?utm_source=newsletter&fbclid=x#top", id="with tracking parameters"),
        pytest.param(SHOWCASE_URL.replace("http:", "https:"), id="https"),
    ],
)
def test_show(crawled: Crawled, url: str) -> None:
    shown = broadsheet("show", "--archive", "archive", url, folder=crawled.folder)
    assert shown.returncode == 0, shown.stderr
    (truth,) = [article for article in articles() if article.url == SHOWCASE_URL]
    lines = shown.stdout.splitlines()
    assert lines[:3] == [truth.date.strftime("%B %-d, %Y"), "", truth.title]
    assert len(truth.bullets) == 3
    unwrapped = " ".join(shown.stdout.split())
    for bullet in truth.bullets:
        assert f"• {bullet}" in unwrapped
    assert truth.body[-1][-40:] in unwrapped
    assert "Leave a Reply" not in shown.stdout
    assert "will not be published" not in shown.stdout


def test_show_tells_the_fate_of_what_is_no_article(crawled: Crawled) -> None:
    (page,) = [page for page in no_articles() if page.kind == "disallowed"]
    shown = broadsheet("show", "--archive", "archive", page.url, folder=crawled.folder)
    assert shown.returncode == 1
    assert "refused (robots)" in shown.stderr


def test_show_of_an_unknown_address(crawled: Crawled) -> None:
    shown = broadsheet("show", "http://nowhere.test/", folder=crawled.folder)
    assert shown.returncode == 1
    assert "unknown to this archive" in shown.stderr


def test_status(crawled: Crawled) -> None:
    shown = broadsheet("status", folder=crawled.folder)
    assert shown.returncode == 0, shown.stderr
    for paper in PAPERS:
        assert paper.key in shown.stdout
    assert f"{crawled.archive.articles().count_rows()} articles" in shown.stdout


def test_limit_defers_the_rest_and_the_next_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(demo_config_toml("archive"), encoding="utf-8")
    with DemoServer() as server:
        first = broadsheet("crawl", "--source", "saltmarsh", "--limit", "2", folder=tmp_path, proxy=server.proxy_url)
        archive = storage.open_archive(tmp_path / "archive")
        after_first = archive.articles().count_rows()
        second = broadsheet("crawl", "--source", "saltmarsh", folder=tmp_path, proxy=server.proxy_url)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert after_first == 2
    assert " limit" in first.stdout
    assert archive.articles().count_rows() > after_first
    ids = archive.articles(all_revisions=True).to_table(["id"])["id"].to_pylist()
    assert len(ids) == len(set(ids))


def test_a_source_is_crawled_by_one_run_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(demo_config_toml("archive"), encoding="utf-8")
    archive = Archive.create(tmp_path / "archive")
    held = archive.lock_source("saltmarsh", holder="another crawl")
    assert held is not None
    with DemoServer() as server, held:
        run = broadsheet(
            "crawl", "--source", "saltmarsh", "--source", "shiomi", folder=tmp_path, proxy=server.proxy_url
        )
        asked = {request.host for request in server.requests}
    assert run.returncode == 3
    assert "another crawl" in run.stderr
    assert asked == {"shiomi.test"}


def test_a_mistake_in_one_block_leaves_the_others_running(tmp_path: Path) -> None:
    broken = '\n[[source]]\nname = "broken"\nentrances = ["http://broken.test/"]\ntimezone = "Europe/Atlantis"\n'
    (tmp_path / "broadsheet.toml").write_text(demo_config_toml("archive") + broken, encoding="utf-8")
    with DemoServer() as server:
        run = broadsheet("crawl", "--source", "broken", "--source", "shiomi", folder=tmp_path, proxy=server.proxy_url)
    assert run.returncode == 3
    assert "Europe/Atlantis" in run.stdout
    assert storage.open_archive(tmp_path / "archive").articles().count_rows() > 0


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        pytest.param("[archive]\npath = 3\n", "path", id="wrong type"),
        pytest.param('[crawl]\ncontact = ""\n', "contact", id="empty contact"),
        pytest.param("[crawl\n", "broadsheet.toml", id="no TOML"),
    ],
)
def test_a_global_mistake_is_one_sentence_and_code_2(tmp_path: Path, text: str, needle: str) -> None:
    (tmp_path / "broadsheet.toml").write_text(text, encoding="utf-8")
    run = broadsheet("crawl", folder=tmp_path)
    assert run.returncode == 2
    assert needle in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_init_writes_a_file_that_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    assert broadsheet("init", folder=tmp_path).returncode == 0
    again = broadsheet("init", folder=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    run = broadsheet("crawl", folder=tmp_path)
    assert run.returncode == 2
    assert "contact" in run.stderr


def test_scrapy_runs_the_same_spider(tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_text(demo_config_toml("archive"), encoding="utf-8")
    project = Path(__file__).parent.parent.parent
    with DemoServer() as server:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "news"),
                *("-a", f"config={tmp_path / 'demo.toml'}", "-a", "source=shiomi", "-a", "limit=1"),
                *("-s", "USER_AGENT=Tester/1 (+mailto:tester@broadsheet.test)", "-s", "LOG_LEVEL=WARNING"),
            ],
            cwd=project,
            env={**os.environ, "http_proxy": server.proxy_url},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        agents = {request.headers.get("user-agent") for request in server.requests}
    assert run.returncode == 0, run.stderr
    assert storage.open_archive(tmp_path / "archive").articles().count_rows() == 1
    assert len(agents) == 1
    assert str(agents.pop()).startswith("Broadsheet/"), "no option hides who asks"


def told(archive: Archive) -> list[str]:
    """Every row of articles, and of captures that stands for a fetch, but the batches, which a repair numbers anew."""
    names = [name for name in archive.captures().schema.names if name != "batch"]
    fetches = archive.captures().to_table(names, filter=pc.field("warc_file").is_valid())
    return sorted(map(str, fetches.to_pylist() + archive.articles(all_revisions=True).to_table().to_pylist()))


@pytest.mark.parametrize("gone", [("captures", "articles"), ("captures", "articles", "runs", "sources")])
def test_tables_that_were_deleted_are_made_again_row_for_row(
    crawled: Crawled, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    """Lists with their validators and what they announced, files of hosts, answers 304, articles: as they were."""
    shutil.copytree(crawled.folder / "archive", tmp_path / "archive")
    for table in gone:
        shutil.rmtree(tmp_path / "archive" / table)
    archive = storage.open_archive(tmp_path / "archive")
    verdict = verify.run(archive, quick=False, repair=True, workers=1)
    assert verdict.code == verify.REPAIRED
    assert told(archive) == told(crawled.archive)
