"""Putting an archive right: the tables by themselves, then every row that its pages can make again.

What captures has lost is replayed, run by run in their order, as the recovery of a dead run does it: so pages get the
fate that they had. Articles that are there still are not extracted again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import forgotten
from pipelines.readings import Submit, here
from pipelines.recovery import Lists, complete, recover
from pipelines.urls import identity
from pipelines.verdicts import named
from storage import delta, repair, rewrite, unfinished, warc
from storage.archive import Archive
from storage.aside import Aside
from storage.forget import carry_out, resume, survey
from storage.records import Article, Page, Rejection
from storage.recovery import KEEPS, DeadRun, counts
from storage.schema import ARTICLES, CAPTURES, articles_from_arrow

Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a repair did: pages whose rows were made again, and what it moved to ``aside`` (None where nothing)."""

    pages: int
    moved: tuple[str, ...]
    aside: str | None


def mend(
    archive: Archive,
    *,
    submit: Submit | None = None,
    lists: Lists | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Repaired:
    """Repair all that can be repaired; ``say`` is told a line about each thing.

    Safe to repeat; after a kill the next crawl ends it (:func:`finish`), or the next repair. ``submit`` starts an
    extraction, as :meth:`pipelines.workers.Workers.submit` does; without it each page is read here. ``lists`` gives the
    rows of entrances as the crawl that read them gave them; without it they are asked for whole at the next crawl.

    Raises:
        ArchiveBusy: a run or another maintenance is under way.
        ArchiveError: the archive cannot be written.
    """
    with archive.lock_maintenance("repairing"), archive.writing():
        with archive.lock_recovery():
            repair.nobody_writes(archive)
            unfinished.begin(archive.root)
            aside = Aside(archive.root)
            repair.tables(archive, aside, say)
            repair.drop_pins(archive, aside, say)
            repair.tails(archive, aside, say)
            _forget_again(archive, say)
            pages = _replay(archive, submit or here, lists, say)
            repair.level(archive)
            repair.once(archive.root, ARTICLES, say)
            # Under the lock still: a crawl that waits for it finds the tables whole, and dead runs it recovers itself.
            unfinished.end(archive.root)
        recover(archive, submit=submit, say=say)
    moved = tuple(aside.moved)
    return Repaired(pages=pages, moved=moved, aside=str(aside.folder) if moved else None)


def finish(
    archive: Archive,
    *,
    submit: Submit | None = None,
    lists: Lists | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """End a repair that was begun and not ended, for whoever is about to crawl: it may have taken rows out by then.

    Where another process is at it, this one waits for its end.

    Raises:
        ArchiveBusy: another maintenance, or a run that began before, is in the way.
        ArchiveError: the archive cannot be written.
    """
    if not unfinished.is_open(archive.root):
        return
    with archive.writing():
        archive.lock_recovery().release()
    if unfinished.is_open(archive.root):
        say("ending a repair that was interrupted")
        mend(archive, submit=submit, lists=lists, say=say)


def _forget_again(archive: Archive, say: Callable[[str], None]) -> None:
    """End removals that were interrupted, and take out again what a backup that was put back had of removed pages."""
    if not forgotten.load(archive):
        return
    resume(archive, identity, say=say)
    plan = survey(archive, same=identity, mentions=forgotten.mentions, again=True, reason="came back", say=say)
    if plan.pages or plan.captures or plan.articles or plan.copies:
        carry_out(archive, plan, identity, say=say)


def _replay(archive: Archive, submit: Submit, lists: Lists | None, say: Callable[[str], None]) -> int:
    """Make every row again that stands for a page and is missing, and all that followed from it. How many pages."""
    records = _whole(archive)
    _follow(archive, records, say)
    whole = {place: record.source for place, record in records.items()}
    since, astray = _begin(archive, whole)
    if not since:
        return 0
    readable = pa.array([f"{file}@{offset}" for file, offset in whole], pa.string())

    def follows(rows: pa.Table) -> pa.Array:
        """Rows of a source from the run on in which something is missing, whose pages can be read again."""
        there = pc.is_in(_keys(rows), value_set=readable)
        told = zip(*(rows[name].to_pylist() for name in ("source", "run", "kind")), strict=True)
        later = [
            source in since and run >= since[source] and (kind == "article" or source in astray)
            for source, run, kind in told
        ]
        return pc.and_(there, pa.chunked_array([pa.array(later, pa.bool_())]))

    ids = _ids(archive)
    rewrite.without(archive.root, CAPTURES, follows)
    repair.level(archive)
    known = frozenset(_places(archive.captures().to_table(_PLACE)))
    segments: dict[str, list[str]] = defaultdict(list)
    for segment in warc.segments(archive.warc):
        segments[warc.run_of(segment)].append(segment)
    due = {warc.run_of(file) for file, offset in whole if (file, offset) not in known}
    pages, doubtful = 0, _doubtful(archive)
    for number, run in enumerate(sorted(due), 1):
        held = archive.lock_run(run)
        if held is None:
            continue
        say(f"replaying run {number} of {len(due)}: {run}")
        dead = DeadRun(
            name=run,
            lock=held,
            captured=delta.transaction(delta.snapshot(archive.root, CAPTURES), run),
            kept=delta.transaction(delta.snapshot(archive.root, ARTICLES), run),
            segments=tuple(segments[run]),
            known=known,
        )
        try:
            known_lists = None if run in doubtful else lists
            pages += complete(archive, dead, _as_before(archive, segments[run], ids, submit), lists=known_lists).pages
        except BaseException:
            held.release()
            raise
        held.release(remove=True)
    return pages


def _doubtful(archive: Archive) -> frozenset[str]:
    """Runs that may not have noted all that entrances announced: interrupted ones, and those of some days only."""
    rows = archive.runs().to_table(["run", "outcome", "tallies"]).to_pylist()
    return frozenset(
        row["run"]
        for row in rows
        if row["outcome"] == "interrupted" or any(tally["outcome"] == "outside" for tally in row["tallies"] or ())
    )


_PLACE = ("warc_file", "warc_offset")


@dataclass(frozen=True, slots=True)
class _Record:
    """A whole record that a row should stand for."""

    source: str
    at: dt.datetime
    digest: str | None
    length: int


def _whole(archive: Archive) -> dict[Place, _Record]:
    """Every whole record that a row should stand for, by its place."""
    found: dict[Place, _Record] = {}
    for segment in warc.segments(archive.warc):
        for one in warc.scan_all(archive.warc / segment, root=archive.warc):
            if isinstance(one, warc.DamagedRecord) or one.info is None:
                continue
            if isinstance(one, warc.StoredResponse) and not counts(one):
                continue
            digest = one.payload_digest if isinstance(one, warc.StoredResponse) else None
            place = one.position
            found[place.file, place.offset] = _Record(one.info.source, one.fetched_at, digest, place.length)
    return found


def _follow(archive: Archive, records: dict[Place, _Record], say: Callable[[str], None]) -> None:
    """Where bytes went missing from a segment, what follows stands further to the front: have its rows name that."""
    columns = [*_PLACE, "warc_length", "at", "payload_digest"]
    rows = archive.captures().to_table(columns, filter=pc.is_valid(pc.field("warc_file"))).to_pylist()
    known = {(row["warc_file"], row["warc_offset"]) for row in rows}
    new = {
        (file, record.at, record.digest): (file, offset, record.length)
        for (file, offset), record in records.items()
        if (file, offset) not in known
    }
    moved = {
        (row["warc_file"], row["warc_offset"], row["warc_length"]): new[
            row["warc_file"], row["at"], row["payload_digest"]
        ]
        for row in rows
        if (row["warc_file"], row["warc_offset"]) not in records
        and (row["warc_file"], row["at"], row["payload_digest"]) in new
    }
    if moved:
        say(f"{len(moved)} records stand elsewhere in their segment than their rows say; the rows follow them")
        for table in (CAPTURES, ARTICLES):
            rewrite.relocate(archive.root, table, moved)


def _begin(archive: Archive, whole: dict[Place, str]) -> tuple[dict[str, str], frozenset[str]]:
    """The first run, for each source, in which a row is missing that its page can make again.

    And the sources of which captures has lost rows: of others only articles' rows are in question.
    """
    captures = archive.captures().to_table([*_PLACE, "outcome"])
    known = _places(captures)
    told = _places(captures.filter(pc.is_in(captures["outcome"], value_set=pa.array(sorted(KEEPS)))))
    held = _places(archive.articles(all_revisions=True).to_table(_PLACE))
    unknown = whole.keys() - known
    first: dict[str, str] = {}
    for file, offset in unknown | ((told - held) & whole.keys()):
        run, source = warc.run_of(file), whole[file, offset]
        first[source] = min(run, first.get(source, run))
    return first, frozenset(whole[place] for place in unknown)


def _ids(archive: Archive) -> dict[Place, str]:
    """The ids that captures gave to pages whose articles are lost: once given, an id never changes."""
    rows = archive.captures().to_table([*_PLACE, "id"], filter=pc.field("outcome").isin(sorted(KEEPS)))
    held = _places(archive.articles(all_revisions=True).to_table(_PLACE))
    places = zip(rows["warc_file"].to_pylist(), rows["warc_offset"].to_pylist(), strict=True)
    given = zip(places, rows["id"].to_pylist(), strict=True)
    return {place: name for place, name in given if name is not None and place not in held}


def _as_before(archive: Archive, segments: list[str], ids: dict[Place, str], submit: Submit) -> Submit:
    """``submit``, but an article that the archive has of that very page is taken as it is, and keeps its id if not."""
    table = archive.articles(all_revisions=True).to_table(filter=pc.field("warc_file").isin(segments))
    held = {(one.warc_file, one.warc_offset): one for one in articles_from_arrow(table)}

    def first(page: Page) -> Future[Article | Rejection]:
        place = (page.warc.file, page.warc.offset) if page.warc is not None else None
        if place is None or (place not in held and place not in ids):
            return submit(page)
        done: Future[Article | Rejection] = Future()
        if place in held:
            done.set_result(held[place])
        else:
            submit(page).add_done_callback(lambda read: _pass_on(read, done, ids[place]))
        return done

    return first


def _pass_on(read: Future[Article | Rejection], done: Future[Article | Rejection], given: str) -> None:
    error = read.exception()
    if error is not None:
        done.set_exception(error)
        return
    result = read.result()
    done.set_result(named(result, given) if isinstance(result, Article) else result)


def _keys(rows: pa.Table) -> pa.ChunkedArray:
    offsets = pc.cast(rows["warc_offset"], pa.string())
    return pc.binary_join_element_wise(rows["warc_file"], offsets, "@")


def _places(rows: pa.Table) -> set[Place]:
    """Where the pages of these rows stand; rows without a page are left out."""
    pairs = zip(rows["warc_file"].to_pylist(), rows["warc_offset"].to_pylist(), strict=True)
    return {(file, offset) for file, offset in pairs if file is not None}
