"""One task of an import: opens the archive, takes what it needs of it, and imports the task's files one by one."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow.compute as pc

from pipelines import forgotten
from pipelines.executors import claims
from pipelines.executors.meter import METER
from pipelines.history import History
from pipelines.importing.download import InputError
from pipelines.importing.importer import FileImport
from pipelines.importing.inputs import Input
from pipelines.importing.originals import Originals
from pipelines.importing.parts import Share
from pipelines.importing.reasons import BUSY, DAMAGED, SKIPPED
from pipelines.importing.seen import Seen
from pipelines.importing.taken import taken
from pipelines.importing.task import FileOutcome, FileReport, Progress, Report, Task, Watch
from pipelines.importing.wanted import Hosts, Part
from pipelines.readings import Submit, here
from pipelines.recovery import recover
from pipelines.sites import Sites
from pipelines.workers import Workers
from storage.archive import Archive, Run, open_archive
from storage.errors import ArchiveBusy, ArchiveError, ArchiveNotFound
from storage.locks import Lock, is_held, who_holds
from storage.migrations import migrate
from storage.records import RunOutcome
from storage.tombstones import Tombstones
from storage.warc.foreign import NoWarc

COMMAND = "import"
STOPPED = "stopped before its end"
# Pages after which history is read from the tables again: what a run touches takes a kilobyte of memory for each.
RELOAD = 200_000
# Pages noted as seen after which those are forgotten of which nothing was kept, such as pages in languages that nobody
# asked for: eight bytes each. A copy of one that comes later is read once more, to no end.
NOTED = 10_000_000
# No source can be called that: who holds it adds pages of sources that nobody configured, which have no lock each.
_OTHERS = "+import"
# At the end: nothing is left to take of a file, or of a part of it, of which there is nothing more to tell.
_IDENTITY = re.compile(r"\(([0-9a-f]{32})\)(?:, part (\d+) of (\d+))?$")

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True)
class _Base:
    """What the files of a task have in common."""

    archive: Archive | None
    hosts: Hosts
    history: History
    seen: Seen
    stones: Tombstones
    busy: frozenset[str] = frozenset()
    share: Share | None = None
    sites: Sites | None = None
    originals: Originals | None = None


def import_files(task: Task, *, say: Say = lambda _: None, watch: Watch = lambda _: False) -> Report:
    """Import the files of ``task``; ``say`` is told a line about what was put right before, ``watch`` how far it is.

    Safe to repeat and to kill: what the archive has is not added again. Where ``watch`` says so it ends, with what was
    taken committed.

    Raises ArchiveError where the archive cannot be opened, recovered or written, or another import is at work in it.
    """
    return _dry(task, watch) if task.dry_run else _written(task, say, watch)


def import_part(task: Task) -> Report:
    """Import the part of a job that ``task`` is; :data:`pipelines.executors.meter.METER` tells how far it is.

    Raises as :func:`import_files` does, also where the archive is not the job's.
    """
    before: Counter[str] = Counter()
    now: Progress | None = None

    def watch(seen: Progress) -> bool:
        nonlocal now
        if now is not None and now.input != seen.input:
            before.update(bytes=now.read, pages=now.taken, archived=now.archived)
        now = seen
        METER.count(
            bytes=before["bytes"] + seen.read,
            pages=before["pages"] + seen.taken,
            archived=before["archived"] + seen.archived,
        )
        return METER.stopping

    return import_files(task, say=METER.say, watch=watch)


def lacks(task: Task) -> str | None:
    """On a node: why it cannot work at ``task``, or None."""
    for file in task.inputs:
        if "://" not in file.address and not Path(file.address).is_file():
            return f"{file.address} is not there; name an address, or a file in a folder that all nodes share"
    return claims.probe(task.archive, task.job)


@contextlib.contextmanager
def prepared(task: Task, *, say: Say = lambda _: None) -> Iterator[None]:
    """Hold the archive ready for the parts of ``task``, which names its job: make it, put it right, lock others out.

    Raises ArchiveError as :func:`import_files` does.
    """
    archive = Archive.create(task.archive, spool=task.spool)
    with contextlib.ExitStack() as stack:
        migrate(archive, say=say)
        forgotten.finish(archive, say=say)
        job = claims.hold(archive, task.job, what="an import")
        stack.callback(job.release, remove=True)
        if not task.wanted.known_only:
            _hold_others(archive, stack, holder=f"an import (job {task.job})")
        yield


def _written(task: Task, say: Say, watch: Watch) -> Report:
    archive = _opened(task)
    with contextlib.ExitStack() as stack:
        submit: Submit = here
        if task.workers:
            workers = Workers(task.workers, timeout=task.timeout, memory=task.memory)
            stack.callback(workers.stop)
            submit = workers.submit
        if not task.job:
            migrate(archive, say=say)
            forgotten.finish(archive, say=say)
        busy = frozenset(_locked(archive, task, stack))
        # With the locks held, so that nobody adds to these sources between the recovery and the history.
        recover(archive, submit=submit, say=say)
        base = _base(task, archive, busy)
        if task.limit is not None and task.began is not None:
            before = taken(archive.captures(), base.sites, since=task.began)
            task = dataclasses.replace(task, limit=task.limit - before)
        done = _done(archive, task.digest, task.part)
        reports: list[FileReport] = []
        fresh = 0
        for file in task.inputs:
            if file.identity in done:
                reports.append(FileReport(input=file, outcome="already"))
                # Whether to stop is asked at the next record: nothing is under way here.
                watch(Progress(input=file, read=file.size or 0, taken=0, archived=0))
                continue
            if _is_enough(task, reports):
                return Report(files=tuple(reports), busy=tuple(sorted(busy)))
            reports.append(_one(task, file, base, submit, reports, watch))
            if reports[-1].outcome == "broken":
                break
            fresh += _taken(reports[-1:])
            if fresh >= RELOAD or base.seen.noted >= NOTED:
                base, fresh = _base(task, archive, busy), 0
            if reports[-1].outcome == "stopped" and not _is_enough(task, reports):
                return Report(files=tuple(reports), busy=tuple(sorted(busy)), stopped=True)
        return Report(files=tuple(reports), busy=tuple(sorted(busy)))


def _opened(task: Task) -> Archive:
    """The archive, made where there is none; that of a job has been made, and is not to be made elsewhere."""
    if not task.job:
        return Archive.create(task.archive, spool=task.spool)
    archive = open_archive(task.archive, spool=task.spool)
    claims.joined(archive, task.job)
    return archive


def _base(task: Task, archive: Archive, busy: frozenset[str]) -> _Base:
    share = Share(task.part, task.sources) if task.part.of > 1 else None
    sites = Sites(share.owns) if share is not None else None
    return _Base(
        archive=archive,
        hosts=Hosts(task.sources, task.wanted),
        history=History.load(archive, sites=sites),
        seen=Seen(archive, sites),
        stones=forgotten.load(archive),
        busy=busy,
        share=share,
        sites=sites,
        originals=Originals(archive) if share is not None else None,
    )


def _one(
    task: Task, file: Input, base: _Base, submit: Submit, before: Sequence[FileReport], watch: Watch
) -> FileReport:
    """Import one file by a run of its own."""
    if base.archive is None:
        raise RuntimeError("only a dry run has no archive")
    records = [source.record for source in task.sources if source.record is not None and source.name not in base.busy]
    run = base.archive.begin(
        COMMAND,
        software=task.software,
        operator=task.operator,
        config_digest=task.digest or None,
        versions=task.versions,
        sources=records,
        segment_bytes=task.segment_bytes,
        quick=True,
    )
    work = FileImport(
        task,
        file,
        archive=base.archive,
        run=run,
        hosts=base.hosts,
        history=base.history,
        seen=base.seen,
        stones=base.stones,
        submit=submit,
        busy=base.busy,
        limit=_left(task, before),
        watch=watch,
        share=base.share,
        originals=base.originals,
    )
    try:
        outcome, detail = _ended(work)
        # With what was under way when the last record was read.
        watch(Progress(input=file, read=work.read, taken=work.taken, archived=work.archived))
        report = _report(work, file, run, outcome, detail)
        run.finish(outcome=_outcome_of(work, outcome), tallies=report.tallies, detail=_told(report, task.part))
    except (ArchiveError, OSError) as error:
        # What was written is indexed when the next run begins.
        run.abandon()
        return _report(work, file, run, "broken", f"the archive cannot be written: {error!s:.300}")
    except BaseException:
        run.abandon()
        raise
    return report


def _ended(work: FileImport) -> tuple[FileOutcome, str | None]:
    """Import, and say how that ended."""
    try:
        work.read_all()
    except NoWarc as error:
        return "refused", str(error)
    except InputError as error:
        return "unreadable", str(error)
    if work.stopped:
        return "stopped", STOPPED
    if work.bugs:
        return "failed", "; ".join(work.bugs[:10])
    return ("stopped", "ended by --limit") if work.limited else ("done", None)


def _report(work: FileImport, file: Input, run: Run | None, outcome: FileOutcome, detail: str | None) -> FileReport:
    return FileReport(
        input=file,
        outcome=outcome,
        run=run.name if run is not None else None,
        read=work.read,
        tallies=work.tally_rows(),
        damage=tuple(work.damage),
        detail=detail,
    )


def _outcome_of(work: FileImport, outcome: FileOutcome) -> RunOutcome:
    """How the run ended."""
    if work.bugs or outcome in ("refused", "unreadable"):
        return "failed"
    return "stopped" if outcome == "stopped" else "done"


def _told(report: FileReport, part: Part) -> str:
    """The file, its identity, which part of it, and what there is to say: the run's ``detail``."""
    of = f", part {part.number + 1} of {part.of}" if part.of > 1 else ""
    told = [f"{report.input.name} ({report.input.identity}){of}"]
    told += [f"{report.count(DAMAGED)} damaged stretches"] * bool(report.damage)
    busy = sum(tally.count for tally in report.tallies if tally.reason == BUSY)
    told += [f"{busy} pages of sources that another run crawls"] * bool(busy)
    told += [report.detail] if report.detail is not None else []
    return "; ".join(told)


def _done(archive: Archive, digest: str, part: Part) -> frozenset[str]:
    """The identities of files of which ``part`` was taken whole, by runs that wanted the same."""
    wanted = (pc.field("command") == COMMAND) & (pc.field("outcome") == "done") & (pc.field("config_digest") == digest)
    details = archive.runs().to_table(["detail"], filter=wanted)["detail"].to_pylist()
    there: dict[tuple[str, int], set[int]] = {}
    for detail in details:
        if (found := _IDENTITY.search(detail or "")) is not None:
            identity, number, of = found.groups()
            there.setdefault((identity, int(of or 1)), set()).add(int(number or 1) - 1)
    return frozenset(
        identity
        for (identity, of), numbers in there.items()
        if len(numbers) == of or (of == part.of and part.number in numbers)
    )


def _locked(archive: Archive, task: Task, stack: contextlib.ExitStack) -> Iterator[str]:
    """Lock the configured sources, and the right to add pages of others; who of the former is held by somebody else.

    Of a job, its giver holds that right, and each part a lock of its own, so that one that is begun again waits for
    the end of the one before.
    """
    share = Share(task.part, task.sources)
    if task.job:
        part = f"{_OTHERS}-{task.part.number}"
        _held(stack, claims.claim(archive, part, holder="a part of an import", job=task.job), archive, part)
        # Looked at again with the lock held: whoever begins another import looks for such locks once it has its own.
        claims.joined(archive, task.job)
    elif not task.wanted.known_only:
        _hold_others(archive, stack, holder="an import")
    for source in task.sources:
        if (task.wanted.sources and source.name not in task.wanted.sources) or not share.has(source):
            continue
        held = claims.claim(archive, source.name, holder=f"import of source {source.name}", job=task.job)
        if held is None:
            yield source.name
        else:
            stack.callback(held.release, remove=True)


def _hold_others(archive: Archive, stack: contextlib.ExitStack, *, holder: str) -> None:
    """Lock the right to add pages of sources that nobody configured; no part of an earlier job may be at work."""
    _held(stack, archive.lock_source(_OTHERS, holder=holder), archive, _OTHERS)
    for lock in (archive.root / "locks").glob(f"source-{_OTHERS}-*.lock"):
        if is_held(lock):
            raise ArchiveBusy(f"{archive.root} is being added to by {who_holds(lock)}; wait until it has ended")


def _held(stack: contextlib.ExitStack, lock: Lock | None, archive: Archive, name: str) -> None:
    if lock is None:
        raise ArchiveBusy(f"{archive.root} is being added to by {archive.source_holder(name)}; wait until it has ended")
    stack.callback(lock.release, remove=True)


def _left(task: Task, before: Sequence[FileReport]) -> int | None:
    if task.limit is None:
        return None
    return task.limit - _taken(before)


def _is_enough(task: Task, before: Sequence[FileReport]) -> bool:
    left = _left(task, before)
    return left is not None and left <= 0


def _taken(reports: Sequence[FileReport]) -> int:
    """How many pages these files brought."""
    tallies = (tally for report in reports for tally in report.tallies)
    return sum(tally.count for tally in tallies if tally.outcome not in (SKIPPED, DAMAGED))


def _dry(task: Task, watch: Watch) -> Report:
    """Read the files, and say what of them would be taken; nothing is written or extracted."""
    try:
        archive: Archive | None = open_archive(task.archive, spool=task.spool)
    except ArchiveNotFound:
        archive = None
    base = _Base(
        archive=archive,
        hosts=Hosts(task.sources, task.wanted),
        history=History.load(archive) if archive is not None else History(),
        seen=Seen(archive),
        stones=forgotten.load(archive) if archive is not None else Tombstones((), str),
    )
    reports: list[FileReport] = []
    for file in task.inputs:
        work = FileImport(
            task,
            file,
            archive=archive,
            run=None,
            hosts=base.hosts,
            history=base.history,
            seen=base.seen,
            stones=base.stones,
            submit=here,
            limit=_left(task, reports),
            watch=watch,
        )
        outcome, detail = _ended(work)
        reports.append(_report(work, file, None, outcome, detail))
        if outcome == "stopped":
            break
    return Report(files=tuple(reports), stopped=bool(reports) and reports[-1].detail == STOPPED)
