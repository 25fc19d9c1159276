"""What is known of URLs and articles, live and read back from an archive."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.history import History, announced, degraded, key
from pipelines.urls import article_id
from storage.archive import Archive
from storage.records import Announcement, Capture, Rejection
from tests.archive_samples import (
    HOST,
    NOON,
    SOURCE,
    article,
    begin,
    capture,
    exchange,
    faults,
    fetch,
    html,
    minutes,
)


def applied(*captures: Capture) -> History:
    history = History()
    for one in captures:
        history.apply(one)
    return history


def failed(minute: int, run: str, **changes: Any) -> Capture:
    fields: dict[str, Any] = {
        "at": minutes(minute),
        "outcome": "failed",
        "reason": "http_500",
        "status": 500,
        "run": run,
    }
    return capture(1, **fields | {"id": None, "revision": None} | changes)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("http://harbour.test/1", "https://harbour.test/1", True, id="scheme"),
        pytest.param("http://harbour.test/1?utm_source=x", "http://harbour.test/1", True, id="tracking"),
        pytest.param("http://harbour.test/1#top", "http://harbour.test/1", True, id="fragment"),
        pytest.param("http://harbour.test/1?page=2", "http://harbour.test/1", False, id="another page"),
        pytest.param("http://harbour.test/1", "http://anchor.test/1", False, id="host"),
    ],
)
def test_a_url_is_known_by_its_key(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is same
    assert (applied(capture(requested_url=one, url=one)).get(other) is not None) is same


VERDICTS = [
    pytest.param(99, {}, "archived", None, id="never seen"),
    pytest.param(1, {"revision": "r1"}, "unchanged", "same_text", id="same text"),
    pytest.param(1, {"revision": "r2"}, "revised", None, id="another text at its own address"),
    pytest.param(1, {"revision": "r1", "requested_url": f"{HOST}/amp"}, "unchanged", "same_text", id="twin, same text"),
    pytest.param(1, {"revision": "r2", "requested_url": f"{HOST}/amp"}, "unchanged", "alias", id="twin, other text"),
    pytest.param(1, {"revision": "r2", "requested_url": f"{HOST}/1?utm_x=1"}, "revised", None, id="tracking parameter"),
]


@pytest.mark.parametrize(("number", "changes", "outcome", "reason"), VERDICTS)
def test_the_verdict_on_a_page(number: int, changes: dict[str, Any], outcome: str, reason: str | None) -> None:
    result = article(number, **changes)
    verdict = applied(capture(1)).verdict(result.requested_url, result)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert (verdict.article is not None) is (outcome in ("archived", "revised"))


def test_a_rejection_keeps_its_reason() -> None:
    result = Rejection(url=HOST, stage="quality", reason="too_short", detail="")
    verdict = History().verdict(f"{HOST}/1", result)
    assert (verdict.outcome, verdict.reason, verdict.detail, verdict.article) == ("rejected", "too_short", None, None)


STAMPS = [
    pytest.param("1", -50, 0, id="the clock is behind what is known of the URL"),
    pytest.param("1", 0, 0, id="the clock stands still"),
    pytest.param("1", 1, None, id="the clock has gone on"),
    pytest.param("1?utm_source=x", -50, 0, id="another form of the URL"),
    pytest.param("2", -50, None, id="nothing is known of that URL"),
    pytest.param("amp/4", -50, 10, id="another address of an article that is known"),
]


@pytest.mark.parametrize(("path", "minute", "after"), STAMPS)
@pytest.mark.parametrize("live", [True, False])
def test_an_event_is_dated_after_what_is_known(
    path: str, minute: int, after: int | None, live: bool, tmp_path: Path
) -> None:
    same = article_id(f"{HOST}/4")
    rows = [
        capture(1, at=minutes(-60)),
        capture(1, outcome="unchanged"),
        capture(4, id=same, at=minutes(5)),
        capture(4, id=same, at=minutes(10), outcome="revised", revision="r2"),
    ]
    history = applied(*rows)
    if not live:
        archive = Archive.create(tmp_path / "archive")
        run = begin(archive)
        for row in rows:
            run.record(dataclasses.replace(row, run=run.name))
        run.finish()
        history = History.load(archive)
    expected = minutes(minute) if after is None else minutes(after) + dt.timedelta(microseconds=1)
    assert history.stamp(f"{HOST}/{path}", minutes(minute)) == expected


def test_an_edit_dated_by_a_clock_that_was_set_back_is_kept_once_and_current(tmp_path: Path) -> None:
    archive, url = Archive.create(tmp_path / "archive"), f"{HOST}/6"
    found = []
    for title, at in [("The old title", 0), ("The new title", -50), ("The new title", -40)]:
        run, history = begin(archive), History.load(archive)
        page = html(title, f"{title} stands above another text, of which nothing is shared.")
        row, _ = fetch(run, exchange(url, page, fetched_at=history.stamp(url, minutes(at))), history)
        found.append(row.outcome)
        run.finish()
    assert found == ["archived", "revised", "unchanged"]
    assert archive.articles().to_table(["title"])["title"].to_pylist() == ["The new title"]
    assert faults(archive) == []


def test_a_text_that_goes_back_is_another_revision() -> None:
    history = applied(capture(1), capture(1, at=minutes(1), outcome="revised", revision="r2"))
    assert history.verdict(f"{HOST}/1", article(1, revision="r1")).outcome == "revised"


@pytest.mark.parametrize(
    ("changes", "lesser"),
    [
        pytest.param({}, False, id="whole"),
        pytest.param({"access": "metered"}, False, id="metered shows the text"),
        pytest.param({"access": "paywalled"}, True, id="paywall"),
        pytest.param({"access": "registration"}, True, id="registration"),
        pytest.param({"warnings": ("no_date", "cut_short")}, True, id="cut short"),
        pytest.param({"warnings": ("degraded",)}, True, id="once is enough"),
    ],
)
def test_an_edit_that_shows_less_is_degraded(changes: dict[str, Any], lesser: bool) -> None:
    later = article(1, revision="r2", **changes)
    history = applied(capture(1))
    verdict = history.verdict(f"{HOST}/1", later)
    assert (verdict.outcome, verdict.reason) == (("unchanged", "degraded") if lesser else ("revised", None))
    kept = verdict.article
    assert kept is not None
    assert kept.warnings.count("degraded") == lesser
    assert kept == (degraded(later) if lesser else later)
    first = History().verdict(f"{HOST}/1", later).article
    assert first == later, "the first capture is what there is"


def test_what_shows_less_replaces_nothing_and_is_kept_once() -> None:
    history = applied(capture(1, etag="e1"))
    walled = article(1, revision="r2", access="paywalled")
    verdict = history.verdict(f"{HOST}/1", walled)
    assert verdict.article is not None
    history.apply(capture(1, at=minutes(1), outcome="unchanged", reason="degraded", revision="r2", etag="e2"))
    again = history.verdict(f"{HOST}/1", walled)
    assert (again.outcome, again.reason, again.article) == ("unchanged", "degraded", None)
    assert history.verdict(f"{HOST}/1", article(1)).reason == "same_text"
    state = history.get(f"{HOST}/1")
    assert state is not None
    assert state.etag == "e1", "the walled page's ETag must not vouch for the text"


def test_an_edit_of_a_text_that_was_never_whole_is_an_edit() -> None:
    before = article(1, access="paywalled")
    later = article(1, revision="r2", access="paywalled")
    assert applied(capture(1)).verdict(f"{HOST}/1", later, before=before).outcome == "revised"


@pytest.mark.parametrize(
    ("known", "reason", "outcome"),
    [
        pytest.param(True, "paywall", ("unchanged", "degraded"), id="a wall before a known article"),
        pytest.param(True, "section_page", ("rejected", "section_page"), id="another page in its place"),
        pytest.param(False, "paywall", ("rejected", "paywall"), id="a wall that was always there"),
    ],
)
def test_a_refused_page(known: bool, reason: str, outcome: tuple[str, str]) -> None:
    history = applied(*([capture(1)] if known else []))
    verdict = history.verdict(f"{HOST}/1", Rejection(url=HOST, stage="quality", reason=reason))
    assert (verdict.outcome, verdict.reason) == outcome


def test_another_extractor_makes_no_edit() -> None:
    history = applied(capture(1, warc_file="a", warc_offset=0, warc_length=9))
    later = article(1, revision="r2")
    assert history.earlier(f"{HOST}/1", later) is not None
    assert history.verdict(f"{HOST}/1", later, before=article(1, revision="r2")).outcome == "unchanged"
    assert history.verdict(f"{HOST}/1", later, before=article(1, revision="r0")).outcome == "revised"
    assert history.earlier(f"{HOST}/1", article(1)) is None, "the same text needs no second look"


def test_the_page_at_its_own_address_takes_a_twins_place() -> None:
    twin = capture(1, requested_url=f"{HOST}/amp/1", url=f"{HOST}/amp/1", title="Ferry number 1 is late")
    history = applied(twin)
    own = article(1, revision="r2")
    verdict = history.verdict(f"{HOST}/1", own)
    assert (verdict.outcome, verdict.reason) == ("archived", "own_page")
    assert verdict.article is not None
    assert verdict.article.id == own.id
    assert "replaces_twin" in verdict.article.warnings
    history.apply(capture(1, at=minutes(1), reason="own_page", revision="r2"))
    amp = article(1, url=f"{HOST}/amp/1", requested_url=f"{HOST}/amp/1")
    assert history.verdict(f"{HOST}/amp/1", amp).reason == "alias"
    assert history.verdict(f"{HOST}/1", article(1, revision="r3")).outcome == "revised"


def test_failures_are_counted_by_run() -> None:
    history = applied(failed(1, "a"), failed(2, "a"), failed(3, "b"), failed(4, "b"), failed(5, "b"))
    state = history.get(f"{HOST}/1")
    assert state is not None
    assert state.failures == 2
    assert (state.failures_with("b"), state.failures_with("c"), state.failures_with(None)) == (2, 3, 3)
    history.apply(capture(1, at=minutes(9), run="c"))
    assert state.failures == 0
    history.apply(failed(10, "c"))
    assert state.failures == 1


def test_an_announcement_is_kept_as_it_was_first_made() -> None:
    first = Announcement(
        entrance=f"{HOST}/feed", kind="feed", seen_at=NOON, title="First", date=dt.datetime.fromisoformat("2026-01-01")
    )
    second = dataclasses.replace(first, title="Second", seen_at=minutes(5))
    history = applied(
        announced(first, url=f"{HOST}/1", source=SOURCE), announced(second, url=f"{HOST}/1", source=SOURCE)
    )
    history.apply(capture(1, at=minutes(6)))
    state = history.get(f"{HOST}/1")
    assert state is not None
    assert state.announcement is not None
    assert (state.announcement.title, state.announcement.seen_at) == ("First", NOON)
    assert state.announcement.date == first.date
    history.apply(announced(second, url=f"{HOST}/1", source=SOURCE))
    assert (state.outcome, state.at) == ("archived", minutes(6))


VALIDATORS = [
    pytest.param({"status": 304, "outcome": "unchanged", "etag": None}, "e1", True, id="304 keeps them"),
    pytest.param({"status": 304, "outcome": "unchanged", "etag": "e2"}, "e1", True, id="whatever it names itself"),
    pytest.param({"status": 301, "outcome": "unchanged", "etag": "e9"}, "e1", True, id="a redirect brings none"),
    pytest.param({"status": 200, "etag": None}, None, False, id="a whole answer without any ends them"),
    pytest.param({"status": 200, "etag": "e2"}, "e2", False, id="a whole answer brings its own"),
    pytest.param({"status": 500, "outcome": "failed", "etag": "e9"}, "e1", True, id="a failure says nothing of them"),
    pytest.param({"status": 200, "outcome": "rejected", "etag": "e9"}, "e1", True, id="nor does a rejection"),
]


@pytest.mark.parametrize(("changes", "etag", "first_warc"), VALIDATORS)
def test_validators_are_those_of_the_last_whole_answer(
    changes: dict[str, Any], etag: str | None, first_warc: bool
) -> None:
    place = {"warc_file": "a", "warc_offset": 0, "warc_length": 9}
    later = {"warc_file": "b", "warc_offset": 5, "warc_length": 9}
    history = applied(capture(1, etag="e1", **place), capture(1, at=minutes(1), **changes, **later))
    state = history.get(f"{HOST}/1")
    assert state is not None
    assert state.etag == etag
    assert state.warc is not None
    assert state.warc.file == ("a" if first_warc else "b")


def test_kinds_are_kept_apart_and_urls_listed_once() -> None:
    history = applied(
        capture(1, url=f"{HOST}/one"),
        capture(1, kind="entrance", outcome="fetched", id=None, revision=None),
        capture(2, kind="robots", outcome="fetched", id=None, revision=None),
    )
    assert [state.requested_url for state in history.urls()] == [f"{HOST}/1"]
    assert history.get(f"{HOST}/one") is history.get(f"{HOST}/1")
    assert history.get(f"{HOST}/2") is None
    assert history.get(f"{HOST}/2", "robots") is not None


def test_only_the_sources_asked_for_are_loaded(archive: Archive) -> None:
    run = begin(archive)
    run.record(capture(1))
    run.record(capture(2, source="island"))
    run.finish()
    assert len(History.load(archive)) == 2
    assert [state.source for state in History.load(archive, ["island"]).urls()] == ["island"]
    assert len(History.load(archive, [])) == 0


EVENTS = st.lists(
    st.builds(
        dict,
        number=st.integers(1, 3),
        outcome=st.sampled_from(
            ["announced", "archived", "revised", "unchanged", "failed", "rejected", "gone", "refused"]
        ),
        revision=st.sampled_from(["r1", "r2"]),
        run=st.sampled_from(["a", "b"]),
        status=st.sampled_from([200, 304, None]),
        etag=st.sampled_from(["e1", "e2", None]),
        batch_ends=st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_what_is_loaded_is_what_was_applied(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]
) -> None:
    archive = Archive.create(tmp_path_factory.mktemp("history") / "archive")
    live, run = History(), begin(archive)
    for minute, event in enumerate(events):
        number = event["number"]
        row = capture(
            number,
            at=minutes(minute),
            outcome=event["outcome"],
            revision=event["revision"],
            status=event["status"],
            etag=event["etag"],
            run=run.name,
        )
        if event["outcome"] == "announced":
            seen = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=minutes(minute), title=f"{minute}")
            row = dataclasses.replace(announced(seen, url=f"{HOST}/{number}", source=SOURCE), run=run.name)
        live.apply(row)
        run.record(row)
        if event["batch_ends"]:
            run.commit(run.take())
    run.finish()
    loaded = History.load(archive)
    assert sorted(loaded.urls(), key=repr) == sorted(live.urls(), key=repr)
    for number in (1, 2, 3):
        assert loaded.article(f"{number:032x}") == live.article(f"{number:032x}")


def test_vectors_and_glances_say_what_the_states_say(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random lives of a few URLs, each loaded from tables and applied one by one."""
    chance = random.Random(20261122)
    for _ in range(25):
        archive = Archive.create(tmp_path_factory.mktemp("lives") / "archive")
        live = History()
        for _ in range(chance.randint(1, 3)):
            run = begin(archive)
            for minute in range(chance.randint(0, 12)):
                row = dataclasses.replace(_event(chance, minute), run=run.name)
                live.apply(row)
                run.record(row)
                if chance.random() < 0.2:
                    run.commit(run.take())
            run.finish()
        loaded = History.load(archive)
        urls = [f"{HOST}/{number}" for number in range(1, 8)]
        glances = [loaded.glance(url) for url in urls]
        for url, glance in zip(urls, glances, strict=True):
            state = live.get(url)
            assert (glance is None) == (state is None)
            for name in ("outcome", "failures", "not_before", "fetched_at", "born", "is_article", "is_announced"):
                assert getattr(glance, name, None) == getattr(state, name, None), (url, name)
            assert loaded.get(url) == state
        assert sorted(loaded.urls(), key=repr) == sorted(live.urls(), key=repr)
        for number in range(1, 8):
            assert loaded.article(f"{number:032x}") == live.article(f"{number:032x}")


TICKS = itertools.count()


def _event(chance: random.Random, minute: int) -> Capture:
    number = chance.randint(1, 3)
    at = minutes(next(TICKS))
    if chance.random() < 0.3:
        date = chance.choice(
            [None, dt.datetime.fromisoformat("2026-11-01T09:00"), dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)]
        )
        seen = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=at, title=f"{minute}", date=date)
        return announced(seen, url=f"{HOST}/{number}", source=SOURCE)
    outcome = chance.choice(
        ["archived", "revised", "unchanged", "failed", "failed", "rejected", "gone", "refused", "deferred"]
    )
    return capture(
        number,
        at=at,
        outcome=outcome,
        reason=chance.choice([None, "degraded"]) if outcome == "unchanged" else None,
        revision=chance.choice(["r1", "r2", None]),
        title=chance.choice(["One", "Two", None]),
        id=chance.choice([f"{number:032x}", f"{number + 1:032x}", None]),
        url=chance.choice([f"{HOST}/{number}", f"{HOST}/{number + 3}", f"{HOST}/{number}?utm_source=x", None]),
        status=chance.choice([200, 304, 301, 500, None]),
        etag=chance.choice(["e1", "e2", None]),
        last_modified=chance.choice(["m1", None]),
        payload_digest=chance.choice(["d1", "d2"]),
        not_before=chance.choice([None, minutes(99)]),
        warc_file=chance.choice(["a", None]),
        warc_offset=minute,
        warc_length=9,
    )
