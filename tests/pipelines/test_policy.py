"""Which reservations keep a page out, by policy."""

from __future__ import annotations

import gzip

import pytest

from pipelines.peek import peek
from pipelines.policy import POLICIES, REASONS, RightsPolicy, needs_page, refusal

WORDS = ("tdm-reservation=1", "noai", "noml", "noindex", "none", "noarchive", "noimageai", "nosnippet", "unreadable")
OBEYED: dict[RightsPolicy, dict[str, str]] = {
    "record": {},
    "skip": {
        "tdm-reservation=1": "tdm_reserved",
        "noai": "ai_reserved",
        "noml": "ai_reserved",
        "noindex": "noindex",
        "none": "noindex",
        "unreadable": "rights_unreadable",
    },
    "research": {"noindex": "noindex", "none": "noindex", "unreadable": "rights_unreadable"},
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("word", WORDS)
def test_what_each_word_does(policy: RightsPolicy, word: str) -> None:
    assert refusal([word], policy, obey_noarchive=False) == OBEYED[policy].get(word)
    also = {"noarchive": "noarchive", "unreadable": "rights_unreadable"}
    expected = also.get(word) or OBEYED[policy].get(word)
    assert refusal([word], policy, obey_noarchive=True) == expected


@pytest.mark.parametrize("policy", POLICIES)
def test_a_permission_keeps_nothing_out(policy: RightsPolicy) -> None:
    assert refusal(["tdm-reservation=0", "tdm-policy=/p.json"], policy, obey_noarchive=True) is None


def test_only_a_policy_that_obeys_something_needs_the_page() -> None:
    found = {
        (policy, noarchive): needs_page(policy, obey_noarchive=noarchive) for policy in POLICIES for noarchive in (0, 1)
    }
    assert [place for place, needed in found.items() if not needed] == [("record", 0)]


def test_every_reason_is_reached() -> None:
    reached = {refusal([word], policy, obey_noarchive=True) for word in WORDS for policy in POLICIES}
    assert reached - {None} == set(REASONS)


PAGE = b'<html><head><META NAME=robots CONTENT="NoAI"><title>T</title></head><body>Text</body></html>'


@pytest.mark.parametrize(
    ("payload", "headers", "file", "words"),
    [
        pytest.param(PAGE, (), (), ("noai",), id="meta"),
        pytest.param(gzip.compress(PAGE), (("Content-Encoding", "gzip"),), (), ("noai",), id="compressed"),
        pytest.param(PAGE.decode().encode("utf-16"), (), (), ("noai",), id="in UTF-16"),
        pytest.param(PAGE.replace(b"<META", b"<!--<META").replace(b"<title", b"--><title"), (), (), (), id="a comment"),
        pytest.param(b"", (("X-Robots-Tag", "noarchive"),), (), ("noarchive",), id="header alone"),
        pytest.param(b"\x00\xff\xfe", (), ("tdm-reservation=1",), ("tdm-reservation=1",), id="no page, but the file"),
        pytest.param(
            b"x", (("Content-Encoding", "gzip"), ("X-Robots-Tag", "noml")), (), ("noml", "unreadable"), id="broken"
        ),
        pytest.param(
            b"\x1f\x8b\x99", (("Content-Encoding", "x-foo"),), (), ("unreadable",), id="of an unknown encoding"
        ),
        pytest.param(PAGE, (("Content-Encoding", "x-foo"),), (), ("noai",), id="plain, whatever the header says"),
        pytest.param(
            b"<html><body>" + b"<div>" * 5_000 + PAGE[6:], (), (), ("noai",), id="deeper than the parser goes"
        ),
        pytest.param(
            b"<div>" * 5_000 + b"<meta name=robots content=noai<p>", (), (), ("noai",), id="and its tag is not closed"
        ),
        pytest.param(
            b'<meta http-equiv="X-Robots-Tag" content="noai; noml">', (), (), ("noai", "noml"), id="http-equiv"
        ),
        pytest.param(
            b'<meta name="tdm-reservation" content="0">',
            (("tdm-reservation", "1"),),
            ("tdm-reservation=1",),
            ("tdm-reservation=0",),
            id="the page goes before header and file",
        ),
        pytest.param(
            b"<p>x",
            (("tdm-reservation", "0"),),
            ("tdm-reservation=1",),
            ("tdm-reservation=0",),
            id="header before file",
        ),
    ],
)
def test_what_is_read_before_anything_is_kept(
    payload: bytes, headers: tuple[tuple[str, str], ...], file: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert peek(payload, headers, file, limit=10**6) == words
