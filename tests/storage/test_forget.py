"""Nothing of a removed page remains in any file of the archive; everything else does; and it does not come back."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import storage
from crawler.commands import forget
from crawler.commands.forget import Request
from pipelines import forgotten
from pipelines.history import History
from pipelines.urls import identity
from storage import compact, log, snapshots, tombstones, warc
from storage.archive import Archive
from storage.errors import ArchiveBusy, ArchiveError
from storage.forget import Removed, Unwanted, carry_out, matching, resume
from storage.schema import ARTICLES
from storage.verify import verify
from tests.archive_samples import HOST, article, begin, capture, contents, exchange, faults, fetch, html, minutes

TITLE = "Zyzzyva the harbour cat is found"
SENTENCE = "The quagga of the lighthouse keeper was seen on the quay, and nobody believed him."
EDITED = "The quokka of the lighthouse keeper was seen on the quay, and everybody believed him."
URL = f"{HOST}/zyzzyva-the-cat"
TEXTS = ("zyzzyva", "quagga", "quokka")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two runs: the page with an edit, an alias, a redirect and its mention in a feed, among others; a compaction
    whose replaced files are still there, a snapshot of before and one of after."""
    archive = Archive.create(tmp_path_factory.mktemp("made") / "archive")
    history = History()
    run = begin(archive)
    feed = f"<rss><channel><item><title>{TITLE}</title><link>{URL}?utm_source=rss</link></item></channel></rss>"
    fetch(run, exchange(f"{HOST}/feed", feed.encode(), kind="entrance", fetched_at=minutes(0)), history)
    fetch(run, exchange(f"{HOST}/sports", b"<rss><channel/></rss>", kind="entrance", fetched_at=minutes(0.5)), history)
    for number in (1, 2):
        fetch(run, exchange(f"{HOST}/{number}", html(f"Ferry {number} is late"), fetched_at=minutes(number)), history)
    run.commit(run.take())
    run.write(exchange(f"{HOST}/cat", b"", status=301, response_headers=(("Location", URL),)))
    fetch(run, exchange(URL, html(TITLE, SENTENCE), fetched_at=minutes(3)), history)
    fetch(run, exchange(f"{URL}?utm_medium=push", html(TITLE, SENTENCE), fetched_at=minutes(4)), history)
    run.commit(run.take())
    fetch(run, exchange(f"{HOST}/3", html("The pier is closed"), fetched_at=minutes(5)), history)
    run.finish()
    snapshots.pin(archive.root, "before")
    compact.compact(archive.root, many=1)
    second = begin(archive)
    fetch(second, exchange(URL, html(TITLE, EDITED), fetched_at=minutes(60)), history)
    fetch(second, exchange(f"{HOST}/5", html("The last boat"), fetched_at=minutes(61)), history)
    second.finish()
    snapshots.pin(archive.root, "after")
    compact.compact(archive.root, many=1)
    return archive


@pytest.fixture
def copy(made: Archive, tmp_path: Path) -> Archive:
    shutil.copytree(made.root, tmp_path / "archive")
    return storage.open_archive(tmp_path / "archive")


def remove(archive: Archive, request: Request) -> Removed:
    _, removed = forget.run(archive, request, say=lambda _: None, agree=lambda _: True)
    assert removed is not None
    return removed


def texts(archive: Archive) -> Iterator[tuple[str, str]]:
    """Every file of the archive as text: Parquet decoded, gzip inflated, and as it is."""
    for path in sorted(archive.root.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(archive.root).as_posix()
        data = path.read_bytes()
        yield name, data.decode("utf-8", "replace").lower()
        if path.suffix == ".parquet":
            yield name, str(pq.read_table(path, partitioning=None).to_pylist()).lower()
            yield name, str(pq.read_metadata(path).to_dict()).lower()
        if ".gz" in path.name:
            yield name, gzip.decompress(data).decode("utf-8", "replace").lower()


def remains(archive: Archive) -> set[str]:
    """The files that hold one of the page's words."""
    return {name for name, text in texts(archive) if any(word in text for word in TEXTS)}


def test_the_search_finds_the_page_wherever_it_is(made: Archive) -> None:
    found = remains(made)
    assert any(name.startswith("articles/month=2026-11/") for name in found)
    assert any(name.startswith("captures/_delta_log/") and name.endswith(".json") for name in found)
    assert any(name.endswith(".checkpoint.parquet") for name in found)
    assert any(name.startswith("warc/") for name in found)


def test_nothing_of_the_page_remains_in_any_file(copy: Archive) -> None:
    removed = remove(copy, Request(urls=(URL,), reason="request of 22 November"))
    assert remains(copy) == set()
    assert removed.rows == 2 + 3, "two revisions; two fetches of the page and one of its alias"
    assert removed.records == 2 * (3 + 1 + 1), "each answer and its request: three pages, a redirect, a feed"


def test_all_else_stays_as_it_was(made: Archive, copy: Archive) -> None:
    before = contents(made)
    remove(copy, Request(urls=(URL,)))
    after = contents(copy)
    assert after == {(url, revision) for url, revision in before if url != URL}
    assert faults(copy) == []
    stones = forgotten.load(copy)
    assert verify(copy, stones=stones).problems == ()


def test_no_record_moves(made: Archive, copy: Archive) -> None:
    remove(copy, Request(urls=(URL,)))
    for segment in warc.segments(made.warc):
        ours, theirs = copy.warc / segment, made.warc / segment
        assert ours.stat().st_size == theirs.stat().st_size
        places = [place for _, place in warc.reader.records(ours, root=copy.warc)]
        assert places == [place for _, place in warc.reader.records(theirs, root=made.warc)]


def test_any_address_of_the_page_names_it(copy: Archive) -> None:
    remove(copy, Request(urls=(f"https://www.{URL.partition('://')[2]}?utm_source=x",)))
    assert remains(copy) == set()


def test_a_pattern_takes_what_matches_and_no_more(copy: Archive) -> None:
    plan = forget.look(copy, Request(pattern="harbour.test/ZYZ*"), say=lambda _: None)
    assert [(one.title, one.revisions) for one in plan.articles] == [(TITLE, 2)]
    remove(copy, Request(pattern="harbour.test/zyz*"))
    assert remains(copy) == set()
    assert len({url for url, _ in contents(copy)}) == 4


@pytest.mark.parametrize("pattern", ["*", "", "https://*", "**/*", "http*"])
def test_a_pattern_that_matches_everything_is_refused(pattern: str) -> None:
    with pytest.raises(Unwanted, match="matches everything"):
        matching(pattern)


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("a.test/x?*", "https://a.test/x?id=1", True),  # a question mark stands for itself
        ("a.test/x?*", "https://a.test/xyz", False),
        ("a.test/*", "http://b.test/a.test/x", False),  # the whole address
        ("*a.test/*", "http://www.a.test/x", True),
        ("http://a.test/*", "https://a.test/x", False),
        ("a.test/[1]", "http://a.test/1", False),  # brackets stand for themselves
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_does(pattern: str, url: str, expected: bool) -> None:
    assert matching(pattern)(url) is expected


def test_a_survey_changes_nothing(copy: Archive) -> None:
    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in copy.root.rglob("*") if path.is_file()}

    before = state()
    plan = forget.look(copy, Request(urls=(URL,)), say=lambda _: None)
    assert (len(plan.articles), plan.captures, plan.pages, plan.lists, plan.unreadable) == (1, 3, 4, 1, 0)
    assert state() == before


def test_snapshots_stay_readable_without_the_page(made: Archive, copy: Archive) -> None:
    def addresses(archive: Archive, name: str) -> set[str]:
        return set(storage.open_archive(archive.root, as_of=name).articles().to_table(["url"])["url"].to_pylist())

    remove(copy, Request(urls=(URL,)))
    for name in ("before", "after"):
        assert addresses(copy, name) == addresses(made, name) - {URL}
        pinned = snapshots.read(copy.root, name).of("articles")
        assert pinned.rows == sum(pq.read_metadata(copy.root / "articles" / path).num_rows for path in pinned.files)


def test_what_is_removed_is_noted_by_hashes_alone(copy: Archive) -> None:
    remove(copy, Request(urls=(URL,), reason="request of 22 November"))
    (stone,) = forgotten.load(copy).stones
    assert stone.reason == "request of 22 November"
    assert stone.done_at is not None
    assert stone.places == ()
    assert forgotten.load(copy).holds("https://www.harbour.test/zyzzyva-the-cat/?utm_source=x")
    assert not forgotten.load(copy).holds(f"{HOST}/1")
    other = tombstones.Tombstones((), identity).carve([URL], reason=None, places=())
    assert not other.pages & stone.pages, "each archive has a key of its own"


def test_an_address_that_the_archive_never_met_is_kept_out_too(copy: Archive) -> None:
    removed = remove(copy, Request(urls=(f"{HOST}/unborn",)))
    assert removed.rows == removed.records == 0
    assert forgotten.load(copy).holds(f"{HOST}/unborn")


def test_a_second_removal_keeps_the_first(copy: Archive) -> None:
    remove(copy, Request(urls=(URL,)))
    remove(copy, Request(urls=(f"{HOST}/1",)))
    stones = forgotten.load(copy)
    assert stones.holds(URL)
    assert stones.holds(f"{HOST}/1")
    assert len({stone.key for stone in stones.stones}) == 1


def test_what_a_repair_put_aside_goes_too(copy: Archive) -> None:
    live = next(path for path in (copy.root / "articles").rglob("*.parquet") if "_delta_log" not in path.parts)
    place = copy.root / "aside" / "20261122T120000Z-abcdef"
    (place / "articles/month=2026-11").mkdir(parents=True)
    (place / "warc").mkdir()
    shutil.copy(live, place / "articles/month=2026-11" / live.name)
    for segment in warc.segments(copy.warc):
        (place / "warc" / f"{Path(segment).name}@100").write_bytes((copy.warc / segment).read_bytes()[100:])
    (place / "articles/_delta_log").mkdir()
    (place / "articles/_delta_log/0.json").write_text('{"add": {"stats": "zyzzyva"}}')
    remove(copy, Request(urls=(URL,)))
    assert remains(copy) == set()


def test_nobody_may_be_writing(copy: Archive) -> None:
    crawling = copy.lock_source("harbour", holder="a crawl")
    assert crawling is not None
    with crawling, pytest.raises(ArchiveBusy, match="is being written"):
        remove(copy, Request(urls=(URL,)))
    assert not forgotten.load(copy)


def test_an_address_that_led_to_other_articles_too_stays_open(copy: Archive) -> None:
    history = History.load(copy)
    latest = f"{HOST}/latest"
    run = begin(copy)
    for number, target in enumerate((URL, f"{HOST}/6")):
        payload = html(TITLE, EDITED) if target == URL else html("The sixth boat")
        answer = exchange(target, payload, fetched_at=minutes(90 + number))
        info = dataclasses.replace(answer.info, requested_url=latest)
        fetch(run, dataclasses.replace(answer, info=info), history)
    run.finish()
    told = copy.captures().to_table(filter=pc.field("requested_url") == latest).to_pylist()
    assert len({row["id"] for row in told}) == 2, "one address, two articles"
    remove(copy, Request(urls=(URL,)))
    assert remains(copy) == set()
    left = copy.captures().to_table(filter=pc.field("requested_url") == latest).to_pylist()
    assert [row["url"] for row in left] == [f"{HOST}/6"]
    assert not forgotten.load(copy).holds(latest)
    assert faults(copy) == []


def test_sentences_lose_its_address(copy: Archive) -> None:
    run = begin(copy)
    alias = capture(7, outcome="deferred", reason="same_target", detail=URL, url=f"{HOST}/7", id=None, revision=None)
    entrance = capture(8, kind="entrance", outcome="failed", detail=f"leads to {URL}", id=None, revision=None)
    run.record(alias)
    run.record(entrance)
    run.finish(outcome="failed", detail=f"extraction of {URL}: ValueError; extraction of {HOST}/1: ValueError")
    remove(copy, Request(urls=(URL,)))
    assert remains(copy) == set()
    details = copy.runs().to_table(["detail"])["detail"].to_pylist()
    assert f"extraction of (removed on request): ValueError; extraction of {HOST}/1: ValueError" in details
    rows = copy.captures().to_table(filter=pc.field("run") == run.name).to_pylist()
    assert [(row["kind"], row["outcome"], row["detail"]) for row in rows] == [("entrance", "failed", None)]
    assert forgotten.load(copy).holds(f"{HOST}/7"), "what led to it is one of its addresses"


def test_articles_that_name_it_as_their_original_stay_without_its_address(copy: Archive) -> None:
    run = begin(copy)
    row = article(77, declared_canonical=URL, url="http://other.test/77", run=run.name)
    run.record(capture(77), row)
    run.finish()
    plan = forget.look(copy, Request(urls=(URL,)), say=lambda _: None)
    assert plan.copies == ("http://other.test/77",)
    remove(copy, Request(urls=(URL,)))
    kept = copy.articles().to_table(filter=pc.field("url") == "http://other.test/77").to_pylist()
    assert [(one["declared_canonical"], one["body"]) for one in kept] == [(None, row.body)]
    assert remains(copy) == set()


def test_a_copy_that_names_it_again_is_told_and_cleared(copy: Archive) -> None:
    """As a backup that was put back, or a text made again from the copy's own page, would have it."""
    remove(copy, Request(urls=(URL,)))
    row = article(77, declared_canonical=URL, url="http://other.test/77", run="r")
    stones = forgotten.load(copy)
    assert forgotten.unnamed(stones, row) == dataclasses.replace(row, declared_canonical=None)
    assert forgotten.unnamed(stones, article(7, declared_canonical=f"{HOST}/1")).declared_canonical == f"{HOST}/1"
    copy.append(ARTICLES, [row], run="r", number=1)
    before = verify(copy).tally()
    tally = verify(copy, stones=stones).tally()
    assert {code: tally[code] - before.get(code, 0) for code in tally if tally[code] != before.get(code)} == {
        "forgotten_remains": 2
    }, "the row, and the bound that the log keeps of it"
    remove(copy, Request(again=True))
    assert "forgotten_remains" not in verify(copy, stones=forgotten.load(copy)).tally()


def test_a_damaged_tombstone_stops_whoever_would_write(copy: Archive) -> None:
    remove(copy, Request(urls=(URL,)))
    (path,) = (copy.root / tombstones.FOLDER).glob("*.json")
    path.write_text("{")
    with pytest.raises(ArchiveError, match="restore it from a backup"):
        forgotten.load(copy)


def test_a_damaged_live_file_stops_the_removal_and_is_named(copy: Archive) -> None:
    path = next(iter(sorted((copy.root / "articles").rglob("month=*/compact-*.parquet"))))
    for broken in (copy.root / "articles").rglob("month=*/*.parquet"):
        broken.write_bytes(b"PAR1")
    with pytest.raises(ArchiveError, match=r"broadsheet verify"):
        remove(copy, Request(urls=(URL,)))
    assert path.exists()


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.mark.parametrize("step", range(0, 48, 5))
def test_a_kill_at_any_step_is_made_good(copy: Archive, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    plan = forget.look(copy, Request(urls=(URL,)), say=lambda _: None)
    left = step
    syncs = log.sync

    def dying(path: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        syncs(path)

    with monkeypatch.context() as patch:
        for module in ("storage.log", "storage.places", "storage.parquet", "storage.warc.filler"):
            patch.setattr(f"{module}.sync", dying)
        with contextlib.suppress(Killed):
            carry_out(copy, plan, identity, say=lambda _: None)
    if not forgotten.load(copy):
        return
    # Whoever reads meanwhile reads whole tables.
    assert copy.articles().count_rows() in (4, 5)
    if left < 0 and forgotten.load(copy).open:
        assert "forget_open" in verify(copy, stones=forgotten.load(copy)).tally()
    resume(copy, identity)
    assert remains(copy) == set()
    assert verify(copy, stones=forgotten.load(copy)).problems == ()
    assert faults(copy) == []
