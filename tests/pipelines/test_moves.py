"""Known articles whose addresses lead elsewhere: what is still the article, and what is another page."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pipelines import moves
from pipelines.fates import fates
from pipelines.history import History
from pipelines.recovery import recover
from pipelines.repair import mend
from pipelines.urls import article_id
from storage.archive import Archive
from storage.records import Announcement, Article, Capture
from storage.verify import verify
from storage.warc import CaptureInfo
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
from tests.damaged_archives import remove
from tests.pipelines.test_recovery import Killed, killed_at

OLD, NEW = f"{HOST}/2026/11/20/old-slug", f"{HOST}/2026/11/20/new-slug"
ID = article_id(OLD)
TEXT = (
    "The ferry was late again. Nobody on the quay was surprised by it.\n\nThe harbour master, asked for the reason, "
    "spoke of the tide! A new timetable is to be printed in spring."
)
OTHER = "The library opens its reading room on Monday. Its hours are those of the town hall, says the board."


def known(**changes: Any) -> History:
    """A history that holds the article of OLD."""
    history = History()
    fields: dict[str, Any] = {"requested_url": OLD, "url": OLD, "id": ID, "title": "The ferry is late"}
    history.apply(capture(1, **fields | changes))
    return history


def led(**changes: Any) -> Article:
    """What the page is read as to which OLD leads."""
    fields: dict[str, Any] = {
        "id": ID, "requested_url": OLD, "url": NEW, "canonical_url": NEW, "revision": "r2",
        "title": "Reading room opens", "body": OTHER,
    }  # fmt: skip
    return article(1, **fields | changes)


BEFORE = article(1, id=ID, body=TEXT, title="The ferry is late")
REDIRECTS = [
    pytest.param({}, {}, True, id="another headline and text"),
    pytest.param({"title": "The FERRY  is late"}, {}, False, id="the same headline"),
    pytest.param({"body": f"{TEXT}\n\n{OTHER}"}, {}, False, id="another headline, text added"),
    pytest.param({"body": TEXT.partition("\n")[0]}, {}, False, id="another headline, text cut down"),
    pytest.param({"body": f"{OTHER} Nobody on the quay was surprised by it."}, {}, True, id="a sentence in common"),
    pytest.param({"revision": "r1"}, {}, False, id="the same text"),
    pytest.param({"url": f"{OLD}/amp", "canonical_url": OLD}, {}, False, id="a twin of the address"),
    pytest.param({"canonical_url": OLD}, {}, False, id="declares the address that it has"),
    pytest.param({"id": article_id(NEW)}, {}, True, id="had another id before"),
    pytest.param({}, {"id": article_id(NEW)}, False, id="the id is the target's: it always led there"),
]


@pytest.mark.parametrize(("page", "row", "elsewhere"), REDIRECTS)
def test_where_a_known_address_leads(page: dict[str, Any], row: dict[str, Any], elsewhere: bool) -> None:
    history = known(**row)
    assert history.leads_elsewhere(OLD, led(**row | page), BEFORE) is elsewhere


def test_an_address_that_was_no_article_may_lead_anywhere() -> None:
    assert not History().leads_elsewhere(OLD, led(), None)
    assert known().leads_elsewhere(OLD, led(), None), "without the earlier text only the headline tells"


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        pytest.param("A b. C d.", "C d. A b. E f.", 1.0, id="any order"),
        pytest.param("Ab cd. Ef gh.", "Ab cd. Xy zz.", 0.5, id="half"),
        pytest.param("港は遅れた。人は来ない。", "港は遅れた。船が来た。", 0.5, id="without blanks"),
        pytest.param("", "A b.", 0.0, id="nothing"),
    ],
)
def test_shared_text(one: str, other: str, share: float) -> None:
    assert moves.shared(one, other) == moves.shared(other, one) == pytest.approx(share, abs=0.05)


def rows(history: History, row: Capture, result: Article, found: Article | None = None) -> list[Capture]:
    """The rows that a page makes, taken in one by one."""
    done = []
    for fate in fates(history, row, result, found=found):
        history.apply(fate.row)
        done.append(fate.row)
    return done


def test_another_page_is_an_article_of_its_own_and_the_old_one_gone() -> None:
    history = known()
    row = capture(1, at=minutes(9), requested_url=OLD, url=NEW, outcome="fetched", warc_file="a", warc_offset=1)
    row = dataclasses.replace(row, warc_length=9, announced_by=f"{HOST}/feed", announced_kind="feed", etag="e")
    gone, new = rows(history, row, led(), led(id=article_id(NEW), requested_url=NEW))
    assert (gone.requested_url, gone.outcome, gone.reason, gone.id) == (OLD, "gone", "redirected_elsewhere", ID)
    assert (gone.url, gone.warc_file, gone.etag, gone.status) == (None, None, None, None)
    assert NEW in str(gone.detail)
    assert (new.requested_url, new.outcome, new.id) == (NEW, "archived", article_id(NEW))
    assert (new.announced_by, new.warc_file, new.etag) == (None, "a", "e")
    state = history.get(OLD)
    assert state is not None
    assert (state.id, state.outcome) == (ID, "gone")
    assert history.get(NEW) is not state


def test_an_address_that_a_known_article_declares_later_is_its_own() -> None:
    history = known()
    page = led(url=OLD, title="The ferry is late")
    row = capture(1, at=minutes(9), requested_url=OLD, url=OLD, outcome="fetched")
    revised, alias = rows(history, row, page)
    assert (revised.outcome, revised.id) == ("revised", ID)
    assert (alias.requested_url, alias.outcome, alias.reason, alias.id) == (NEW, "unchanged", "alias", ID)
    assert [one.reason for one in rows(history, row, page)] == ["same_text"], "it is noted once"
    own = led(requested_url=NEW, title="The ferry is late", revision="r3")
    assert history.verdict(NEW, own).reason == "own_page"
    assert history.verdict(NEW, own).article is not None


def test_an_address_of_another_article_is_not_taken() -> None:
    history = known()
    history.apply(capture(2, requested_url=NEW, url=NEW, id=article_id(NEW)))
    row = capture(1, at=minutes(9), requested_url=OLD, url=OLD, outcome="fetched")
    assert len(rows(history, row, led(url=OLD))) == 1


@pytest.mark.parametrize(
    ("requested", "target", "front"),
    [
        pytest.param(OLD, f"{HOST}/", True, id="the front page"),
        pytest.param(OLD, f"{HOST}/en/", True, id="of an edition"),
        pytest.param(OLD, NEW, False, id="an article"),
        pytest.param(f"{HOST}/", f"{HOST}/index.html", False, id="from a front page"),
    ],
)
def test_redirects_to_the_front_page(requested: str, target: str, front: bool) -> None:
    assert moves.leads_to_front(requested, target) is front


def led_elsewhere(archive: Archive) -> None:
    """Two runs: one that archived OLD, and one that died with the page in its WARC to which OLD leads by now."""
    first = begin(archive)
    fetch(first, exchange(OLD, html("The ferry is late")), History())
    first.finish()
    second = begin(archive)
    told = Announcement(entrance=f"{HOST}/feed", kind="feed", seen_at=NOON, title="The ferry is late")
    info = CaptureInfo(kind="article", source=SOURCE, requested_url=OLD, announcement=told, id=ID)
    page = html("Reading room opens", "The library opens its reading room on Monday, as its board has long wished for.")
    second.write(exchange(NEW, page, info=info, fetched_at=minutes(9)))
    second.abandon()


def told(archive: Archive) -> list[tuple[str, str, str | None, str | None]]:
    rows = archive.captures().to_table(["at", "requested_url", "outcome", "reason", "id"]).to_pylist()
    ordered = sorted(rows, key=lambda row: (row["at"], row["requested_url"] == NEW))
    return [(row["requested_url"], row["outcome"], row["reason"], row["id"]) for row in ordered]


ROWS = [
    (OLD, "archived", None, ID),
    (OLD, "gone", "redirected_elsewhere", ID),
    (NEW, "archived", None, article_id(NEW)),
]


def kept(archive: Archive) -> list[tuple[str, str]]:
    rows = archive.articles(all_revisions=True).to_table(["requested_url", "id"]).to_pylist()
    return sorted((row["requested_url"], row["id"]) for row in rows)


def test_a_page_that_a_dead_run_was_led_to_is_recovered_as_its_own(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    led_elsewhere(archive)
    killed_at("articles", monkeypatch)
    with pytest.raises(Killed):
        recover(archive)
    monkeypatch.undo()
    recover(archive)
    assert told(archive) == ROWS
    assert kept(archive) == sorted([(OLD, ID), (NEW, article_id(NEW))])
    assert faults(archive) == []


@pytest.mark.parametrize("lost", ["captures", "articles", "captures articles"])
def test_a_page_that_a_redirect_led_to_is_repaired_as_its_own(archive: Archive, lost: str) -> None:
    led_elsewhere(archive)
    recover(archive)
    for table in lost.split():
        remove(archive.root / table)
    mend(archive)
    assert verify(archive).problems == ()
    assert faults(archive) == []
    assert told(archive) == ROWS
    assert kept(archive) == sorted([(OLD, ID), (NEW, article_id(NEW))])
    assert mend(archive).pages == 0
