"""Addresses as keys, and which claims about them are believed."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.history import key
from pipelines.urls import (
    PLAIN,
    TRACKED,
    article_id,
    canonical,
    host,
    identity,
    is_front,
    join,
    plain_twins,
    registered_domain,
    same_article_canonical,
)


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
        ("http://courier.example/(S(lit3py55t21z5v55vlm25s55))/a.aspx?b=1", "http://courier.example/a.aspx?b=1"),
        ("http://courier.example/app/(X(1)A(xyz-_1)S(lit3py55))/a", "http://courier.example/app/a"),
        ("http://courier.example/(%53(lit3py55))/", "http://courier.example/"),
        ("http://courier.example/a/(notes)/b", "http://courier.example/a/(notes)/b"),
        ("http://courier.example/a-(S(1))/b", "http://courier.example/a-(S(1))/b"),
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
        "session", "session part", "session parts",
        "escaped session part", "parentheses", "part of a word", "escapes", "unsafe", "dots", "user", "idna", "address",
        "order kept",
    ],
)  # fmt: skip
def test_canonical(url: str, key: str) -> None:
    assert canonical(url) == key


URLS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.builds("http://{}/{}?{}".format, st.text(max_size=15), st.text(max_size=20), st.text(max_size=20)),
)


@settings(deadline=None)
@given(URLS)
@example("http://[::1")
@example("http://a:b@c:d/%zz%2")
@example("http://\ud800/")
@example("http://courier.example/a;%6Asessionid=1/(%53(b))/(S(c))/../x")
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


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        pytest.param("http://m.harbour.test/story", "https://www.harbour.test/story", id="mobile host"),
        pytest.param("https://amp.harbour.test/story", "https://harbour.test/story", id="AMP host"),
        pytest.param("https://harbour.test/amp/story", "https://harbour.test/story", id="AMP folder"),
        pytest.param("https://harbour.test/story/amp/", "https://harbour.test/story/", id="AMP below"),
        pytest.param("https://harbour.test/story.amp.html", "https://harbour.test/story.html", id="AMP in the name"),
        pytest.param("https://harbour.test/story?outputType=amp", "https://harbour.test/story", id="AMP in the query"),
        pytest.param("https://harbour.test/story?id=3&print=1", "https://harbour.test/story?id=3", id="print"),
        pytest.param("https://harbour.test/print/story", "https://harbour.test/story", id="print folder"),
    ],
)
def test_the_versions_of_an_article_have_its_id(url: str, plain: str) -> None:
    assert article_id(url) == article_id(plain)
    assert key(plain) in {key(one) for one in plain_twins(url)}
    assert identity(f"https://{identity(url)}") == identity(url)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://harbour.test/amp", "https://harbour.test/", id="a section of that name"),
        pytest.param("https://amp.test/story", "https://test/story", id="a domain of that name"),
        pytest.param("https://harbour.test/amplifier", "https://harbour.test/", id="a word that begins so"),
        pytest.param("https://blog.harbour.test/story", "https://harbour.test/story", id="another host"),
        pytest.param("https://harbour.test/story?id=3", "https://harbour.test/story?id=4", id="another number"),
    ],
)
def test_other_addresses_have_other_ids(one: str, other: str) -> None:
    assert article_id(one) != article_id(other)


@settings(deadline=None)
@example("(S(lit3py55))/a")
@example("a/(X(1)S(lit3py55))")
@given(st.text(alphabet="abAB/.-_~%&=?;:@!$'()*+,01é ", max_size=40))
def test_what_is_plain_is_canonical_as_it_stands(rest: str) -> None:
    url = f"https://harbour.test/{rest}"
    if re.search(PLAIN, url) and not re.search(TRACKED, url):
        assert canonical(url) == url
