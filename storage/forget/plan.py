"""What there is of some addresses, or of a pattern: a survey that changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.archive import Archive
from storage.errors import ArchiveError
from storage.forget import log
from storage.forget.marks import ADDRESSES, COLUMNS, Marks, Mentions
from storage.rows import Rows
from storage.schema import ARTICLES, CAPTURES
from storage.tombstones import Same, Tombstone, Tombstones, load

FORGOTTEN = "forgotten"
"""The reason of a row whose address turned out to lead to a page that was removed."""


class Unwanted(ArchiveError):
    """A pattern that would match anything, or a word that is no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An article as a person knows it again: newest title, day, and how many revisions there are."""

    id: str
    url: str
    title: str
    date: str | None
    revisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go: articles, rows of captures, WARC records and their bytes.

    ``lists`` are stored feeds, sitemaps and front pages that name one of the pages, ``repeats`` records that repeat one
    of either, ``unreadable`` damaged stretches of the WARC of which nobody knows what they hold. ``copies`` are
    articles that stay and declare one of these as their original, ``alike`` others that have the text of one, as far as
    ``broadsheet cluster`` was run. ``addresses`` counts what is kept out.
    """

    tombstone: Tombstone
    articles: tuple[Named, ...]
    captures: int
    pages: int
    lists: int
    repeats: int
    bytes: int
    unreadable: int
    copies: tuple[str, ...]
    alike: tuple[str, ...]
    addresses: int


def matching(pattern: str) -> Callable[[str], bool]:
    """The question whether an address matches ``pattern``: ``*`` stands for any characters, all others for themselves.

    The whole address has to match, capitals aside; a pattern without ``://`` matches both http and https.
    Raises :class:`Unwanted` for a pattern without a letter or digit.
    """
    if not re.search(r"\w", pattern.removeprefix("https").removeprefix("http").replace("*", "")):
        raise Unwanted(f"{pattern!r} matches everything; write more of the address, such as 'paper.example/2019/*'")
    parts = ".*".join(re.escape(part) for part in pattern.split("*"))
    whole = re.compile(parts if "://" in pattern else f"https?://{parts}", re.IGNORECASE | re.DOTALL)
    return lambda url: whole.fullmatch(url) is not None


def survey(
    archive: Archive,
    *,
    same: Same,
    mentions: Mentions,
    urls: Iterable[str] = (),
    pattern: Callable[[str], bool] | None = None,
    again: bool = False,
    reason: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Look for the pages at ``urls`` and at all addresses that ``pattern`` takes, under whatever of their addresses.

    With ``again`` also for what earlier removals name: lists that a site still publishes, a backup that was put back,
    addresses that turned out to lead to a removed page. Reads all of the WARC; ``say`` is told a line about each step.

    Raises:
        ArchiveError: a table or a tombstone is damaged.
    """
    stones = load(archive.root, same)
    asked = tuple(urls)
    names = {same(url) for url in asked}

    def wanted(url: str | None) -> bool:
        if not url:
            return False
        if pattern is not None and pattern(url):
            return True
        return (bool(names) and same(url) in names) or (again and stones.holds(url))

    say("looking into the tables")
    addresses = _addresses(archive, wanted, again=again) | set(asked)
    fresh = stones.carve(addresses, reason=reason, places=())
    held = Tombstones((*(stones.stones if again else ()), fresh), same).holds
    found = log.find(archive, held, mentions, say=say)
    places = tuple(found.places)
    marks = Marks(held, frozenset((place.file, place.offset) for place in places))
    named = _articles(archive, marks)
    return Plan(
        tombstone=stones.carve(addresses, reason=reason, places=places),
        articles=named,
        captures=_count(archive, marks),
        pages=found.pages,
        lists=found.lists,
        repeats=found.repeats,
        bytes=sum(place.length for place in places),
        unreadable=found.unreadable,
        copies=_copies(archive, marks),
        alike=_alike(archive, [one.id for one in named]),
        addresses=len(fresh.pages),
    )


def _addresses(archive: Archive, wanted: Callable[[str | None], bool], *, again: bool) -> set[str]:
    """Every address of the pages that are ``wanted``, but those under which another article was met too."""
    asking = Marks(wanted, frozenset())
    captures, articles = archive.captures(), archive.articles(all_revisions=True)
    ids: set[str] = set()
    found: set[str] = set()
    for rows in _parts(articles, (*ADDRESSES[ARTICLES.name], "id")):
        own = _any(asking, rows, ADDRESSES[ARTICLES.name])
        ids.update(rows.filter(own)["id"].to_pylist())
    columns = (*ADDRESSES[CAPTURES.name], "id", "detail", "outcome", "reason")
    pages = pc.field("kind") == "article"
    for rows in _parts(captures, columns, pages):
        own = _any(asking, rows, ADDRESSES[CAPTURES.name])
        ids.update(rows.filter(pc.and_(own, pc.is_valid(rows["id"])))["id"].to_pylist())
        hit = pc.or_(own, asking.told(rows["detail"]))
        found.update(rows.filter(hit)["requested_url"].to_pylist())
        found.update(url for url in rows.filter(own)["url"].to_pylist() if url)
        if again:
            led = pc.fill_null(
                pc.and_(pc.equal(rows["outcome"], "refused"), pc.equal(rows["reason"], FORGOTTEN)), False
            )
            found.update(rows.filter(led)["requested_url"].to_pylist())
    named = pa.array(sorted(ids), pa.string())
    for rows, columns in ((articles, ADDRESSES[ARTICLES.name]), (captures, ADDRESSES[CAPTURES.name])):
        for part in _parts(rows, columns, pc.field("id").isin(named)):
            found.update(url for name in columns for url in part[name].to_pylist() if url)
    met = pc.field("requested_url").isin(pa.array(sorted(found), pa.string()))
    others = pages & met & pc.field("id").is_valid() & ~pc.field("id").isin(named)
    shared: set[str] = set()
    for rows in _parts(captures, ("requested_url",), others):
        shared.update(rows["requested_url"].to_pylist())
    return {url for url in found if url not in shared or wanted(url)}


def _parts(rows: Rows, columns: Iterable[str], filter: pc.Expression | None = None) -> Iterable[pa.Table]:  # noqa: A002
    for batch in rows.to_batches(list(columns), filter):
        yield pa.Table.from_batches([batch])


def _any(marks: Marks, rows: pa.Table, columns: Iterable[str]) -> pa.ChunkedArray:
    hit = pa.chunked_array([pa.repeat(pa.scalar(False), rows.num_rows)])
    for name in columns:
        hit = pc.or_(hit, marks.among(rows[name]))
    return hit


def _articles(archive: Archive, marks: Marks) -> tuple[Named, ...]:
    columns = (*COLUMNS[ARTICLES.name], "id", "title", "date", "row")
    newest: dict[str, tuple[str, str, str, str | None]] = {}
    count: dict[str, int] = {}
    for rows in _parts(archive.articles(all_revisions=True), columns):
        own = pc.or_(_any(marks, rows, ADDRESSES[ARTICLES.name]), marks.at(rows))
        for row in rows.filter(own).select(["id", "url", "title", "date", "row"]).to_pylist():
            count[row["id"]] = count.get(row["id"], 0) + 1
            seen = (row["row"], row["url"], row["title"], str(row["date"]) if row["date"] else None)
            newest[row["id"]] = max(newest.get(row["id"], seen), seen, key=lambda one: one[0])
    return tuple(
        Named(id=name, url=url, title=title, date=date, revisions=count[name])
        for name, (_, url, title, date) in sorted(newest.items(), key=lambda item: item[1][1])
    )


def _count(archive: Archive, marks: Marks) -> int:
    """Rows of captures that go."""
    columns = COLUMNS[CAPTURES.name]
    return sum(rows.num_rows - marks.change(CAPTURES, rows).num_rows for rows in _parts(archive.captures(), columns))


def _copies(archive: Archive, marks: Marks) -> tuple[str, ...]:
    found: set[str] = set()
    for rows in _parts(archive.articles(), COLUMNS[ARTICLES.name], pc.field("declared_canonical").is_valid()):
        naming = rows.filter(marks.among(rows["declared_canonical"]))
        found.update(marks.change(ARTICLES, naming)["url"].to_pylist())
    return tuple(sorted(found))


def _alike(archive: Archive, ids: Sequence[str]) -> tuple[str, ...]:
    """The addresses of other articles that `broadsheet cluster` found to have the text of one of these."""
    own = pa.array(ids, pa.string())
    clusters = archive.clusters()
    names = clusters.to_table(["cluster"], filter=pc.field("id").isin(own))["cluster"].combine_chunks()
    others = pc.field("cluster").isin(names) & ~pc.field("id").isin(own)
    found = clusters.to_table(["id"], filter=others)["id"].combine_chunks()
    return tuple(sorted(archive.articles().to_table(["url"], filter=pc.field("id").isin(found))["url"].to_pylist()))
