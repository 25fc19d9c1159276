"""What can be wrong with an archive: stable codes, one problem, and the report of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "table_missing": "A table's folder or its log is gone.",
        "log_damaged": "An entry or a checkpoint of a table's log is empty or broken.",
        "file_missing": "A Parquet file that the log names is gone.",
        "file_damaged": "A Parquet file that the log names is empty, cut short or cannot be decoded.",
        "file_rows": "A Parquet file has another number of rows than the log says.",
        "file_orphaned": "A Parquet file that the log never spoke of; plain readers of the folder count it.",
        "row_doubled": "A row stands twice.",
        "record_torn": "A WARC segment ends inside a record.",
        "record_damaged": "A WARC record is damaged: its gzip member, its header, or one of its digests.",
        "record_unindexed": "A whole WARC record that no row of captures names; it was never processed.",
        "page_lost": "A row names a place in the WARC where no whole record stands.",
        "page_differs": "A row of captures gives another digest than the record has.",
        "article_missing": "A row of captures says that the page gave an article; articles does not hold it.",
        "article_unknown": "A row of articles whose page no row of captures names.",
        "run_open": "A run ended without closing; the next crawl, or a repair, completes it.",
        "repair_open": "A repair was begun and not ended; the next crawl or repair ends it.",
        "forget_open": "A removal was begun and not ended; the next crawl, removal or repair ends it.",
        "forgotten_remains": "Something of a page that was removed on request stands in the archive.",
        "snapshot_damaged": "A pinned snapshot cannot be read, or files that it holds are gone.",
    }
)
"""A code never changes its meaning. ``docs/reasons.md`` lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: its code, where (a path below the archive, and a place in it), and more words."""

    code: str
    where: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.where}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification read and found. ``writing`` are living runs, whose newest pages were left out."""

    problems: tuple[Problem, ...]
    files: int
    rows: int
    segments: int
    records: int
    writing: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def tally(self) -> dict[str, int]:
        """How often each code was found."""
        return count(self.problems)


def count(problems: Iterable[Problem]) -> dict[str, int]:
    """Problems by code."""
    tally: dict[str, int] = {}
    for problem in problems:
        tally[problem.code] = tally.get(problem.code, 0) + 1
    return dict(sorted(tally.items()))
