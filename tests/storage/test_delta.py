"""One append, exactly once: numbers, lost replies, retries, many writers."""

from __future__ import annotations

import errno
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from storage import delta, log
from storage.archive import Archive
from storage.errors import CommitFailed, ProtocolViolation
from storage.schema import CAPTURES, to_arrow
from tests.archive_samples import article, begin, capture, contents, faults

SPAWN = multiprocessing.get_context("spawn")
APPENDS = 40


FULL = "disk full? No space left on device (os error 28)"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    delta.create(tmp_path, CAPTURES)
    return tmp_path


def append(root: Path, number: int, *, application: str = "r", sleep: Callable[[float], None] = lambda _: None) -> bool:
    rows = to_arrow(CAPTURES, [capture(number, run=application, batch=number)])
    return delta.append(root, CAPTURES, rows, application=application, number=number, sleep=sleep)


def numbers(root: Path) -> list[int]:
    return sorted(Archive(root).captures().to_table(["batch"])["batch"].to_pylist())


class Fails:
    """deltalake's ``write_deltalake`` at the boundary; its first ``times`` calls fail before or after they write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, after: bool, times: int, error: Exception) -> None:
        self.calls = 0
        self._real: Callable[..., None] = delta.write_deltalake
        self._after, self._times, self._error = after, times, error
        monkeypatch.setattr(delta, "write_deltalake", self)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.calls += 1
        fails = self.calls <= self._times
        if fails and not self._after:
            raise self._error
        self._real(*args, **kwargs)
        if fails:
            raise self._error


ERRORS = [
    pytest.param(CommitFailedError("conflict"), id="conflict"),
    pytest.param(DeltaError("generic"), id="delta"),
    pytest.param(OSError("disk"), id="disk"),
]


def test_batches_go_in_by_their_numbers(root: Path) -> None:
    assert [append(root, number) for number in (1, 2, 3)] == [True, True, True]
    assert numbers(root) == [1, 2, 3]


def test_a_repeated_number_is_not_written_twice(root: Path) -> None:
    append(root, 1)
    assert append(root, 1) is False
    assert numbers(root) == [1]


@pytest.mark.parametrize(("before", "number"), [((), 2), ((1,), 3), ((1, 2), 1)], ids=["first", "gap", "back"])
def test_a_number_out_of_turn_is_refused(root: Path, before: tuple[int, ...], number: int) -> None:
    for earlier in before:
        append(root, earlier)
    with pytest.raises(ProtocolViolation, match=f"transaction {number} of r was due"):
        append(root, number)
    assert numbers(root) == list(before)


def test_each_run_counts_for_itself(root: Path) -> None:
    append(root, 1, application="a")
    append(root, 1, application="b")
    append(root, 2, application="a")
    assert numbers(root) == [1, 1, 2]


@pytest.mark.parametrize("error", ERRORS)
def test_a_lost_reply_is_seen_as_done(root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    writing = Fails(monkeypatch, after=True, times=1, error=error)
    assert append(root, 1) is True
    assert writing.calls == 1
    assert numbers(root) == [1]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_tried_again_after_longer_and_longer_waits(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    writing = Fails(monkeypatch, after=False, times=4, error=error)
    waits: list[float] = []
    assert append(root, 1, sleep=waits.append) is True
    assert writing.calls == 5
    assert len(waits) == 4
    assert waits[0] < 0.2
    assert waits[3] > 2 * waits[0]
    assert numbers(root) == [1]


def test_no_more_tries_than_promised(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Fails(monkeypatch, after=False, times=100, error=OSError("disk"))
    waits: list[float] = []
    with pytest.raises(CommitFailed, match=r"failed 8 times: disk"):
        append(root, 1, sleep=waits.append)
    assert writing.calls == delta.TRIES
    assert max(waits) < 16
    assert numbers(root) == []


def test_a_bug_is_not_tried_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Fails(monkeypatch, after=False, times=1, error=ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError):
        append(root, 1)
    assert writing.calls == 1


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommitFailed, match="captures is missing"):
        append(tmp_path, 1)


def test_what_is_written_is_synced_with_its_log_entry_even_where_the_reply_was_lost(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(root, 1, application="other")
    real, synced = os.fsync, set()

    def fsync(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().resolve())
        real(descriptor)

    class Meanwhile(Fails):
        """After our commit and before our second look, somebody else commits twice."""

        def __call__(self, *args: Any, **kwargs: Any) -> None:
            try:
                super().__call__(*args, **kwargs)
            except OSError:
                append(root, 2, application="other")
                append(root, 3, application="other")
                raise

    monkeypatch.setattr(os, "fsync", fsync)
    Meanwhile(monkeypatch, after=True, times=1, error=OSError("reply lost"))
    assert append(root, 1) is True
    table = root.resolve() / "captures"
    for uri in DeltaTable(str(table)).file_uris():
        if uri not in DeltaTable(str(table), version=1).file_uris():
            assert Path(uri).resolve() in synced
    assert {table / "_delta_log" / f"{version:020}.json" for version in (2, 3, 4)} <= synced
    assert {table, table / "_delta_log"} <= synced


def test_the_reply_of_each_kind_of_commit_lost_doubles_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(archive)
    for number in range(1, 4):
        run.record(capture(number), article(number))
        Fails(monkeypatch, after=True, times=2, error=OSError("reply lost"))
        run.commit(run.take())
        monkeypatch.undo()
    run.record(capture(4), article(4))
    Fails(monkeypatch, after=True, times=3, error=OSError("reply lost"))
    run.finish()
    assert archive.captures().count_rows() == archive.articles(all_revisions=True).count_rows() == 4
    assert archive.runs().count_rows() == 1


def write_many(root: str, name: str, start: Any) -> None:
    """In a process of its own: append batches as fast as it goes."""
    start.wait(60)
    for number in range(1, APPENDS + 1):
        rows = to_arrow(CAPTURES, [capture(number, run=name, batch=number)])
        delta.append(Path(root), CAPTURES, rows, application=name, number=number)


def test_two_processes_lose_and_double_nothing(root: Path) -> None:
    start = SPAWN.Barrier(2)
    writers = [SPAWN.Process(target=write_many, args=(str(root), name, start)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(100)
    assert [writer.exitcode for writer in writers] == [0, 0]
    table = Archive(root).captures().to_table(["run", "batch"])
    found = Counter(zip(table["run"].to_pylist(), table["batch"].to_pylist(), strict=True))
    assert found == Counter({(name, number): 1 for name in ("one", "two") for number in range(1, APPENDS + 1)})


def create_many(root: str, start: Any) -> None:
    """In a process of its own: make the archive at the same moment as the others."""
    start.wait(60)
    run = begin(Archive.create(root))
    run.record(capture(os.getpid()), article(os.getpid()))
    run.finish()


def test_four_processes_create_one_archive(tmp_path: Path) -> None:
    start = SPAWN.Barrier(4)
    makers = [SPAWN.Process(target=create_many, args=(str(tmp_path / "archive"), start)) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(100)
    assert [maker.exitcode for maker in makers] == [0, 0, 0, 0]
    archive = Archive(tmp_path / "archive")
    assert len(contents(archive)) == archive.runs().count_rows() == 4
    assert [fault for fault in faults(archive) if "doubled" in fault or "lock" in fault] == []


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), "the disk is full; make room", id="full"),
        pytest.param(DeltaError(FULL), "the disk is full; make room", id="full, as delta-rs says it"),
        pytest.param(OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk quota is used up", id="quota"),
        pytest.param(DeltaError("Read-only file system (os error 30)"), "the disk is read-only", id="read-only"),
        pytest.param(PermissionError(errno.EACCES, "Permission denied"), "change its rights", id="rights"),
    ],
)
def test_what_no_try_gets_over_ends_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, advice: str
) -> None:
    writing = Fails(monkeypatch, after=False, times=99, error=error)
    slept: list[float] = []
    with pytest.raises(CommitFailed, match=f"captures: transaction 1 of r cannot be written: .*{advice}"):
        append(root, 1, sleep=slept.append)
    assert (writing.calls, slept, numbers(root)) == (1, [], [])


def test_a_disk_that_is_full_behind_the_commit_harms_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint had no room any more: the commit itself stands, and is seen to stand."""
    Fails(monkeypatch, after=True, times=1, error=DeltaError(FULL))
    assert append(root, 1)
    assert numbers(root) == [1]


def test_a_replacement_waits_longer_each_time_that_others_are_faster(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, slept = log.write_new, [0.0]

    def busy(path: Path, data: bytes) -> None:
        if len(slept) <= 12:
            append(root, len(slept))
        real(path, data)

    monkeypatch.setattr(log, "write_new", busy)
    version = log.replace(
        root / "captures", transactions=[("me", 7)], operation="WRITE", data_change=False, sleep=slept.append
    )
    assert (version, len(slept) - 1) == (13, 12), "twelve others took the number before"
    assert all(0 < wait <= 1.5 for wait in slept[1:])
    assert sum(slept[7:]) > 2 * sum(slept[1:7])
    assert delta.transaction(delta.snapshot(root, CAPTURES), "me") == 7
    assert numbers(root) == list(range(1, 13))


def test_a_replacement_that_never_gets_a_number_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(path: Path, _: bytes) -> None:
        raise FileExistsError(path)

    monkeypatch.setattr(log, "write_new", taken)
    slept: list[float] = []
    with pytest.raises(CommitFailed, match=r"captures: others were faster 200 times; nothing changed"):
        log.replace(root / "captures", operation="WRITE", data_change=False, sleep=slept.append)
    assert len(slept) == log.TRIES - 1


def test_a_writer_reads_only_what_is_new_since_its_last_append_and_tracks_no_files(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh: list[bool] = []
    real = DeltaTable.__init__

    def opened(self: DeltaTable, *arguments: Any, **options: Any) -> None:
        fresh.append(options.get("without_files", False))
        real(self, *arguments, **options)

    at_hand: delta.AtHand = {}

    def mine(number: int) -> bool:
        rows = to_arrow(CAPTURES, [capture(number, run="r", batch=number)])
        return delta.append(root, CAPTURES, rows, application="r", number=number, at_hand=at_hand)

    with monkeypatch.context() as patched:
        patched.setattr(DeltaTable, "__init__", opened)
        assert mine(1)
        assert append(root, 1, application="somebody else")
        assert mine(2)
        assert mine(3)
    assert fresh == [True, True], "one for each writer"
    assert numbers(root) == [1, 1, 2, 3]


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("few", [10, 1])
def test_a_writer_sees_what_another_wrote_under_its_name_since_its_last_append(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool, few: int
) -> None:
    monkeypatch.setattr(delta, "_FEW", few)
    at_hand: delta.AtHand = {}

    def mine(number: int) -> bool:
        rows = to_arrow(CAPTURES, [capture(number, run="r", batch=number)])
        return delta.append(root, CAPTURES, rows, application="r", number=number, at_hand=at_hand)

    assert mine(1)
    assert append(root, 2, application="r"), "as whoever took the lock over"
    assert append(root, 1, application="somebody else")
    if not kept:
        DeltaTable(str(root / "captures")).create_checkpoint()
        for _, entry in log.versions(root / "captures")[:-1]:
            entry.unlink()
    assert not mine(2)
    assert mine(3)
    for number in (4, 5):
        assert append(root, number, application="r")
    with pytest.raises(ProtocolViolation, match="transaction 4 of r was due, but the table holds number 5"):
        mine(4)
    assert numbers(root) == [1, 1, 2, 3, 4, 5]


def test_the_look_for_a_transaction_costs_no_reading_of_the_whole_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = DeltaTable.transaction_version

    def transaction_version(self: DeltaTable, application: str) -> int | None:
        asked.append(application)
        return real(self, application)

    monkeypatch.setattr(DeltaTable, "transaction_version", transaction_version)
    at_hand: delta.AtHand = {}
    for number in (1, 2, 3):
        rows = to_arrow(CAPTURES, [capture(number, run="r", batch=number)])
        assert delta.append(root, CAPTURES, rows, application="r", number=number, at_hand=at_hand)
    assert asked == ["r"], "delta-rs reads every entry since the last checkpoint for it"


def test_appends_leave_whole_checkpoints_as_often_as_the_table_says(root: Path) -> None:
    table = root / "captures"
    DeltaTable(str(table)).alter.set_table_properties({"delta.checkpointInterval": "3"})
    at_hand: delta.AtHand = {}
    for number in range(1, 8):
        rows = to_arrow(CAPTURES, [capture(number, run="r", batch=number)])
        delta.append(root, CAPTURES, rows, application="r", number=number, at_hand=at_hand)
    assert [version for version, _ in log.checkpoints(table)] == [2, 5, 8]
    for entry in (table / "_delta_log").glob("*.json"):
        entry.unlink()
    alone = DeltaTable(str(table))
    assert (alone.version(), alone.transaction_version("r"), len(alone.file_uris())) == (8, 7, 7)
    assert numbers(root) == list(range(1, 8))


def test_an_append_whose_checkpoint_fails_stands_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DeltaTable(str(root / "captures")).alter.set_table_properties({"delta.checkpointInterval": "1"})
    tried: list[int] = []

    def refused(self: DeltaTable) -> None:
        tried.append(self.version())
        raise DeltaError("no checkpoint today")

    monkeypatch.setattr(DeltaTable, "create_checkpoint", refused)
    assert append(root, 1), "this call wrote it"
    assert tried == [2]
    assert numbers(root) == [1]


def test_a_snapshot_that_an_error_has_met_is_not_used_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand: delta.AtHand = {}
    rows = [to_arrow(CAPTURES, [capture(number, run="r", batch=number)]) for number in (1, 2, 3)]
    options: dict[str, Any] = {"application": "r", "sleep": lambda _: None, "at_hand": at_hand}
    delta.append(root, CAPTURES, rows[0], number=1, **options)
    held = at_hand["captures"]
    Fails(monkeypatch, after=True, times=1, error=OSError("the reply was lost"))
    assert delta.append(root, CAPTURES, rows[1], number=2, **options)
    assert at_hand.get("captures") is not held
    assert delta.append(root, CAPTURES, rows[2], number=3, **options)
    assert numbers(root) == [1, 2, 3]
