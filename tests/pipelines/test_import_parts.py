"""An import in parts, one after the other here, brings what one import brings."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from pipelines.executors import LocalExecutor, claims
from pipelines.executors.meter import METER
from pipelines.history import History
from pipelines.importing.inputs import described
from pipelines.importing.job import import_files, import_part, lacks, prepared
from pipelines.importing.parts import Share, cut, families, merged
from pipelines.importing.task import Report, Task
from pipelines.importing.wanted import Part, Source
from pipelines.sites import Sites
from storage.archive import Archive, open_archive
from storage.errors import ArchiveBusy, ArchiveError
from storage.records import SiteRules
from storage.verify import verify
from tests.archive_samples import begin, capture, contents, faults
from tests.warc_corpus import HTTP, damaged, digest, info, members, page, record, response

SITES = ("courier.example", "www.courier.example", "harbour.test", "island.example", "meadow.example")
SOURCES = (
    Source(rules=SiteRules(name="courier"), hosts=frozenset({"courier.example"})),
    Source(rules=SiteRules(name="islands"), hosts=frozenset({"harbour.test", "island.example"})),
)


def task(folder: Path, archive: str) -> Task:
    """The import of three files, the third one damaged, into the archive of that name."""
    edit = page(1, sentence="The ferry came early this time, which surprised whoever had come to the quay.")
    first = [info(), *(response(number, url=f"https://{site}/{number}") for number in range(3) for site in SITES)]
    second = [
        *(response(1, url=f"https://{site}/1", date="2024-03-02T12:00:00Z", body=edit) for site in SITES),
        record("request", b"GET / HTTP/1.1", url="https://meadow.example/1"),
        record("metadata", b"-", url="urn:x:1"),
    ]
    broken = next(case for case in damaged() if case.name == "broken member")
    inputs = []
    for name, data in (("one", members(first)), ("two", members(second)), ("three", broken.data)):
        path = folder / f"{name}.warc.gz"
        path.write_bytes(data)
        inputs.append(described(str(path), agent="test"))
    return Task(archive=folder / archive, inputs=tuple(inputs), sources=SOURCES, workers=0, digest="d")


def pages(report: Report) -> int:
    """How many pages it took."""
    return sum(count for (_, outcome, _), count in told_of(report).items() if outcome not in ("skipped", "damaged"))


def told_of(report: Report) -> Counter[tuple[str, str, str | None]]:
    found: Counter[tuple[str, str, str | None]] = Counter()
    for file in report.files:
        found.update({(one.source, one.outcome, one.reason): one.count for one in file.tallies})
    return found


@pytest.mark.parametrize("count", [1, 2, 5])
def test_parts_bring_together_what_one_import_brings(tmp_path: Path, count: int) -> None:
    whole = import_files(task(tmp_path, "whole"))
    given = Task(
        **{name: getattr(task(tmp_path, "parts"), name) for name in Task.__slots__} | {"job": claims.new_job()}
    )
    with prepared(given):
        assert lacks(given) is None
        reports = [ended.value() for ended in LocalExecutor().map(import_part, cut(given, count))]
    report = merged(given, reports)
    assert told_of(report) == told_of(whole)
    assert [(file.outcome, file.damage) for file in report.files] == [
        (file.outcome, file.damage) for file in whole.files
    ]
    archive = open_archive(tmp_path / "parts")
    assert contents(archive) == contents(open_archive(tmp_path / "whole"))
    assert faults(archive) == []
    assert verify(archive).problems == ()
    # Once all parts are there, an import of the whole has nothing left to open, but for what is damaged.
    again = import_files(task(tmp_path, "parts"))
    assert [file.outcome for file in again.files] == ["already", "already", "done"]


def test_a_part_loads_the_history_of_its_sites_only_and_wants_no_more(tmp_path: Path) -> None:
    redirected = [capture(1, requested_url="https://quay.test/1", url="https://courier.example/old")]
    for name in ("whole", "parts"):
        given = task(tmp_path, name)
        import_files(dataclasses.replace(given, inputs=given.inputs[:1]))
        run = begin(open_archive(tmp_path / name))
        run.record(redirected[0])
        run.finish()
    archive = open_archive(tmp_path / "parts")
    shares = [Share(Part(number=number, of=3), SOURCES) for number in range(3)]
    histories = [History.load(archive, sites=Sites(share.owns)) for share in shares]
    every = {state.requested_url: state for state in History.load(archive).urls()}
    told = [{state.requested_url: state for state in history.urls()} for history in histories]
    for share, mine in zip(shares, told, strict=True):
        assert {url for url in every if share.owns(url)} <= set(mine) < set(every)
    (other,) = (share for share in shares if share.owns("https://courier.example/old"))
    assert histories[shares.index(other)].get("https://courier.example/old") is not None, "by where it led to"

    rest = dataclasses.replace(task(tmp_path, "whole"), digest="e")
    whole = import_files(rest)
    given = dataclasses.replace(rest, archive=tmp_path / "parts", job=claims.new_job())
    with prepared(given):
        report = merged(given, [ended.value() for ended in LocalExecutor().map(import_part, cut(given, 3))])
    assert told_of(report) == told_of(whole)
    assert contents(archive) == contents(open_archive(tmp_path / "whole"))


def test_a_part_finds_what_a_revisit_stands_for_among_the_pages_of_other_sites(tmp_path: Path) -> None:
    one, other = "https://harbour.test/1", "https://meadow.example/9"
    assert [Share(Part(number=number, of=5), ()).owns(one) for number in range(5)] != [
        Share(Part(number=number, of=5), ()).owns(other) for number in range(5)
    ]
    given = task(tmp_path, "parts")
    import_files(given)
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    told = {"WARC_Profile": profile, "WARC_Refers_To_Target_URI": one}
    revisits = [
        record("revisit", HTTP, url=other, date="2024-03-05T12:00:00Z", WARC_Payload_Digest=digest(page(of)), **told)
        for of in (1, 8)
    ]
    path = tmp_path / "later.warc.gz"
    path.write_bytes(members(revisits))
    later = dataclasses.replace(given, inputs=(described(str(path), agent="test"),), job=claims.new_job(), sources=())
    with prepared(later):
        report = merged(later, [ended.value() for ended in LocalExecutor().map(import_part, cut(later, 5))])
    found = {(outcome, reason): count for (_, outcome, reason), count in told_of(report).items()}
    assert found == {("archived", None): 1, ("skipped", "lost_original"): 1}


def test_a_part_counts_over_all_its_files(tmp_path: Path) -> None:
    alone = dataclasses.replace(task(tmp_path, "parts"), job="")
    sizes = [file.size or 0 for file in alone.inputs]
    for _ in range(2):
        METER.counts.clear()
        report = import_part(alone)
        taken = sum(
            one.count for file in report.files for one in file.tallies if one.outcome not in ("skipped", "damaged")
        )
        kept = sum(file.count("archived") for file in report.files)
        assert METER.counts == {"bytes": sum(sizes), "pages": taken, "archived": kept}


def test_sites_that_a_source_holds_together_stay_together() -> None:
    found = families(
        [*SOURCES, Source(rules=SiteRules(name="x"), hosts=frozenset({"shop.island.example", "quay.test"}))]
    )
    assert {found[domain] for domain in ("harbour.test", "island.example", "quay.test")} == {"harbour.test"}
    assert found["courier.example"] == "courier.example"


def test_a_limit_is_divided(tmp_path: Path) -> None:
    given = Task(**{name: getattr(task(tmp_path, "a"), name) for name in Task.__slots__} | {"limit": 7})
    assert [part.limit for part in cut(given, 3)] == [3, 2, 2]


def test_a_part_that_is_begun_again_has_what_the_one_before_left_of_its_limit(tmp_path: Path) -> None:
    whole = dataclasses.replace(task(tmp_path, "a"), job=claims.new_job(), limit=7)
    files = [whole.inputs[:1]]
    import_files(dataclasses.replace(whole, job="", limit=1, digest="an earlier import"))
    given = dataclasses.replace(whole, began=dt.datetime.now(dt.UTC))
    with prepared(given):
        first, second = cut(given, 2)
        # It dies after three pages: its run has an end, but the file is not done.
        import_part(dataclasses.replace(first, inputs=files[0], limit=3, digest="died"))
        other = pages(import_part(second))
        again = pages(import_part(first))
    assert (first.limit, second.limit, other, again) == (4, 3, 3, 1)


def test_a_part_begins_only_in_the_archive_of_its_job_and_while_that_goes_on(tmp_path: Path) -> None:
    given = Task(**{name: getattr(task(tmp_path, "a"), name) for name in Task.__slots__} | {"job": "j"})
    (part,) = cut(given, 1)
    with pytest.raises(ArchiveError, match="there is no archive"):
        import_part(part)
    archive = Archive.create(tmp_path / "a")
    with pytest.raises(ArchiveError, match="is not the archive of this job; name a place that all nodes share"):
        import_part(part)
    (tmp_path / "a" / "locks" / "source-+job-j.lock").write_text("somebody who died")
    with pytest.raises(ArchiveBusy, match="has ended; give the command again"):
        import_part(part)
    held = archive.lock_source("+import-0", holder="a part of an import")
    with pytest.raises(ArchiveBusy, match="is being added to by a part of an import"), prepared(given):
        pass
    assert held is not None


def test_a_lock_of_the_same_job_is_waited_for_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive.create(tmp_path / "a")
    monkeypatch.setattr(claims, "WAIT", 0.2)
    monkeypatch.setattr(claims, "PAUSE", 0.01)
    dead = claims.claim(archive, "courier", holder="crawl", job="j")
    assert dead is not None
    assert claims.claim(archive, "courier", holder="crawl", job="k") is None
    assert claims.claim(archive, "courier", holder="crawl", job="") is None
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        dead.release()

    monkeypatch.setattr(claims.time, "sleep", wait)
    assert claims.claim(archive, "courier", holder="crawl", job="j") is not None
    assert len(pauses) == 1
    assert METER.lines.pop().startswith("crawl (job j), process ")
