"""The server: proxy and plain requests, validators, codings, steering, and its own end."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
import urllib.request

import pytest

from crawler.demo import MAIN_URL, SHOWCASE_URL, DemoServer, Resource, articles

WALL = "http://courier.test/world/2025/06/11/port-ellery-votes-to-raise-its-harbour-wall"


def _direct(server: DemoServer, path: str, host: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_it_works_as_http_proxy(server: DemoServer) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": server.proxy_url}))
    with opener.open(SHOWCASE_URL) as answer:
        assert "The Woman Who Weighs the Tide" in answer.read().decode()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        pytest.param(None, "Port Ellery Courier", id="its own address shows the main paper"),
        pytest.param("localhost", "Port Ellery Courier", id="localhost does, too"),
        pytest.param("HOHENLAU.test:80", "Hohenlauer Tagbote", id="the Host header tells the paper"),
        pytest.param("hohenlau.localhost", "Hohenlauer Tagbote", id="a name that browsers find on loopback"),
        pytest.param("m.courier.test", "Port Ellery Courier", id="a mobile host serves the same pages"),
    ],
)
def test_it_works_as_plain_server(server: DemoServer, host: str | None, name: str) -> None:
    status, body = _direct(server, "/", host)
    assert status == 200
    assert name in body.decode()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        pytest.param("http://nowhere.test/", 502, id="a host that is none"),
        pytest.param("http://10.0.0.1/", 502, id="a private address behind the proxy"),
        pytest.param("http://127.0.0.1:9/", 502, id="another port of loopback"),
        pytest.param("http://courier.test/no-such-page", 404, id="a page that is none"),
        pytest.param("http://saltmarsh.test/about", 200, id="a page of the house"),
        pytest.param(SHOWCASE_URL.rstrip("/"), 301, id="a missing slash"),
        pytest.param("http://courier.test", 200, id="no path at all"),
    ],
)
def test_status(client, url: str, status: int) -> None:
    assert client.get(url).status == status


def test_methods(client) -> None:
    head = client.get(WALL, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(client.get(WALL).body)
    assert client.get("http://saltmarsh.test/wp-comments-post.php", "POST").status == 405


def test_an_address_that_is_none(server: DemoServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_no_tunnels(server: DemoServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"CONNECT courier.test:443 HTTP/1.1\r\nHost: courier.test:443\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 405 ")


def test_connections_are_kept(server: DemoServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sockets = set()
    for article in articles()[:5]:
        connection.request("GET", article.url)
        assert connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()
    assert len(sockets) == 1


@pytest.mark.parametrize("url", [WALL, "http://courier.test/feed.xml", "http://courier.test/news-sitemap.xml.gz"])
def test_validators(client, url: str) -> None:
    first = client.get(url)
    tag, moment = first.headers["ETag"], first.headers["Last-Modified"]
    same = client.get(url, If_None_Match=tag)
    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", tag)
    assert client.get(url, If_Modified_Since=moment).status == 304
    assert client.get(url, If_None_Match=f'W/"other", {tag}').status == 304
    assert client.get(url, If_None_Match='"other"', If_Modified_Since=moment).status == 200
    assert client.get(url, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert client.get(url, If_Modified_Since="yesterday").status == 200


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip, br", True), ("br;q=1, gzip;q=0.5", True), ("br", False), ("gzip;q=0", False), ("identity", False)],
)
def test_gzip_where_it_is_asked_for(client, accepted: str, packed: bool) -> None:
    answer = client.get(WALL, Accept_Encoding=accepted)
    assert (answer.headers["Content-Encoding"] == "gzip") is packed
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    plain = gzip.decompress(answer.body) if packed else answer.body
    assert plain == client.get(WALL).body


def test_a_tag_belongs_to_its_coding(client) -> None:
    packed = client.get(WALL, Accept_Encoding="gzip").headers["ETag"]
    assert packed != client.get(WALL).headers["ETag"]
    assert client.get(WALL, Accept_Encoding="gzip", If_None_Match=packed).status == 304


def test_chunks_without_validators(client) -> None:
    answer = client.get("http://valdoree.test/")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers["Content-Length"] is None
    assert answer.headers["ETag"] is None
    assert "Saint-Aubry" in answer.body.decode("windows-1252")


def test_edits_change_page_and_validators(client, server: DemoServer) -> None:
    first = client.get(WALL)
    server.edit(WALL, "harbour wall by a metre", "harbour wall by two metres")
    second = client.get(WALL, If_None_Match=first.headers["ETag"], If_Modified_Since=first.headers["Last-Modified"])
    assert second.status == 200
    assert "by two metres" in second.body.decode()
    assert second.headers["ETag"] != first.headers["ETag"]
    assert client.get(WALL, If_Modified_Since=first.headers["Last-Modified"]).status == 200
    server.edit(WALL, "two metres", "three metres")
    third = client.get(WALL)
    assert third.headers["Last-Modified"] != second.headers["Last-Modified"]
    server.reset()
    assert client.get(WALL).body == first.body


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.slug[:30])
def test_a_sentence_is_added_to_the_last_paragraph(client, server: DemoServer, article) -> None:
    server.append_sentence(article.url, "¡Ya está!")
    body = client.get(article.url).body
    assert "¡Ya está!".encode(article.charset, "xmlcharrefreplace") in body
    assert len(body) > len(article.body[-1])


def test_a_sentence_stands_at_the_paragraphs_end(client, server: DemoServer) -> None:
    server.append_sentence(SHOWCASE_URL, "He carries it home.")
    assert "the second-best bucket. He carries it home.</p>" in client.text(SHOWCASE_URL)


def test_entrances_can_be_edited(client, server: DemoServer) -> None:
    server.edit("http://courier.test/news-sitemap.xml.gz", "2025-06-11T17:40:00+01:00", "2025-06-13T09:00:00+01:00")
    packed = client.get("http://courier.test/news-sitemap.xml.gz").body
    assert b"<lastmod>2025-06-13T09:00:00+01:00</lastmod>" in gzip.decompress(packed)


def test_edits_must_fit(server: DemoServer) -> None:
    with pytest.raises(ValueError, match="does not stand there"):
        server.edit(WALL, "no such words on the page", "x")
    with pytest.raises(KeyError):
        server.edit("http://courier.test/none", "a", "b")
    with pytest.raises(KeyError):
        server.append_sentence("http://courier.test/", "More.")


def test_gone(client, server: DemoServer) -> None:
    server.gone(WALL)
    assert client.get(WALL).status == 410
    server.gone(WALL, 404)
    assert client.get(WALL).status == 404


def test_anything_can_be_put_anywhere(client, server: DemoServer) -> None:
    server.put("http://new.test/a?b=c", Resource(content="Hello", content_type="text/plain"))
    assert client.get("http://new.test/a?b=c").body == b"Hello"
    assert client.get("http://new.test/a").status == 404
    assert server.resource("http://new.test/a?b=c").content == "Hello"


def test_requests_are_kept(client, server: DemoServer) -> None:
    client.get(WALL + "?utm_source=x", User_Agent="tester")
    client.get("http://courier.test/none")
    client.get("http://faults.test/404", "HEAD")
    first, second, third = server.requests
    assert first[:4] == ("GET", "courier.test", WALL.removeprefix(MAIN_URL) + "?utm_source=x", 200)
    assert first.headers["user-agent"] == "tester"
    assert (second.status, third.method, third.status) == (404, "HEAD", 404)
    server.reset()
    assert server.requests == ()


def test_many_at_once(client, server: DemoServer) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.extend(client.get(article.url).status for article in articles())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * len(answers)
    assert len(server.requests) == len(answers) == 4 * len(articles())


def test_stop_ends_open_connections_and_frees_the_port() -> None:
    server = DemoServer()
    server.start()
    server.start()
    port, url = server.port, server.proxy_url
    idle = socket.create_connection(("127.0.0.1", port), timeout=10)
    endless = socket.create_connection(("127.0.0.1", port), timeout=10)
    endless.sendall(b"GET http://faults.test/endless HTTP/1.1\r\nHost: faults.test\r\n\r\n")
    assert endless.recv(20)
    before = threading.active_count()
    server.stop()
    server.stop()
    assert idle.recv(10) == b""
    assert threading.active_count() < before
    idle.close()
    endless.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    with server:
        assert server.proxy_url == url
