"""One crawl's hold on an archive: its run, the locks of its sources, what is known of their URLs, and the tallies."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import health
from crawler.budget import Budget
from crawler.config import BudgetConfig, Config, SourceConfig
from crawler.crawled import total
from crawler.gate import Gate
from crawler.hosts import Hosts
from crawler.job import Job
from crawler.listed import read_again
from crawler.plan import Plan
from crawler.provenance import SOFTWARE, disk_lacks, source_record, versions
from crawler.spent import spent
from pipelines import collector, forgotten, outcomes, repair
from pipelines.executors import claims
from pipelines.history import History
from pipelines.readings import Submit
from pipelines.recovery import recover
from pipelines.workers import Workers
from storage.archive import Archive, Batch, Run, open_archive
from storage.errors import ArchiveError, LeaseLost
from storage.health.judge import tallies
from storage.locks import Lock
from storage.migrations import migrate
from storage.records import Article, Capture, CaptureKind, RunOutcome, RunRecord, Tally

# A batch also closes when it holds this many rows for each page that it may hold: announcements cost little.
_ROWS_PER_PAGE = 20
# A clock further behind the archive than this is worth a line; time servers put right less than that all the time.
_BEHIND = dt.timedelta(seconds=10)


class Session:
    """Made by :meth:`open`; every row that a crawl writes goes through :meth:`record`."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        run: Run,
        history: History,
        sources: Sequence[SourceConfig],
        workers: Workers,
        locks: Sequence[Lock],
        busy: Sequence[str],
        budget: Budget,
        plan: Plan,
        job: Job | None = None,
    ) -> None:
        self.config = config
        self.archive = archive
        self.run = run
        self.history = history
        self.sources = tuple(sources)
        self.workers = workers
        self.busy = tuple(busy)
        self.budget = budget
        self.hosts = Hosts(longest=config.crawl.max_delay)
        self.plan = plan
        self.job = job
        self.forgotten = forgotten.load(archive)
        self.tallies: Counter[tuple[str, str, str | None]] = Counter()
        self.bugs: list[str] = []
        self.warnings: list[str] = []
        self.health: health.Report | None = None
        self.pages_asked = 0
        self.broken: Exception | None = None
        self.closed = False
        self.stopped = False
        self.stopping: str | None = None
        self.transfers: set[asyncio.Task[Response] | asyncio.Task[bytes]] = set()
        self.wire = asyncio.Semaphore(config.crawl.concurrency)
        self.gate = Gate()
        self._halt = asyncio.Event()
        self.on_broken: Callable[[], None] = lambda: None
        self._open: dict[tuple[str, str], Capture] = {}
        self._locks = list(locks)
        self._committing = asyncio.Lock()
        self._committed_at = dt.datetime.now(dt.UTC)
        self._pages_pending = 0
        self._is_behind = False

    @classmethod
    def open(
        cls,
        config: Config,
        *,
        command: str = "crawl",
        names: Iterable[str] | None = None,
        limit: int | None = None,
        budget: BudgetConfig | None = None,
        plan: Plan = Plan(),  # noqa: B008 - a frozen value
        job: Job | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> Session:
        """Open the archive, lock the sources, put dead runs right, load the sources' history, begin a run.

        ``names`` are the sources to crawl, all by default; ``limit`` bounds the articles that are asked for, and
        ``budget`` stands for the configuration's; ``plan`` says which days are wanted. A source that another run is
        crawling is left out and named in ``busy``. ``job`` is what it is a task of: whoever gave it out has made the
        archive and put right what is not a run's, and looks after the sources' health; what earlier tries of the task
        have cost counts against its bounds.

        Raises:
            ArchiveError: the archive cannot be opened, recovered or written, or its disk has not enough room.
        """
        crawl = config.crawl
        if job:
            archive = open_archive(config.archive.path, spool=config.archive.spool)
            claims.joined(archive, job.name)
        else:
            archive = Archive.create(config.archive.path, spool=config.archive.spool)
        lacking = disk_lacks(config)
        if lacking is not None:
            raise ArchiveError(lacking)
        workers = Workers(
            crawl.workers or os.cpu_count() or 1, timeout=crawl.extract_timeout, memory=crawl.extract_memory
        )
        locks: list[Lock] = []
        try:
            if not job:
                put_right(archive, submit=workers.submit, say=say)
            wanted = set(names) if names is not None else None
            sources, busy = [], []
            holders: dict[str, list[str]] = {}
            for source in config.sources:
                if wanted is not None and source.name not in wanted:
                    continue
                words = f"{command} of source {source.name}"
                held = claims.claim(archive, source.name, holder=words, job=job.name if job is not None else "")
                if held is None:
                    busy.append(source.name)
                    holder = archive.source_holder(source.name).replace(f" of source {source.name}", "", 1)
                    holders.setdefault(holder, []).append(source.name)
                else:
                    locks.append(held)
                    sources.append(source)
            for holder, held_by in holders.items():
                say(f"{_several(held_by)} being crawled by {holder}; left out")
            # With the locks held, so that nobody adds to these sources between the recovery and the history.
            recover(archive, submit=workers.submit, say=say)
            history = History.load(archive, [source.name for source in sources])
            spending = Budget(budget or crawl.budget, sources, limit=limit)
            if job is not None:
                for one in spent(archive.captures(), [source.name for source in sources], since=job.began):
                    spending.spend(one.source, pages=one.pages, received=one.received)
            run = archive.begin(
                command,
                software=SOFTWARE,
                operator=crawl.contact,
                config_digest=job.digest if job is not None else config.digest,
                versions=versions(),
                sources=[source_record(source) for source in sources],
                segment_bytes=config.archive.segment_bytes,
            )
        except BaseException:
            workers.stop()
            for held in locks:
                held.release()
            raise
        return cls(config, archive, run, history, sources, workers, locks, busy, spending, plan, job)

    @property
    def agent(self) -> str:
        """The user agent: Broadsheet, its version, and how to reach whoever runs the crawl."""
        return f"{SOFTWARE} (+{self.config.crawl.contact})"

    def announce(self, capture: Capture) -> None:
        """Note that a URL was announced in this run and has no fate in it yet."""
        self._open[capture.source, capture.requested_url] = capture

    def instant(self, url: str, kind: CaptureKind = "article") -> dt.datetime:
        """Now, for an event of ``url``, in UTC; where the clock was set back, right after what is known of the URL."""
        return self._stamped(url, kind, dt.datetime.now(dt.UTC))

    def _stamped(self, url: str, kind: CaptureKind, now: dt.datetime) -> dt.datetime:
        at = self.history.stamp(url, now, kind)
        if at - now > _BEHIND and not self._is_behind:
            self._is_behind = True
            self.warnings.append(
                f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC, and the archive holds {url} as of "
                f"{at:%Y-%m-%d %H:%M:%S} UTC; such pages are dated right after what it holds: set the clock right, "
                "as with `timedatectl set-ntp true`"
            )
        return at

    def record(self, capture: Capture, article: Article | None = None, *, final: bool = True) -> None:
        """Write one event. ``final`` tells a URL's fate in this run from a try that will be repeated."""
        capture = dataclasses.replace(capture, run=self.run.name)
        if capture.warc_file is None and article is None and capture.outcome != "announced":
            # What has a record was dated as the record was, in :meth:`instant`.
            at = self._stamped(capture.requested_url, capture.kind, capture.at)
            capture = dataclasses.replace(capture, at=at)
        self.history.apply(capture)
        for warning in article.warnings if article is not None else ():
            if warning.startswith("selector_"):
                self.count(capture.source, "selector", warning)
        self.run.record(capture, article)
        if capture.kind == "article" and (capture.status is not None or capture.outcome == "failed"):
            self.pages_asked += 1
        if capture.kind == "article" and capture.warc_file is not None:
            self._pages_pending += 1
        if final and capture.outcome != "announced":
            self.tally(capture)
            self._open.pop((capture.source, capture.requested_url), None)

    def repeat(self, capture: Capture) -> None:
        """Count a fate that the archive has already; no row is written for it again."""
        self.tally(capture)
        self._open.pop((capture.source, capture.requested_url), None)

    def tally(self, capture: Capture) -> None:
        """Count the fate of an article's URL."""
        if capture.kind == "article":
            self.tallies[capture.source, capture.outcome, capture.reason] += 1

    def count(self, source: str, what: str, reason: str | None = None) -> None:
        """Count something that is no fate, such as an announcement."""
        self.tallies[source, what, reason] += 1

    def total(self, what: str) -> int:
        """As :func:`crawler.crawled.total`."""
        return total(self.tallies, what)

    @property
    def unsettled(self) -> int:
        """URLs announced in this run that have no fate in it yet."""
        return len(self._open)

    async def commit_if_due(self) -> None:
        """Commit a batch where it is full or old enough; the writing is done in a thread of its own."""
        lost = self.archive.lost
        if lost is not None and self.broken is None:
            self.fail(LeaseLost(lost))
        elif self.run.pending and self._due():
            await asyncio.shield(asyncio.ensure_future(self._commit(only_if_due=True)))

    def _due(self) -> bool:
        archive = self.config.archive
        full = self._pages_pending >= archive.batch_pages or self.run.pending >= archive.batch_pages * _ROWS_PER_PAGE
        full = full or self.run.written >= archive.batch_bytes
        age = (dt.datetime.now(dt.UTC) - self._committed_at).total_seconds()
        return full or age >= archive.batch_seconds

    async def commit(self) -> None:
        """Commit what is pending; batches are written one after the other, in order.

        A commit that fails for good breaks the session: nothing more is written, the crawl is told to end, and the
        next start recovers from the WARC.
        """
        # Shielded: a waiter that is cancelled must not let go of the lock while the batch is being written.
        await asyncio.shield(asyncio.ensure_future(self._commit()))

    async def _commit(self, *, only_if_due: bool = False) -> None:
        async with self._committing:
            # Looked at again: those who waited for an earlier commit find nothing due any more.
            if self.broken is not None or (only_if_due and not self._due()):
                return
            batch = self.run.take()
            self._pages_pending = 0
            self._committed_at = dt.datetime.now(dt.UTC)
            try:
                await asyncio.to_thread(self._write, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the run can write no more, and ends as failed
                self.fail(error)

    def _write(self, batch: Batch) -> None:
        self.run.commit(batch)
        collector.give_back()

    def fail(self, error: Exception) -> None:
        """Break the session because the archive cannot be written."""
        if self.broken is None:
            self.broken = error
            self.bugs.append(f"the archive cannot be written: {error!s:.500}")
            self.on_broken()

    def halt(self, reason: str) -> None:
        """Note that the run is to end before its end, and why; nothing is asked for any more, and nobody waits."""
        if self.stopping is None:
            self.stopping = reason
            self._halt.set()

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the run is to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._halt.wait(), seconds)

    async def close(self, *, reason: str) -> RunRecord | None:
        """Give every URL without a fate the outcome ``deferred``, commit, end the workers, write the run's row.

        None where the archive could not be written; the next start recovers the run.
        """
        self.closed = True
        # A run whose time is up is done, not stopped: that was what it was told.
        self.stopped = (self.stopping or reason) in ("stopped", "disk_full", "archive_failed")
        now = dt.datetime.now(dt.UTC)
        for capture in list(self._open.values()):
            self.settle_unfetched(capture, "deferred", self.stopping or reason, now)
        try:
            async with self._committing:
                if self.broken is not None:
                    self.run.abandon()
                    return None
                # A backfill's pages are another year's, and say nothing of today.
                if not self.stopped and not self.plan.backfill and not self.job:
                    await asyncio.to_thread(self.run.commit, self.run.take())
                    await asyncio.to_thread(self._look_after)
                outcome: RunOutcome = "failed" if self.bugs else "stopped" if self.stopped else "done"
                detail = "; ".join(self.bugs) or None
                return await asyncio.to_thread(
                    self.run.finish, outcome=outcome, tallies=self.tally_rows(), detail=detail
                )
        except Exception as error:  # noqa: BLE001 - as for a commit
            self.fail(error)
            self.run.abandon()
            return None
        finally:
            self.workers.stop()
            for held in self._locks:
                held.release(remove=True)

    def _look_after(self) -> None:
        """Compare every source with its own past, and note in the run's tallies who fell out."""
        declared = {source.name: source.expect for source in self.config.sources if source.expect is not None}
        try:
            self.health = health.report(
                self.archive,
                sources=[source.name for source in self.config.sources],
                declared=declared,
                at=dt.datetime.now(dt.UTC),
                began=self.run.started_at,
            )
        except ArchiveError as error:
            self.warnings.append(f"whether the sources are well cannot be told: {error}")
        except Exception as error:  # noqa: BLE001 - a bug; the run has its row all the same, and ends as failed
            self.bugs.append(f"whether the sources are well cannot be told: {error!r}")
        else:
            for row in tallies(self.health.health):
                self.tallies[row.source, row.outcome, row.reason] += row.count

    def settle_unfetched(
        self, capture: Capture, outcome: outcomes.Unfetched, reason: str, now: dt.datetime, detail: str | None = None
    ) -> None:
        """Give a URL a fate for which nothing was fetched; a row is written only where that is news."""
        known = self.history.get(capture.requested_url, capture.kind)
        row = dataclasses.replace(capture, outcome=outcome, reason=reason, detail=detail, at=now)
        if known is not None and (known.outcome, known.reason) == (outcome, reason):
            self.repeat(row)
        else:
            self.record(row)

    def tally_rows(self) -> list[Tally]:
        """The tallies as the run's row holds them."""
        return [
            Tally(source=source, outcome=outcome, reason=reason, count=count)
            for (source, outcome, reason), count in sorted(self.tallies.items(), key=str)
        ]


def put_right(archive: Archive, *, submit: Submit, say: Callable[[str], None]) -> None:
    """Bring the archive to today's format, and end the repair and the removal that a kill interrupted."""
    migrate(archive, say=say)
    repair.finish(archive, submit=submit, lists=read_again, say=say)
    forgotten.finish(archive, say=say)


def session_of(crawler: Crawler) -> Session:
    """The session of the spider that ``crawler`` runs; raises TypeError where the spider carries none."""
    session = getattr(crawler.spider, "session", None)
    if not isinstance(session, Session):
        raise TypeError("the middlewares of this project serve spiders that carry a Session, such as 'news'")
    return session


def _several(names: Sequence[str]) -> str:
    """``source a is``, ``3 sources (a, b, …) are``: the beginning of a sentence that names at most ten."""
    if len(names) == 1:
        return f"source {names[0]} is"
    return f"{len(names)} sources ({', '.join([*names[:10], *(['…'] if len(names) > 10 else [])])}) are"
