"""Each fault misbehaves as it says."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
import zlib

import feedparser
import pytest
from protego import Protego

from crawler.demo import FAULTS_HOST, PAPERS, SECRET_COOKIE, DemoServer
from crawler.demo.fault_pages import pages
from crawler.demo.faults import FAULTS, gzip_bomb

AT = f"http://{FAULTS_HOST}"


def _raw(server: DemoServer, path: str, enough: int = 1 << 20) -> bytes:
    """What comes over the wire, up to ``enough`` bytes."""
    received = bytearray()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"GET {AT}{path} HTTP/1.1\r\nHost: {FAULTS_HOST}\r\n\r\n".encode())
        while len(received) < enough and (part := connection.recv(65536)):
            received += part
    return bytes(received)


def test_the_feed_announces_every_fault(client) -> None:
    feed = feedparser.parse(client.get(f"{AT}/feed.xml").body)
    announced = {entry.link.removeprefix(AT) for entry in feed.entries}
    assert set(FAULTS) < announced
    assert {"/redirect-loop", "/503", "/mislabelled", "/empty", "/pdf"} < announced


def test_no_paper_links_to_them(client) -> None:
    for paper in PAPERS:
        for path in ("/", *paper.entrances):
            assert FAULTS_HOST.encode() not in client.get(paper.address(path)).body


def test_dropped(client) -> None:
    with pytest.raises(ConnectionError):
        client.get(f"{AT}/dropped")


@pytest.mark.parametrize("path", ["/cut-short", "/cut-chunk"])
def test_cut(client, path: str) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.get(AT + path)
    assert path == "/cut-chunk" or b"The signal box" in caught.value.partial


@pytest.mark.parametrize("path", ["/slow", "/dripping"])
def test_slow(client, path: str) -> None:
    start = time.monotonic()
    answer = client.get(f"{AT}{path}?seconds=0.3")
    assert 0.25 < time.monotonic() - start < 5
    assert b"The signal box" in answer.body


def test_slow_is_slow_enough_for_a_timeout(client) -> None:
    with pytest.raises(TimeoutError):
        client.get(f"{AT}/slow?seconds=5", timeout=0.2)


def test_endless_body_and_headers(server: DemoServer) -> None:
    body = _raw(server, "/endless", enough=2_000_000)
    assert len(body) >= 2_000_000
    assert b"Transfer-Encoding: chunked" in body[:500]
    headers = _raw(server, "/endless-header", enough=200_000)
    assert b"\r\n\r\n" not in headers


@pytest.mark.parametrize(("path", "megabytes"), [("/bomb?megabytes=64", 64), ("/bomb", 300)])
def test_bomb(client, path: str, megabytes: int) -> None:
    answer = client.get(AT + path)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < megabytes * 1100
    opened, size = zlib.decompressobj(31), 0
    data = answer.body
    while data and not opened.eof:
        size += len(opened.decompress(data, 1 << 22))
        data = opened.unconsumed_tail
    assert opened.eof, "one member, whole and with a right checksum"
    assert size > megabytes << 20


def test_double_bomb(client) -> None:
    answer = client.get(f"{AT}/double-bomb?megabytes=32")
    assert answer.headers["Content-Encoding"] == "gzip, gzip"
    assert len(answer.body) < 2000
    assert gzip.decompress(answer.body) == gzip_bomb(32)


@pytest.mark.parametrize(
    ("path", "error"),
    [("/broken-gzip", zlib.error), ("/torn-gzip", EOFError), ("/not-gzip", gzip.BadGzipFile)],
)
def test_gzip_that_is_none(client, path: str, error: type[Exception]) -> None:
    answer = client.get(AT + path)
    assert answer.headers["Content-Encoding"] == "gzip"
    with pytest.raises(error):
        gzip.decompress(answer.body)


def test_redirects_that_lead_nowhere(client) -> None:
    loop = client.get(f"{AT}/redirect-loop")
    assert loop.headers["Location"] == "/redirect-loop-2"
    assert client.get(f"{AT}/redirect-loop-2").headers["Location"] == "/redirect-loop"
    assert client.get(f"{AT}/redirect-private").headers["Location"].startswith("http://10.")
    assert client.get(f"{AT}/redirect-nowhere").headers["Location"] is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 502, 503])
def test_error_statuses(client, status: int) -> None:
    answer = client.get(f"{AT}/{status}")
    assert answer.status == status
    assert answer.headers["Retry-After"] == ("2" if status in (429, 503) else None)


def test_retry_after_as_a_date_and_as_nonsense(client) -> None:
    assert client.get(f"{AT}/503-date").headers["Retry-After"] == "Sun, 01 Jan 2040 00:00:00 GMT"
    assert client.get(f"{AT}/503-nonsense").headers["Retry-After"] == "soon"


def test_charsets(client) -> None:
    wrong = client.get(f"{AT}/mislabelled")
    assert wrong.headers["Content-Type"] == "text/html; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        wrong.body.decode("utf-8")
    assert "l’hôtel – naïve façade" in wrong.body.decode("windows-1252")
    assert client.get(f"{AT}/unlabelled").headers["Content-Type"] == "text/html"


def test_headers(server: DemoServer) -> None:
    assert len(_raw(server, "/oversized-header").split(b"\r\n\r\n")[0]) > 256 * 1024
    assert _raw(server, "/many-headers").count(b"X-Header-") == 2000
    odd = _raw(server, "/odd-headers").split(b"\r\n\r\n")[0]
    assert b"first line\r\n second line" in odd
    assert odd.count(b"X-Twice") == 2
    assert b"\x1b[31m" in odd


def test_bodies(client) -> None:
    empty = client.get(f"{AT}/empty")
    assert (empty.status, empty.body) == (200, b"")
    assert client.get(f"{AT}/pdf").headers["Content-Type"] == "application/pdf"
    assert client.get(f"{AT}/pdf-as-html").body.startswith(b"%PDF")
    assert SECRET_COOKIE in client.get(f"{AT}/set-cookie").headers["Set-Cookie"]
    assert len(client.get(f"{AT}/large").body) > 10_000_000
    assert client.get(f"{AT}/deep").body.count(b"<div>") == 100_000
    assert "calendar?month=42" in client.text(f"{AT}/calendar?month=41")
    assert b"\x1b[31m" in client.get(f"{AT}/control-characters").body


def test_no_http_at_all(client) -> None:
    with pytest.raises(http.client.BadStatusLine):
        client.get(f"{AT}/no-http")


@pytest.mark.parametrize("path", ["/feed-torn.xml", "/feed-loose.xml"])
def test_broken_feeds(client, path: str) -> None:
    assert feedparser.parse(client.get(AT + path).body).bozo


def test_a_feed_of_entities_that_grow_by_the_power_of_ten(client) -> None:
    feed = client.text(f"{AT}/feed-bomb.xml")
    assert feed.count("<!ENTITY") == 10
    assert feed.count("&e8;") == 10
    assert "<title>&e9;</title>" in feed


def test_a_feed_that_would_like_to_be_configuration(client) -> None:
    assert '"\n[[source]]\nname = "evil"' in client.text(f"{AT}/feed-injection.xml")


def test_robots_let_all_of_it_be_asked(client) -> None:
    rules = Protego.parse(client.text(f"{AT}/robots.txt"))
    assert all(rules.can_fetch(f"{AT}{key.path}", "broadsheet") for key in pages())
