"""Putting right what a dead run left behind, before the next writer starts.

Batches that ``captures`` has and ``articles`` has not are processed again from the WARC and appended under their own
number; whole WARC records that ``captures`` does not know are indexed, processed and appended as further batches.
The dead run's lock is held throughout, and it ends with a row in ``runs`` whose outcome is ``interrupted``. Then the
Parquet files that it wrote and never committed are removed; on S3, where telling them takes a request for each entry of
the log, ``broadsheet compact`` does that.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

from pipelines import forgotten, moves, outcomes
from pipelines.fates import Fate, fates
from pipelines.history import History, Verdict
from pipelines.pages import earlier_page, page_of
from pipelines.readings import Reading, Submit, ahead, here
from pipelines.verdicts import as_itself, kept_as
from storage import orphans, warc
from storage.archive import Archive, Batch, commit
from storage.errors import ArchiveError
from storage.records import Article, Capture, Page, RunRecord, Tally, WarcPosition
from storage.recovery import DeadRun, dead_runs, position
from storage.remote import Remote
from storage.schema import ARTICLES, RUNS
from storage.tombstones import Tombstones

BATCH_PAGES = 500
# Pages whose extraction is under way at once; the pool decides how many it works on.
AHEAD = 32
RECOVERED = "recovered"
Lists = Callable[[warc.StoredResponse, Capture], Capture]
"""The row of a feed, sitemap or front page that was read, and whose links were noted; the crawler knows how."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of one dead run: pages indexed anew, batches completed, records that were torn or damaged."""

    run: str
    pages: int
    batches: int
    articles: int
    damaged: int


def recover(
    archive: Archive,
    *,
    submit: Submit | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> list[Recovered]:
    """Put right every dead run of ``archive``; ``say`` is told a line about each.

    Whoever is about to crawl sources takes their locks first and reads their history afterwards: then nobody adds to
    them meanwhile, and every run that ever crawled them is in the tables. Where another process is recovering, this
    one waits, and finds nothing left to do.

    ``submit`` starts the extraction of a page, as :meth:`pipelines.workers.Workers.submit` does in processes with
    limits of time and memory, for the page that killed a run must not kill its recovery. Without it pages are read
    here, one by one.
    """
    done = []
    with archive.lock_recovery():
        for dead in dead_runs(archive):
            say(f"recovering run {dead.name}, which ended without closing")
            try:
                result = complete(archive, dead, submit or here)
            except BaseException:
                dead.lock.release()
                raise
            dead.lock.release(remove=True)
            say(
                f"recovered run {dead.name}: {result.pages} pages indexed, {result.batches} batches completed, "
                f"{result.articles} articles, {result.damaged} damaged records"
            )
            done.append(result)
        if done and not isinstance(archive.root, Remote):
            _sweep(archive, say)
    return done


def _sweep(archive: Archive, say: Callable[[str], None]) -> None:
    """Remove what dead runs wrote into the tables' folders and never committed. Nothing waits for it: it may fail."""
    try:
        count = orphans.take_out(archive)
    except (ArchiveError, OSError) as error:
        say(f"files that no log names were left where they are: {error}")
        return
    if count:
        say(f"removed {count} files that the dead runs wrote and never committed")


def complete(archive: Archive, dead: DeadRun, submit: Submit, *, lists: Lists | None = None) -> Recovered:
    """Make the rows that are missing of ``dead``, and end it with its row in ``runs`` where it has none.

    ``lists`` gives the row of an entrance whose links were all noted; without it they may not have been.
    """
    articles = batches = pages = lost = 0
    tallies: Counter[tuple[str, str, str | None]] = Counter()
    stones = forgotten.load(archive)
    if not 0 <= dead.captured - dead.kept <= 1:
        raise ArchiveError(
            f"run {dead.name} has {dead.captured} batches in captures and {dead.kept} in articles: "
            "they may differ by one at most; the tables were changed by something else"
        )
    if dead.captured > dead.kept:
        again = list(_articles_again(archive, dead.batch(archive, dead.captured), submit))
        kept = [forgotten.unnamed(stones, article) for article in again if article is not None]
        rows = [dataclasses.replace(article, run=dead.name) for article in kept]
        lost = len(again) - len(rows)
        archive.append(ARTICLES, rows, run=dead.name, number=dead.captured)
        articles, batches = len(rows), 1
    number = dead.captured
    batch = Batch()
    left = [
        _Left.of(found)
        for found in dead.unknown(archive)
        if found.info is not None and not forgotten.was_one(stones, found)
    ]
    history = History.load(archive, {one.source for one in left})
    for fate in _indexed(archive, dead.name, left, history, submit, stones, lists):
        batch.captures.append(fate.row)
        tallies[fate.row.source, fate.row.outcome, fate.row.reason] += fate.counted
        pages += fate.row.warc_file is not None
        if fate.article is not None:
            batch.articles.append(fate.article)
            articles += 1
        if len(batch.captures) >= BATCH_PAGES:
            number += 1
            commit(archive, dead.name, number, batch)
            batch, batches = Batch(), batches + 1
    if batch.captures:
        number += 1
        commit(archive, dead.name, number, batch)
        batches += 1
    now = dt.datetime.now(dt.UTC)
    record = RunRecord(
        run=dead.name,
        command=_command_of(archive, dead),
        outcome="interrupted",
        started_at=_start_of(dead.name, now),
        finished_at=now,
        batches=number,
        tallies=tuple(
            Tally(source=source, outcome=outcome, reason=reason, count=count)
            for (source, outcome, reason), count in sorted(tallies.items(), key=str)
            if count
        ),
        detail=f"ended without closing; recovered {pages} pages and {articles} articles"
        + (f"; {lost} articles named in captures could not be read again" if lost else ""),
    )
    archive.append(RUNS, [record], run=dead.name, number=1)
    return Recovered(run=dead.name, pages=pages, batches=batches, articles=articles, damaged=len(dead.damaged) + lost)


@dataclasses.dataclass(frozen=True, slots=True)
class _Left:
    """A record that is to be indexed: where a response stands, or what stands in place of one."""

    source: str
    found: WarcPosition | warc.Withheld

    @classmethod
    def of(cls, found: warc.StoredResponse | warc.Withheld) -> _Left:
        source = found.info.source if found.info is not None else ""
        return cls(source, found if isinstance(found, warc.Withheld) else found.position)


def _indexed(
    archive: Archive,
    run: str,
    left: list[_Left],
    history: History,
    submit: Submit,
    stones: Tombstones,
    lists: Lists | None,
) -> Iterator[Fate]:
    """The rows of each record that reached the WARC and no table, and the article where it is one, in their order.

    Pages are extracted ahead, as many at once as ``submit`` works on; the verdicts follow one after the other.
    """
    for found, reading in ahead((_opened(archive, one.found, submit) for one in left), AHEAD):
        if isinstance(found, warc.Withheld):
            rows = iter([Fate(row=dataclasses.replace(outcomes.capture_of_withheld(found), run=run))])
        elif found.info is None:
            continue
        else:
            rows = _index(archive, run, found, found.info, history, reading, submit, stones, lists)
        for fate in rows:
            if _is_noted(fate.row, history):
                continue
            history.apply(fate.row)
            yield fate


def _is_noted(row: Capture, history: History) -> bool:
    """Whether the archive has the row already: one that names no record outlives the loss of the record's own."""
    known = history.get(row.requested_url) if row.reason == moves.REDIRECTED else None
    return known is not None and (known.outcome, known.reason) == (row.outcome, row.reason)


def _opened(
    archive: Archive, found: WarcPosition | warc.Withheld, submit: Submit
) -> tuple[warc.StoredResponse | warc.Withheld, Reading | None]:
    """A record, and its extraction under way where it takes one."""
    if isinstance(found, warc.Withheld):
        return found, None
    stored = warc.read(archive.warc, found)
    article = stored.info is not None and stored.info.kind == "article"
    return stored, Reading(page_of(stored), submit) if article and outcomes.of_status(stored, None) is None else None


def _index(
    archive: Archive,
    run: str,
    stored: warc.StoredResponse,
    info: warc.CaptureInfo,
    history: History,
    reading: Reading | None,
    submit: Submit,
    stones: Tombstones,
    lists: Lists | None,
) -> Iterator[Fate]:
    """The rows for a response that reached the WARC and no table, and the article where it is one."""
    capture = dataclasses.replace(outcomes.capture_of(stored, info), run=run)
    known = history.get(capture.requested_url, capture.kind)
    if info.kind in ("robots", "rights"):
        yield Fate(row=outcomes.of_host_file(stored, capture))
        return
    verdict = outcomes.of_status(stored, known)
    if verdict is None and info.kind == "article":
        verdict = outcomes.of_payload(stored, known)
    if verdict is not None:
        yield Fate(row=outcomes.settle(capture, verdict, failed_at=stored, known=known, run=run))
        return
    if reading is None and lists is not None:
        yield Fate(row=lists(stored, capture))
        return
    if reading is None:
        # Without validators: what the entrance announced may not have been noted, so the next poll must bring it whole.
        yield Fate(row=dataclasses.replace(capture, etag=None, last_modified=None, reason=RECOVERED))
        return
    result = reading.result()
    if isinstance(result, Article) and stones.holds(result.canonical_url):
        removed = Verdict(outcome="refused", reason="forgotten")
        yield Fate(row=outcomes.settle(capture, removed, known=known))
        return
    if isinstance(result, Article):
        result = forgotten.unnamed(stones, result)
    place = history.earlier(capture.requested_url, result)
    earlier = earlier_page(archive.warc, place, reading.page) if place and isinstance(reading.page, Page) else None
    read = Reading(earlier, submit).result() if earlier is not None else None
    before = read if isinstance(read, Article) else None
    found = None
    if isinstance(reading.page, Page) and history.leads_elsewhere(capture.requested_url, result, before):
        found = Reading(moves.as_found(reading.page), submit).result()
    yield from fates(history, capture, result, before=before, found=found)


def _articles_again(archive: Archive, captures: list[Capture], submit: Submit) -> Iterator[Article | None]:
    """The articles of rows whose batch never reached ``articles``, read from the WARC once more.

    None where the record is damaged, or where this version of the extractor refuses what the dead run's accepted.
    """
    readings = ((capture, _reading_of(archive, capture, submit)) for capture in captures)
    for capture, reading in ahead(readings, AHEAD):
        result = reading.result() if reading is not None else None
        if not isinstance(result, Article):
            yield None
            continue
        if capture.id not in (None, result.id):
            result = as_itself(result)
        yield kept_as(result, capture.outcome, capture.reason)


def _reading_of(archive: Archive, capture: Capture, submit: Submit) -> Reading | None:
    where = position(capture)
    if where is None:
        return None
    try:
        page = page_of(warc.read(archive.warc, where))
    except warc.WarcDamage:
        return None
    if isinstance(page, Page) and page.requested_url != capture.requested_url:
        page = moves.as_found(page)
    return Reading(page, submit)


def _command_of(archive: Archive, dead: DeadRun) -> str:
    """The command whose run it was, as its first record tells."""
    for segment in dead.segments:
        for found in warc.scan_all(archive.warc / segment, root=archive.warc):
            if not isinstance(found, warc.DamagedRecord) and found.info is not None:
                return "import" if found.info.origin is not None else "crawl"
    return "crawl"


def _start_of(run: str, default: dt.datetime) -> dt.datetime:
    """The instant that a run's name begins with."""
    text = run.partition("-")[0]
    try:
        # Runs of the first format were named by the second.
        return dt.datetime.strptime(text, "%Y%m%dT%H%M%S.%fZ" if "." in text else "%Y%m%dT%H%M%SZ").replace(
            tzinfo=dt.UTC
        )
    except ValueError:
        return default
