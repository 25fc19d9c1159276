"""How often an entrance is asked: what it did before decides."""

from __future__ import annotations

import datetime as dt

import pytest

from crawler.discovery import discover
from crawler.rhythm import Poll, Rhythm, Rhythms, digest_of, rhythm

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
LIMITS = {"shortest": 600.0, "longest": 21600.0}


def polls(*steps: tuple[int, str | None]) -> list[Poll]:
    return [Poll(at=NOON + minute * MINUTE, digest=digest) for minute, digest in steps]


@pytest.mark.parametrize(
    ("steps", "wait"),
    [
        pytest.param([(0, "a")], 0, id="one poll tells nothing: the next is due at once"),
        pytest.param([(0, "a"), (1, None)], 10, id="run twice by hand: the shortest wait"),
        pytest.param([(0, "a"), (20, "a")], 20, id="the same links in other bytes are no change"),
        pytest.param([(0, "a"), (60, "b")], 30, id="a change halves the wait"),
        pytest.param([(0, "a"), (60, "b"), (90, "c")], 15, id="and again"),
        pytest.param([(0, "a"), (60, "b"), (90, "c"), (105, "d")], 10, id="not below the shortest"),
        pytest.param([(0, "a"), (60, "b"), (90, None)], 30, id="not beyond the time without a change"),
        pytest.param([(0, "a"), (60, "b"), (90, None), (120, None)], 45, id="then it grows by half"),
        pytest.param([(0, "a"), (700, None), (1400, None), (2800, None)], 360, id="not beyond the longest"),
        pytest.param(
            [(0, "a"), (1, None), (2, None), (3, None), (4, None)], 10, id="many polls in no time grow nothing"
        ),
    ],
)
def test_the_wait_follows_the_changes(steps: list[tuple[int, str | None]], wait: int) -> None:
    found = rhythm(polls(*steps), **LIMITS)
    assert found.due - found.last == wait * MINUTE


def test_a_longest_wait_of_nothing_asks_every_time() -> None:
    found = rhythm(polls((0, "a"), (60, None), (120, None)), shortest=0, longest=0)
    assert found.due == found.last


def test_polls_per_change_of_a_steady_entrance() -> None:
    """An entrance that changes every hour, looked at by a job that runs every five minutes, for two weeks."""
    asked = [Poll(at=NOON, digest="0")]
    for minute in range(5, 14 * 24 * 60, 5):
        now = NOON + minute * MINUTE
        if rhythm(asked[-48:], **LIMITS).due <= now:
            asked.append(Poll(at=now, digest=str(minute // 60)))
    assert 2 <= len(asked) / (14 * 24) <= 4


KNOWN = Rhythm(last=NOON, due=NOON + 60 * MINUTE, changed=True)
LIAR = Rhythm(last=NOON, due=NOON + 60 * MINUTE, changed=False)
LATER, DUE = NOON + 30 * MINUTE, NOON + 90 * MINUTE


@pytest.mark.parametrize(
    ("known", "modified", "now", "due"),
    [
        pytest.param(None, None, LATER, True, id="never asked"),
        pytest.param(KNOWN, None, LATER, False, id="no date of change: its rhythm, not yet"),
        pytest.param(KNOWN, None, DUE, True, id="no date of change: its rhythm, due"),
        pytest.param(KNOWN, NOON - 5 * MINUTE, DUE, False, id="unchanged since, though due"),
        pytest.param(KNOWN, NOON - 5 * MINUTE, NOON + dt.timedelta(days=8), True, id="not believed for ever"),
        pytest.param(KNOWN, NOON + 5 * MINUTE, LATER, True, id="changed since"),
        pytest.param(LIAR, NOON + 5 * MINUTE, LATER, False, id="said so before, and had nothing new"),
        pytest.param(KNOWN, dt.datetime(2026, 11, 22), LATER, True, id="a day alone may be after the poll"),  # noqa: DTZ001
        pytest.param(KNOWN, dt.datetime(2026, 11, 20), DUE, False, id="a day that was over"),  # noqa: DTZ001
    ],
)
def test_when_a_child_is_asked(known: Rhythm | None, modified: dt.datetime | None, now: dt.datetime, due: bool) -> None:
    rhythms = Rhythms({"http://a.test/child.xml": known} if known else {})
    assert rhythms.child_due("http://a.test/child.xml", modified, now) is due


def test_a_child_whose_polls_are_long_past_is_still_believed_unchanged() -> None:
    rhythms, url = Rhythms({}), "http://a.test/2019.xml"
    old = dt.datetime(2019, 12, 31, tzinfo=dt.UTC)
    assert not rhythms.child_due(url, old, NOON, read=NOON - dt.timedelta(days=5))
    assert rhythms.child_due(url, old, NOON, read=NOON - dt.timedelta(days=8))
    assert rhythms.child_due(url, old, NOON, read=None)


def test_an_entrance_that_names_others_is_always_asked() -> None:
    known = {"http://a.test/index.xml": KNOWN, "http://a.test/feed": KNOWN}
    rhythms = Rhythms(known, parents=["http://a.test/index.xml"])
    assert rhythms.due("http://a.test/index.xml", LATER)
    assert not rhythms.due("http://a.test/feed", LATER)
    assert rhythms.due("http://a.test/feed", DUE)


def test_the_digest_goes_by_what_is_announced() -> None:
    def sitemap(*locations: str, build: str = "") -> str:
        rows = "".join(f"<url><loc>http://a.test/{name}</loc></url>" for name in locations)
        return digest_of(discover(f"<urlset><!--{build}-->{rows}</urlset>".encode(), url="http://a.test/s.xml"))

    assert sitemap("1", "2", build="now") == sitemap("2", "1", build="then")
    assert sitemap("1", "2") != sitemap("1", "3")
