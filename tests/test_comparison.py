"""docs/comparison.md is what the kept findings and figures give, and its probes tell one thing from another."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.benchmarks.comparison import compare


def test_the_page_shows_what_was_found_and_measured() -> None:
    assert compare.PAGE.read_text(encoding="utf-8") == compare.page(), (
        "write it with: .venv/bin/python tests/benchmarks/comparison/compare.py --again"
    )


def test_what_is_said_of_ours_is_still_so() -> None:
    found = compare.load()[compare.OURS]
    assert set(compare.probed(dict(compare.own_modules()))) == set(found.modules), "look anew with make comparison"


def test_every_peer_is_there_in_the_version_that_is_named() -> None:
    assert {name: one.version for name, one in compare.load().items() if name != compare.OURS} == compare.PEERS
    text = compare.TEXT.read_text(encoding="utf-8")
    for name, version in compare.PEERS.items():
        assert re.search(rf"^- \[{name}\]\(\S+\) {re.escape(version)} ", text, re.MULTILINE), name


@pytest.mark.parametrize(
    ("source", "labels", "why"),
    [
        ("STOP = ['sitemap', 'robots']", set(), "a word in a list is no feature"),
        ("x = tree.xpath('descendant::p')", set(), "nor is an axis of XPath"),
        ('row = {"descendant": newer}', {"keeps versions of an article"}, "the next version of a row"),
        ("class SitemapCrawler: ...", {"reads sitemaps"}, "a reader of sitemaps"),
        ("from urllib.robotparser import RobotFileParser", {"asks robots.txt"}, "the standard library's"),
        ('headers["If-None-Match"] = etag', {"asks again conditionally (304)"}, "by ETag"),
    ],
)
def test_a_probe_finds_the_thing(source: str, labels: set[str], why: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "peer.whl", "w") as wheel:
        wheel.writestr("peer/module.py", source)
        wheel.writestr("peer/logo.svg", "playwright")
    found = compare.probed(dict(compare.modules_of(tmp_path / "peer.whl")))
    assert found == dict.fromkeys(labels, "peer/module.py"), why
