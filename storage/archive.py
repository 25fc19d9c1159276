"""The archive: the one door for writers, and where readers come in.

An archive is a folder, or a prefix on S3, with Delta tables (``captures``, ``articles``, ``runs``, ``sources``,
``clusters``), the pages as they were served (``warc/``), and the locks of whoever is writing (``locks/``). There is no
other state.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from storage import aside, delta, marker, places, remote, replace, snapshots, tombstones, unfinished
from storage.errors import ArchiveError, ProtocolViolation
from storage.locks import Lock, lock, new_lock, try_lock, wait_for_lock, who_holds
from storage.places import Place, Where
from storage.records import Article, Capture, RunOutcome, RunRecord, SourceRecord, Tally, WarcPosition
from storage.remote import Remote
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES, CLUSTERS, RUNS, SOURCES, TABLES, Table, to_arrow
from storage.snapshots import Snapshot, absent
from storage.spool import Spool
from storage.warc import Exchange, SegmentWriter, StoredResponse, WrittenRecord

FORMAT = marker.FORMAT
MARKER = marker.NAME
_LOOKS, _LOOK_SECONDS = 4, 0.05


class Archive:
    """An archive in a folder or on S3; made by :func:`open_archive` or :meth:`create`.

    ``as_of`` is the moment at which it is read, None for the newest. ``spool`` is where the segments of an archive on
    S3 are written until they are uploaded, None for a local one.
    """

    def __init__(self, root: Place, *, as_of: Snapshot | None = None) -> None:
        self.root = root
        self.as_of = as_of
        self.spool: Spool | None = None
        if isinstance(root, Remote) and root.bucket.spool is not None:
            self.spool = Spool(root.bucket.spool, root / "warc")

    @classmethod
    def create(cls, path: Where, *, spool: Path | None = None) -> Archive:
        """Open the archive at ``path`` (a folder, or ``s3://bucket/prefix``), making it where there is none.

        ``spool`` is the folder for what is not on S3 yet, by default one of the user's own.

        Raises:
            ArchiveError: the folder cannot be made or written, or holds something else.
        """
        root = _place(path, spool)
        try:
            root.mkdir(parents=True, exist_ok=True)
            if isinstance(root, Remote):
                remote.conditional(root)
            names = [entry.name for entry in root.iterdir() if not entry.name.startswith(remote.PROBE)]
            strangers = [name for name in names if name not in _OWN]
            if strangers and not (root / MARKER).exists():
                raise ArchiveError(
                    f"{root} is not empty and no archive (it holds {strangers[0]!r}); name a folder of its own"
                )
            with wait_for_lock(root / "locks" / "create.lock", holder="creating the archive"):
                for table in TABLES:
                    delta.create(root, table)
                if not (root / MARKER).exists():
                    marker.write(root)
        except OSError as error:
            raise ArchiveError(f"the archive {root} cannot be made or written: {error.strerror or error}") from error
        return _opened(root)

    def articles(self, *, all_revisions: bool = False) -> Rows:
        """The table ``articles``: the current revision of each, or every one with ``all_revisions``."""
        return self._rows(ARTICLES, current=not all_revisions)

    def captures(self) -> Rows:
        """The table ``captures``: what became of every URL."""
        return self._rows(CAPTURES)

    def runs(self) -> Rows:
        """The table ``runs``: one row a run."""
        return self._rows(RUNS)

    def sources(self) -> Rows:
        """The table ``sources``: one row a source and version of its rules."""
        return self._rows(SOURCES)

    def clusters(self) -> Rows:
        """The table ``clusters``: which articles are copies of which; empty before ``broadsheet cluster`` was run."""
        return self._rows(CLUSTERS)

    def _rows(self, table: Table, *, current: bool = False) -> Rows:
        at = self.as_of.of(table.name) if self.as_of is not None else absent(self.root, table)
        return Rows(self.root / table.name, table, current=current, at=at)

    @property
    def address(self) -> str:
        """Where the archive lies, as another process or a node that shares the place can open it."""
        return str(self.root.absolute() if isinstance(self.root, Path) else self.root)

    @property
    def warc(self) -> Place:
        """The folder of the WARC segments; on S3 with those beside it that are not uploaded yet."""
        folder = self.root / "warc"
        return folder.with_twin(self.spool.root) if self.spool is not None and isinstance(folder, Remote) else folder

    @property
    def local(self) -> Path:
        """The folder of the archive. Raises ArchiveError where it lies on S3 and whoever asks needs a folder."""
        if isinstance(self.root, Remote):
            raise ArchiveError(
                f"this cannot be done on S3: copy {self.root} into a folder, do it there, and copy it back"
            )
        return self.root

    def lock_source(self, name: str, *, holder: str) -> Lock | None:
        """The lock of one source, or None where another run is crawling it; see :meth:`source_holder`."""
        with _told(f"source {name} cannot be locked"):
            return try_lock(self._source_lock(name), holder=holder)

    def source_holder(self, name: str) -> str:
        """Who is crawling that source, in words."""
        return who_holds(self._source_lock(name))

    def _source_lock(self, name: str) -> Place:
        return self.root / "locks" / f"source-{name}.lock"

    def lock_run(self, run: str) -> Lock | None:
        """The lock of a run that somebody else began, or None where that run is alive.

        Asked for more than once: whoever verifies the archive looks at the lock for an instant, and is no run.
        """
        for _ in range(_LOOKS):
            held = try_lock(self._run_lock(run), holder=f"recovery of run {run}")
            if held is not None:
                return held
            time.sleep(_LOOK_SECONDS)
        return None

    def _run_lock(self, run: str) -> Place:
        return self.root / "locks" / f"run-{run}.lock"

    def lock_recovery(self) -> Lock:
        """The lock that whoever recovers dead runs holds; waits for another recovery to end."""
        return wait_for_lock(self.root / "locks" / "recovery.lock", holder="recovering dead runs")

    def lock_maintenance(self, what: str, *, outdated: bool = False) -> Lock:
        """The one lock that whatever rewrites tables holds; ``what`` is in words. Crawls go on beside it.

        An archive of an older format is only locked for whoever can do with one that is ``outdated``. A replacement
        of rows that a kill interrupted is finished first (:mod:`storage.replace`).

        Raises:
            ArchiveBusy: somebody else holds it; the message says who.
            ArchiveError: the archive cannot be written, or has to be migrated first.
        """
        if not outdated:
            marker.current(self.root)
        with _told(f"{self.root} cannot be locked"):
            held = lock(self.root / "locks" / "maintenance.lock", holder=what, what=f"{self.root}")
        try:
            with self.writing():
                replace.finish(self.root)
        except BaseException:
            held.release()
            raise
        return held

    @property
    def lost(self) -> str | None:
        """Why this process holds no more what it locked here, or None; see :mod:`storage.leases`."""
        guard = self.root.bucket.guard if isinstance(self.root, Remote) else None
        return guard.lost if guard is not None else None

    def writing(self) -> contextlib.AbstractContextManager[None]:
        """Turn the operating system's refusal to write, in a ``with`` block, into an ArchiveError."""
        return _told(f"{self.root} cannot be written")

    def begin(
        self,
        command: str,
        *,
        software: str,
        operator: str | None = None,
        config_digest: str | None = None,
        versions: Sequence[str] = (),
        sources: Sequence[SourceRecord] = (),
        segment_bytes: int = 1_000_000_000,
        quick: bool = False,
    ) -> Run:
        """Begin a run: take its lock, note new versions of its sources, and be ready to write.

        ``quick`` has the WARC take a sixth more bytes, and a tenth of the time to write.
        """
        if self.as_of is not None:
            raise ArchiveError(f"{self.root} was opened as of {self.as_of.at}; open it without as_of to write")
        marker.current(self.root)
        if unfinished.is_open(self.root):
            raise ArchiveError(
                f"a repair of {self.root} was begun and not ended: rows are missing; end it with "
                "`broadsheet verify --repair`, or crawl"
            )
        started = dt.datetime.now(dt.UTC)
        name = f"{started:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(6)}"
        with _told(f"a run cannot begin in {self.root}"):
            held = new_lock(self._run_lock(name), holder=f"run {name}")
        try:
            known = self.sources().to_table(["source", "digest", "since"]).sort_by("since").to_pylist()
            latest = {row["source"]: row["digest"] for row in known}
            changed = [dataclasses.replace(s, run=name) for s in sources if latest.get(s.source) != s.digest]
            if changed:
                delta.append(self.root, SOURCES, to_arrow(SOURCES, changed), application=name, number=1)
        except BaseException:
            held.release(remove=True)
            raise
        record = RunRecord(
            run=name,
            command=command,
            outcome="interrupted",
            started_at=started,
            finished_at=started,
            config_digest=config_digest,
            versions=tuple(versions),
        )
        folder = self.spool.root if self.spool is not None else self.local / "warc"
        writer = SegmentWriter(
            folder, name, segment_bytes=segment_bytes, software=software, operator=operator, quick=quick
        )
        return Run(self, record, held, writer)

    def append(
        self,
        table: Table,
        records: Sequence[Article | Capture | RunRecord],
        *,
        run: str,
        number: int,
        at_hand: delta.AtHand | None = None,
        fixed: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Append ``records`` as transaction ``number`` of ``run``; see :func:`storage.delta.append`.

        ``fixed`` gives columns that have one value in all rows, whatever the records say.
        """
        rows = to_arrow(table, records, fixed=fixed)
        return delta.append(self.root, table, rows, application=run, number=number, at_hand=at_hand)


@dataclasses.dataclass(slots=True)
class Batch:
    """What one commit writes: rows for ``captures`` and rows for ``articles``."""

    captures: list[Capture] = dataclasses.field(default_factory=list)
    articles: list[Article] = dataclasses.field(default_factory=list)


class Run:
    """One writer's stay in the archive: WARC records first, then whole batches of rows, by the commit protocol.

    :meth:`write`, :meth:`record` and :meth:`take` belong to one thread; :meth:`commit` may run in another, one batch
    at a time and in the order in which they were taken.
    """

    def __init__(self, archive: Archive, record: RunRecord, held: Lock, writer: SegmentWriter) -> None:
        self.archive = archive
        self.name = record.run
        self.warc = writer
        self._record = record
        self._lock = held
        self._batch = Batch()
        self._number = 0
        self._broken: Exception | None = None
        self._written = 0
        self._wire = threading.Lock()
        self._commits = threading.Lock()
        self._tables: delta.AtHand = {}

    @property
    def pending(self) -> int:
        """Rows recorded and not yet taken for a commit."""
        return len(self._batch.captures)

    @property
    def written(self) -> int:
        """Bytes of WARC records of responses since the last batch was taken."""
        return self._written

    @property
    def batches(self) -> int:
        """Batches committed so far."""
        return self._number

    @property
    def started_at(self) -> dt.datetime:
        """The instant at which the run began."""
        return self._record.started_at

    def write(
        self, exchange: Exchange, *, original: StoredResponse | None = None, digest: str | None = None
    ) -> WrittenRecord:
        """Append one exchange to the WARC; see :meth:`storage.warc.SegmentWriter.write`."""
        with self._wire:
            found = self.warc.write(exchange, original=original, digest=digest)
            self._written += found.position.length
            return found

    def convert(self, stored: StoredResponse, payload: bytes, *, at: dt.datetime) -> StoredResponse:
        """Keep what a page became once its scripts had run; see :meth:`storage.warc.SegmentWriter.convert`."""
        with self._wire:
            return self.warc.convert(stored, payload, at=at)

    def withhold(self, exchange: Exchange, *, reason: str, rights: tuple[str, ...]) -> WarcPosition:
        """Note an exchange whose body may not be kept; see :meth:`storage.warc.SegmentWriter.withhold`."""
        with self._wire:
            return self.warc.withhold(exchange, reason=reason, rights=rights)

    def record(self, capture: Capture, article: Article | None = None) -> None:
        """Note one event, and the article where it brought one, for the next batch."""
        self._batch.captures.append(capture)
        if article is not None:
            self._batch.articles.append(article)

    def take(self) -> Batch:
        """All that was recorded since the last call, as one batch for :meth:`commit`."""
        batch, self._batch = self._batch, Batch()
        with self._wire:
            self._written = 0
        return batch

    def commit(self, batch: Batch) -> None:
        """Write ``batch``: the WARC to disk, then ``captures``, then ``articles``. An empty batch writes nothing.

        Raises:
            CommitFailed: the batch could not be written; the run can commit no more, and the next start recovers
                what the WARC holds.
        """
        with self._commits:
            if self._broken is not None:
                raise ArchiveError(f"run {self.name} is broken by an earlier error: {self._broken}") from self._broken
            if not batch.captures:
                return
            number = self._number + 1
            try:
                with self._wire:
                    durable = self._begin_safe()
                # Outside the lock: whoever writes the next page must not wait for the disk or the network.
                durable()
                commit(self.archive, self.name, number, batch, at_hand=self._tables)
            except Exception as error:
                self._broken = error
                raise
            self._number = number

    def _begin_safe(self) -> Callable[[], None]:
        """Begin step one of a commit; what is returned waits until the WARC is on the disk, or on S3."""
        spool = self.archive.spool
        if spool is None:
            return self.warc.begin_flush()
        sealed = self.warc.begin_seal()
        return lambda: spool.upload(sealed())

    def finish(
        self, *, outcome: RunOutcome = "done", tallies: Sequence[Tally] = (), detail: str | None = None
    ) -> RunRecord:
        """Commit what is left, close the WARC, write the run's row and give the lock back.

        A broken run keeps its lock file, so that the next start recovers it.
        """
        if self._broken is None:
            self.commit(self.take())
            # Records for which there is no row, such as redirects, may have come after the last batch.
            self._begin_safe()()
        self.warc.close()
        record = dataclasses.replace(
            self._record,
            outcome="failed" if self._broken else outcome,
            finished_at=dt.datetime.now(dt.UTC),
            batches=self._number,
            tallies=tuple(tallies),
            detail=detail,
        )
        if self._broken is not None:
            self._lock.release()
            return record
        self.archive.append(RUNS, [record], run=self.name, number=1)
        self._lock.release(remove=True)
        return record

    def abandon(self) -> None:
        """Let go without writing the run's row: the next start recovers whatever the WARC holds."""
        self._lock.release()


def commit(archive: Archive, run: str, number: int, batch: Batch, *, at_hand: delta.AtHand | None = None) -> None:
    """Append batch ``number`` of ``run``: ``captures`` first, then ``articles``, each as one transaction.

    ``at_hand`` is for a run that commits batch after batch; see :func:`storage.delta.append`.

    Raises:
        CommitFailed: see :func:`storage.delta.append`; ProtocolViolation also where the batch stood there before.
    """

    # The run is given to the columns and not to each row: hundreds of copies would hold up the thread that fetches.
    def append(table: Table, rows: Sequence[Article | Capture], **fixed: str | int) -> None:
        if not archive.append(table, rows, run=run, number=number, at_hand=at_hand, fixed=fixed):
            raise ProtocolViolation(f"{table.name}: transaction {number} of {run} was written by somebody else")

    append(CAPTURES, batch.captures, run=run, batch=number)
    append(ARTICLES, batch.articles, run=run)


_OWN = frozenset(
    {"locks", "warc", MARKER, f".{MARKER}.tmp", *(table.name for table in TABLES)}
    | {snapshots.FOLDER, aside.FOLDER, tombstones.FOLDER, replace.FOLDER, "acks"}
)


def open_archive(path: Where, *, as_of: str | dt.datetime | None = None, spool: Path | None = None) -> Archive:
    """Open the archive at ``path`` for reading: as it is, or ``as_of`` a pinned snapshot's name or an instant.

    ``path`` is a folder, or ``s3://bucket/prefix`` with credentials and endpoint in the environment.

    An instant is an aware ``datetime`` or ISO 8601; one without a zone is UTC.

    Raises:
        ArchiveNotFound: there is no archive.
        UnknownSnapshot: no snapshot has that name, or the instant lies before what is kept.
        ArchiveError: it was written by a newer Broadsheet.
    """
    return _opened(_place(path, spool), as_of=as_of)


def _place(path: Where, spool: Path | None) -> Place:
    try:
        return places.place(path, spool=spool)
    except ValueError as error:
        raise ArchiveError(f"{error}; write a folder, or s3://bucket/prefix") from None


def _opened(root: Place, *, as_of: str | dt.datetime | None = None) -> Archive:
    marker.read(root)
    return Archive(root, as_of=None if as_of is None else snapshots.as_of(root, as_of))


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn the operating system's refusal into a sentence."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{what}: {error.strerror or error}") from error
