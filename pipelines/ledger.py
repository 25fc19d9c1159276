"""What ``captures`` tells of millions of URLs, held in vectors: keys, dates and fates, and where the rows stand.

Nothing else is kept in memory: the few URLs that a run touches have their rows read again, and their states made from
these by the same code that takes in live events. Ten million URLs take about 0.9 GB; see docs/performance.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import sieve
from pipelines.collector import give_back
from pipelines.sieve import EVENT, NEVER, NO_STATUS, Events, Ints, Sieved
from pipelines.sites import Sites
from pipelines.states import DEGRADED, FETCHED, FRESH, KNOWN_ARTICLE, ArticleState, Glance, UrlState, key
from pipelines.urls import PLAIN, TRACKED, canonical
from storage.errors import ArchiveError
from storage.records import Capture, CaptureKind, Outcome
from storage.rows import Rows
from storage.schema import captures_from_arrow

KINDS: Final[tuple[CaptureKind, ...]] = get_args(CaptureKind)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
# Row groups whose rows are kept at hand: URLs that are due together mostly stand together.
_AT_HAND: Final = 3
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FRESH: Final = FRESH // dt.timedelta(microseconds=1)
_ARTICLE: Final = np.dtype([("key", "i8"), ("row", "u4")])
_ALIAS: Final = np.dtype([("key", "i8"), ("when", "i8"), ("of", "i8")])
_COLUMNS: Final = (
    "kind", "source", "requested_url", "at", "outcome", "reason", "url", "id", "announced_at", "announced_date",
    "status", "not_before", "run",
)  # fmt: skip
_WORDS: Final = ("kind", "source", "outcome", "reason", "run")
_URL: Final = "requested_url"


def place_of(kind: CaptureKind, url: str) -> str:
    """What a URL is known under: an article is the same over http and https; robots.txt and entrances are each scheme's
    own (RFC 9309, 2.3)."""
    return key(url) if kind == "article" else f"{kind} {canonical(url)}"


@dataclass(frozen=True, slots=True)
class _Group:
    """One row group of one file, and the number of its first row in the table."""

    file: str
    number: int
    begin: int
    rows: int


class Ledger:
    """The history of some sources, or of the pages of some sites, as it stood when a run began."""

    def __init__(self, rows: Rows, sources: Iterable[str] | None = None, sites: Sites | None = None) -> None:
        self._rows = rows
        self._sites = sites
        self._wanted = pa.array(sorted(sources), pa.string()) if sources is not None else None
        self._groups: list[_Group] = []
        self._runs: dict[str, int] = {}
        # What few events need: not_before and run, the run 0 where it does not count. The first is for those without.
        self._more: list[tuple[int, int]] = [(NEVER, 0)]
        self._at_hand: dict[int, pa.Table] = {}
        # Arrow's own allocator keeps what is freed; the system's gives it back, and gigabytes of rows pass through.
        pool = pa.default_memory_pool()
        pa.set_memory_pool(pa.system_memory_pool())
        try:
            self._scan()
        finally:
            pa.set_memory_pool(pool)

    def __len__(self) -> int:
        return len(self._urls.key)

    def _scan(self) -> None:
        urls: list[list[Events]] = [[] for _ in range(sieve.PARTS)]
        articles: list[list[Events]] = [[] for _ in range(sieve.PARTS)]
        aliases: list[Events] = []
        for begin, table in self._tables():
            events, article, alias = self._events(begin, table)
            for parts, several in ((urls, events), (articles, article)):
                for part, found in sieve.split(several):
                    parts[part].append(found)
            aliases.append(alias)
        more = np.array(self._more, np.int64)
        self._later: Ints = more[:, 0].copy()
        self._runs.clear()
        self._more.clear()
        self._urls: Sieved = sieve.sieve(urls, more[:, 1].astype(np.uint32))
        self._article_keys, self._article_starts, self._article_rows = _grouped(articles)
        self._alias_keys, self._alias_of = _first(aliases)
        self._begins: Ints = np.array([group.begin for group in self._groups], np.int64)

    def _tables(self) -> Iterator[tuple[int, pa.Table]]:
        """The columns that the vectors need, a row group at a time, each with the number of its first row."""
        begin = 0
        for file, opened in self._rows.files(dictionaries=_WORDS):
            with opened:
                for number in range(opened.num_row_groups):
                    rows = opened.metadata.row_group(number).num_rows
                    self._groups.append(_Group(file, number, begin, rows))
                    if begin + rows > np.iinfo(np.uint32).max:
                        raise ArchiveError("captures has more than 4,294,967,295 rows; compact it by source and month")
                    if self._may_hold(opened, number):
                        yield begin, opened.read_row_group(number, columns=list(_COLUMNS))
                    begin += rows
            give_back()

    def _may_hold(self, opened: pq.ParquetFile, number: int) -> bool:
        """Whether the row group may have a row of a wanted source, as far as its statistics tell."""
        if self._wanted is None:
            return True
        column = opened.schema_arrow.get_field_index("source")
        told = opened.metadata.row_group(number).column(column).statistics
        if told is None or not told.has_min_max:
            return True
        between = pc.and_(pc.greater_equal(self._wanted, told.min), pc.less_equal(self._wanted, told.max))
        return bool(pc.any(between).as_py())

    def _events(self, begin: int, rows: pa.Table) -> tuple[Events, Events, Events]:
        numbers = np.arange(begin, begin + rows.num_rows, dtype=np.uint32)
        if self._wanted is not None:
            mine = pc.is_in(rows["source"], value_set=self._wanted)
            numbers = numbers[_bools(mine)]
            rows = rows.filter(mine)
        if self._sites is not None:
            # A page that led to a site's belongs to that site's history, too: it is known under either address.
            own = self._sites.own(rows["requested_url"]) | self._sites.own(rows["url"])
            numbers, rows = numbers[own], rows.filter(pa.array(own))
        table = {name: rows[name].combine_chunks() for name in _COLUMNS}
        kind, outcome = _codes(table["kind"], KINDS), _codes(table["outcome"], OUTCOMES)
        at = _micros(table["at"])
        events = np.zeros(rows.num_rows, EVENT)
        events["key"] = _places(table["requested_url"], kind)
        announced = outcome == OUTCOMES.index("announced")
        events["when"] = 2 * at + ~announced
        events["row"] = numbers
        events["kind"], events["outcome"] = kind, outcome
        status = table["status"].fill_null(NO_STATUS).to_numpy()
        events["status"] = status
        announcement = _bools(table["announced_at"].is_valid())
        events["born"] = np.where(announcement, _born(table), at) // 1_000_000
        fetched = np.isin(outcome, [OUTCOMES.index(one) for one in OUTCOMES if one in FETCHED])
        known = np.isin(outcome, [OUTCOMES.index(one) for one in OUTCOMES if one in KNOWN_ARTICLE])
        failed = outcome == OUTCOMES.index("failed")
        degraded = _bools(pc.equal(table["reason"], DEGRADED).fill_null(False))
        kept = (known | (outcome == OUTCOMES.index("fetched"))) & ~degraded
        identified = known & _bools(table["id"].is_valid())
        self._note_more(events, table, failed)
        for flag, where in (
            (sieve.ANNOUNCED, announced),
            (sieve.ANNOUNCEMENT, announcement),
            (sieve.FETCHED, fetched),
            (sieve.FAILED, failed),
            (sieve.WHOLE, kept & ~((status >= 300) & (status < 400))),
            (sieve.IDENTIFIED, identified),
            (sieve.TOLD, fetched | (status != NO_STATUS)),
        ):
            events["flags"] |= np.where(where, np.uint8(flag), np.uint8(0))
        brought = identified & ((outcome != OUTCOMES.index("unchanged")) | degraded)
        articles = np.zeros(int(brought.sum()), _ARTICLE)
        articles["key"] = _hashed(table["id"].filter(pa.array(brought)))
        articles["row"] = numbers[brought]
        differs = _bools(pc.not_equal(table["url"], table["requested_url"]).fill_null(False)) & identified
        aliases = np.zeros(int(differs.sum()), _ALIAS)
        aliases["key"] = _places(table["url"].filter(pa.array(differs)), kind[differs])
        aliases["when"], aliases["of"] = events["when"][differs], events["key"][differs]
        return events, articles, aliases[aliases["key"] != aliases["of"]]

    def _note_more(self, events: Events, table: dict[str, pa.Array], failed: sieve.Bools) -> None:
        """Put aside what few events need: the run of a failure, and the instant before which nothing is asked."""
        few = np.flatnonzero(failed | _bools(table["not_before"].is_valid()))
        later = _micros(table["not_before"])
        for place in few.tolist():
            run = self._runs.setdefault(table["run"][place].as_py(), 1 + len(self._runs)) if failed[place] else 0
            events["more"][place] = len(self._more)
            self._more.append((int(later[place]), run))

    def own(self, place: str) -> int | None:
        """The number of the URL that is known under ``place``, or None."""
        return sieve.index(self._urls.key, hash(place))

    def leader(self, place: str) -> int | None:
        """The number of the first URL that led to ``place``, or None."""
        alias = sieve.index(self._alias_keys, hash(place))
        return sieve.index(self._urls.key, int(self._alias_of[alias])) if alias is not None else None

    def glance(self, number: int) -> Glance:
        """What deciding takes of the URL of that number."""
        urls = self._urls
        status = int(urls.status[number])
        later = self._later[urls.more[number]]
        return Glance(
            outcome=OUTCOMES[urls.outcome[number]],
            status=status if status != NO_STATUS else None,
            failures=int(urls.failures[number]),
            not_before=_instant(int(later)),
            fetched_at=_instant(int(urls.fetched[number])),
            born=_EPOCH + dt.timedelta(seconds=int(urls.born[number])),
            is_article=bool(urls.known[number]),
            is_announced=bool(urls.announced[number]),
        )

    def vectors(self, kind: CaptureKind) -> Vectors:
        """What deciding takes of every URL of that kind."""
        urls = self._urls
        mine = np.flatnonzero(urls.kind == KINDS.index(kind))
        return Vectors(
            number=mine,
            outcome=urls.outcome[mine],
            status=urls.status[mine],
            failures=urls.failures[mine],
            not_before=self._later[urls.more[mine]],
            fetched=urls.fetched[mine],
            born=urls.born[mine].astype(np.int64) * 1_000_000,
            is_article=urls.known[mine],
            is_announced=urls.announced[mine],
        )

    def in_order(self, numbers: Ints) -> Ints:
        """``numbers`` in the order in which their rows stand, so that URLs taken together are read together."""
        return numbers[np.argsort(self._urls.rows[self._urls.starts[numbers]], kind="stable")]

    def states(self, numbers: Sequence[int] | Ints) -> list[UrlState]:
        """The states of the URLs of those numbers, made from their rows."""
        urls = self._urls
        bounds = [(int(urls.starts[number]), int(urls.starts[number + 1])) for number in numbers]
        wanted = [urls.rows[begin:end] for begin, end in bounds]
        found = self._read(np.concatenate(wanted)) if wanted else {}
        states = []
        for rows in wanted:
            events = [found[int(row)] for row in rows]
            state = UrlState.begin(events[0])
            for event in events:
                state.take(event)
            states.append(state)
        return states

    def article(self, id: str) -> ArticleState | None:  # noqa: A002
        """The state of the article with that id, or None."""
        number = sieve.index(self._article_keys, hash(id))
        if number is None:
            return None
        rows = self._article_rows[self._article_starts[number] : self._article_starts[number + 1]]
        found = self._read(rows)
        events = [event for row in rows if (event := found[int(row)]).id == id and ArticleState.concerns(event)]
        if not events:
            return None
        events.sort(key=lambda event: (event.at, event.outcome != "announced"))
        state = ArticleState.begin(events[0])
        for event in events[1:]:
            state.take(event)
        return state

    def _read(self, rows: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> dict[int, Capture]:
        wanted = np.unique(rows).astype(np.int64)
        groups = np.searchsorted(self._begins, wanted, side="right") - 1
        found: dict[int, Capture] = {}
        for number in np.unique(groups):
            mine = wanted[groups == number]
            table = self._group(int(number)).take(pa.array(mine - self._groups[number].begin))
            found.update(zip(mine.tolist(), captures_from_arrow(table), strict=True))
        return found

    def _group(self, number: int) -> pa.Table:
        """All columns of one row group; the last few that were asked for are at hand."""
        table = self._at_hand.pop(number, None)
        if table is None:
            group = self._groups[number]
            with self._rows.open(group.file) as opened:
                table = opened.read_row_group(group.number)
            while len(self._at_hand) >= _AT_HAND:
                self._at_hand.pop(next(iter(self._at_hand)))
        self._at_hand[number] = table
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """What deciding takes of many URLs: a :class:`~pipelines.states.Glance` in columns. ``number`` is for
    :meth:`Ledger.states`; ``outcome`` an index into :data:`OUTCOMES`; instants are microseconds, ``NEVER`` for none."""

    number: Ints
    outcome: np.ndarray[tuple[int], np.dtype[np.uint8]]
    status: np.ndarray[tuple[int], np.dtype[np.int16]]
    failures: np.ndarray[tuple[int], np.dtype[np.uint8]]
    not_before: Ints
    fetched: Ints
    born: Ints
    is_article: sieve.Bools
    is_announced: sieve.Bools


def _grouped(
    parts: list[list[Events]],
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.uint32]], np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    """Rows by key, in the order in which they stand: keys, where each key's rows begin, and the rows."""
    keys: list[Ints] = []
    rows, sizes = [], [np.zeros(1, np.uint32)]
    for part in parts:
        events = np.concatenate(part) if part else np.empty(0, _ARTICLE)
        part.clear()
        give_back()
        events = events[np.argsort(events["key"], kind="stable")]
        found, count = np.unique(events["key"], return_counts=True)
        keys.append(found)
        sizes.append(count.astype(np.uint32))
        rows.append(events["row"].copy())
    return np.concatenate(keys), np.cumsum(np.concatenate(sizes), dtype=np.uint32), np.concatenate(rows)


def _first(found: list[Events]) -> tuple[Ints, Ints]:
    """Aliases by key, with the key of the URL that led there first."""
    events = np.concatenate(found) if found else np.empty(0, _ALIAS)
    events = events[np.lexsort((events["when"], events["key"]))]
    keys = events["key"]
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, np.int64)
    return keys[first].copy(), events["of"][first].copy()


def _places(urls: pa.Array, kind: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> Ints:
    """The hash of each URL's place. Most addresses are canonical as they stand, and need no look at their parts."""
    encoded = urls.dictionary_encode()
    texts, codes = encoded.dictionary, np.asarray(encoded.indices)
    plain = _bools(pc.match_substring_regex(texts, PLAIN))
    asking = np.flatnonzero(_bools(pc.match_substring(texts, "?")) & plain)
    plain[asking] = ~_bools(pc.match_substring_regex(texts.take(pa.array(asking)), TRACKED))
    words = texts.to_pylist()
    article = KINDS.index("article")
    hashes = np.fromiter(
        (
            hash(word[8 if word[4] == "s" else 7 :]) if fits else 0
            for word, fits in zip(words, plain.tolist(), strict=True)
        ),
        np.int64,
        len(words),
    )
    for number in np.flatnonzero(~plain):
        hashes[number] = hash(place_of("article", words[number]))
    found: Ints = hashes[codes]
    for place in np.flatnonzero(kind != article):
        found[place] = hash(place_of(KINDS[kind[place]], words[codes[place]]))
    return found


def _hashed(texts: pa.Array) -> Ints:
    return np.fromiter(map(hash, texts.to_pylist()), np.int64, len(texts))


def _codes(texts: pa.DictionaryArray, words: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    strange = [text for text in texts.dictionary.to_pylist() if text not in words]
    if strange:
        raise ArchiveError(f"captures holds {strange[:3]}, which this version does not know; install a newer one")
    numbers = np.array([words.index(text) for text in texts.dictionary.to_pylist()] or [0], np.uint8)
    return np.asarray(numbers[np.asarray(texts.indices)])


def _bools(array: pa.ChunkedArray) -> sieve.Bools:
    found: sieve.Bools = (
        array.to_numpy() if isinstance(array, pa.ChunkedArray) else array.to_numpy(zero_copy_only=False)
    )
    return found.astype(np.bool_)


def _micros(instants: pa.Array) -> Ints:
    return np.asarray(instants.cast(pa.int64()).fill_null(NEVER))


def _born(table: dict[str, pa.Array]) -> Ints:
    """Of each row that holds an announcement, the instant from which the article's age counts; :func:`states.born`."""
    seen = _micros(table["announced_at"])
    days = pc.utf8_slice_codeunits(table["announced_date"], 0, 10).cast(pa.date32()).cast(pa.int32())
    midnight = days.cast(pa.int64()).fill_null(0).to_numpy() * 86_400_000_000
    old = _bools(days.is_valid()) & (midnight + _FRESH <= seen)
    return np.where(old, midnight, seen)


def _since(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // dt.timedelta(microseconds=1)


def _instant(micros: int) -> dt.datetime | None:
    return _EPOCH + dt.timedelta(microseconds=micros) if micros != NEVER else None
