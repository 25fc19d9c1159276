"""Making the articles of an archive again from its pages, with the extractor and the rules of today.

First :func:`look`: pages are read again, source by source, and what would change is spooled and counted. Then, where
that is wanted, :func:`carry_out`: the rows are replaced, in one commit of each table. What is left out, or nobody
wants, costs nothing but the work folder, which the holder of the maintenance lock removes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from pipelines.differences import Differences, Loss
from pipelines.executors import Executor, LocalExecutor, claims
from pipelines.executors.meter import METER
from pipelines.limits import Limits
from pipelines.outcomes import PAGES
from pipelines.process import EXTRACTOR
from pipelines.readings import Submit, here
from pipelines.rereading import Reread, Task, reread
from pipelines.scopes import COMMAND, Request, covers, rules_of, scopes
from pipelines.workers import Workers
from storage import delta, log, parquet, replace, snapshots
from storage.archive import Archive, open_archive
from storage.compact import PREFIX
from storage.errors import ArchiveError
from storage.records import Article, Page, Rejection, RunRecord
from storage.replace import Change, Replacement
from storage.schema import ARTICLES, CAPTURES, RUNS, to_arrow
from storage.snapshots import Snapshot

# Rows of captures in one task. What is known of them is held at once; of a source with more, all the same.
TASK_ROWS = 50_000
# Seconds between two lines about how far it is.
LINE_SECONDS = 10.0


class UnknownSource(ArchiveError):
    """The archive holds nothing of a source that was named; the message says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a rebuild would change: what each task came to, and of which moment of the archive it speaks.

    ``groups`` are sources that share articles; runs that began ``before`` were at their end then.
    """

    request: Request
    snapshot: Snapshot
    before: str
    groups: tuple[tuple[str, ...], ...]
    tasks: tuple[Reread, ...]

    @property
    def differences(self) -> tuple[Differences, ...]:
        """Those of each source of which pages were read, by name."""
        told = [one for task in self.tasks for one in task.differences if one.pages]
        return tuple(sorted(told, key=lambda one: one.source))

    @property
    def pages(self) -> int:
        """Pages that were read again."""
        return sum(one.pages for one in self.differences)

    def losses(self, bound: float) -> dict[str, tuple[Loss, ...]]:
        """The sources that would lose more than ``bound`` (0 to 1) of their articles or of a field, and what."""
        return {one.source: found for one in self.differences if (found := one.losses(bound))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was replaced: the run that stands for it, rows of ``articles`` and ``captures`` that went and came.

    ``left_out`` are sources that stay as they were.
    """

    run: str
    articles_gone: int
    articles_come: int
    captures_gone: int
    captures_come: int
    left_out: tuple[str, ...] = ()


def look(
    archive: Archive,
    request: Request,
    *,
    submit: Submit = here,
    executor: Executor | None = None,
    workers: int = 0,
    limits: Limits | None = None,
    tasks: int = 1,
    job: str = "",
    begin: Callable[[int], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Preview:
    """Read again what ``request`` asks for, and spool what would change. Nothing of the tables is changed.

    The caller holds the maintenance lock, and has put dead runs right. ``submit`` starts the extraction of a page. With
    an ``executor``, the tasks of ``job`` run where it runs them, each with so many ``workers`` of its own, which
    keep to the ``limits`` of a page; there are ``tasks`` or somewhat more of them, where so many sources stand alone.
    ``begin`` is told how many there are before the first begins.

    Raises:
        UnknownSource: the archive knows nothing of a source that was named.
        ArchiveError: a table cannot be read, or the work folder cannot be written.
    """
    replace.abandon(archive.root)
    snapshot = snapshots.taken(archive.root)
    seen = Archive(archive.root, as_of=snapshot)
    known = _sources(seen)
    wanted = list(dict.fromkeys(request.sources)) if request.sources else sorted(known.keys() - set(request.without))
    for name in wanted:
        if name not in known:
            raise UnknownSource(f"the archive has no pages of {name!r}; it has {', '.join(sorted(known)) or 'none'}")
    open_runs = _open_runs(seen)
    before = min([*open_runs, run_name(snapshot.at)])
    pending = _pending(archive, snapshot, open_runs)
    asked = scopes(seen, wanted, request)
    groups = _groups(seen, known.keys())
    limits = limits or Limits()
    given = [
        Task(
            # What a task that outlived its driver still spools is none of the next rebuild's.
            name=f"{job}{number:05}",
            archive=archive.address,
            workers=workers,
            timeout=limits.timeout,
            memory=limits.memory,
            job=job,
            sources=tuple(names),
            scopes=tuple(asked[name] for name in names if name in asked),
            snapshot=snapshot,
            pending=pending,
            samples=request.samples,
        )
        for number, names in enumerate(_shared_out(groups, known, frozenset(wanted), tasks), 1)
    ]
    count = _Counting(submit, say, _most(seen, wanted))
    work = reread_there if executor is not None else partial(reread, archive=archive, submit=count.submit)
    begin(len(given))
    # Closed before a cluster is left, also where an exception holds on to the iterator.
    with contextlib.closing((executor or LocalExecutor()).map(work, given)) as ended:
        done = [one.value() for one in ended]
    return Preview(request=request, snapshot=snapshot, before=before, groups=groups, tasks=tuple(done))


def carry_out(archive: Archive, preview: Preview, *, leave_out: Iterable[str] = ()) -> Rebuilt | None:
    """Replace the rows that ``preview`` speaks of; None where no page was read, or all sources are left out.

    ``leave_out`` are sources that stay as they are, and with them those that they share articles with. What others
    appended since stays. Killed before the last step, nothing has changed; after it, the next maintenance ends it.

    Raises:
        ArchiveError: the tables are not what they were, or cannot be written; nothing was changed.
    """
    named = frozenset(leave_out)
    out = frozenset(name for group in preview.groups if named & frozenset(group) for name in group)
    used = [one for one in preview.differences if one.source not in out]
    if not used:
        return None
    changes = (
        Change(
            table=CAPTURES,
            come=tuple(file for task in preview.tasks for file in task.captures.come),
            go=tuple(file for task in preview.tasks for file in task.captures.go),
            without=out,
        ),
        Change(
            table=ARTICLES,
            come=tuple(file for task in preview.tasks for file in task.articles.come),
            go=tuple(file for task in preview.tasks for file in task.articles.go),
            without=out,
        ),
    )
    woven = [
        replace.weave(archive.root, change, log.files(_at(archive, preview.snapshot, change.table.name)))
        for change in changes
        if change.come or change.go
    ]
    name = f"{run_name(dt.datetime.now(dt.UTC))}-{secrets.token_hex(6)}"
    replace.begin(archive.root, [*woven, _noted(archive, name, preview, out)])
    replace.finish(archive.root)
    told = {one.table: one for one in woven}
    captures, articles = (told.get(table.name) for table in (CAPTURES, ARTICLES))
    return Rebuilt(
        run=name,
        articles_gone=articles.gone if articles is not None else 0,
        articles_come=articles.come if articles is not None else 0,
        captures_gone=captures.gone if captures is not None else 0,
        captures_come=captures.come if captures is not None else 0,
        left_out=tuple(one.source for one in preview.differences if one.source in out),
    )


def reread_there(task: Task) -> Reread:
    """:func:`reread` on another machine; :data:`METER` counts the pages.

    Raises as :func:`reread` does, also where the archive is not the job's.
    """
    archive = open_archive(task.archive)
    if task.job:
        claims.joined(archive, task.job)
    workers = Workers(max(1, task.workers), timeout=task.timeout, memory=task.memory)

    def submit(page: Page) -> Future[Article | Rejection]:
        METER.add("pages")
        return workers.submit(page)

    try:
        return reread(task, archive=archive, submit=submit)
    finally:
        workers.stop()


def run_name(instant: dt.datetime) -> str:
    """What the names of runs that began at ``instant`` begin with; names sort by their start."""
    return f"{instant.astimezone(dt.UTC):%Y%m%dT%H%M%S.%fZ}"


class _Counting:
    """Hands pages on to be extracted, and tells now and then how many it has been."""

    def __init__(self, submit: Submit, say: Callable[[str], None], most: int) -> None:
        self._submit, self._say, self._most = submit, say, most
        self._count = 0
        self._next = time.monotonic() + LINE_SECONDS

    def submit(self, page: Page) -> Future[Article | Rejection]:
        """Start the extraction of ``page``."""
        self._count += 1
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            self._say(f"{self._count} pages read, of about {self._most}")
        return self._submit(page)


def _noted(archive: Archive, name: str, preview: Preview, out: frozenset[str]) -> Replacement:
    """The row in ``runs``, which also tells the next rebuild what it need not read again."""
    request = preview.request
    told = [one for task in preview.tasks for one in task.differences if one.source not in out]
    whole = request.since is None and request.until is None
    rules = rules_of(request)
    versions = [f"extractor {EXTRACTOR}"]
    if whole:
        versions += [covers(one.source, rules.get(one.source), preview.before) for one in told]
    record = RunRecord(
        run=name,
        command=COMMAND,
        outcome="done",
        started_at=preview.snapshot.at,
        finished_at=dt.datetime.now(dt.UTC),
        versions=tuple(versions),
        detail=f"read {sum(one.pages for one in told)} pages of {len(told)} sources again with {EXTRACTOR}",
    )
    folder = archive.root / RUNS.name
    path = f"{PREFIX}{secrets.token_hex(16)}.zstd.parquet"
    added = parquet.write(folder, path, to_arrow(RUNS, [record]), RUNS, row_group=parquet.GROUP_ROWS)
    return Replacement(table=RUNS.name, removed=(), added=(added,), gone=0, come=1)


def _sources(seen: Archive) -> dict[str, int]:
    """The sources that have pages, and how many rows of captures each has."""
    found: Counter[str] = Counter()
    for batch in seen.captures().to_batches(["source"], pc.field("kind") == "article"):
        counted = pc.value_counts(batch["source"])
        found.update(dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)))
    return dict(found)


def _open_runs(seen: Archive) -> list[str]:
    """Runs that have rows and were not at their end, in their order."""
    found: set[str] = set()
    for batch in seen.captures().to_batches(["run"]):
        found.update(pc.unique(batch["run"]).to_pylist())
    return sorted(found - set(seen.runs().to_table(["run"])["run"].to_pylist()))


def _pending(archive: Archive, snapshot: Snapshot, runs: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Batches that captures has and articles has not yet."""
    if not runs:
        return frozenset()
    captures, articles = (_at(archive, snapshot, table.name) for table in (CAPTURES, ARTICLES))
    return frozenset(
        (run, number)
        for run in runs
        for number in range(delta.transaction(articles, run) + 1, delta.transaction(captures, run) + 1)
    )


def _shared_out(
    groups: Sequence[tuple[str, ...]], known: Mapping[str, int], wanted: frozenset[str], tasks: int
) -> Iterator[list[str]]:
    """The groups that have a wanted source, as many together as :data:`TASK_ROWS` and ``tasks`` allow."""
    due = [group for group in groups if wanted & frozenset(group)]
    most = min(TASK_ROWS, sum(known[name] for group in due for name in group) // tasks)
    names: list[str] = []
    rows = 0
    for group in due:
        size = sum(known[name] for name in group)
        if names and rows + size > most:
            yield names
            names, rows = [], 0
        names, rows = [*names, *group], rows + size
    if names:
        yield names


def _groups(seen: Archive, known: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The sources, those that share an article together."""
    group = {name: {name} for name in known}
    wanted = (pc.field("kind") == "article") & pc.field("id").is_valid()
    pairs = [
        pa.Table.from_batches([batch]).group_by(["source", "id"]).aggregate([])
        for batch in seen.captures().to_batches(["source", "id"], wanted)
    ]
    if pairs and len(group) > 1:
        each = pa.concat_tables(pairs).group_by(["source", "id"]).aggregate([])
        counted = each.group_by("id").aggregate([("source", "count"), ("source", "list")])
        for names in counted.filter(pc.greater(counted["source_count"], 1))["source_list"].to_pylist():
            joined = {name for one in names for name in group[one]}
            for name in joined:
                group[name] = joined
    return tuple(sorted({tuple(sorted(names)) for names in group.values()}))


def _most(seen: Archive, wanted: Sequence[str]) -> int:
    answered = pc.field("warc_file").is_valid() & pc.field("status").isin(sorted(PAGES))
    named = pc.field("source").isin(pa.array(wanted, pa.string()))
    return seen.captures().count_rows(named & answered & (pc.field("kind") == "article"))


def _at(archive: Archive, snapshot: Snapshot, table: str) -> DeltaTable:
    return delta.opened(archive.root / table, snapshot.of(table).version)
