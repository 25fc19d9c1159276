"""``broadsheet crawl --on``: the sources shared out among tasks on a cluster, and told as one crawl."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import IO, cast

from rich.console import Console

from crawler import health
from crawler.commands.crawl import exit_code, run
from crawler.config import BudgetConfig, Config, SourceConfig
from crawler.crawled import Ended, RunOf, Together, together
from crawler.events import Events, Formatter
from crawler.job import Job
from crawler.metrics import Exporter
from crawler.plan import Plan
from crawler.provenance import SOFTWARE, disk_lacks, source_record, versions
from crawler.session import Session, put_right
from crawler.sharing_out import Part, cut
from crawler.spread import overview, shared
from crawler.stopping import stoppable
from crawler.underway import COUNTED, Underway, words
from pipelines.executors import claims
from pipelines.executors.cluster import Cluster, Spread, joined
from pipelines.executors.meter import METER
from pipelines.executors.ray import RayExecutor
from pipelines.pool import Pool
from storage.archive import Archive, Run
from storage.errors import ArchiveError
from storage.health.judge import tallies

# A polite crawl may wait a minute for one host that has asked for it, and ten seconds for one that rests.
STALL = 600.0


def crawl(
    config: Config,
    sources: Sequence[SourceConfig],
    on: Spread,
    *,
    limit: int | None,
    budget: BudgetConfig,
    plan: Plan,
    log_level: str,
    settings: Mapping[str, str],
    console: Console,
    events: Events | None,
    metrics: Exporter,
) -> tuple[int, Together]:
    """Crawl ``sources`` on a cluster; the exit code, and what is to be told. ``metrics`` are kept while it goes on.

    Raises:
        ArchiveError: the archive or the cluster cannot be had, or a node lacks either.
    """
    config = dataclasses.replace(config, archive=dataclasses.replace(config.archive, path=shared(config.archive.path)))
    say = _teller(console, events)
    archive = Archive.create(config.archive.path, spool=config.archive.spool)
    lacking = disk_lacks(config)
    if lacking is not None:
        raise ArchiveError(lacking)
    pool = Pool(1, config.crawl.limits)
    try:
        put_right(archive, submit=pool.submit, say=say)
    finally:
        pool.stop()
    job = claims.new_job()
    with joined(on.on, say=say) as cluster, claims.hold(archive, job, what="a crawl") as held, stoppable() as stop:
        try:
            cluster.check(claims.probe, config.archive.path, job)
            # Its row says how the sources stood when all was done; those of the tasks' runs say what they fetched.
            whole = archive.begin(
                "crawl",
                software=SOFTWARE,
                operator=config.crawl.contact,
                config_digest=config.digest,
                versions=versions(),
                sources=[source_record(source) for source in sources],
            )
            try:
                part = Part(
                    config=config,
                    job=Job(name=job, began=whole.started_at, digest=config.digest),
                    limit=limit,
                    budget=budget,
                    until=whole.started_at + dt.timedelta(seconds=budget.seconds) if budget.seconds else None,
                    plan=plan,
                    log_level=log_level,
                    settings=tuple(settings.items()),
                    json=events is not None,
                )
                parts = cut(part, sources, on.count(cluster, most=len(sources)))
                run = RunOf(name=whole.name, started_at=whole.started_at)
                if events is not None:
                    place = str(archive.root)
                    events.write("run_started", {"run": whole.name, "archive": place, "sources": len(sources)})
                with overview(console, of=len(parts), words=words) as view:
                    underway = Underway(
                        dataclasses.replace(config, sources=tuple(sources)),
                        run,
                        view=view,
                        events=events,
                        metrics=metrics,
                        stopped=lambda: stop.asked,
                    )
                    ended, lost = _run(cluster, parts, say, underway)
                found = together(
                    config,
                    run,
                    ended,
                    lost=lost,
                    stopped=len(ended) + len(lost) < len(parts),
                )
                found = _closed(archive, whole, found, plan)
            except BaseException:
                whole.abandon()
                raise
        finally:
            held.release(remove=True)
    return exit_code(found), found


def crawl_part(part: Part) -> Ended:
    """On a node, in a process that crawls nothing else: crawl the sources of ``part``."""
    stream = cast("IO[str]", _Lines())
    events = Events(stream) if part.json else None
    budget = part.budget
    if part.until is not None:
        left = (part.until - dt.datetime.now(dt.UTC)).total_seconds()
        budget = dataclasses.replace(budget, seconds=max(1.0, left))
    crawl = dataclasses.replace(part.config.crawl, workers=1)
    _, session = run(
        lambda: Session.open(
            dataclasses.replace(part.config, crawl=crawl),
            limit=part.limit,
            budget=budget,
            plan=part.plan,
            job=part.job,
            say=events.notice if events is not None else METER.say,
        ),
        console=Console(file=stream, width=200, markup=False, emoji=False, highlight=False),
        log_level=part.log_level,
        overrides=dict(part.settings),
        view=_Metered(),
        formatter=Formatter() if events is not None else None,
    )
    return Ended(
        run=session.run.name,
        sources=tuple(source.name for source in session.sources),
        busy=session.busy,
        tallies=tuple(session.tally_rows()),
        bugs=tuple(session.bugs),
        warnings=tuple(session.warnings),
        stopped=session.stopped,
    )


class _Lines:
    """A stream whose lines are told to whoever looks after the tasks."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        for line in text.splitlines():
            if line.strip():
                METER.say(line)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """Nobody looks at it here."""
        return False


class _Metered:
    """Counts a session on the task's meter, and ends the crawl as a signal would where the task is to end."""

    def __init__(self) -> None:
        self._asked = False

    def show(self, session: Session) -> None:
        """Count it."""
        told = {what: count for what in COUNTED if (count := session.total(what))}
        METER.count(unsettled=session.unsettled, asked=sum(session.tallies.values()), **told)
        if METER.stopping and not self._asked:
            self._asked = True
            os.kill(os.getpid(), signal.SIGTERM)

    def close(self, session: Session) -> None:
        """Count it for the last time."""
        self.show(session)


def _teller(console: Console, events: Events | None) -> Callable[[str], None]:
    """Prints a line: those of the tasks are events already, where events are wanted."""

    def say(line: str) -> None:
        if events is None:
            console.print(line, soft_wrap=True)
        elif line.startswith("{"):
            console.file.write(f"{line}\n")
            console.file.flush()
        else:
            events.notice(line)

    return say


def _run(
    cluster: Cluster, parts: Sequence[Part], say: Callable[[str], None], underway: Underway
) -> tuple[list[Ended], list[str]]:
    """Run the parts; what came of them, and a sentence for each that came to nothing."""
    executor = RayExecutor(cluster, at_once=len(parts), name=_name, say=say, watch=underway, stall=STALL)
    ended: list[Ended] = []
    lost: list[str] = []
    for one in executor.map(crawl_part, parts):
        if one.error is not None:
            lost.append(f"the crawl of {_name(one.item)} came to nothing: {one.error!s:.300}")
        else:
            ended.append(one.value())
    return ended, lost


def _closed(archive: Archive, whole: Run, found: Together, plan: Plan) -> Together:
    """Look after the sources, as one run does at its end, and write the row of the whole."""
    told = None
    if not found.stopped and not plan.backfill:
        try:
            told = health.report(
                archive,
                sources=[source.name for source in found.config.sources],
                declared={one.name: one.expect for one in found.config.sources if one.expect is not None},
                at=dt.datetime.now(dt.UTC),
                began=whole.started_at,
            )
        except ArchiveError as error:
            found.warnings.append(f"whether the sources are well cannot be told: {error}")
    whole.finish(
        outcome="failed" if found.bugs else "stopped" if found.stopped else "done",
        tallies=tallies(told.health) if told is not None else (),
        detail="; ".join([f"{len(found.runs)} tasks", *found.bugs]),
    )
    return dataclasses.replace(found, health=told)


def _name(part: Part) -> str:
    names = [source.name for source in part.config.sources]
    return f"sources {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
