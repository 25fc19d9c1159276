"""Header blocks: what is kept, what is changed, and that secrets are told by their names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warc_samples import exchange

from storage.warc.headers import (
    SECRET_WORDS,
    BlockError,
    clean_url,
    is_secret,
    kept,
    parse_response,
    request_block,
    response_block,
    without_userinfo,
)

DOCS = Path(__file__).parents[2] / "docs" / "warc.md"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        pytest.param([("Content-Length", "5")], [("Content-Length", "5")], id="right: as it was"),
        pytest.param([], [], id="absent: none is made up"),
        pytest.param(
            [("content-length", "999"), ("A", "b")],
            [("content-length", "5"), ("X-Archive-Orig-content-length", "999"), ("A", "b")],
            id="wrong, since the payload was cut: the stored length",
        ),
        pytest.param(
            [("Transfer-Encoding", "chunked")],
            [("Content-Length", "5"), ("X-Archive-Orig-Transfer-Encoding", "chunked")],
            id="chunked: what is stored is not",
        ),
        pytest.param(
            [("Content-Length", "7"), ("Transfer-Encoding", "chunked"), ("Content-Length", "5")],
            [
                ("Content-Length", "5"),
                ("X-Archive-Orig-Content-Length", "7"),
                ("X-Archive-Orig-Transfer-Encoding", "chunked"),
            ],
            id="contradictory: one, and the right one",
        ),
    ],
)
def test_the_length_is_that_of_the_stored_payload(sent: list[tuple[str, str]], stored: list[tuple[str, str]]) -> None:
    block = response_block(exchange(response_headers=tuple(sent), payload=b"Hallo"))
    assert parse_response(block + b"Hallo") == (200, "OK", tuple(stored), b"Hallo")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        pytest.param("Zürich \xa0\x85", b"Z\xfcrich \xa0\x85", id="Latin-1 is the wire's bytes"),
        pytest.param("Świat", "Świat".encode(), id="text beyond Latin-1 becomes UTF-8"),
        pytest.param("a\ud800b", b"a?b", id="half a surrogate is no character"),
        pytest.param("a\r\n b\x00c\x7fd\te", b"a   b c d\te", id="controls become spaces, but for the tab"),
        pytest.param(" \t a b\t ", b"a b", id="white space around goes"),
        pytest.param("a: b; c=d, e", b"a: b; c=d, e", id="punctuation stays"),
    ],
)
def test_a_value_is_one_safe_line(value: str, stored: bytes) -> None:
    block = response_block(exchange(response_headers=(("X-A", value),)))
    assert block == b"HTTP/1.1 200 OK\r\nX-A: " + stored + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("X-A", "X-A"),
        ("x_a.b~!", "x_a.b~!"),
        ("X A:", "X_A_"),
        ("Größe", "Gr__e"),
        ("", "_"),
        ("\r\n", "__"),
    ],
)
def test_a_name_is_a_token(name: str, stored: str) -> None:
    assert kept(((name, "1"),)) == ((stored, "1"),)


@pytest.mark.parametrize(
    "name", ["ETag", "X-Author", "Authority", "X-Keyboard", "Age", "Tokenizer", "Content-Type", ""]
)
def test_other_names_are_no_secrets(name: str) -> None:
    assert not is_secret(name)


def test_every_word_that_tells_a_secret_is_documented() -> None:
    assert [word for word in sorted(SECRET_WORDS) if f"`{word}`" not in DOCS.read_text()] == []
    assert all(is_secret(f"X-{word.upper()}") and is_secret(f"{word}_x") for word in SECRET_WORDS)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://reader:word@blatt.example/a", "https://blatt.example/a"),
        ("https://reader@blatt.example", "https://blatt.example"),
        ("https://a@b:c@blatt.example/", "https://blatt.example/"),
        ("http:\\\\reader:word@blatt.example\\a", "http:\\\\blatt.example\\a"),
        ("//reader:word@blatt.example", "//blatt.example"),
        ("https://blatt.example/@reader", "https://blatt.example/@reader"),
        ("https://blatt.example?mail=a@b", "https://blatt.example?mail=a@b"),
        ("https://blatt.example#a@b", "https://blatt.example#a@b"),
        ("0; url=https://r:w@blatt.example/ https://r:w@a.example", "0; url=https://blatt.example/ https://a.example"),
        ("https://blatt.example: a@b", "https://blatt.example: a@b"),
        ("reader@blatt.example", "reader@blatt.example"),
    ],
)
def test_userinfo_goes_and_nothing_else(text: str, clean: str) -> None:
    assert without_userinfo(text) == clean


@given(st.text(max_size=60).map(lambda rest: f"https://{rest}"))
def test_a_clean_url_stays_as_it_is(url: str) -> None:
    once = clean_url(url)
    assert clean_url(once) == once
    assert not re.search(r"[\s\x00-\x1f\x7f<>]", once)
    assert once.encode()


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(
            {"url": "https://blatt.example:8443/a/b?c=/d#e"},
            [b"GET /a/b?c=/d HTTP/1.1", b"Host: blatt.example:8443"],
            id="path and query, without fragment",
        ),
        pytest.param(
            {"url": "https://blatt.example"}, [b"GET / HTTP/1.1", b"Host: blatt.example"], id="no path is the root"
        ),
        pytest.param(
            {"url": "https://blatt.example?a=b/c"},
            [b"GET /?a=b/c HTTP/1.1", b"Host: blatt.example"],
            id="a query right behind the host",
        ),
        pytest.param(
            {"method": "HEAD", "request_headers": (("host", "www.blatt.example"), ("A", "b"))},
            [b"HEAD /nachrichten/hochwasser HTTP/1.1", b"host: www.blatt.example", b"A: b"],
            id="the host that was sent",
        ),
    ],
)
def test_a_request_is_told_as_it_was_sent(changes: dict[str, Any], lines: list[bytes]) -> None:
    block = request_block(exchange(**{"request_headers": (), **changes}))
    assert block.split(b"\r\n") == [*lines, b"", b""]


@pytest.mark.parametrize("protocol", ["h2", "HTTP/2", "", "HTTP/1.1 200 OK\r\nA: b"])
def test_a_status_line_is_that_of_http_1(protocol: str) -> None:
    assert response_block(exchange(protocol=protocol)).split(b"\r\n")[0] == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("block", [b"", b"\r\n\r\n", b"HTTP/1.1", b"HTTP/1.1 2000 OK", b"HTTP/1.1 20x", b"<html>"])
def test_what_has_no_status_line_is_no_response(block: bytes) -> None:
    with pytest.raises(BlockError):
        parse_response(block)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_response_or_not(rest: bytes) -> None:
    status, _, headers, payload = parse_response(b"HTTP/1.1 200 OK\r\n" + rest)
    assert status == 200
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in headers)
    assert rest.endswith(payload)
