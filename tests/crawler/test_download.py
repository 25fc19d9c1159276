"""Connections: what is open is used again."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from crawler.demo import DemoServer
from crawler.demo.handler import HttpServer
from tests.crawler.test_crawl_edges import CONTACT, TOPICS, crawl, sitemap, source, story

HOSTS = tuple(f"{topic}.test" for topic in TOPICS)


def test_through_a_proxy_all_hosts_share_its_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connections: list[socket.socket] = []

    def connected(_: HttpServer, connection: socket.socket) -> None:
        connections.append(connection)

    monkeypatch.setattr(HttpServer, "connected", connected)
    with DemoServer() as server:
        for host, topic in zip(HOSTS, TOPICS, strict=True):
            urls = [f"http://{host}/2026/05/04/{topic}-stays-open-{number}" for number in range(4)]
            server.put(f"http://{host}/sitemap.xml", sitemap(*urls))
            for url in urls:
                server.put(url, story(topic))
        sources = "".join(source(topic, f"http://{topic}.test/sitemap.xml") for topic in TOPICS)
        (tmp_path / "broadsheet.toml").write_text(CONTACT + sources)
        done = crawl(tmp_path, server)
        asked = len(server.requests)
    assert done.returncode == 0, done.stderr
    assert asked >= len(HOSTS) * 6
    # No host is asked twice at once.
    assert len(connections) <= len(HOSTS)
