"""What a report tells of an archive, beside what was written into it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.compute as pc
import pytest

from pipelines.history import key
from storage import delta, open_archive, snapshots
from storage.archive import Archive
from storage.coverage import coverage, total
from storage.errors import ArchiveError
from storage.records import Tally
from storage.report import Report, census, report
from storage.report.census import Census
from storage.report.growth import at_ends, spread
from storage.report.heat import LISTED
from storage.report.period import Period, period
from storage.schema import CAPTURES, to_arrow
from tests.archive_samples import HOST, NOON, SOURCE, article, begin, capture, make, minutes
from tests.reported import END, invent

TODAY = dt.date(2026, 11, 22)


def days(count: int) -> dt.date:
    """So many days before today."""
    return TODAY - dt.timedelta(days=count)


def ask(archive: Archive, **options: object) -> Report:
    return report(archive, now=minutes(60), same=key, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "first", "last", "expected", "why"),
    [
        ((None, None), days(400), days(0), (days(61), TODAY, 1), "two months of a long one"),
        ((None, None), days(30), days(0), (days(30), TODAY, 1), "all of a shorter one"),
        ((None, None), days(2), days(0), (days(13), TODAY, 1), "two weeks at least"),
        ((None, None), days(90), days(5), (days(61), TODAY, 1), "days without any event are shown"),
        ((None, None), days(900), days(500), (days(561), days(500), 1), "an archive at rest as it was"),
        ((None, None), None, TODAY, (days(13), TODAY, 1), "an empty archive"),
        ((days(364), None), days(700), TODAY, (days(364), TODAY, 7), "a year by weeks"),
        ((days(1824), None), days(3000), TODAY, (days(1824), TODAY, 91), "five years by quarters"),
        ((days(36_499), None), days(3), TODAY, (days(36_499), TODAY, 364), "a century"),
        ((days(9), days(3)), days(3000), TODAY, (days(9), days(3), 1), "as asked for"),
        ((None, days(100)), days(300), TODAY, (days(161), days(100), 1), "two months before the end"),
    ],
)
def test_period(
    asked: tuple[dt.date | None, dt.date | None],
    first: dt.date | None,
    last: dt.date,
    expected: tuple[dt.date, dt.date, int],
    why: str,
) -> None:
    found = period(since=asked[0], until=asked[1], first=first, last=last, today=TODAY)
    assert (found.since, found.until, found.step) == expected, why


def test_spans_hold_every_day_once() -> None:
    when = Period(since=days(364), until=TODAY, step=7)
    assert when.spans == 53
    assert [when.span(when.first(span)) for span in range(when.spans)] == list(range(53))
    assert when.last(52) == TODAY == when.first(52)


def test_a_period_that_ends_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="write an earlier --since"):
        ask(make(tmp_path), since=days(1), until=days(2))


def test_an_empty_archive(tmp_path: Path) -> None:
    found = ask(make(tmp_path))
    assert (found.articles, found.captures, found.coverage.sources, found.runs) == (0, 0, (), ())
    assert found.last_run is None
    assert len(found.spans) == 14


def test_parts_hold_every_source_once_and_no_more_than_fits() -> None:
    counted = Census(sources={"a": 3, "b": 9, "c": 1, "d": 1, "e": 2}, days={})
    assert counted.parts(4) == [["a"], ["b"], ["c", "d", "e"]]


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A day of one paper: an article revised twice, a page that failed and came later, one that failed for good."""
    archive = make(tmp_path_factory.mktemp("paper"))
    run = begin(archive)
    said = {"announced_at": NOON}
    run.record(capture(1, outcome="announced", status=None))
    run.record(capture(1, at=minutes(1), **said), article(1, authors=("Ada",), date=TODAY))
    for number, minute in (("r2", 2), ("r3", 3)):
        changed = {"revision": number, "at": minutes(minute), "title": f"Ferry, {number}"}
        run.record(
            capture(1, outcome="revised", **changed, **said),
            article(1, row=f"20261122T1200{minute:02}.0Z-0", revision=number, date_crawled=minutes(minute)),
        )
    for number in (2, 3):
        run.record(capture(number, outcome="announced", status=None))
        run.record(capture(number, at=minutes(4), outcome="failed", reason="http_503", status=503, **said))
    run.record(capture(2, at=minutes(5), **said), article(2))
    run.record(capture(4, source="other", requested_url="https://elsewhere.test:8080/4", outcome="announced"))
    run.finish(tallies=[Tally(source=SOURCE, outcome="archived", reason=None, count=2)])
    return archive


def test_a_sample_is_what_is_missing_now(paper: Archive) -> None:
    (line,) = [line for line in ask(paper).coverage.sources if line.source == SOURCE]
    (cell,) = line.cells
    assert (cell.announced, cell.captured) == (3, 2)
    assert [(one.url, one.reason) for one in cell.samples] == [(f"{HOST}/3", "http_503")]


def test_the_fates_are_those_of_coverage(paper: Archive) -> None:
    found = ask(paper).coverage
    whole = total(coverage(paper.captures(), same=key))
    assert whole is not None
    assert (found.announced, found.captured) == (whole.announced, whole.captured)
    assert {line.fate for line in found.fates} == set(whole.fates)
    failed = next(line for line in found.fates if line.fate.outcome == "failed")
    assert failed.sources == ((SOURCE, 1),)
    assert [one.url for one in failed.samples] == [f"{HOST}/3"]


def test_what_changed_most(paper: Archive) -> None:
    found = ask(paper)
    (edited,) = found.edited
    assert (edited.url, edited.title, edited.times, edited.last) == (f"{HOST}/1", "Ferry, r3", 2, minutes(3))
    assert (found.articles, found.revisions, found.edits) == (2, 4, 1)
    assert [(span.articles, span.revisions) for span in found.spans if span.articles] == [(2, 2)]


def test_fields_are_counted_in_rows(paper: Archive) -> None:
    (span,) = [span for span in ask(paper).spans if span.rows]
    assert span.rows == 4
    assert (span.filled["title"], span.filled["authors"], span.filled["date"], span.filled["image"]) == (4, 1, 1, 0)


def test_hosts_that_fail_and_their_pace(paper: Archive) -> None:
    hosts = ask(paper).hosts
    (failing,) = hosts.failing
    assert (failing.host, failing.failures, failing.answers) == ("harbour.test", 2, 4)
    assert failing.sample == f"{HOST}/2"
    assert [fate.reason for fate in failing.fates] == ["http_503"]
    # Six answers within four minutes of one run.
    assert [(one.host, one.pace) for one in hosts.slowest] == [("harbour.test", 48.0)]


def test_one_source_alone(paper: Archive) -> None:
    found = ask(paper, sources=["other"])
    assert (found.articles, found.captures, found.coverage.announced) == (0, 1, 1)
    assert [line.source for line in found.coverage.sources] == ["other"]
    assert found.edited == ()
    # The archive's size is that of all sources.
    assert found.sizes.articles > 0


def test_the_archive_as_it_stood(tmp_path: Path) -> None:
    archive = make(tmp_path)
    run = begin(archive)
    run.record(capture(1, outcome="announced", status=None))
    run.finish()
    snapshots.pin(archive.root, "paper")
    row = capture(2, outcome="announced", status=None)
    delta.append(archive.root, CAPTURES, to_arrow(CAPTURES, [row]), application="later", number=1)
    then, now = ask(open_archive(archive.root, as_of="paper")), ask(archive)
    assert (then.captures, now.captures) == (1, 2)
    assert then.snapshot == "paper"


def test_sizes_add_up_to_those_of_today() -> None:
    when = Period(since=days(2), until=TODAY, step=1)
    grown = at_ends(spread(100, {days(9): 1, days(1): 2, TODAY: 1}), when)
    assert grown == [25, 75, 100]


@pytest.mark.parametrize("sorted_after", [10, 2_000_000])
def test_articles_are_counted_once_whatever_their_revisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sorted_after: int
) -> None:
    monkeypatch.setattr(census, "_SORTED", sorted_after)
    archive = make(tmp_path)
    run = begin(archive)
    for number in (1, 2, 3, 0xFF, 0xFF00, 1 << 63, (1 << 63) + 1):
        for revision in range(1 + number % 3):
            run.record(
                capture(number, at=minutes(revision)),
                article(
                    number, row=f"{revision}-{number}", revision=str(revision), source="odd" if number % 2 else SOURCE
                ),
            )
    run.finish()
    assert census.articles(archive.articles(all_revisions=True), None) == archive.articles().count_rows() == 7
    assert census.articles(archive.articles(all_revisions=True), pc.field("source") == "odd") == 4


def test_more_sources_than_can_be_shown(tmp_path: Path) -> None:
    archive = invent(tmp_path / "archive", sources=LISTED + 8, days=20, a_day=1.0)
    found = report(archive, now=dt.datetime.combine(END, dt.time(12), dt.UTC), same=key)
    covered = found.coverage
    assert (covered.listed, len(covered.sources)) == (LISTED, LISTED)
    assert covered.silent == ("the-quiet-post",)
    shares = [line.captured * 100 // line.announced for line in covered.sources]
    assert shares == sorted(shares)
    whole = total(coverage(archive.captures(), same=key))
    assert whole is not None
    assert (covered.announced, covered.captured) == (whole.announced, whole.captured)
    assert sum(line.fate.count for line in covered.fates) == whole.announced
    assert found.spans[-1].warc == found.sizes.warc
    assert found.spans[-1].parquet == pytest.approx(found.sizes.captures + found.sizes.articles, abs=2)
