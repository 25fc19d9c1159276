"""tdmrep.json: which of a host's addresses it reserves."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tdmrep import of, read

HOST = "http://harbour.test"
POLICY = f"{HOST}/policy.json"
ONE, NOUGHT = "tdm-reservation=1", "tdm-reservation=0"


def rule(location: object, reservation: object = 1, **more: object) -> dict[str, object]:
    return {"location": location, "tdm-reservation": reservation, **more}


def said(rules: object, path: str) -> tuple[str, ...]:
    return of(read(json.dumps(rules).encode()), HOST + path)


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        pytest.param("/", "/any/page", True, id="the whole site"),
        pytest.param("/news", "/news/1", True, id="a prefix"),
        pytest.param("/news/", "/newspaper", False, id="no prefix"),
        pytest.param("/news/*", "/news/1", True, id="wildcard at the end"),
        pytest.param("/*/premium/", "/de/premium/1", True, id="wildcard inside"),
        pytest.param("*.pdf$", "/a/b.pdf", True, id="wildcard first"),
        pytest.param("/*.pdf$", "/a/b.pdf?x", False, id="anchored"),
        pytest.param("/a$", "/a", True, id="anchored and equal"),
        pytest.param("/a$", "/ab", False, id="anchored and longer"),
        pytest.param("/*a*a$", "/a", False, id="parts do not overlap"),
        pytest.param("news", "/news/1", True, id="no slash in front"),
        pytest.param("/caf%C3%A9", "/caf\u00e9", True, id="escaped or not"),
        pytest.param("/a?b=*", "/a?b=1", True, id="query"),
        pytest.param("/A", "/a", False, id="case counts"),
    ],
)
def test_locations(location: str, path: str, matches: bool) -> None:
    assert said([rule(location)], path) == ((ONE,) if matches else ())


def test_the_first_rule_that_matches_holds() -> None:
    rules = [rule("/open/", 0), rule("/", 1, **{"tdm-policy": POLICY})]
    assert said(rules, "/open/1") == (NOUGHT,)
    assert said(rules, "/1") == (ONE, f"tdm-policy={POLICY}")


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([], id="empty"),
        pytest.param("reserved", id="a text"),
        pytest.param([None, 3, []], id="no objects"),
        pytest.param([rule("/", 2)], id="no such value"),
        pytest.param([rule("/", True)], id="a truth value"),
        pytest.param([rule("", 1)], id="no location"),
        pytest.param([rule(["/"], 1)], id="a list for a location"),
        pytest.param([{"location": "/"}], id="no reservation"),
    ],
)
def test_what_breaks_the_protocol_reserves_nothing(rules: object) -> None:
    assert said(rules, "/1") == ()


def test_common_slips_are_understood() -> None:
    assert said(rule("/", "1"), "/1") == (ONE,)
    assert of(read(b"\xef\xbb\xbf" + json.dumps([rule("/")]).encode()), f"{HOST}/1") == (ONE,)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_any_bytes_are_read(body: bytes, path: str) -> None:
    assert all(isinstance(word, str) for word in of(read(body), f"{HOST}/{path}"))


def test_many_wildcards_cost_little() -> None:
    rules = read(json.dumps([rule("/" + "*a" * 900 + "b$")] * 10).encode())
    began = time.perf_counter()
    assert of(rules, f"{HOST}/" + "a" * 2000) == ()
    assert time.perf_counter() - began < 1.0
