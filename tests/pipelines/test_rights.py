"""Reservations of rights are read from headers and page."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.process import process
from pipelines.rights import read
from storage.records import Article, Page

POLICY = "https://paper.test/tdm.json"


@pytest.mark.parametrize(
    ("headers", "meta", "found"),
    [
        pytest.param((), {}, (), id="silent"),
        pytest.param((("X-Robots-Tag", "noai, noimageai"),), {}, ("noai", "noimageai"), id="header"),
        pytest.param((("x-robots-tag", "NOARCHIVE"), ("X-Robots-Tag", "noml")), {}, ("noarchive", "noml"), id="two"),
        pytest.param((("X-Robots-Tag", "otherbot: noindex, noai"),), {}, (), id="another crawler's"),
        pytest.param((("X-Robots-Tag", "broadsheet: noindex"),), {}, ("noindex",), id="ours"),
        pytest.param((("X-Robots-Tag", "max-snippet: 20, noai"),), {}, ("noai",), id="a colon that names nobody"),
        pytest.param((("X-Robots-Tag", "index, follow"),), {}, (), id="permissions"),
        pytest.param((), {"robots": ("noindex nofollow noai",)}, ("noai", "noindex"), id="blanks between"),
        pytest.param((), {"robots": ("NOAI; NOINDEX",)}, ("noai", "noindex"), id="semicolons between"),
        pytest.param((), {"x-robots-tag": ("noai",)}, ("noai",), id="http-equiv"),
        pytest.param((("X-Robots-Tag", "noai otherbot: noindex broadsheet: noml"),), {}, ("noai", "noml"), id="named"),
        pytest.param((("X-Robots-Tag", "360otherbot : noai; noindex"),), {}, (), id="a name that begins with figures"),
        pytest.param(
            (("X-Robots-Tag", "unavailable_after: Fri, 01 Jan 2040 15:30:00 GMT, noai"),), {}, ("noai",), id="a date"
        ),
        pytest.param(
            (("X-Robots-Tag", "unavailable_after: 2040-01-01T15:30:00Z noai"),), {}, ("noai",), id="a date by ISO 8601"
        ),
        pytest.param((), {"robots": ("noindexing, nonesuch, no ai",)}, (), id="whole words only"),
        pytest.param((("TDM-Reservation", "1"),), {}, ("tdm-reservation=1",), id="TDM header"),
        pytest.param((("tdm-reservation", "yes"),), {}, (), id="no TDM value"),
        pytest.param((), {"robots": ("noindex,noarchive",)}, ("noarchive", "noindex"), id="meta"),
        pytest.param(
            (),
            {"tdm-reservation": ("1",), "tdm-policy": (POLICY,)},
            (f"tdm-policy={POLICY}", "tdm-reservation=1"),
            id="TDM meta",
        ),
        pytest.param((), {"tdm-policy": ("javascript:alert(1)",)}, (), id="a policy that is no address"),
        pytest.param((("X-Robots-Tag", "noai"),), {"robots": ("noai",)}, ("noai",), id="said twice"),
    ],
)
def test_read(headers: tuple[tuple[str, str], ...], meta: dict[str, tuple[str, ...]], found: tuple[str, ...]) -> None:
    assert read(headers, meta) == found


@given(st.text(), st.text())
def test_any_text_gives_known_words(header: str, meta: str) -> None:
    found = read((("X-Robots-Tag", header), ("tdm-policy", meta)), {"robots": (meta,), "tdm-reservation": (header,)})
    assert all(word.isprintable() and len(word) < 600 for word in found)


def test_they_reach_the_record() -> None:
    ports = ("Halden", "Osmund", "Great Skarn", "Little Skarn", "Low Fen", "Upper Wend", "Bell Lane", "Corley")
    text = "".join(
        f"<p>The ferry to {port} sailed at noon, and nobody had expected that it would.</p>" for port in ports
    )
    html = f'<html><head><meta name="robots" content="noarchive"></head><body><h1>Ferry</h1>{text}</body></html>'
    page = Page(
        url="http://paper.test/2026/ferry-sails",
        body=html.encode(),
        fetched_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
        headers=(("X-Robots-Tag", "noai"),),
        rights=("tdm-reservation=1",),
    )
    article = process(page)
    assert isinstance(article, Article), article
    assert article.rights == ("noai", "noarchive", "tdm-reservation=1")
