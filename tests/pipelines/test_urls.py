"""Addresses as keys, and which claims about them are believed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.urls import canonical, host, is_front, join, registered_domain, same_article_canonical


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTPS://WWW.Courier.Example/News", "https://www.courier.example/News"),
        ("http://courier.example", "http://courier.example/"),
        ("http://courier.example:80/a", "http://courier.example/a"),
        ("https://courier.example:8443/a", "https://courier.example:8443/a"),
        ("http://courier.example./a", "http://courier.example/a"),
        ("http://courier.example/a#comments", "http://courier.example/a"),
        ("http://courier.example/a?utm_source=x&id=7&fbclid=y", "http://courier.example/a?id=7"),
        ("http://courier.example/a?gclid=1", "http://courier.example/a"),
        ("http://courier.example/a;jsessionid=0F?b=1", "http://courier.example/a?b=1"),
        ("http://courier.example/%7ejane/%c3%bc", "http://courier.example/~jane/%C3%BC"),
        ("http://courier.example/ü ber", "http://courier.example/%C3%BCber"),
        ("http://courier.example/a/../b/./c", "http://courier.example/b/c"),
        ("http://user:secret@courier.example/", "http://courier.example/"),
        ("http://münchen.example/", "http://xn--mnchen-3ya.example/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://courier.example/?b=2&a=1", "http://courier.example/?b=2&a=1"),
    ],
    ids=[
        "case", "root", "default port", "other port", "trailing dot", "fragment", "tracking", "only tracking",
        "session", "escapes", "unsafe", "dots", "user", "idna", "address", "order kept",
    ],
)  # fmt: skip
def test_canonical(url: str, key: str) -> None:
    assert canonical(url) == key


URLS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.builds("http://{}/{}?{}".format, st.text(max_size=15), st.text(max_size=20), st.text(max_size=20)),
)


@given(URLS)
@example("http://[::1")
@example("http://a:b@c:d/%zz%2")
@example("http://\ud800/")
def test_canonical_is_total_and_idempotent(url: str) -> None:
    key = canonical(url)
    assert canonical(key) == key
    for function in (host, registered_domain, is_front):
        function(url)
    same_article_canonical(url, "http://courier.example/a")
    join("http://courier.example/", url)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.courier.co.uk/x", "courier.co.uk"),
        ("http://news.courier.test/", "courier.test"),
        ("http://localhost:8000/", "localhost"),
        ("http://192.0.2.7/", "192.0.2.7"),
        ("nonsense", ""),
    ],
)
def test_registered_domain(url: str, domain: str) -> None:
    assert registered_domain(url) == domain


HERE = "https://www.courier.example/news/2024/bridge?page=1"


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        ("https://www.courier.example/news/2024/bridge", "https://www.courier.example/news/2024/bridge"),
        ("/news/2024/bridge", "https://www.courier.example/news/2024/bridge"),
        ("https://m.courier.example/b", "https://m.courier.example/b"),
        ("https://agency.example/original", None),
        ("https://www.courier.example/", None),
        ("https://www.courier.example/index.html", None),
        ("javascript:void(0)", None),
        ("", "https://www.courier.example/news/2024/bridge?page=1"),
    ],
    ids=["same", "relative", "other host", "other domain", "front page", "index", "no address", "empty"],
)
def test_a_declared_address_is_believed_within_its_domain(declared: str, key: str | None) -> None:
    assert same_article_canonical(declared, HERE) == key


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("http://a.example/", True),
        ("http://a.example/en/", True),
        ("http://a.example/?p=1", False),
        ("http://a.example/n", False),
    ],
)
def test_is_front(url: str, front: bool) -> None:
    assert is_front(url) is front
