from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines.importing import download
from pipelines.importing.download import InputError
from pipelines.importing.inputs import described, expand, opened

DATA = bytes(range(256)) * 4000
LIST = gzip.compress(b"crawl-data/one.warc.gz\ncrawl-data/two.warc.gz\n")


def test_words_become_the_files_that_they_name(tmp_path: Path) -> None:
    folder = tmp_path / "crawl" / "archive"
    folder.mkdir(parents=True)
    names = ["a.warc.gz", "b.warc", "c.warc.zst"]
    for name in [*names, "notes.md", "a.cdx"]:
        (folder / name).touch()
    whole = [str(folder / name) for name in names]
    assert expand([str(tmp_path / "crawl")], agent="test") == whole
    assert expand([str(folder / "*.warc*"), whole[0]], agent="test") == whole
    assert expand([str(folder / "notes.md")], agent="test") == [str(folder / "notes.md")]
    (folder / "list.txt").write_text("# ours\nb.warc\n\nhttps://paper.example/x.warc.gz\n", encoding="utf-8")
    assert expand([str(folder / "list.txt")], agent="test") == [whole[1], "https://paper.example/x.warc.gz"]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("-", "save it to a file"),
        ("nowhere.warc.gz", "is not there"),
        ("nowhere/*.gz", "is not there"),
        ("https://paper.example/crawls/", "lists no files"),
        (".", "holds no file"),
    ],
)
def test_what_names_no_file_is_told_what_to_write(
    word: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=says):
        expand([word], agent="test")


def test_a_file_is_the_same_under_another_name_and_another_once_it_has_grown(tmp_path: Path) -> None:
    one, two = tmp_path / "one.warc", tmp_path / "two.warc"
    for path in (one, two):
        path.write_bytes(DATA)
    first = described(str(one), agent="test")
    assert (first.name, first.size, first.identity) == ("one.warc", len(DATA), described(str(two), agent="x").identity)
    two.write_bytes(DATA + b"!")
    assert described(str(two), agent="test").identity != first.identity


class Handler(BaseHTTPRequestHandler):
    """Serves DATA, and breaks every answer off after 300,000 bytes; ``/whole`` knows no ranges."""

    asked: list[tuple[str, str | None]]

    def do_HEAD(self) -> None:
        self._answer(200, LIST if self.path.startswith("/list") else DATA, body=False)

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/list"):
            self._answer(200, LIST)
        elif (told := self.headers.get("Range")) is not None and self.path != "/whole.warc":
            self._answer(206, DATA[int(told.removeprefix("bytes=").rstrip("-")) :])
        else:
            self._answer(200, DATA)

    def _answer(self, status: int, data: bytes, *, body: bool = True) -> None:
        self.send_response(status if not self.path.startswith("/gone.warc") else 404)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"1"')
        self.end_headers()
        if body:
            self.wfile.write(data[:300_000])
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    Handler.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", Handler.asked
        serving.shutdown()


def read(address: str) -> bytes:
    with opened(described(address, agent="test"), agent="test") as part:
        return b"".join(iter(lambda: part(1 << 16), b""))


def test_a_transfer_that_breaks_off_is_taken_up_again(
    server: tuple[str, list[tuple[str, str | None]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_WAIT", 0.0)
    address, asked = server
    assert read(f"{address}/broken.warc") == DATA
    assert [told for _, told in asked] == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    with pytest.raises(InputError, match="sends no part"):
        read(f"{address}/whole.warc")
    with pytest.raises(InputError, match="404"):
        read(f"{address}/gone.warc")


def test_a_list_on_a_server_counts_from_its_root(server: tuple[str, list[tuple[str, str | None]]]) -> None:
    address, _ = server
    assert expand([f"{address}/list/2024/warc.paths.gz"], agent="test") == [
        f"{address}/crawl-data/one.warc.gz",
        f"{address}/crawl-data/two.warc.gz",
    ]


class Busy(Handler):
    """Says of every second answer that it is busy; ``/signed.warc`` allows no HEAD, ``/new.warc`` changes midway."""

    times: int

    def do_HEAD(self) -> None:
        if self.path.startswith("/signed.warc"):
            self._refuse(403)
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        Busy.times += 1
        if Busy.times % 2:
            self._refuse(503)
        elif self.headers.get("Range") == "bytes=0-0":
            self.send_response(206)
            self.send_header("Content-Range", f"bytes 0-0/{len(DATA)}")
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        if self.path == "/new.warc" and self.headers.get("Range"):
            self.send_header("Last-Modified", "Tue, 05 Mar 2024 12:00:00 GMT")
        elif self.path == "/new.warc":
            self.send_header("Last-Modified", "Mon, 04 Mar 2024 12:00:00 GMT")
        super().end_headers()

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[float]]]:
    """A busy server, and the seconds that were waited for it."""
    Handler.asked, Busy.times = [], 0
    slept: list[float] = []
    monkeypatch.setattr(download.time, "sleep", slept.append)
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{serving.server_port}", slept
        serving.shutdown()


def test_a_busy_server_is_asked_again_when_it_says(busy: tuple[str, list[float]]) -> None:
    host, slept = busy
    assert read(f"http://{host}/signed.warc?signature=secret") == DATA
    assert slept.count(7.0) == 5, "once for its size, and at the beginning and after each of three breaks"


def test_a_file_that_is_replaced_midway_is_not_spliced(busy: tuple[str, list[float]]) -> None:
    with pytest.raises(InputError, match="was replaced by another file"):
        read(f"http://{busy[0]}/new.warc")


def test_a_server_that_stays_out_of_reach_is_asked_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(download.time, "sleep", slept.append)
    with pytest.raises(InputError, match="refused"):
        described("http://127.0.0.1:9/one.warc", agent="test")
    assert slept == [1.0, 2.0, 4.0, 8.0]


def test_what_is_secret_in_an_address_is_shown_nowhere(busy: tuple[str, list[float]]) -> None:
    address = f"http://desk:secret@{busy[0]}/crawls/one.warc.gz?X-Amz-Signature=secret#secret"
    assert expand([address], agent="test") == [address]
    file = described(address, agent="test")
    assert (file.name, file.shown) == ("one.warc.gz", f"http://{busy[0]}/crawls/one.warc.gz")
    for words in ([f"http://desk:secret@{busy[0]}/gone.warc?secret"], [f"http://{busy[0]}/crawls/?secret"]):
        with pytest.raises(InputError) as raised:
            described(expand(words, agent="test")[0], agent="test")
        assert "secret" not in str(raised.value)


def test_a_password_goes_into_a_header() -> None:
    request = download._request("https://de%40sk:a%3Ab@paper.example:81/a?b=c@d", "test", "GET", {})
    assert request.full_url == "https://paper.example:81/a?b=c@d"
    assert request.get_header("Authorization") == "Basic ZGVAc2s6YTpi"
