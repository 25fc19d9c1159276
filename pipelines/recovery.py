"""Putting right what a dead run left behind, before the next writer starts.

Batches that ``captures`` has and ``articles`` has not are processed again from the WARC and appended under their own
number; whole WARC records that ``captures`` does not know are indexed, processed and appended as further batches.
The dead run's lock is held throughout, and it ends with a row in ``runs`` whose outcome is ``interrupted``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable

from pipelines import outcomes
from pipelines.history import History, as_itself, degraded
from pipelines.pages import page_of
from pipelines.process import process
from storage import warc
from storage.archive import Archive, Batch, commit
from storage.errors import ArchiveError
from storage.records import Article, Capture, Page, Rejection, RunRecord, Tally
from storage.recovery import DeadRun, dead_runs, position
from storage.schema import ARTICLES, RUNS

BATCH_PAGES = 500
RECOVERED = "recovered"


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
    extract: Callable[[Page], Article | Rejection] = process,
    say: Callable[[str], None] = lambda _: None,
) -> list[Recovered]:
    """Put right every dead run of ``archive``; ``say`` is told a line about each.

    Whoever is about to crawl sources takes their locks first and reads their history afterwards: then nobody adds to
    them meanwhile, and every run that ever crawled them is in the tables. Where another process is recovering, this
    one waits, and finds nothing left to do.

    ``extract`` is :func:`pipelines.process.process` or a stand-in with limits of time and memory, for the page that
    killed a run must not kill its recovery.
    """
    done = []
    with archive.lock_recovery():
        for dead in dead_runs(archive):
            say(f"recovering run {dead.name}, which ended without closing")
            try:
                result = _recover(archive, dead, extract)
            except BaseException:
                dead.lock.release()
                raise
            dead.lock.release(remove=True)
            say(
                f"recovered run {dead.name}: {result.pages} pages indexed, {result.batches} batches completed, "
                f"{result.articles} articles, {result.damaged} damaged records"
            )
            done.append(result)
    return done


def _recover(archive: Archive, dead: DeadRun, extract: Callable[[Page], Article | Rejection]) -> Recovered:
    articles = batches = pages = lost = 0
    tallies: Counter[tuple[str, str, str | None]] = Counter()
    if not 0 <= dead.captured - dead.kept <= 1:
        raise ArchiveError(
            f"run {dead.name} has {dead.captured} batches in captures and {dead.kept} in articles: "
            "they may differ by one at most; the tables were changed by something else"
        )
    if dead.captured > dead.kept:
        again = [_article_again(archive, capture, extract) for capture in dead.batch(archive, dead.captured)]
        rows = [dataclasses.replace(article, run=dead.name) for article in again if article is not None]
        lost = len(again) - len(rows)
        archive.append(ARTICLES, rows, run=dead.name, number=dead.captured)
        articles, batches = len(rows), 1
    number = dead.captured
    batch = Batch()
    sources = {stored.info.source for stored in dead.unknown(archive) if stored.info is not None}
    dead.damaged.clear()
    history = History.load(archive, sources)
    for stored in dead.unknown(archive):
        if stored.info is None:
            continue
        capture, article = _index(dead.name, stored, stored.info, history, extract)
        history.apply(capture)
        batch.captures.append(capture)
        tallies[capture.source, capture.outcome, capture.reason] += 1
        pages += 1
        if article is not None:
            batch.articles.append(article)
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
        command="crawl",
        outcome="interrupted",
        started_at=_start_of(dead.name, now),
        finished_at=now,
        batches=number,
        tallies=tuple(
            Tally(source=source, outcome=outcome, reason=reason, count=count)
            for (source, outcome, reason), count in sorted(tallies.items(), key=str)
        ),
        detail=f"ended without closing; recovered {pages} pages and {articles} articles"
        + (f"; {lost} articles named in captures could not be read again" if lost else ""),
    )
    archive.append(RUNS, [record], run=dead.name, number=1)
    return Recovered(run=dead.name, pages=pages, batches=batches, articles=articles, damaged=len(dead.damaged) + lost)


def _index(
    run: str,
    stored: warc.StoredResponse,
    info: warc.CaptureInfo,
    history: History,
    extract: Callable[[Page], Article | Rejection],
) -> tuple[Capture, Article | None]:
    """The row for a response that reached the WARC and no table, and the article where it is one."""
    capture = dataclasses.replace(outcomes.capture_of(stored, info), run=run)
    known = history.get(capture.requested_url, capture.kind)
    if info.kind == "robots" and outcomes.robots_speaks(stored.status):
        return dataclasses.replace(capture, reason=RECOVERED), None
    verdict = outcomes.of_status(stored, known)
    if verdict is not None:
        return outcomes.settle(capture, verdict, failed_at=stored, known=known, run=run), None
    if info.kind != "article":
        # Without validators: what the entrance announced may not have been noted, so the next poll must bring it whole.
        return dataclasses.replace(capture, etag=None, last_modified=None, reason=RECOVERED), None
    result = _extracted(stored, extract)
    verdict = history.verdict(capture.requested_url, result)
    return outcomes.settle(capture, verdict, result, known=known), verdict.article


def _extracted(stored: warc.StoredResponse, extract: Callable[[Page], Article | Rejection]) -> Article | Rejection:
    page = page_of(stored)
    return extract(page) if isinstance(page, Page) else page


def _article_again(
    archive: Archive, capture: Capture, extract: Callable[[Page], Article | Rejection]
) -> Article | None:
    """The article of a row whose batch never reached ``articles``, read from the WARC once more.

    None where the record is damaged, or where this version of the extractor refuses what the dead run's accepted.
    """
    where = position(capture)
    if where is None:
        return None
    try:
        result = _extracted(warc.read(archive.warc, where), extract)
    except warc.WarcDamage:
        return None
    if not isinstance(result, Article):
        return None
    if capture.id not in (None, result.id):
        result = as_itself(result)
    return degraded(result) if capture.outcome == "revised" else result


def _start_of(run: str, default: dt.datetime) -> dt.datetime:
    """The instant that a run's name begins with."""
    try:
        return dt.datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return default
