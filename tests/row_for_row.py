"""Rows of two archives that were made of the same input, compared in all columns that the input decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.states import key
from storage.archive import Archive
from storage.rows import Rows

Row = tuple[tuple[str, object], ...]
"""A row as names and values; nested values as text."""

OF_THE_RUN: Final = {
    "row": "made of the instant at which its page was fetched and of chance",
    "run": "each run has a name of its own",
    "batch": "how many rows are committed together hangs on the clock",
    "warc_file": "named after the run",
    "warc_offset": "the records before it hold dates and ids, and come in the order of the answers",
    "warc_length": "the record's headers hold dates and ids, which deflate to more or fewer bytes",
    "since": "when a run first knew the rules of a source",
}
"""Columns that tell who wrote a row and where its page lies, and why no two runs agree in them."""
OF_THE_HOUR: Final = {
    "date_crawled": "when the page was fetched",
    "first_seen": "when an entrance that names it was read",
    "at": "when it happened",
    "announced_at": "when an entrance that names it was read",
    "not_before": "counted from the instant of an answer",
}
"""Columns that tell when something was asked for. An import has them from its files: there they agree."""
_BEHIND: Final = "after a kill an entrance is read again, maybe behind another one that names the same page"
OF_A_KILL: Final = {
    "announced_by": _BEHIND,
    "announced_kind": _BEHIND,
    "announced_title": _BEHIND,
    "announced_date": _BEHIND,
    "announced_modified": _BEHIND,
    "announced_language": _BEHIND,
}
"""Columns of a page's fate that tell which entrance named it first, and what it said."""
ADDRESSES: Final = frozenset({"url", "requested_url"})
"""Columns that hold the spelling by which that entrance names a page: with `?utm_source=rss`, or without."""
OF_A_CRAWL: Final = OF_THE_RUN | OF_THE_HOUR


def rows(
    table: Rows,
    varying: Mapping[str, str],
    *,
    without: Container[str] = (),
    folded: Container[str] = (),
    wanted: pc.Expression | None = None,
) -> Counter[Row]:
    """The rows of ``table``, as often as each stands there; of ``varying`` columns only whether they are filled.

    Addresses in ``folded`` columns are told by what the archive knows them by, however they are spelled.
    """
    read = table.to_table(filter=wanted)
    columns = []
    for name in read.schema.names:
        if name in without:
            continue
        values = read[name].to_pylist()
        if name in varying:
            values = [value is not None for value in values]
        elif name in folded:
            values = [key(value) if value else value for value in values]
        elif pa.types.is_nested(read[name].type):
            values = [str(value) for value in values]
        columns.append([(name, value) for value in values])
    return Counter(zip(*columns, strict=True))


def outcomes(archive: Archive, *, without: Iterable[str] = ()) -> Counter[Row]:
    """What became of articles' pages: of ``captures``, the rows that stand for more than an announcement.

    Entrances are asked again by a run that follows a killed one; a page that it had fetched and whose announcement it
    had not committed has a fate and no row of its announcement.
    """
    wanted = (pc.field("kind") == "article") & (pc.field("outcome") != "announced")
    return rows(archive.captures(), OF_A_CRAWL, without={*OF_A_KILL, *without}, folded=ADDRESSES, wanted=wanted)


def other_rows(here: Archive, there: Archive, varying: Mapping[str, str]) -> Iterator[str]:
    """How the rows of ``articles``, ``captures`` and ``sources`` differ, but for ``varying`` columns and order."""
    for ours, theirs, by in (
        (here.articles(all_revisions=True), there.articles(all_revisions=True), ("url", "revision")),
        (here.captures(), there.captures(), ("kind", "requested_url", "outcome", "reason")),
        (here.sources(), there.sources(), ("source",)),
    ):
        yield from unlike(rows(ours, varying), rows(theirs, varying), by)


def unlike(here: Counter[Row], there: Counter[Row], by: Sequence[str]) -> Iterator[str]:
    """How rows differ that one of the two has alone: by column, where the other has one with the same values ``by``."""
    ours, theirs = _keyed(here - there, by), _keyed(there - here, by)
    for named in sorted(ours.keys() | theirs.keys(), key=str):
        mine, other = ours.get(named, {}), theirs.get(named, {})
        if mine and other:
            told = ", ".join(
                f"{name} {mine[name]!r:.100} for {other[name]!r:.100}" for name in mine if mine[name] != other[name]
            )
            yield f"{named}: {told or 'more often'}"
        else:
            yield f"{'not in the other' if mine else 'missing'}: {named}"


def values(row: Row, *names: str) -> tuple[object, ...]:
    """The values of a row's columns ``names``."""
    told = dict(row)
    return tuple(told[name] for name in names)


def _keyed(found: Counter[Row], by: Sequence[str]) -> dict[tuple[object, ...], dict[str, object]]:
    return {values(row, *by): dict(row) for row in found}
