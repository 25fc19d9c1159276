"""Entrances are asked when they are due, and what they announced has its turn all the same."""

from __future__ import annotations

from pathlib import Path

from crawler.demo import DemoServer, Resource
from tests.crawler.test_crawl_edges import CONTACT, crawl, sitemap, story

HOST = "http://poll.test"
SOURCE = f'[[source]]\nname = "poll"\nentrances = ["{HOST}/map.xml"]\n'


def test_an_entrance_that_is_not_due_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(CONTACT + SOURCE)
    topics = ("harbour", "railway")
    with DemoServer() as server:
        server.put(f"{HOST}/robots.txt", Resource(content="", content_type="text/plain"))
        server.put(f"{HOST}/map.xml", sitemap(*(f"{HOST}/2026/05/04/{topic}" for topic in topics)))
        for topic in topics:
            server.put(f"{HOST}/2026/05/04/{topic}", story(topic))
        runs = []
        for options in (("--limit", "1"), ("--limit", "0"), (), ("--now",)):
            before = len(server.requests)
            done = crawl(tmp_path, server, *options)
            assert done.returncode == 0, done.stdout + done.stderr
            runs.append(({request.path for request in server.requests[before:]}, done.stdout))
    assert "/map.xml" in runs[0][0]
    assert runs[1][0] == {"/map.xml"}, "after one poll nothing is known of its rhythm"
    assert runs[2][0] == {"/2026/05/04/railway"}, "left over from the first run, though its entrance rests"
    assert "Not due, and so not asked: 1" in runs[2][1]
    assert runs[3][0] == {"/map.xml"}


def test_the_last_lines_say_what_was_not_asked_and_why(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(CONTACT + SOURCE)
    article = f"{HOST}/2026/05/04/harbour"
    listed = (article, "ftp://poll.test/2026/05/04/railway", f"http://me:you@poll.test/{'x' * 9}")
    with DemoServer() as server:
        server.put(f"{HOST}/robots.txt", Resource(content="User-agent: *\nDisallow: /2026", content_type="text/plain"))
        server.put(f"{HOST}/map.xml", sitemap(*listed))
        done = crawl(tmp_path, server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "known and not due" not in done.stdout, "a page that robots.txt forbids is not known"
    assert "2 announced addresses lead to no page and have no row: 1 credentials, 1 not_http" in done.stdout
