"""The rows that a rebuild makes, and marks of those that they replace, on their way into the work folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.differences import Comparison
from storage import replace
from storage.archive import Archive
from storage.places import Place
from storage.records import Article, Capture
from storage.replace import Spooled
from storage.schema import ARTICLES, CAPTURES, articles_from_arrow, to_arrow

# Articles, and bytes of their bodies, that are held before they are compared with the old rows and spooled.
CHUNK, CHUNK_BYTES = 500, 32_000_000
# Rows of captures that are held.
EVENTS = 10_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What was spooled for one table: rows that come, and marks of those that go."""

    come: tuple[Spooled, ...] = ()
    go: tuple[Spooled, ...] = ()


class OutSpool:
    """Rows that come and go, spooled as they are found; an article's row only where it differs from the old one."""

    def __init__(
        self, work: Place, name: str, seen: Archive, wanted: pc.Expression, told: Mapping[str, Comparison]
    ) -> None:
        self._work, self._name, self._seen, self._wanted, self._told = work, name, seen, wanted, told
        self._spooled: dict[str, list[Spooled]] = {}
        self._number = 0
        self._events: list[Capture] = []
        self._events_gone: list[tuple[int, str]] = []
        self._articles: list[Article] = []
        self._months: dict[str, str] = {}
        self._bytes = 0
        self._articles_gone: list[tuple[int, str]] = []

    def event(self, old: Capture, new: Sequence[Capture]) -> None:
        """An event of ``captures``, and what stands in its place."""
        if list(new) == [old]:
            return
        come = [dataclasses.replace(one, run=old.run, batch=old.batch) for one in new if one != old]
        if old not in new:
            self._events_gone.append((replace.mark(*(getattr(old, name) for name in CAPTURES.key)), old.source))
        self._events += come
        if len(self._events) + len(self._events_gone) >= EVENTS:
            self._flush_events()

    def article(self, new: Article, month: str | None) -> None:
        """A row as it is now; ``month`` is that of the row that stands there before, None where there is none."""
        self._articles.append(new)
        self._bytes += len(new.body)
        if month is not None:
            self._months[new.row] = month
        if len(self._articles) >= CHUNK or self._bytes >= CHUNK_BYTES:
            self._flush_articles()

    def gone(self, row: str, source: str) -> None:
        """A row that is there no more."""
        self._articles_gone.append((replace.mark(row), source))

    def close(self) -> tuple[Files, Files]:
        """Spool what is held; what has been spooled of ``captures`` and of ``articles``."""
        self._flush_articles()
        self._flush_events()
        if self._articles_gone:
            self._go("articles", self._articles_gone)
            self._articles_gone = []
        captures, articles = (
            Files(come=tuple(self._spooled.get(f"{name}-come", ())), go=tuple(self._spooled.get(f"{name}-go", ())))
            for name in (CAPTURES.name, ARTICLES.name)
        )
        return captures, articles

    def _flush_articles(self) -> None:
        if not self._articles:
            return
        table = to_arrow(ARTICLES, self._articles)
        before = self._old()
        differ = []
        for new in articles_from_arrow(table):
            old = before.get(new.row)
            if old is not None:
                self._told[new.source].rows(old, new)
            if old != new:
                differ.append(new.row)
                if old is not None:
                    self._articles_gone.append((replace.mark(new.row), old.source))
        if differ:
            come = table.filter(pc.is_in(table["row"], value_set=pa.array(differ, pa.string())))
            self._come("articles", come, "month")
        self._articles, self._months, self._bytes = [], {}, 0

    def _old(self) -> dict[str, Article]:
        if not self._months:
            return {}
        months = pa.array(sorted(set(self._months.values())), pa.string())
        rows = pa.array(self._months, pa.string())
        wanted = self._wanted & pc.field("month").isin(months) & pc.field("row").isin(rows)
        table = self._seen.articles(all_revisions=True).to_table(filter=wanted)
        return {one.row: one for one in articles_from_arrow(table)}

    def _flush_events(self) -> None:
        if self._events_gone:
            self._go("captures", self._events_gone)
        if self._events:
            self._come("captures", to_arrow(CAPTURES, self._events))
        self._events, self._events_gone = [], []

    def _come(self, table: str, rows: pa.Table, partition: str | None = None) -> None:
        spooled = replace.spool(self._work, self._next(f"{table}-come"), rows, partition)
        self._spooled.setdefault(f"{table}-come", []).append(spooled)

    def _go(self, table: str, marked: Sequence[tuple[int, str]]) -> None:
        spooled = replace.spool_marks(self._work, self._next(f"{table}-go"), marked)
        self._spooled.setdefault(f"{table}-go", []).append(spooled)

    def _next(self, kind: str) -> str:
        self._number += 1
        return f"{self._name}/{kind}-{self._number:05}.parquet"
