"""robots.txt by RFC 9309, from its bytes, and on the wire of a whole crawl."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pyarrow.compute as pc
import pytest

import storage
from crawler.demo import DemoServer, Resource, demo_config_toml
from crawler.politeness import ROBOTS_BYTES, Rules, rules_of
from storage.archive import Archive
from tests import forked

PAGE = "http://harbour.test/private/1"
OTHERS = b"User-agent: *\nDisallow: /private\n"


def allows(body: bytes, url: str = PAGE, status: int = 200) -> bool:
    return rules_of(status, body).allows(url)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        pytest.param(200, False, id="200: the file's rules"),
        pytest.param(206, False, id="any 2xx"),
        pytest.param(401, True, id="401 allows everything"),
        pytest.param(403, True, id="403 allows everything"),
        pytest.param(404, True, id="404 allows everything"),
        pytest.param(410, True, id="410 allows everything"),
        pytest.param(429, False, id="429 allows nothing"),
        pytest.param(500, False, id="500 allows nothing"),
        pytest.param(503, False, id="503 allows nothing"),
        pytest.param(599, False, id="any 5xx"),
    ],
)
def test_what_the_status_of_robots_txt_means(status: int, allowed: bool) -> None:
    assert allows(OTHERS, status=status) is allowed
    assert allows(OTHERS, url="http://harbour.test/open", status=status) is (status < 429)


FILES = [
    pytest.param(b"", True, id="empty"),
    pytest.param(OTHERS, False, id="for all"),
    pytest.param(b"\xef\xbb\xbf" + OTHERS, False, id="byte order mark"),
    pytest.param(OTHERS.replace(b"\n", b"\r\n"), False, id="CRLF"),
    pytest.param(OTHERS.replace(b"\n", b"\r"), False, id="CR"),
    pytest.param(b"user-AGENT: *\ndisALLOW: /private", False, id="case of the names"),
    pytest.param(b"User-agent: Broadsheet\nDisallow: /", False, id="by our name"),
    pytest.param(b"User-agent: broadSHEET\nDisallow: /", False, id="whatever its case"),
    pytest.param(b"User-agent: Broadsheets\nDisallow: /", True, id="a longer name is another's"),
    pytest.param(b"User-agent: Broad\nDisallow: /", True, id="so is a name that ours begins with"),
    pytest.param(b"User-agent: b\nAllow: /\n\n" + OTHERS, False, id="and its rights are not ours"),
    pytest.param(b"User-agent: Broadsheet/1.0\nDisallow: /", False, id="with a version, as logs show it"),
    pytest.param(b"user-agent:broadsheet/0.4 (+mailto:a@b.test) # us\nDisallow: /", False, id="a whole user agent"),
    pytest.param(b"User agent Broadsheet/1.0\nDisallow: /", False, id="without a colon"),
    pytest.param(b"User-agent: Broadsheet-News/1.0\nDisallow: /", True, id="a longer name with a version"),
    pytest.param(b"User-agent: Broadsheet*\nDisallow: /", False, id="an asterisk behind it"),
    pytest.param(b"User-agent: */1.0\nUser-agent: Broadsheet/2\nDisallow: /", False, id="one of several"),
    pytest.param(b"User-agent: Broadsheet\nAllow: /\n\n" + OTHERS, True, id="our group goes before all's"),
    pytest.param(OTHERS + b"\nUser-agent: Broadsheet\nAllow: /", True, id="in any order"),
    pytest.param(b"User-agent: Other\nUser-agent: Broadsheet\nDisallow: /", False, id="groups of several"),
    pytest.param(b"User-agent: *\nDisallow: /\nAllow: /private/1", True, id="the longest match wins"),
    pytest.param(b"User-agent: *\nDisallow: /*/1$", False, id="wildcards"),
    pytest.param(b"User-agent: *\nDisallow: /p%72ivate", False, id="escapes"),
    pytest.param(b"User-agent: *\nDisallow:", True, id="nothing disallowed"),
    pytest.param(b"<html>Disallow: /</html>", True, id="no robots.txt at all"),
    pytest.param(b"\xff\xfe\x00" * 50 + b"\n" + OTHERS, False, id="bytes that are no text"),
    pytest.param(b"#" * (500 * 1024 - 40) + b"\n" + OTHERS, False, id="within 500 KiB"),
    pytest.param(b"#" * ROBOTS_BYTES + b"\n" + OTHERS, True, id="beyond what is read"),
    pytest.param(
        b"User-agent: *\n" + b"#" * (ROBOTS_BYTES - 25) + b"\nDisallow: /other",
        True,
        id="a line that is cut counts not",
    ),
]


@pytest.mark.parametrize(("body", "allowed"), FILES)
def test_what_robots_txt_allows(body: bytes, allowed: bool) -> None:
    assert allows(body) is allowed


# RFC 9309, 5.1 and 5.2, with our name in the place of theirs.
SIMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: {foobot}
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: {barbot}
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: {quxbot}
"""
LONGEST = "User-Agent: Broadsheet\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"


@pytest.mark.parametrize(
    ("we", "path", "allowed"),
    [
        pytest.param("nobot", "/", True, id="any"),
        pytest.param("nobot", "/a/b.gif", False, id="any, wildcard and end"),
        pytest.param("nobot", "/a/b.gif?x", True, id="any, not at the end"),
        pytest.param("nobot", "/example/page.html", False, id="any, prefix"),
        pytest.param("nobot", "/publications/1.html", True, id="any, allowed"),
        pytest.param("foobot", "/", False, id="foobot, all"),
        pytest.param("foobot", "/publications/", False, id="foobot, not the group of all"),
        pytest.param("foobot", "/example/page.html", True, id="foobot, longest"),
        pytest.param("foobot", "/example/allowed.gif", True, id="foobot, longest too"),
        pytest.param("barbot", "/example/page.html", False, id="barbot, a group of two"),
        pytest.param("barbot", "/example/", True, id="barbot, the rest"),
        pytest.param("quxbot", "/example/page.html", True, id="quxbot, a group without rules"),
    ],
)
def test_the_examples_of_the_rfc(we: str, path: str, allowed: bool) -> None:
    names = {name: "Broadsheet" if name == we else name for name in ("foobot", "barbot", "quxbot")}
    assert allows(SIMPLE.format(**names).encode(), url=f"http://harbour.test{path}") is allowed


@pytest.mark.parametrize(
    ("rule", "path", "matches"),
    [
        # RFC 9309, 2.2.2: the table of encodings.
        pytest.param("/foo/bar?baz=quz", "/foo/bar?baz=quz", True, id="query"),
        pytest.param("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", True, id="reserved"),
        pytest.param("/foo/bar/\u30c4", "/foo/bar/%E3%83%84", True, id="not ASCII"),
        pytest.param("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", True, id="encoded in both"),
        pytest.param("/foo/bar/%62%61%7A", "/foo/bar/baz", True, id="encoded without need"),
        # RFC 9309, 2.2.3: special characters.
        pytest.param("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", True, id="an asterisk that is one"),
        pytest.param("/path/foo-%24", "/path/foo-$", True, id="a dollar that is one"),
        pytest.param("/this/*/exactly", "/this/or/that/exactly", True, id="asterisk"),
        pytest.param("/exactly$", "/exactly/more", False, id="end"),
        pytest.param("/Case", "/case", False, id="case counts"),
    ],
)
def test_how_a_rule_matches(rule: str, path: str, matches: bool) -> None:
    file = f"User-agent: *\nDisallow: {rule}\n".encode()
    assert allows(file, url=f"http://harbour.test{path}") is not matches


def test_the_longest_match_wins_and_allow_wins_a_tie() -> None:
    assert allows(LONGEST.encode(), url="http://harbour.test/example/page/")
    assert not allows(LONGEST.encode(), url="http://harbour.test/example/page/disallowed.gif")
    assert allows(b"User-agent: *\nDisallow: /page\nAllow: /page\n", url="http://harbour.test/page")


def test_robots_txt_itself_may_always_be_asked_for() -> None:
    assert allows(b"User-agent: *\nDisallow: /\n", url="http://harbour.test/robots.txt")


@pytest.mark.parametrize(
    ("line", "delay"),
    [
        pytest.param(b"Crawl-delay: 7", 7.0, id="seconds"),
        pytest.param(b"Crawl-delay: 0.5", 0.5, id="fraction"),
        pytest.param(b"Crawl-delay: -3", 0.0, id="negative"),
        pytest.param(b"Crawl-delay: nan", 0.0, id="no number"),
        pytest.param(b"Crawl-delay: soon", 0.0, id="word"),
        pytest.param(b"Crawl-delay: inf", 0.0, id="infinite"),
        pytest.param(b"", 0.0, id="none"),
    ],
)
def test_crawl_delay(line: bytes, delay: float) -> None:
    assert rules_of(200, b"User-agent: *\n" + line).delay == delay


def test_nothing_allowed_asks_for_no_delay() -> None:
    assert Rules(parser=None).delay == 0.0


def crawl(folder: Path, server: DemoServer, **settings: str) -> tuple[Archive, float]:
    """Crawl the blog of the demo with those settings of ``[crawl]``; the archive, and the seconds that it took."""
    text = re.sub("^delay = .*\n", "", demo_config_toml("archive"), flags=re.MULTILINE)
    lines = "workers = 1\n" + "".join(f'{name} = "{value}"\n' for name, value in ({"delay": "0s"} | settings).items())
    (folder / "broadsheet.toml").write_text(text.replace("[crawl]\n", f"[crawl]\n{lines}"), encoding="utf-8")
    started = time.monotonic()
    done = subprocess.run(
        [*forked.broadsheet(), "crawl", "--source", "saltmarsh"],
        cwd=folder,
        env={"http_proxy": server.proxy_url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode in (0, 3), done.stderr
    assert "Traceback" not in done.stderr
    return storage.open_archive(folder / "archive"), time.monotonic() - started


def robots(server: DemoServer, text: str, status: int = 200) -> None:
    resource = Resource(content=text, content_type="text/plain; charset=utf-8", status=status, validators=False)
    server.put("http://saltmarsh.test/robots.txt", resource)


def asked(server: DemoServer) -> list[str]:
    return [request.path for request in server.requests]


def fates(archive: Archive) -> set[tuple[str, str, str | None]]:
    table = archive.captures().to_table(["kind", "outcome", "reason"], filter=pc.field("outcome") != "announced")
    return {tuple(row.values()) for row in table.to_pylist()}  # type: ignore[misc]


def test_a_longer_crawl_delay_wins_and_the_file_is_remembered(demo_server: DemoServer, tmp_path: Path) -> None:
    robots(demo_server, "User-agent: *\nCrawl-delay: 0.25\n")
    archive, seconds = crawl(tmp_path, demo_server)
    paths = asked(demo_server)
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") == 1
    assert len(paths) > 4
    assert seconds > 0.25 * (len(paths) - 2)
    first = archive.articles().count_rows()
    assert first > 0
    demo_server.reset()
    crawl(tmp_path, demo_server)
    assert "/robots.txt" not in asked(demo_server)
    demo_server.reset()
    robots(demo_server, "User-agent: *\nDisallow: /\n")
    archive, _ = crawl(tmp_path, demo_server, robots_max_age="0s")
    assert asked(demo_server) == ["/robots.txt"]
    assert ("entrance", "refused", "robots") in fates(archive)
    assert archive.articles().count_rows() == first


def test_a_crawl_delay_beyond_our_patience_defers_the_host(demo_server: DemoServer, tmp_path: Path) -> None:
    robots(demo_server, "User-agent: *\nCrawl-delay: 120\n")
    archive, _ = crawl(tmp_path, demo_server, max_delay="60s")
    assert asked(demo_server) == ["/robots.txt"]
    assert fates(archive) == {("robots", "fetched", None), ("entrance", "deferred", "crawl_delay")}


def test_a_robots_txt_that_cannot_be_had_defers_the_host_until_it_can(demo_server: DemoServer, tmp_path: Path) -> None:
    robots(demo_server, "Service Unavailable", status=503)
    archive, _ = crawl(tmp_path, demo_server)
    assert asked(demo_server) == ["/robots.txt"]
    assert fates(archive) == {("robots", "failed", "http_503"), ("entrance", "deferred", "robots_unavailable")}
    demo_server.reset()
    robots(demo_server, "User-agent: *\n")
    archive, _ = crawl(tmp_path, demo_server)
    assert asked(demo_server)[0] == "/robots.txt"
    assert archive.articles().count_rows() > 0
