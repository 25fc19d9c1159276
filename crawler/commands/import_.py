"""``broadsheet import``: WARC files that others wrote, with the configuration's sources, and what came of them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from crawler.config import ArchiveConfig, Config, CrawlConfig, SourceConfig, check_archive_path, load
from crawler.config.model import fold_www
from crawler.provenance import SOFTWARE, disk_lacks, source_record, versions
from crawler.spread import named, overview, shared, shared_file
from crawler.stopping import stoppable
from crawler.terminal import LINE_SECONDS, clean, say_on
from pipelines.executors import Ended, LocalExecutor, claims
from pipelines.executors.cluster import Spread, joined
from pipelines.executors.ray import MEMORY, RayExecutor, Standing
from pipelines.importing.inputs import Input, described, expand
from pipelines.importing.job import import_files, import_part, lacks, prepared
from pipelines.importing.parts import MOST, cut, merged
from pipelines.importing.reasons import DAMAGED, SKIPPED, WANTED
from pipelines.importing.task import FileReport, Report, Task
from pipelines.importing.task import Progress as Seen
from pipelines.importing.wanted import Source, Wanted
from storage.errors import ArchiveError
from storage.places import Address

DONE, FAILED, INCOMPLETE = 0, 1, 3
_FATES = (WANTED, "archived", "revised", "unchanged", "rejected", "refused", "failed", SKIPPED, DAMAGED)
# Damaged stretches named one by one for each file; the run's row counts them all.
_NAMED = 10


def run(
    words: tuple[str, ...],
    *,
    config: Path,
    archive: Address | None,
    wanted: Wanted,
    limit: int | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    spread: Spread | None = None,
    err: Console,
) -> Report:
    """Import the files that ``words`` name into ``archive``, or the configuration's; ``err`` shows how far it is.

    Without a configuration a page's source is its registered domain. With ``spread`` the files are imported by tasks
    on a cluster, each of which takes some of the sites out of every file.

    Raises:
        ConfigError: the configuration is wrong, or there is none and no archive either.
        ArchiveError: a file is not there, the archive cannot be written, or another import is at work in it.
    """
    settings = _settings(config, archive)
    _check_names(settings, wanted)
    lacking = None if dry_run else disk_lacks_of(settings)
    if lacking is not None:
        raise ArchiveError(lacking)
    agent = f"{SOFTWARE} (+{settings.crawl.contact})" if settings.crawl.contact else SOFTWARE
    inputs = tuple(described(address, agent=agent) for address in expand(words, agent=agent))
    wanted = dataclasses.replace(
        wanted, policy=settings.crawl.rights_policy, obey_noarchive=settings.crawl.obey_noarchive
    )
    task = dataclasses.replace(_task(settings, inputs, wanted), limit=limit, dry_run=dry_run)
    task = dataclasses.replace(task, workers=workers or task.workers, software=agent)
    if spread is not None:
        return _spread(dataclasses.replace(task, workers=workers or 1), spread, err)
    with stoppable() as stop, _view(err, inputs) as show:

        def watch(seen: Seen) -> bool:
            show(seen)
            return stop.asked

        work = partial(import_files, say=say_on(err), watch=watch)
        (ended,) = LocalExecutor().map(work, [task])
    return ended.value()


def _spread(task: Task, spread: Spread, err: Console) -> Report:
    """Import on a cluster: parts by site, all of the same files."""
    task = dataclasses.replace(
        task,
        archive=shared(task.archive),
        inputs=tuple(dataclasses.replace(file, address=shared_file(file.address)) for file in task.inputs),
        job=claims.new_job(),
        began=dt.datetime.now(dt.UTC),
    )
    say = say_on(err)
    with joined(spread.on, say=say) as cluster, prepared(task, say=say), stoppable() as stop:
        cluster.check(lacks, task)
        tasks = cut(task, spread.count(cluster, cores=task.workers, most=MOST))
        of = sum(file.size or 0 for file in task.inputs) * len(tasks)

        def words(counts: Mapping[str, int]) -> str:
            share = f"{100 * counts.get('bytes', 0) / of:.0f} % read, " if of else ""
            return share + named(counts, pages="pages taken", archived="archived")

        with overview(err, of=len(tasks), words=words) as view:

            def watch(standing: Standing) -> bool:
                view.show(standing)
                return stop.asked

            executor = RayExecutor(
                cluster,
                cores=task.workers,
                memory=MEMORY * task.workers,
                name=_part,
                say=say,
                watch=watch,
            )
            # Closed before the cluster is left, also where an exception holds on to the iterator.
            with contextlib.closing(executor.map(import_part, tasks)) as ended:
                return together(task, tasks, list(ended))


def together(task: Task, tasks: Sequence[Task], ended: Sequence[Ended[Task, Report]]) -> Report:
    """What the parts came to. Raises what a part raised where all that ended did; else the report names it."""
    reports = [one.value() for one in ended if one.error is None]
    if ended and not reports:
        ended[0].value()
    whole = merged(task, reports)
    return dataclasses.replace(
        whole,
        stopped=whole.stopped or len(ended) < len(tasks),
        errors=tuple(f"{_part(one.item)}: {one.error!s:.300}" for one in ended if one.error is not None),
    )


def _part(task: Task) -> str:
    return f"part {task.part.number + 1} of {task.part.of}"


def _settings(config: Path, archive: Address | None) -> Config:
    """The configuration, or the defaults where only an archive is named and no file is there."""
    if archive is not None and not config.exists():
        return Config(file=config, archive=ArchiveConfig.at(archive), crawl=CrawlConfig(contact=""))
    loaded = load(config)
    if archive is not None:
        return dataclasses.replace(loaded, archive=dataclasses.replace(loaded.archive, path=archive))
    check_archive_path(loaded)
    return loaded


def disk_lacks_of(settings: Config) -> str | None:
    """What the archive's disk lacks, where its folder is there already; see :func:`crawler.provenance.disk_lacks`."""
    return disk_lacks(settings) if settings.archive.folder.exists() else None


def _check_names(settings: Config, wanted: Wanted) -> None:
    """Raise where a source is named that can have no page: neither a configured one nor a domain."""
    known = {source.name for source in settings.sources}
    for name in wanted.sources:
        if name not in known and (wanted.known_only or "." not in name):
            raise ArchiveError(
                f"--source {name}: no source is configured by that name, and it is no domain; write "
                f"one of {', '.join(sorted(known)[:5]) or 'the configured ones'}, or a domain such as paper.example"
            )


def _task(settings: Config, inputs: tuple[Input, ...], wanted: Wanted) -> Task:
    crawl, archive = settings.crawl, settings.archive
    shape = [settings.digest, dataclasses.asdict(wanted)]
    return Task(
        archive=archive.path,
        inputs=inputs,
        sources=tuple(_source(source, crawl) for source in settings.sources),
        wanted=wanted,
        spool=archive.spool,
        workers=crawl.workers or os.cpu_count() or 1,
        timeout=crawl.extract_timeout,
        memory=crawl.extract_memory,
        max_page=crawl.max_page,
        batch_pages=archive.batch_pages,
        batch_bytes=archive.batch_bytes,
        batch_seconds=archive.batch_seconds,
        segment_bytes=archive.segment_bytes,
        operator=crawl.contact or None,
        versions=versions(),
        digest=hashlib.sha256(json.dumps(shape, default=str, sort_keys=True).encode()).hexdigest()[:32],
    )


def _source(source: SourceConfig, crawl: CrawlConfig) -> Source:
    policy, obey_noarchive = source.rights(crawl)
    return Source(
        rules=source.rules,
        hosts=frozenset(fold_www(host) for host in source.hosts),
        policy=policy,
        obey_noarchive=obey_noarchive,
        record=source_record(source),
    )


class _Bar:
    """A bar over the bytes of all files."""

    def __init__(self, console: Console, inputs: tuple[Input, ...]) -> None:
        sizes = [file.size for file in inputs]
        total = sum(size for size in sizes if size is not None) if None not in sizes else None
        self._before = dict(zip((file.address for file in inputs), _sums(inputs), strict=True))
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("importing", total=total, counts="")
        self._progress.start()

    def __call__(self, seen: Seen) -> None:
        counts = f"{seen.taken} pages, {seen.archived} archived"
        self._progress.update(
            self._task,
            completed=self._before[seen.input.address] + seen.read,
            description=clean(seen.input.name)[-40:],
            counts=counts,
        )

    def close(self) -> None:
        self._progress.stop()


class _Lines:
    """A line every ten seconds, for logs and mail."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + LINE_SECONDS

    def __call__(self, seen: Seen) -> None:
        if time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            share = f"{100 * seen.read / seen.input.size:.0f} %" if seen.input.size else f"{seen.read / 1e6:.0f} MB"
            self._console.print(
                f"{clean(seen.input.name)}: {share} read, {seen.taken} pages taken, {seen.archived} archived",
                soft_wrap=True,
            )

    def close(self) -> None:
        """Nothing is left to show."""


def _sums(inputs: tuple[Input, ...]) -> Iterator[int]:
    total = 0
    for file in inputs:
        yield total
        total += file.size or 0


@contextlib.contextmanager
def _view(console: Console, inputs: tuple[Input, ...]) -> Iterator[_Bar | _Lines]:
    view = _Bar(console, inputs) if console.is_terminal else _Lines(console)
    try:
        yield view
    finally:
        view.close()


def exit_code(report: Report) -> int:
    """1 where a part failed, the archive could not be written, the extractor has a bug, or no file could be read; 3
    where something was left out; else 0."""
    outcomes = [file.outcome for file in report.files]
    if (
        report.errors
        or {"failed", "broken"} & set(outcomes)
        or (outcomes and set(outcomes) <= {"refused", "unreadable"})
    ):
        return FAILED
    left = {"refused", "unreadable"} & set(outcomes) or any(file.damage for file in report.files)
    return INCOMPLETE if left or report.stopped or report.busy else DONE


def as_json(report: Report) -> str:
    """The report as one JSON object; the tallies by outcome and reason, over all sources."""
    return json.dumps(
        {
            "files": [_file(file) for file in report.files],
            "busy": list(report.busy),
            "stopped": report.stopped,
            "errors": list(report.errors),
            "counts": _counts(report.files),
        },
        ensure_ascii=False,
        indent=2,
    )


def _file(file: FileReport) -> dict[str, object]:
    return {
        "address": file.input.shown,
        "bytes": file.input.size,
        "identity": file.input.identity,
        "outcome": file.outcome,
        "detail": file.detail,
        "run": file.run,
        "counts": _counts((file,)),
        "damage": [dataclasses.asdict(one) for one in file.damage],
    }


def _counts(files: tuple[FileReport, ...]) -> dict[str, dict[str, int]]:
    by_outcome: dict[str, Counter[str]] = {fate: Counter() for fate in _FATES}
    for file in files:
        for tally in file.tallies:
            by_outcome.setdefault(tally.outcome, Counter())[tally.reason or ""] += tally.count
    return {fate: dict(reasons.most_common()) for fate, reasons in by_outcome.items() if reasons}


def lines(report: Report) -> list[str]:
    """The report as a person reads it."""
    told = []
    for fate, reasons in _counts(report.files).items():
        named = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if reason)
        told.append(f"{fate:<10} {sum(reasons.values()):>7}" + (f"   {named}" if named else ""))
    already = sum(file.outcome == "already" for file in report.files)
    if already:
        told.append(f"{already} of {len(report.files)} files were imported whole before; they were not read again.")
    for file in report.files:
        name = clean(file.input.name)
        if file.outcome in ("refused", "unreadable", "failed", "broken"):
            told.append(f"{name} was not imported whole: {clean(file.detail or '')}.")
        told += [
            f"{name}: {one.reason} at {one.offset}, {one.length} bytes{f' ({clean(one.detail)})' if one.detail else ''}"
            for one in file.damage[:_NAMED]
        ]
        more = file.count(DAMAGED) - _NAMED
        if more > 0:
            told.append(f"{name}: {more} more damaged stretches; --json names them.")
    if report.busy:
        told.append(f"Left out, for another run is crawling them: {', '.join(report.busy)}. Import again later.")
    told += [f"{clean(error)}; its sites were not imported whole. The same command goes on." for error in report.errors]
    if report.stopped:
        told.append("Stopped before its end; the same command goes on.")
    return told
