"""What sites do to a crawl beside serving articles: indexes that stay the same, shared canonicals, traps, redirects."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, Resource
from crawler.demo.resource import redirect
from storage.archive import Archive
from storage.records import Capture
from storage.schema import captures_from_arrow
from tests import forked

CONTACT = """[archive]
path = "archive"
[crawl]
contact = "mailto:a@edges.test"
delay = "0s"
retries = 0
workers = 1
"""
TOPICS = ("harbour", "railway", "orchard", "library", "weather", "theatre")


def story(topic: str, *, canonical: str | None = None) -> Resource:
    """A page about ``topic`` that nobody would take for one about another."""
    text = "".join(
        f"<p>The {topic} committee met on day {day} and resolved, after a debate of {day + 2} hours, that the {topic} "
        f"should be kept open to all who live within {day * 3} miles of it, at a cost that {day} members bear.</p>"
        for day in range(1, 7)
    )
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    head = f'<meta property="og:title" content="The {topic} stays open">{link}'
    date = '<meta property="article:published_time" content="2026-05-04T10:00:00+02:00">'
    return Resource(
        content=f"<html lang='en'><head><title>The {topic} stays open</title>{head}{date}</head>"
        f"<body><article><h1>The {topic} stays open</h1>{text}</article></body></html>"
    )


def sitemap(*urls: str) -> Resource:
    rows = "".join(f"<url><loc>{url.replace('&', '&amp;')}</loc></url>" for url in urls)
    text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    return Resource(content=text, content_type="application/xml")


def index(*urls: str) -> Resource:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    text = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'
    return Resource(content=text, content_type="application/xml")


def crawl(folder: Path, server: DemoServer, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "http_proxy": server.proxy_url}
    return subprocess.run(
        [*forked.broadsheet(), "crawl", *args],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def source(name: str, *entrances: str) -> str:
    listed = ", ".join(f'"{entrance}"' for entrance in entrances)
    return f'\n[[source]]\nname = "{name}"\nentrances = [{listed}]\n'


def events(archive: Archive, url: str) -> list[tuple[str, str | None]]:
    table = archive.captures().to_table(filter=pc.field("requested_url") == url).sort_by([("at", "ascending")])
    return [(event.outcome, event.reason) for event in captures_from_arrow(table)]


def articles(archive: Archive, name: str) -> list[str]:
    table = archive.articles(all_revisions=True).to_table(["title"], filter=pc.field("source") == name)
    return sorted(table["title"].to_pylist())


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, list[str], list[str]]:
    """An archive after two crawls of a few awkward sites, and what each crawl asked for."""
    folder = tmp_path_factory.mktemp("edges")
    with DemoServer() as server:
        for number, topic in enumerate(TOPICS):
            server.put(f"http://index.test/2026/05/04/{topic}-stays-open", story(topic))
            server.put(
                f"http://shared.test/2026/05/04/{topic}-stays-open",
                story(topic, canonical="http://shared.test/news/latest"),
            )
            server.put(f"http://numbers.test/modules.php?name=News&sid={1000 + number}", story(topic))
        children = [f"http://index.test/2026/05/04/{topic}-stays-open" for topic in TOPICS]
        server.put("http://index.test/sitemap.xml", index("http://index.test/child.xml", "http://else.test/child.xml"))
        server.put("http://index.test/child.xml", sitemap(*children[:3]))
        server.put(
            "http://shared.test/sitemap.xml",
            sitemap(*(f"http://shared.test/2026/05/04/{topic}-stays-open" for topic in TOPICS[:4])),
        )
        server.put(
            "http://numbers.test/sitemap.xml",
            sitemap(*(f"http://numbers.test/modules.php?name=News&sid={1000 + number}" for number in range(4))),
        )
        server.put("http://away.test/sitemap.xml", sitemap("http://away.test/2026/05/04/moved-elsewhere"))
        server.put("http://away.test/2026/05/04/moved-elsewhere", redirect("http://else.test/2026/05/04/moved"))
        server.put("http://else.test/2026/05/04/moved", story("weather"))
        server.put("http://trap.test/robots.txt", redirect("http://127.0.0.1:1/secret"))
        server.put("http://trap.test/sitemap.xml", index("http://trap.test/deep1.xml"))
        for depth in range(1, 6):
            server.put(f"http://trap.test/deep{depth}.xml", index(f"http://trap.test/deep{depth + 1}.xml"))
        server.put(
            "http://feeds.test/",
            Resource(
                content='<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>'
                "<body><p>Welcome.</p></body></html>"
            ),
        )
        server.put(
            "http://feeds.test/feed.xml",
            Resource(
                content="<rss version='2.0'><channel><title>F</title><item><title>The orchard stays open</title>"
                "<link>http://feeds.test/2026/05/04/orchard</link></item></channel></rss>",
                content_type="application/rss+xml",
            ),
        )
        server.put("http://feeds.test/2026/05/04/orchard", story("orchard"))
        server.put("http://broken.test/sitemap.xml", sitemap("http://broken.test/2026/05/04/nowhere-to-go"))
        server.put("http://broken.test/2026/05/04/nowhere-to-go", Resource(content="", status=302, validators=False))
        names = ("index", "shared", "numbers", "away", "trap", "broken")
        config = CONTACT + "".join(source(name, f"http://{name}.test/sitemap.xml") for name in names)
        (folder / "broadsheet.toml").write_text(config + source("feeds", "http://feeds.test/"), encoding="utf-8")
        asked = []
        for number in range(2):
            before = len(server.requests)
            done = crawl(folder, server)
            assert done.returncode == 0, done.stdout + done.stderr
            asked.append([f"http://{request.host}{request.path}" for request in server.requests[before:]])
            if number == 0:
                server.put("http://index.test/child.xml", sitemap(*children))
    return storage.open_archive(folder / "archive"), asked[0], asked[1]


Twice = tuple[Archive, list[str], list[str]]


def test_children_of_an_index_that_has_not_changed_are_asked(twice: Twice) -> None:
    archive, _, second = twice
    assert ("unchanged", "not_modified") in events(archive, "http://index.test/sitemap.xml")
    assert "http://index.test/child.xml" in second
    assert len(articles(archive, "index")) == len(TOPICS)


def test_a_child_on_another_host_has_a_fate(twice: Twice) -> None:
    archive, first, _ = twice
    assert events(archive, "http://else.test/child.xml") == [("refused", "offsite")]
    assert "http://else.test/child.xml" not in first


def test_one_canonical_shared_by_many_stories_swallows_none(twice: Twice) -> None:
    archive, _, _ = twice
    assert len(articles(archive, "shared")) == 4
    rows = archive.articles().to_table(["id", "warnings"], filter=pc.field("source") == "shared").to_pylist()
    assert len({row["id"] for row in rows}) == 4
    assert sum("canonical_distrusted" in row["warnings"] for row in rows) == 3


def test_a_number_called_sid_is_no_session(twice: Twice) -> None:
    archive, _, _ = twice
    assert len(articles(archive, "numbers")) == 4


def test_a_redirect_that_leads_away_is_refused_and_rests(twice: Twice) -> None:
    archive, first, second = twice
    assert events(archive, "http://away.test/2026/05/04/moved-elsewhere")[-1] == ("refused", "offsite")
    assert "http://else.test/2026/05/04/moved" not in first
    assert "http://away.test/2026/05/04/moved-elsewhere" not in second


def test_a_redirect_without_an_address_is_named(twice: Twice) -> None:
    archive, _, _ = twice
    assert ("failed", "redirect_broken") in events(archive, "http://broken.test/2026/05/04/nowhere-to-go")


def test_a_robots_txt_that_leads_to_a_private_address_is_not_followed(twice: Twice) -> None:
    _, first, _ = twice
    assert not [url for url in first if "127.0.0.1" in url]


def test_a_tree_of_indexes_is_followed_so_far(twice: Twice) -> None:
    archive, first, _ = twice
    assert "http://trap.test/deep3.xml" in first
    assert "http://trap.test/deep4.xml" not in first
    assert events(archive, "http://trap.test/deep4.xml") == [("refused", "too_deep")]


def test_a_front_page_that_lists_nothing_may_name_its_feed(twice: Twice) -> None:
    archive, _, _ = twice
    assert articles(archive, "feeds") == ["The orchard stays open"]


def test_nothing_known_is_fetched_again(twice: Twice) -> None:
    _, first, second = twice
    pages = {url for url in first if "stays-open" in url or "modules.php" in url}
    assert not pages & set(second)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A folder whose configuration crawls one source with a long pause between pages."""
    text = CONTACT.replace('"0s"', '"3s"') + source("index", "http://index.test/child.xml")
    (tmp_path / "broadsheet.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "stop", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.extras)], ids=["SIGTERM", "Ctrl-C"]
)
def test_a_signal_ends_the_run_cleanly(slow: Path, stop: signal.Signals) -> None:
    with DemoServer() as server:
        urls = [f"http://index.test/2026/05/04/{topic}-stays-open" for topic in TOPICS]
        for url, topic in zip(urls, TOPICS, strict=True):
            server.put(url, story(topic))
        server.put("http://index.test/child.xml", sitemap(*urls))
        env = {**os.environ, "http_proxy": server.proxy_url}
        with subprocess.Popen(
            [*forked.broadsheet(), "crawl"],
            cwd=slow,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not any("stays-open" in request.path for request in server.requests):
                time.sleep(0.1)
            process.send_signal(stop)
            out, err = process.communicate(timeout=40)
    assert process.returncode == 3, out + err
    assert "Stopped before its end" in out
    assert "Traceback" not in err
    archive = storage.open_archive(slow / "archive")
    (run,) = archive.runs().to_table().to_pylist()
    assert run["outcome"] == "stopped"
    captures: list[Capture] = captures_from_arrow(archive.captures().to_table(filter=pc.field("kind") == "article"))
    last = {capture.requested_url: capture for capture in sorted(captures, key=lambda capture: capture.at)}
    assert "announced" not in {capture.outcome for capture in last.values()}
    fates = {(capture.outcome, capture.reason) for capture in last.values()}
    assert ("deferred", "stopped") in fates, fates


def test_a_setting_that_scrapy_cannot_use_fails_the_run(slow: Path) -> None:
    with DemoServer() as server:
        done = crawl(slow, server, "-s", "CONCURRENT_REQUESTS=many")
    assert done.returncode == 1
    runs = storage.open_archive(slow / "archive").runs().to_table().to_pylist()
    assert [run["outcome"] for run in runs] == ["failed"]
    assert not list((slow / "archive" / "locks").glob("run-*"))


def test_an_unknown_source_is_named_with_what_was_meant(slow: Path) -> None:
    with DemoServer() as server:
        done = crawl(slow, server, "--source", "indx")
    assert done.returncode == 2
    assert "did you mean 'index'?" in done.stderr


def test_the_tally_names_selectors_that_find_nothing_any_more(tmp_path: Path) -> None:
    rules = 'title = ["h1"]\nbody = [".gone"]\ndate = ["h1"]\nbullets = [".never"]\n'
    with DemoServer() as server:
        pages = [f"http://rules.test/2026/05/04/{topic}-stays-open" for topic in TOPICS[:2]]
        for topic, page in zip(TOPICS, pages, strict=False):
            server.put(page, story(topic))
        server.put("http://rules.test/sitemap.xml", sitemap(*pages))
        (tmp_path / "broadsheet.toml").write_text(
            CONTACT + source("rules", "http://rules.test/sitemap.xml") + rules, encoding="utf-8"
        )
        run = crawl(tmp_path, server)
    said = " ".join((run.stdout + run.stderr).split())
    for line in (
        "Source rules: selectors for body found nothing on 2 articles.",
        "Source rules: selectors for bullets found nothing on 2 articles.",
        "Source rules: selectors for date found what cannot be read on 2 articles.",
    ):
        assert line in said
    assert "selectors for title" not in said
