from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import storage
from crawler.commands import forget
from crawler.commands.forget import Request
from crawler.commands.import_ import exit_code
from pipelines import forgotten
from pipelines.history import History
from pipelines.importing.inputs import described
from pipelines.importing.job import import_files
from pipelines.importing.seen import Seen
from pipelines.importing.task import FileReport, Progress, Report, Task
from pipelines.importing.wanted import Source, Wanted
from storage import warc
from storage.archive import Archive
from storage.errors import ArchiveBusy, CommitFailed
from storage.records import SiteRules
from storage.schema import captures_from_arrow
from storage.verify import verify
from tests.archive_samples import contents, faults
from tests.warc_corpus import HTTP, PACKINGS, SITE, damaged, digest, info, members, page, record, response

COURIER = Source(rules=SiteRules(name="courier", language="en"), hosts=frozenset({"courier.example"}))


def task(folder: Path, *files: Sequence[bytes] | bytes, **changes: Any) -> Task:
    """An import of files that hold these records into the archive in ``folder``; it extracts in this process."""
    inputs = []
    for number, records in enumerate(files):
        path = folder / f"crawl-{number}.warc.gz"
        path.write_bytes(records if isinstance(records, bytes) else members(records))
        inputs.append(described(str(path), agent="test"))
    fields: dict[str, Any] = {"archive": folder / "archive", "inputs": tuple(inputs), "workers": 0, "digest": "d"}
    return Task(**fields | changes)


def fates(report: Report | FileReport) -> dict[str, int]:
    """How many records met each fate: ``archived``, ``skipped other_type``."""
    files = report.files if isinstance(report, Report) else (report,)
    found: Counter[str] = Counter()
    for file in files:
        for tally in file.tallies:
            found[f"{tally.outcome} {tally.reason or ''}".strip()] += tally.count
    return dict(found)


def sound(folder: Path) -> Archive:
    """The archive, which has to be without fault, removals included."""
    archive = storage.open_archive(folder / "archive")
    assert faults(archive) == []
    assert verify(archive, stones=forgotten.load(archive)).problems == ()
    return archive


def imported(folder: Path, *records: bytes, **changes: Any) -> dict[str, int]:
    """The fates of the records of one file."""
    return fates(import_files(task(folder, records, **changes)))


def test_a_foreign_file_becomes_articles_as_a_crawl_makes_them(tmp_path: Path) -> None:
    report = import_files(task(tmp_path, [info(), response(1), response(2), record("request", b"GET /1", url=SITE)]))
    assert fates(report) == {"archived": 2, "skipped other_record": 2}
    archive = sound(tmp_path)
    rows = archive.articles().to_table().to_pylist()
    assert {(row["source"], row["title"]) for row in rows} == {
        ("courier.example", "Ferry number 1 is late"),
        ("courier.example", "Ferry number 2 is late"),
    }
    assert {row["date_crawled"] for row in rows} == {dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)}
    (run,) = archive.runs().to_table().to_pylist()
    assert (run["command"], run["outcome"], run["run"]) == ("import", "done", report.files[0].run)
    stored = warc.read(archive.warc, warc_place(rows[0]))
    assert stored.payload in (page(1), page(2))
    assert stored.info is not None
    assert (stored.info.origin or "").startswith("crawl-0.warc.gz at ")
    assert "Set-Cookie" not in dict(stored.response_headers)


def warc_place(row: dict[str, Any]) -> storage.records.WarcPosition:
    return storage.records.WarcPosition(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])


def test_the_same_file_again_adds_nothing_whatever_it_is_called(tmp_path: Path) -> None:
    first = task(tmp_path, [response(1), response(2)])
    import_files(first)
    before = sound(tmp_path).captures().to_table()
    assert [file.outcome for file in import_files(first).files] == ["already"]
    other = dataclasses.replace(first, digest="other settings")
    assert fates(import_files(other)) == {"skipped known_record": 2}
    packed = task(tmp_path, PACKINGS["zstd by record"]([response(2), response(1), response(2), response(3)]))
    assert fates(import_files(packed)) == {"archived": 1, "skipped known_record": 3}
    assert sound(tmp_path).captures().count_rows() == before.num_rows + 1


def test_what_came_of_a_page_is_told_as_in_a_crawl(tmp_path: Path) -> None:
    edited = page(1, sentence="The ferry was early this time, which surprised everybody who had come to the quay.")
    records = [
        response(1),
        response(1, date="2024-03-02T12:00:00Z"),
        response(1, date="2024-03-03T12:00:00Z", body=edited),
        response(1, date="2024-03-04T12:00:00Z", body=edited.replace(b"</body>", b"<!-- --></body>")),
        response(5, body=b"<html><title>Nothing</title><p>Nothing</html>"),
        response(6, body=b"", http=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
        response(7, WARC_Truncated="length"),
    ]
    found = imported(tmp_path, *records)
    rejected = {fate: count for fate, count in found.items() if fate.startswith("rejected")}
    assert sum(rejected.values()) == 3
    assert rejected["rejected too_large"] == 1
    rest = {fate: count for fate, count in found.items() if fate not in rejected}
    assert rest == {"archived": 1, "revised": 1, "unchanged same_payload": 1, "unchanged same_text": 1}
    archive = sound(tmp_path)
    assert [row["date_crawled"].day for row in archive.articles().to_table().to_pylist()] == [3]
    assert archive.articles(all_revisions=True).count_rows() == 2


def test_an_older_capture_does_not_become_the_current_revision(tmp_path: Path) -> None:
    older = page(1, sentence="The ferry is expected at nine, the harbour master said, if the wind allows it to sail.")
    imported(tmp_path, response(1, date="2024-03-09T12:00:00Z"))
    assert imported(tmp_path, response(1, body=older)) == {"revised": 1}
    (current,) = sound(tmp_path).articles().to_table(["date_crawled"])["date_crawled"].to_pylist()
    assert current.day == 9


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"sources": ("courier",)}, {"other_source": 1}),
        ({"known_only": True}, {"other_source": 1}),
        ({"mimes": ("application/json",)}, {"other_type": 3}),
        ({"since": dt.date(2024, 3, 2)}, {"other_day": 2}),
        ({"until": dt.date(2024, 3, 1)}, {"other_day": 1}),
        ({"languages": ("de",)}, {"other_language": 3}),
        ({"languages": ("de", "en")}, {}),
    ],
)
def test_only_what_is_wanted_enters_the_archive(tmp_path: Path, wanted: dict[str, Any], left: dict[str, int]) -> None:
    records = [response(1), response(2, url="https://other.example/2"), response(3, date="2024-03-02T00:00:00Z")]
    found = imported(tmp_path, *records, sources=(COURIER,), wanted=Wanted(**wanted))
    assert {fate.partition(" ")[2]: count for fate, count in found.items() if fate.startswith("skipped")} == left
    archive = sound(tmp_path)
    assert archive.captures().count_rows() == 3 - sum(left.values())
    kept = [one for file in warc.segments(archive.warc) for one in warc.scan(archive.warc / file, root=archive.warc)]
    assert len(kept) == 3 - sum(left.values())


def test_a_configured_source_has_its_hosts_and_rules(tmp_path: Path) -> None:
    imported(tmp_path, response(1), response(2, url="http://courier.example/2"), sources=(COURIER,))
    assert set(sound(tmp_path).articles().to_table(["source"])["source"].to_pylist()) == {"courier"}


def revisit(number: int, of: int, **more: str) -> bytes:
    return record(
        "revisit",
        HTTP,
        url=f"{SITE}/{number}",
        date="2024-03-05T12:00:00Z",
        WARC_Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
        WARC_Payload_Digest=digest(page(of)),
        **more,
    )


def test_a_revisit_has_the_payload_that_it_stands_for(tmp_path: Path) -> None:
    first = response(1, WARC_Payload_Digest=digest(page(1)))
    assert imported(tmp_path, first, revisit(1, 1)) == {"archived": 1, "unchanged same_payload": 1}
    later = revisit(1, 1).replace(b"2024-03-05", b"2024-03-06")
    other = revisit(9, 1, WARC_Refers_To_Target_URI=f"{SITE}/1")
    found = imported(tmp_path, later, other, revisit(8, 8), later)
    assert found == {
        "unchanged same_payload": 1,
        "archived": 1,
        "skipped lost_original": 1,
        "skipped known_record": 1,
    }
    sound(tmp_path)


RESERVED = page(1).replace(b"<head>", b'<head><meta name="robots" content="noai">')


@pytest.mark.parametrize(("policy", "fate"), [("record", "archived"), ("skip", "refused ai_reserved")])
def test_reserved_rights_are_obeyed_where_the_source_says_so(tmp_path: Path, policy: str, fate: str) -> None:
    source = dataclasses.replace(COURIER, policy=policy)
    assert imported(tmp_path, response(1, body=RESERVED), sources=(source,)) == {fate: 1}
    archive = storage.open_archive(tmp_path / "archive")
    assert verify(archive).problems == ()
    held = b"".join(gzip.decompress(path.read_bytes()) for path in (tmp_path / "archive" / "warc").rglob("*.gz"))
    assert (b"Ferry number 1" in held) == (policy == "record")
    assert imported(tmp_path, response(1, body=RESERVED), sources=(source,), digest="e") == {"skipped known_record": 1}
    assert archive.captures().count_rows() == 1


def test_a_removed_page_never_comes_back(tmp_path: Path) -> None:
    given = [response(1), response(2)]
    imported(tmp_path, *given)
    request = Request(urls=(f"{SITE}/1",))
    forget.run(storage.open_archive(tmp_path / "archive"), request, say=lambda _: None, agree=lambda _: True)
    mobile = response(1, url="https://m.courier.example/1", body=page(1) + b"<!-- -->")
    found = imported(tmp_path, *given, mobile, digest="e")
    assert found == {"refused forgotten": 2, "skipped known_record": 1}
    assert {url for url, _ in contents(sound(tmp_path))} == {f"{SITE}/2"}


def test_a_source_that_is_being_crawled_is_left_out(tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "archive")
    held = archive.lock_source("courier", holder="a crawl")
    assert held is not None
    given = [response(1), response(2, url="https://other.example/2")]
    report = import_files(task(tmp_path, given, sources=(COURIER,)))
    assert (report.busy, fates(report)) == (("courier",), {"skipped busy": 1, "archived": 1})
    held.release(remove=True)
    assert imported(tmp_path, *given, sources=(COURIER,)) == {"archived": 1, "skipped known_record": 1}
    sound(tmp_path)


def test_two_imports_do_not_add_the_same_page_at_once(tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "archive")
    held = archive.lock_source("+import", holder="another import")
    assert held is not None
    with pytest.raises(ArchiveBusy, match="another import"):
        imported(tmp_path, response(1))
    assert imported(tmp_path, response(1), sources=(COURIER,), wanted=Wanted(known_only=True)) == {"archived": 1}
    held.release(remove=True)


def test_an_import_that_is_limited_or_stopped_goes_on_later(tmp_path: Path) -> None:
    given = [response(number) for number in range(6)]
    limited = import_files(task(tmp_path, given[:3], given[3:], limit=2))
    assert [file.outcome for file in limited.files] == ["stopped"]
    assert fates(limited) == {"archived": 2}

    def stop(seen: Progress) -> bool:
        return seen.read > 0 and seen.input.name == "crawl-1.warc.gz"

    stopped = import_files(task(tmp_path, given[:3], given[3:]), watch=stop)
    assert (stopped.stopped, [file.outcome for file in stopped.files]) == (True, ["done", "stopped"])
    rest = import_files(task(tmp_path, given[:3], given[3:]))
    assert [file.outcome for file in rest.files] == ["already", "done"]
    assert sound(tmp_path).articles().count_rows() == 6


def test_history_is_read_again_now_and_then_so_that_memory_stays_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.importing.job.RELOAD", 2)
    loads = 0

    class Counted(History):
        @classmethod
        def load(cls, *given: Any, **more: Any) -> History:
            nonlocal loads
            loads += 1
            return History.load(*given, **more)

    monkeypatch.setattr("pipelines.importing.job.History", Counted)
    edited = page(1, sentence="The ferry was early this time, which surprised everybody who had come to the quay.")
    later = [response(1, date="2024-03-02T12:00:00Z", body=edited), response(1), response(4)]
    report = import_files(task(tmp_path, [response(1), response(2)], [response(2), response(3)], later))
    assert fates(report) == {"archived": 4, "revised": 1, "skipped known_record": 2}
    assert loads == 3
    sound(tmp_path)


def test_what_was_seen_and_not_kept_takes_little_memory_and_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.importing.seen._LATEST", 10)
    seen, numbers = Seen(), np.random.default_rng(1).permutation(95).tolist()
    at = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    for number in numbers:
        seen.add(f"{SITE}/{number}", at, "sha1:A")
        assert seen.holds(f"{SITE}/{number}", at, "sha1:A")
    held = [number for number in range(120) if seen.holds(f"{SITE}/{number}", at, "sha1:A")]
    assert (held, seen.noted, len(seen._new)) == (list(range(95)), 95, 5)

    monkeypatch.setattr("pipelines.importing.job.NOTED", 2)
    english = [[response(1), response(2)], [response(2), response(3)], [response(2)]]
    report = import_files(task(tmp_path, *english, wanted=Wanted(languages=("de",))))
    assert [fates(file) for file in report.files] == [
        {"skipped other_language": 2},
        {"skipped other_language": 2},
        {"skipped other_language": 1},
    ], "what was not kept is forgotten, and judged anew"


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_killed_import_goes_on_without_a_gap_or_a_double(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.importing.importer.AHEAD_PAGES", 1)
    given = task(tmp_path, [response(number) for number in range(10)], batch_pages=3)
    asked = 0

    def die(_: Progress) -> bool:
        nonlocal asked
        asked += 1
        if asked > at:
            raise Killed
        return False

    with pytest.raises(Killed):
        import_files(given, watch=die)
    held = list(warc.segments(tmp_path / "archive" / "warc"))
    assert bool(held) == (at > 1)
    report = import_files(given)
    assert [file.outcome for file in report.files] == ["done"]
    archive = sound(tmp_path)
    assert sorted(row["requested_url"] for row in archive.articles().to_table().to_pylist()) == [
        f"{SITE}/{number}" for number in range(10)
    ]
    # What is no crawl must not be judged as one.
    written = {warc.run_of(file) for file in warc.segments(archive.warc)}
    runs = archive.runs().to_table(["run", "command"]).to_pylist()
    assert {run["command"] for run in runs if run["run"] in written} == {"import"}


def test_an_archive_that_cannot_be_written_ends_the_import_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = task(tmp_path, [response(1), response(2), response(3)], [response(4)], batch_pages=2)

    def full(*_: object, **__: object) -> None:
        raise CommitFailed("the disk is full; make room")

    with monkeypatch.context() as patched:
        patched.setattr("storage.archive.commit", full)
        report = import_files(given)
    assert [file.outcome for file in report.files] == ["broken"]
    assert exit_code(report) == 1
    assert [file.outcome for file in import_files(given).files] == ["done", "done"]
    assert sound(tmp_path).articles().count_rows() == 4


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = import_files(task(tmp_path, [response(1), response(2), response(1)], dry_run=True))
    assert fates(report) == {"wanted": 2, "skipped known_record": 1}
    assert not (tmp_path / "archive").exists()


def test_damage_is_told_and_costs_the_damaged_records_only(tmp_path: Path) -> None:
    broken = next(case for case in damaged() if case.name == "broken member")
    report = import_files(task(tmp_path, broken.data, b"<html>Not found</html>", b"", [response(7)]))
    assert [file.outcome for file in report.files] == ["done", "refused", "refused", "done"]
    assert [one.reason for one in report.files[0].damage] == ["bad_gzip"]
    assert sound(tmp_path).articles().count_rows() == 5
    again = import_files(task(tmp_path, broken.data))
    assert fates(again) == {"damaged bad_gzip": 1, "skipped known_record": 4}


def test_a_bug_in_the_extractor_keeps_the_page_and_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def process(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipelines.process.process", process)
    report = import_files(task(tmp_path, [response(1)]))
    assert [file.outcome for file in report.files] == ["failed"]
    assert fates(report) == {"failed extract_crashed": 1}
    (row,) = captures_from_arrow(storage.open_archive(tmp_path / "archive").captures().to_table())
    assert row.warc_file is not None
