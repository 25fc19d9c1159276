"""``broadsheet add``: what a survey proposes, and that nothing a site says can do more than stand in a comment."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.commands.add import address_of, name_of
from crawler.config import ConfigError, load
from crawler.config.append import append, check_new, draft
from crawler.demo import DemoServer, Resource
from crawler.discovery import Link
from crawler.survey import Candidate, Survey, block, propose
from crawler.survey.block import quoted
from tests import forked
from tests.crawler.test_crawl_edges import story

TODAY = dt.date(2026, 11, 22)
HEAD = '[archive]\npath = "archive"\n\n[crawl]\ncontact = "mailto:desk@courier.test"\ndelay = "0s"\nworkers = 1\n'
HOSTILE = 'Flood\n[[source]]\nname = "evil"\u2028\x1b[2J\u202e"""\x07\x85 \ud83d'


def links(*numbers: int, day: str | None = "2026-11-21", title: str | None = None) -> tuple[Link, ...]:
    date = dt.datetime.fromisoformat(day) if day else None
    return tuple(Link(url=f"http://a.test/news/{number}", date=date, title=title) for number in numbers)


def candidate(path: str, kind: str, found: tuple[Link, ...], **changes: object) -> Candidate:
    made = Candidate(url=f"http://a.test/{path}", kind=kind, how="", links=found, tried=["1", "2", "3"], good=3)  # type: ignore[arg-type]
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def proposed(*candidates: Candidate) -> tuple[list[str], list[str], list[str]]:
    found = propose(Survey(url="http://a.test/", candidates=list(candidates)), today=TODAY)
    named = [
        [choice.candidate.url[14:] for choice in part] for part in (found.entrances, found.history, found.left_out)
    ]
    return named[0], named[1], named[2]


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        pytest.param([candidate("feed", "feed", links(1, 2))], (["feed"], [], []), id="a feed"),
        pytest.param(
            [candidate("", "front", links(1, 2)), candidate("feed", "feed", links(1, 2, 3))],
            (["feed"], [], [""]),
            id="a page that announces what the feed does",
        ),
        pytest.param(
            [candidate("feed", "feed", links(1, 2)), candidate("news.xml", "sitemap", links(1, 2, title="t"))],
            (["news.xml"], [], ["feed"]),
            id="a news sitemap comes first",
        ),
        pytest.param(
            [candidate("feed", "feed", links(1, 2)), candidate("", "front", links(2, 3))],
            (["feed", ""], [], []),
            id="a page that knows more",
        ),
        pytest.param(
            [candidate("feed", "feed", links(1), good=0, reasons=["no_article"] * 3), candidate("", "front", links(2))],
            ([""], [], ["feed"]),
            id="a feed of pages that are no articles",
        ),
        pytest.param(
            [candidate("all.xml", "sitemap", links(1, 2, day="2019-03-01")), candidate("feed", "feed", links(1))],
            (["feed"], ["all.xml"], []),
            id="a sitemap of old articles is for a backfill",
        ),
        pytest.param(
            [candidate("index.xml", "sitemap", links(1), children=40)], (["index.xml"], [], []), id="unless it is all"
        ),
        pytest.param([candidate("feed", "feed", ())], ([], [], ["feed"]), id="an empty feed"),
    ],
)
def test_what_is_proposed(candidates: list[Candidate], expected: tuple[list[str], list[str], list[str]]) -> None:
    assert proposed(*candidates) == expected


def test_nothing_that_a_site_says_leaves_its_comment_or_string() -> None:
    said = candidate("feed?\n[[source]]", "feed", links(1, 2, title=HOSTILE), elsewhere={HOSTILE: 9})
    left = candidate("other", "front", (), problem=HOSTILE)
    survey = Survey(url=f"http://a.test/{HOSTILE}", candidates=[said, left])
    text = block("a", survey, propose(survey, today=TODAY), today=TODAY)
    found = tomllib.loads(text.encode().decode())
    assert [source["name"] for source in found["source"]] == ["a"]
    assert found["source"][0]["entrances"] == ["http://a.test/feed?\n[[source]]"]
    assert set(found["source"][0]) == {"name", "entrances"}
    assert not set(text) & set("\x1b\u202e\u2028\x07\x85\r")


@given(st.text())
def test_quoted_is_toml(text: str) -> None:
    sound = text.encode("utf-8", "ignore").decode()
    assert tomllib.loads(f"a = {quoted(sound)}") == {"a": sound}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.daily.example/", "daily"),
        ("https://blog.daily.example/feed", "blog-daily"),
        ("http://harbour.co.uk/", "harbour"),
        ("http://10.0.0.1/", "10.0.0.1"),
        ("http://bücher.example/", "xn--bcher-kva"),
    ],
)
def test_names(url: str, name: str) -> None:
    assert name_of(address_of(url, Path("x.toml"))) == name


def test_an_address_without_a_scheme_is_https() -> None:
    assert address_of("daily.example", Path("x.toml")) == "https://daily.example"
    with pytest.raises(ConfigError, match="is not an absolute"):
        address_of("ftp://daily.example/", Path("x.toml"))


BLOCK = '[[source]]\nname = "new"\nentrances = ["http://new.test/feed"]\n'
OLD = '[[source]]\nname = "old"\nentrances = ["http://old.test/feed"]'


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(HEAD, id="no source yet"),
        pytest.param(HEAD + OLD, id="no newline at its end"),
        pytest.param((HEAD + OLD + "\n").replace("\n", "\r\n"), id="lines end as on Windows"),
        pytest.param("\ufeff" + HEAD + "# my own words: é\n" + OLD, id="a byte order mark and comments"),
    ],
)
def test_appending_keeps_every_byte_that_stood_there(tmp_path: Path, before: str) -> None:
    file = tmp_path / "broadsheet.toml"
    file.write_bytes(before.encode())
    file.chmod(0o640)
    append(draft(file, None), "new", BLOCK)
    after = file.read_bytes().decode()
    assert after.startswith(before)
    assert ("\r\n" in before) == ("\r\n" in after[len(before) :])
    assert "new" in {source.name for source in load(file).sources}
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("before", "block_text"),
    [
        pytest.param(
            'source = [{name = "old", entrances = ["http://old.test/"]}]\n' + HEAD, BLOCK, id="sources inline"
        ),
        pytest.param(HEAD, BLOCK.replace("http:", "gopher:"), id="an unsound block"),
        pytest.param(HEAD, BLOCK + "[crawl]\n", id="a block that says more"),
    ],
)
def test_what_would_damage_the_file_is_not_written(tmp_path: Path, before: str, block_text: str) -> None:
    file = tmp_path / "broadsheet.toml"
    file.write_text(before)
    with pytest.raises(ConfigError):
        append(draft(file, None), "new", block_text)
    assert file.read_text() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "broadsheet.toml"
    file.write_text(HEAD)
    known = draft(file, None)
    file.write_text(HEAD + "# a colleague\n")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        append(known, "new", BLOCK)
    assert file.read_text() == HEAD + "# a colleague\n"


def test_duplicates_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "broadsheet.toml"
    file.write_text(HEAD + OLD)
    known = draft(file, None)
    with pytest.raises(ConfigError, match="a source 'old' already; name the new one with --name"):
        check_new(known, "old", "other.test")
    with pytest.raises(ConfigError, match="belongs to source 'old' already"):
        check_new(known, "other", "www.old.test")


def add(folder: Path, server: DemoServer, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "http_proxy": server.proxy_url}
    return subprocess.run(
        [*forked.broadsheet(), "add", *args],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "broadsheet.toml"
    path.write_text(HEAD)
    return path


def test_a_paper_of_the_demo(file: Path) -> None:
    with DemoServer() as server:
        dry = add(file.parent, server, "http://courier.test/", "--dry-run")
        unchanged = file.read_text()
        done = add(file.parent, server, "http://courier.test/")
        again = add(file.parent, server, "http://courier.test/")
        asked = {request.path for request in server.requests}
        agents = {request.headers.get("user-agent", "") for request in server.requests}
    assert (dry.returncode, done.returncode, again.returncode) == (0, 0, 2), dry.stderr + done.stderr
    assert unchanged == HEAD
    assert dry.stdout == file.read_text()[len(HEAD) + 1 :]
    assert "Next: broadsheet crawl --source courier" in done.stdout
    assert "belongs to source 'courier'" in again.stderr or "'courier' already" in again.stderr
    (source,) = load(file).sources
    assert (
        "http://courier.test/feed.xml" in source.entrances
        or "http://courier.test/sitemap-index.xml" in source.entrances
    )
    assert "tried ones extract well" in file.read_text()
    assert not {path for path in asked if path.startswith(("/internal", "/search"))}
    assert len(agents) == 1
    assert "mailto:desk@courier.test" in agents.pop()
    assert list(file.parent.iterdir()) == [file]


def test_what_a_feed_says_stays_in_its_comment(file: Path) -> None:
    title = 'Flood&#10;[[source]]&#10;name = "evil"&#x202e;&#x2028;entrances = ["http://evil.test/"]'
    items = "".join(
        f"<item><title>{title}</title><link>http://hostile.test/2026/05/04/{topic}?a=]&#10;[[source]]</link></item>"
        for topic in ("harbour", "railway", "orchard")
    )
    feed = f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"
    with DemoServer() as server:
        server.put("http://hostile.test/robots.txt", Resource(content="", content_type="text/plain"))
        server.put("http://hostile.test/", Resource(content='<a href="/about">About</a>'))
        server.put("http://hostile.test/feed/", Resource(content=feed, content_type="application/rss+xml"))
        for topic in ("harbour", "railway", "orchard"):
            server.put(f"http://hostile.test/2026/05/04/{topic}", story(topic))
        done = add(file.parent, server, "http://hostile.test/")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(source.name, source.entrances) for source in load(file).sources] == [
        ("hostile", ("http://hostile.test/feed/",))
    ]
    assert load(file).disabled == ()
    assert "\u202e" not in file.read_text() + done.stdout + done.stderr


def test_a_site_that_announces_nothing_is_not_added(file: Path) -> None:
    with DemoServer() as server:
        server.put("http://bare.test/", Resource(content="<p>Under construction</p>"))
        done = add(file.parent, server, "http://bare.test/")
    assert done.returncode == 1
    assert "No entrance of http://bare.test/ is worth polling" in done.stderr
    assert file.read_text() == HEAD


def test_without_a_configuration_somebody_must_be_named(tmp_path: Path) -> None:
    with DemoServer() as server:
        nobody = add(tmp_path, server, "http://saltmarsh.test/")
        asked = server.requests
        done = add(tmp_path, server, "http://saltmarsh.test/", "--contact", "mailto:desk@courier.test")
    assert nobody.returncode == 2
    assert "broadsheet init" in nobody.stderr
    assert asked == ()
    assert done.returncode == 0, done.stderr
    made = load(tmp_path / "broadsheet.toml")
    assert (made.crawl.contact, [source.name for source in made.sources]) == ("mailto:desk@courier.test", ["saltmarsh"])
    assert "broadsheet init" in (tmp_path / "broadsheet.toml").read_text()


@pytest.mark.parametrize(
    ("address", "config", "needle"),
    [
        pytest.param("http://paper.test/", "no/such/folder/b.toml", "its folder does not exist", id="no folder"),
        pytest.param("nonsense", "broadsheet.toml", "write the site's whole address", id="a word"),
        pytest.param("http://10.0.0.1/", "broadsheet.toml", "allow_private", id="a private address"),
    ],
)
def test_what_cannot_end_well_is_said_before_the_site_is_asked(
    file: Path, address: str, config: str, needle: str
) -> None:
    with DemoServer() as server:
        done = add(file.parent, server, address, "-c", config, "--contact", "mailto:desk@courier.test")
        asked = len(server.requests)
    assert (done.returncode, asked) == (2, 0), done.stderr
    assert needle in done.stderr
    assert len(done.stderr.splitlines()) == 1
