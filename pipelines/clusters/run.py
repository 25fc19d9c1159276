"""Batches of new articles, compared with what is there and committed one after the other."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clusters import articles, rows
from pipelines.clusters.candidates import Pairs, candidates
from pipelines.clusters.houses import Houses
from pipelines.clusters.joining import Joined, changed, join
from pipelines.clusters.members import KEYS, NOBODY, Members, load
from pipelines.clusters.signatures import METHOD, signatures
from pipelines.clusters.texts import Texts, comparable, read
from storage import delta, log, replace
from storage.archive import Archive
from storage.records import RunRecord
from storage.replace import Change
from storage.schema import CLUSTERS, RUNS

COMMAND: Final = "cluster"
BATCH: Final = 20_000
"""Articles that are compared and committed at once: some 300 MB of texts and shingles."""
EACH: Final = 6
"""With how many of its candidates a text is compared, the most alike first; of one cluster with two at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """What a run came to: articles compared, copies among them, clusters that went into others, rows told anew.

    ``gone`` are rows of articles that are no more. ``run`` is None where nothing was to be done.
    """

    run: str | None
    compared: int
    copies: int
    merged: int
    retold: int
    gone: int


def cluster(
    archive: Archive,
    *,
    since: dt.date | None = None,
    again: bool = False,
    batch: int = BATCH,
    say: Callable[[str], None] = lambda _: None,
) -> Clustered:
    """Compare the articles of ``archive`` that were not compared yet, with ``again`` all, and note which are copies.

    With ``since`` only those that are known since that day (UTC). Holds the maintenance lock; crawls go on beside it.
    Every batch is one commit: after a kill the next run goes on behind the last one.

    Raises:
        ArchiveBusy: another maintenance is under way.
        ArchiveError: a table is damaged, or the archive cannot be written.
    """
    with archive.lock_maintenance("clustering"), archive.writing():
        return _Work(archive, again=again, say=say).do(since, batch)


class _Work:
    def __init__(self, archive: Archive, *, again: bool, say: Callable[[str], None]) -> None:
        self._archive, self._again, self._say = archive, again, say
        self._started = dt.datetime.now(dt.UTC)
        self._run = f"{self._started:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(6)}"
        self._rows = archive.articles(all_revisions=True)
        self._houses = Houses()
        self._members = load(archive.clusters(), self._houses)
        self._declared: list[tuple[str, str]] = []
        self._old: dict[str, int] = {}
        self._go: list[str] = []
        self._wrote = False
        self._compared = self._copies = self._merged = self._retold = 0

    def do(self, since: dt.date | None, batch: int) -> Clustered:
        now = articles.current(self._archive.articles())
        self._declared = articles.declared(now)
        todo = self._withdraw(now, articles.from_day(now, since))
        gone = len(self._go)
        todo = todo.sort_by([("month", "ascending"), ("since", "ascending"), ("id", "ascending")])
        self._members.elect()
        for begin in range(0, todo.num_rows, batch):
            self._compare(todo.slice(begin, batch))
            copies = "1 copy" if self._copies == 1 else f"{self._copies} copies"
            self._say(f"{self._compared} of {todo.num_rows} articles compared, {copies} among them")
        self._settle()
        if self._wrote:
            self._note()
        return Clustered(
            run=self._run if self._wrote else None,
            compared=self._compared,
            copies=self._copies,
            merged=self._merged,
            retold=self._retold,
            gone=gone,
        )

    def _withdraw(self, now: pa.Table, asked: pa.Table) -> pa.Table:
        """Take out what is no more and what is to be compared anew; what is to be compared, of what is ``asked``."""
        members = self._members
        keys = members.keys
        if self._again:
            todo = asked
        else:
            sound = keys.filter(pc.equal(keys["method"], METHOD))
            todo = asked.filter(pc.invert(pc.is_in(asked["row"], value_set=sound["row"].combine_chunks())))
        here = pc.is_in(keys["id"], value_set=now["id"].combine_chunks()).to_numpy()
        anew = pc.is_in(keys["id"], value_set=todo["id"].combine_chunks()).to_numpy()
        members.here = np.asarray(here & ~anew)
        self._go = members.named(np.flatnonzero(~here), "id")
        again = np.flatnonzero(here & anew)
        self._old = dict(zip(members.named(again, "id"), again.tolist(), strict=True))
        return todo

    def _compare(self, new: pa.Table) -> None:
        members, begin = self._members, len(self._members)
        at = {row: number for number, row in enumerate(new["row"].to_pylist())}
        told = dict(read(self._rows, list(at), pc.unique(new["month"]).to_pylist()))
        # A row that went meanwhile is no article any more; the next run sees what became of it.
        new = new.filter(pc.is_in(new["row"], value_set=pa.array(list(told), pa.string())))
        found = [told[row] for row in new["row"].to_pylist()]
        self._houses.add([text.marks for text in found])
        texts = Texts(self._rows, members, self._houses)
        sets = [comparable(text, self._houses) for text in found]
        signed, sizes = signatures(sets), np.array([len(text) for text in sets], np.int64)
        reprint = pc.is_valid(new["original"]).combine_chunks()
        names, settled = self._names(new)
        keys = new.select(["id", "row", "month"]).append_column("method", pa.repeat(METHOD, new.num_rows)).cast(KEYS)
        members.add(
            keys,
            signatures=signed,
            sizes=sizes,
            since=new["since"].cast(pa.int64()).to_numpy(),
            reprint=reprint.to_numpy(zero_copy_only=False),
            names=names,
        )
        members.settled[-len(names) :] = settled
        for number, text in enumerate(sets, begin):
            texts.hold(number, text)
        declared = self._pairs_declared(begin)
        pairs, _ = candidates(members.signatures, members.usable, begin)
        pairs = _chosen(pairs, members)
        texts.fetch([*np.unique(pairs).tolist(), *(number for pair in declared for number in pair)])
        joined = join(members, [(int(left), int(right)) for left, right in pairs], declared, texts.like)
        marks = [text.marks for text in found]
        come = rows.fresh(new, signatures=signed, sizes=sizes, marks=marks, reprint=reprint)
        come = rows.placed(come, range(begin, len(members)), members, texts, run=self._run, at=self._started)
        self._compared += new.num_rows
        self._copies += pc.sum(pc.equal(come["role"], "copy")).as_py() or 0
        self._merged += joined.merged
        back = [name for name in keys["id"].to_pylist() if name in self._old]
        self._commit(come, begin, joined, texts, [*self._go, *back])
        self._go = []

    def _names(self, new: pa.Table) -> tuple[list[str], list[bool]]:
        """What a cluster of each of these articles alone is called, and whether that name stands in the table.

        An article that is compared anew keeps the name of its cluster where nobody else has it; else the row names it.
        """
        members = self._members
        if self._old.keys().isdisjoint(new["id"].to_pylist()):
            return new["row"].to_pylist(), [False] * new.num_rows
        taken = {members.names[code] for code in np.unique(members.cluster[members.here]).tolist()}
        names, settled = [], []
        for name, row in zip(new["id"].to_pylist(), new["row"].to_pylist(), strict=True):
            old = self._old.get(name)
            before = None if old is None else members.names[members.written[old]]
            kept = before is not None and before not in taken
            called = before if before is not None and kept else row
            number = 1
            while called in taken:
                number += 1
                called = f"{row}.{number}"
            taken.add(called)
            names.append(called)
            settled.append(kept)
        return names, settled

    def _pairs_declared(self, begin: int) -> list[tuple[int, int]]:
        """Articles and what they name as their original, where both are here and one is new."""
        members = self._members
        at = articles.numbers(members.keys["id"], {name for pair in self._declared for name in pair})
        found = [(at[one], at[other]) for one, other in self._declared if one in at and other in at and one != other]
        return [pair for pair in found if max(pair) >= begin and members.here[list(pair)].all()]

    def _settle(self) -> None:
        """Tell anew the rows of clusters that lost their first, or have another."""
        members = self._members
        codes = np.unique(members.cluster[members.here]).tolist()
        if self._go or len(changed(members, codes)):
            texts = Texts(self._rows, members, self._houses)
            self._commit(CLUSTERS.schema.empty_table(), len(members), Joined(touched=set(codes)), texts, self._go)
            self._go = []

    def _commit(self, come: pa.Table, begin: int, joined: Joined, texts: Texts, go: list[str]) -> None:
        """Write the rows of new articles, from number ``begin`` on, and those that no longer say what is so."""
        members, root = self._members, self._archive.root
        late = [number for number in changed(members, joined.touched).tolist() if number < begin]
        if late:
            ids = members.named(late, "id")
            at = dict(zip(ids, late, strict=True))
            standing = rows.there(self._archive.clusters(), ids, members.named(late, "month"))
            numbers = [at[name] for name in standing["id"].to_pylist()]
            retold = rows.placed(standing, numbers, members, texts, run=self._run, at=self._started)
            come = pa.concat_tables([come, retold])
            go = [*go, *retold["id"].to_pylist()]
            self._retold += retold.num_rows
        if come.num_rows or go:
            replace.abandon(root)
            work = root / replace.FOLDER
            change = Change(
                table=CLUSTERS,
                come=(replace.spool(work, "clusters", come, "month"),) if come.num_rows else (),
                go=(replace.spool_marks(work, "clusters-go", [(replace.mark(name), "") for name in go]),) if go else (),
            )
            replace.begin(root, [replace.weave(root, change, log.files(delta.snapshot(root, CLUSTERS)))])
            replace.finish(root)
            self._wrote = True
        self._written([*late, *range(begin, len(members))])

    def _written(self, numbers: list[int]) -> None:
        members = self._members
        at = np.array(numbers, np.int64)
        codes = members.cluster[at]
        members.written[at] = codes
        members.written_first[at] = np.array(members.firsts, np.int64)[codes] if len(at) else NOBODY
        for code in np.unique(codes).tolist():
            members.settled[code] = True

    def _note(self) -> None:
        record = RunRecord(
            run=self._run,
            command=COMMAND,
            outcome="done",
            started_at=self._started,
            finished_at=dt.datetime.now(dt.UTC),
            versions=(METHOD,),
            detail=f"compared {self._compared} articles, {self._copies} of them copies",
        )
        self._archive.append(RUNS, [record], run=self._run, number=1)


def _chosen(pairs: Pairs, members: Members) -> Pairs:
    """Of the candidates of each new text the first :data:`EACH`, and of one cluster the first two."""
    if not len(pairs):
        return pairs
    clusters = len(members.names) + 1
    pairs = pairs[_first(pairs[:, 1] * clusters + members.cluster[pairs[:, 0]], 2)]
    return pairs[_first(pairs[:, 1], EACH)]


def _first(keys: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.bool_]:
    """Which places hold one of the first ``count`` of their key."""
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]])
    ranks = np.arange(len(keys)) - np.repeat(begins, np.diff(np.r_[begins, len(keys)]))
    kept = np.zeros(len(keys), np.bool_)
    kept[order[ranks < count]] = True
    return kept
