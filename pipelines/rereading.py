"""Reading the pages of a few sources again, in the order in which they were judged, and what follows for their rows.

It is a replay: a history that begins empty takes in every event, and each page gets the verdict that it would get now.
So two captures that the extractor reads alike are one revision, and those that it reads differently are an edit, by the
rules of the crawl (:mod:`pipelines.verdicts`). What never was a page's reading stays as it is: announcements, refusals,
failures, where an address led. Ids stay; so do ``row``, ``run``, ``first_seen`` and places.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import forgotten, moves, outcomes
from pipelines.differences import Comparison, Differences, PageChange
from pipelines.fates import fates
from pipelines.history import KNOWN_ARTICLE, History, Verdict
from pipelines.limits import MEMORY, TIMEOUT
from pipelines.outspool import EVENTS, Files, OutSpool
from pipelines.pages import earlier_page, page_of
from pipelines.readings import Reading, Submit, ahead, here
from pipelines.scopes import Scope
from pipelines.verdicts import named
from pipelines.workers import STAGE, Workers
from storage import replace, warc
from storage.archive import Archive, open_archive
from storage.records import Article, Capture, Page, Rejection
from storage.recovery import position
from storage.schema import captures_from_arrow
from storage.snapshots import Snapshot

# Pages whose extraction is under way at once; the pool decides how many it works on.
AHEAD = 32
CRASHED = "extract_crashed"
# Answers that say only that nothing is new: they share the fate of what they stand for.
_AS_BEFORE = frozenset({"same_payload", "not_modified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Sources that are read again in one go; those without a ``scope`` only tell what is known.

    ``pending`` are batches, run and number, of which ``articles`` had nothing yet when the snapshot was taken. The rest
    is for whoever does it elsewhere: the ``archive``'s address, worker processes (0 reads here, without limits), and
    the limits of a page in seconds and bytes; ``job`` is what it is a task of, "" where it stands alone
    (:mod:`pipelines.executors.claims`).
    """

    name: str
    archive: str
    sources: tuple[str, ...]
    scopes: tuple[Scope, ...]
    snapshot: Snapshot
    pending: frozenset[tuple[str, int]] = frozenset()
    samples: int = 3
    workers: int = 0
    timeout: float = TIMEOUT
    memory: int = MEMORY
    job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What came of one task: the differences of each of its sources, and the spooled rows of both tables."""

    differences: tuple[Differences, ...]
    captures: Files
    articles: Files


def reread(task: Task, *, archive: Archive | None = None, submit: Submit | None = None) -> Reread:
    """Read the pages of ``task`` again and spool what is to change; the tables stay as they are.

    Memory grows with the addresses and captures of the task's sources (about a kilobyte each), not with their texts.
    Without ``archive`` it is opened, without ``submit`` worker processes are started; so a task can be done anywhere,
    and again, while the maintenance lock is held by whoever gave it out.

    Raises:
        ArchiveError: a table cannot be read, or the work folder cannot be written.
    """
    opened = archive if archive is not None else open_archive(task.archive)
    if submit is not None or not task.workers:
        return _Replay(task, opened, submit or here).run()
    workers = Workers(task.workers, timeout=task.timeout, memory=task.memory)
    try:
        return _Replay(task, opened, workers.submit).run()
    finally:
        workers.stop()


@dataclass(frozen=True, slots=True)
class _Held:
    """What of an old row is needed before its text is."""

    row: str
    month: str
    extractor: str
    first_seen: dt.datetime


class _Replay:
    def __init__(self, task: Task, archive: Archive, submit: Submit) -> None:
        self._task = task
        self._archive = archive
        self._seen = Archive(archive.root, as_of=task.snapshot)
        self._submit = submit
        self._stones = forgotten.load(archive)
        self._scopes = {scope.source: scope for scope in task.scopes}
        self._history = History()
        self._told = {name: Comparison(name, samples=task.samples) for name in self._scopes}
        self._wanted = pc.field("source").isin(pa.array(task.sources, pa.string()))
        self._held = self._index()
        events = self._events()
        self._ids = _ids(events)
        self._aliases = _aliases(events)
        self._rows = events
        self._out = OutSpool(archive.root / replace.FOLDER, task.name, self._seen, self._wanted, self._told)

    def run(self) -> Reread:
        for row, reading, damage in ahead(self._started(), AHEAD, lambda one: int(one[1] is not None)):
            if reading is not None:
                self._judge(row, reading)
                continue
            if damage is not None:
                self._keep(row, damage)
            follows = self._follow(row)
            if follows is not None:
                self._history.apply(follows)
            self._out.event(row, [follows] if follows is not None else [])
        captures, articles = self._out.close()
        told = tuple(one.result() for one in self._told.values())
        return Reread(differences=told, captures=captures, articles=articles)

    def _index(self) -> dict[tuple[str, int], _Held]:
        names = ["warc_file", "warc_offset", "row", "month", "extractor", "first_seen"]
        found: dict[tuple[str, int], _Held] = {}
        known: dict[str, str] = {}
        for batch in self._seen.articles(all_revisions=True).to_batches(names, self._wanted):
            for file, offset, row, month, extractor, seen in zip(
                *(batch[name].to_pylist() for name in names), strict=True
            ):
                if file is not None:
                    held = _Held(row, known.setdefault(month, month), known.setdefault(extractor, extractor), seen)
                    found[file, offset] = held
        return found

    def _events(self) -> pa.Table:
        """Every event of the sources' pages, in the order in which they are judged.

        That is the order of time, as a run finds them in the history when it starts: what was imported stands where it
        was captured. Batches of a crawl stay whole, and one after the other: in each, pages came side by side, and the
        address that was judged an article was so before its twins.
        """
        rows = self._seen.captures().to_table(filter=self._wanted & (pc.field("kind") == "article"))
        imports = set(self._seen.runs().to_table(["run"], filter=pc.field("command") == "import")["run"].to_pylist())
        first: dict[tuple[object, ...], int] = {}
        batches: dict[tuple[str, int], dt.datetime] = {}
        units = list(zip(*(rows[name].to_pylist() for name in ("run", "batch", "requested_url")), strict=True))
        times = rows["at"].to_pylist()
        fates = zip(*_columns(rows, "outcome", "reason", "warc_file"), strict=True)
        for unit, fate, at in zip(units, fates, times, strict=True):
            first[unit] = min(first.get(unit, _LAST), _rank(*fate))
            batches[unit[:2]] = min(batches.get(unit[:2], at), at)
        begun: dict[str, dt.datetime] = {}
        for run, number in sorted(batches):
            begun[run] = batches[run, number] = max(begun.get(run, batches[run, number]), batches[run, number])
        begins = [at if unit[0] in imports else batches[unit[:2]] for unit, at in zip(units, times, strict=True)]
        rank = pa.array([first[unit] for unit in units], pa.int8())
        order = [(name, "ascending") for name in ("__begin", "run", "batch", "__rank", "at")]
        rows = rows.append_column("__begin", pa.array(begins, pa.timestamp("us", "UTC"))).append_column("__rank", rank)
        return rows.sort_by(order).drop_columns(["__begin", "__rank"])

    def _started(self) -> Iterator[tuple[Capture, Reading | None, str | None]]:
        """Each event in order, with its extraction under way where it takes one, or what keeps it from being read."""
        for start in range(0, self._rows.num_rows, EVENTS):
            for row in captures_from_arrow(self._rows.slice(start, EVENTS)):
                yield row, *self._begin(row)

    def _begin(self, row: Capture) -> tuple[Reading | None, str | None]:
        place = position(row)
        if place is None or not self._is_due(row):
            return None, None
        try:
            page = page_of(warc.read(self._archive.warc, place))
        except warc.WarcDamage as damage:
            return None, damage.reason
        if isinstance(page, Page):
            rules = self._scopes[row.source].rules
            page = page if rules is None else dataclasses.replace(page, site=rules)
            if page.requested_url != row.requested_url:
                page = moves.as_found(page)
        return Reading(page, self._submit), None

    def _is_due(self, row: Capture) -> bool:
        scope = self._scopes.get(row.source)
        if scope is None or not is_reading(row) or not scope.holds(row.at):
            return False
        if (row.run or "", row.batch or 0) in self._task.pending:
            return False
        if self._stones.holds(row.requested_url) or self._stones.holds(row.url):
            return False
        held = self._held.get((row.warc_file or "", row.warc_offset or 0))
        return not scope.is_current(row.run or "", held.extractor if held is not None else None)

    def _follow(self, row: Capture) -> Capture | None:
        """What becomes of an event that is no reading: as it was, but it shares the fate of what it stands for."""
        if row.outcome != "unchanged" or row.source not in self._scopes:
            return row
        if row.warc_file is None and row.reason == "alias":
            return row if row.id is None or self._history.article(row.id) is not None else None
        known = self._history.get(row.requested_url)
        if row.reason in _AS_BEFORE and known is not None and known.outcome == "rejected" and known.id is None:
            return dataclasses.replace(row, outcome="rejected", reason=known.reason, id=None, revision=None, title=None)
        return row

    def _judge(self, row: Capture, reading: Reading) -> None:
        told = self._told[row.source]
        try:
            result = reading.result()
        except Exception as error:  # noqa: BLE001 - a bug of ours costs this page's new reading; the report names it
            self._as_it_was(row, CRASHED, f"{error!r:.200}")
            return
        held = self._held.get((row.warc_file or "", row.warc_offset or 0))
        if isinstance(result, Rejection) and result.stage == STAGE and row.outcome not in ("rejected", "failed"):
            # A machine that is short of time or memory today is no reason to lose what was read once.
            self._as_it_was(row, result.reason, result.detail)
            return
        told.page()
        base = dataclasses.replace(
            row, outcome="fetched", reason=None, detail=None, id=None, revision=None, title=None, not_before=None
        )
        if isinstance(result, Article) and self._stones.holds(result.canonical_url):
            removed = outcomes.settle(base, Verdict(outcome="refused", reason="forgotten"))
            self._history.apply(removed)
            self._out.event(row, [removed])
            if held is not None:
                self._out.gone(held.row, row.source)
            return
        if isinstance(result, Article):
            result = forgotten.unnamed(self._stones, result)
            if (given := row.id or self._ids.get(row.requested_url)) is not None:
                result = named(result, given)
        rows: list[Capture] = []
        kept: Article | None = None
        for fate in fates(self._history, base, result, before=self._before(row, reading, result)):
            if rows and fate.row.requested_url in self._aliases:
                continue
            self._history.apply(fate.row)
            rows.append(fate.row)
            kept = kept or fate.article
        self._out.event(row, rows)
        self._settle(row, held, result, kept)

    def _settle(self, row: Capture, held: _Held | None, result: Article | Rejection, kept: Article | None) -> None:
        """The article's row: one that stays, comes, or goes; and what the report says of it."""
        told = self._told[row.source]
        if isinstance(result, Article) and row.outcome in ("rejected", "failed"):
            reason = row.reason or row.outcome
            told.turned("accepted", PageChange(url=row.requested_url, title=result.title, reason=reason))
        if kept is not None:
            final = dataclasses.replace(
                kept,
                run=row.run,
                source=row.source,
                row=held.row if held is not None else kept.row,
                first_seen=held.first_seen if held is not None else kept.first_seen,
            )
            self._out.article(final, held.month if held is not None else None)
            if held is None and row.outcome in KNOWN_ARTICLE:
                told.edit()
        elif held is not None:
            self._out.gone(held.row, row.source)
            if isinstance(result, Rejection):
                page = PageChange(url=row.requested_url, title=row.title or "", reason=result.reason)
                told.turned("rejected", page)
            else:
                told.no_edit()

    def _before(self, row: Capture, reading: Reading, result: Article | Rejection) -> Article | None:
        """What is read from the earlier capture, where ``result`` would be an edit; as the crawl asks for it."""
        place = self._history.earlier(row.requested_url, result)
        if place is None or not isinstance(reading.page, Page):
            return None
        earlier = earlier_page(self._archive.warc, place, reading.page)
        if earlier is None:
            return None
        try:
            found = Reading(earlier, self._submit).result()
        except Exception:  # noqa: BLE001 - the earlier page's own turn has come before, and said so
            return None
        return found if isinstance(found, Article) else None

    def _as_it_was(self, row: Capture, reason: str, detail: str) -> None:
        self._keep(row, reason, detail)
        self._history.apply(row)
        self._out.event(row, [row])

    def _keep(self, row: Capture, reason: str, detail: str = "") -> None:
        told = self._told[row.source]
        told.page()
        told.turned("kept", PageChange(url=row.requested_url, title=detail or row.title or "", reason=reason))


def is_reading(row: Capture) -> bool:
    """Whether an event's fate came of reading the page that its record holds."""
    if row.kind != "article" or row.warc_file is None or row.status not in outcomes.PAGES:
        return False
    match row.outcome:
        case "archived" | "revised":
            return True
        case "unchanged":
            return row.reason not in _AS_BEFORE
        case "rejected":
            return row.reason != "too_large"
        case "failed":
            return row.reason == CRASHED
        case _:
            return False


_LAST = 3


def _rank(outcome: str | None, reason: str | None, file: str | None) -> int:
    """The order of the addresses of one batch, by the first of what became of each; see :meth:`_Replay._events`."""
    if outcome == "archived" and reason is None:
        return 0
    if outcome in ("archived", "revised"):
        return 1
    return 2 if file is not None else _LAST


def _ids(events: pa.Table) -> dict[str, str]:
    """The id that each address was given first."""
    found: dict[str, str] = {}
    for url, given, outcome in zip(*_columns(events, "requested_url", "id", "outcome"), strict=True):
        if given is not None and outcome in KNOWN_ARTICLE:
            found.setdefault(url, given)
    return found


def _aliases(events: pa.Table) -> frozenset[str]:
    """Addresses that have a row of their own by which they lead to an article."""
    told = zip(*_columns(events, "requested_url", "outcome", "reason", "warc_file"), strict=True)
    return frozenset(
        url for url, outcome, reason, file in told if (outcome, reason, file) == ("unchanged", "alias", None)
    )


def _columns(table: pa.Table, *names: str) -> list[list[str | None]]:
    return [table[name].to_pylist() for name in names]
