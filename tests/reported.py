"""An archive of invented sources over many days, written to the tables at once: for reports, which fetch nothing."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from storage import delta
from storage.archive import Archive
from storage.records import RunRecord, SourceRecord, Tally
from storage.schema import ARTICLES, CAPTURES, RUNS, SOURCES, Table, to_arrow

END = dt.date(2026, 11, 22)
_DAY = 86_400_000_000
# Fates of an announced page beside `archived`, and how often an ordinary source meets them.
_FATES = (
    ("rejected", "no_article", 0.02),
    ("refused", "offsite", 0.015),
    ("failed", "http_404", 0.006),
    ("failed", "timeout", 0.004),
    ("refused", "robots", 0.003),
    ("rejected", "consent_wall", 0.002),
)
_NAMES = ("courier", "herald", "gazette", "tribune", "mercury", "observer", "echo", "post")
_TOWNS = ("harbour", "upland", "saltmarsh", "quay", "mill", "abbey", "lock", "heath", "ferry", "bell", "fen", "tarn")


def source_name(number: int) -> str:
    """The name of an invented source."""
    town, kind = _TOWNS[number % len(_TOWNS)], _NAMES[number // len(_TOWNS) % len(_NAMES)]
    return f"{town}-{kind}" + (f"-{number // 96}" if number >= 96 else "")


def invent(folder: Path, *, sources: int, days: int, a_day: float = 12.0, seed: int = 7, part: int = 200) -> Archive:
    """An archive of so many sources and days, with weekends, faults of some sources, revisions and a run each day."""
    archive = Archive.create(folder)
    chance = np.random.default_rng(seed)
    names = [source_name(number) for number in range(sources)]
    since = dt.datetime.combine(END - dt.timedelta(days=days), dt.time(), dt.UTC)
    records = [
        SourceRecord(
            source=name, digest="d", since=since, entrances=(f"https://{name}.example/feed",), hosts=(), run="r"
        )
        for name in (*names, "the-quiet-post")
    ]
    delta.append(archive.root, SOURCES, to_arrow(SOURCES, records), application="invented", number=1)
    for number, first in enumerate(range(0, sources, part), start=1):
        captures, articles = _part(names[first : first + part], first, days, a_day, chance)
        delta.append(archive.root, CAPTURES, captures, application="invented", number=number)
        delta.append(archive.root, ARTICLES, articles, application="invented", number=number)
    runs = [_run(index, days, names) for index in range(days)]
    delta.append(archive.root, RUNS, to_arrow(RUNS, runs), application="invented", number=1)
    for index in range(days):
        day = END - dt.timedelta(days=days - 1 - index)
        segment = archive.root / "warc" / f"{day:%Y/%m/%d}" / f"run{index:05}-00001.warc.gz"
        assert isinstance(segment, Path)
        segment.parent.mkdir(parents=True)
        with segment.open("wb") as file:
            # Sparse: as long as a day's pages, and no byte on the disk.
            file.truncate(int(sources * a_day * 45_000 * (0.6 if day.weekday() > 4 else 1.0)))
    return archive


def _run(index: int, days: int, names: list[str]) -> RunRecord:
    begun = dt.datetime.combine(END - dt.timedelta(days=days - 1 - index), dt.time(5), dt.UTC)
    return RunRecord(
        run=f"run{index:05}",
        command="crawl",
        outcome="stopped" if index % 17 == 3 else "done",
        started_at=begun,
        finished_at=begun + dt.timedelta(minutes=14 + index % 9, seconds=7),
        batches=3,
        tallies=tuple(
            Tally(source=name, outcome="archived", reason=None, count=10)
            for name in (names if index > days - 4 else names[:1])
        ),
        detail="stopped by a signal after 112 pages" if index % 17 == 3 else None,
    )


def _part(
    names: list[str], first: int, days: int, a_day: float, chance: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    rows: list[tuple[int, int, int, int]] = []
    weekday = (np.arange(days) + (END - dt.timedelta(days=days - 1)).weekday()) % 7
    for offset in range(len(names)):
        number = first + offset
        expected = a_day * (0.4 + (number * 37 % 100) / 60) * np.where(weekday > 4, 0.5, 1.0)
        counts = chance.poisson(expected)
        if number % 11 == 3:
            counts[-max(2, days // 12) :] = 0
        share = np.array([1 - sum(fate[2] for fate in _FATES), *(fate[2] for fate in _FATES)])
        fates = chance.choice(len(share), p=share, size=counts.sum())
        day = np.repeat(np.arange(days), counts)
        if number % 13 == 5:
            # A wall since some weeks, and before it a bad week of the host.
            fates[(day > days * 0.7) & (chance.random(len(day)) < 0.8)] = 6
            fates[(day > days * 0.3) & (day < days * 0.38)] = 4
        rows += zip(
            [offset] * len(day), day.tolist(), fates.tolist(), chance.integers(0, 2**62, len(day)).tolist(), strict=True
        )
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    source = np.array(names, dtype=object)[table[:, 0]]
    day, fate, key = table[:, 1], table[:, 2], table[:, 3]
    midnight = int(dt.datetime.combine(END, dt.time(), dt.UTC).timestamp()) * 1_000_000 - (days - 1) * _DAY
    at = midnight + day * _DAY + 5 * 3_600_000_000 + (np.arange(len(day)) * 1_700_000) % 900_000_000
    url = np.array([f"https://www.{name}.example/2026/{number}" for name, number in zip(source, key, strict=True)])
    held = fate == 0
    revised = held & (key % 17 == 0)
    ids = np.array([f"{number:032x}" for number in key])
    outcome = np.array(["archived", *(one[0] for one in _FATES)], dtype=object)[fate]
    reason = np.array([None, *(one[1] for one in _FATES)], dtype=object)[fate]
    status = np.array([200, 200, None, 404, None, None, 200], dtype=object)[fate]
    titles = np.array([f"The ferry of {number % 997} o'clock is late again" for number in key], dtype=object)
    announced = _table(
        CAPTURES,
        len(day),
        {"kind": "article", "run": _runs(day), "batch": 1, "source": source, "requested_url": url},
        {"at": at - 60_000_000, "announced_at": at - 60_000_000, "outcome": "announced"},
    )
    settled = _table(
        CAPTURES,
        len(day),
        {"kind": "article", "run": _runs(day), "batch": 1, "source": source, "requested_url": url, "url": url},
        {"at": at, "announced_at": at - 60_000_000, "outcome": outcome, "reason": reason, "status": status, "id": ids},
    )
    later = np.minimum(day[revised] + 1, days - 1)
    edits = _table(
        CAPTURES,
        int(revised.sum()),
        {"kind": "article", "run": _runs(later), "batch": 1, "source": source[revised], "requested_url": url[revised]},
        {
            "at": at[revised] + (later - day[revised]) * _DAY + 1,
            "announced_at": at[revised] - 60_000_000,
            "outcome": "revised",
        },
        {"status": 200, "id": ids[revised], "title": titles[revised], "url": url[revised]},
    )
    return pa.concat_tables([announced, settled, edits]), _articles(source, url, ids, titles, at, key, held)


def _articles(
    source: np.ndarray,
    url: np.ndarray,
    ids: np.ndarray,
    titles: np.ndarray,
    at: np.ndarray,
    key: np.ndarray,
    held: np.ndarray,
) -> pa.Table:
    number = int(held.sum())
    key, at = key[held], at[held]
    undated = key % 41 == 0
    days = np.where(undated, None, (at // _DAY).astype(object))  # type: ignore[call-overload]
    return _table(
        ARTICLES,
        number,
        {"row": np.array([f"{instant}-{one}" for instant, one in zip(at, key, strict=True)]), "id": ids[held]},
        {"revision": "r", "url": url[held], "canonical_url": url[held], "requested_url": url[held], "kind": "news"},
        {"source": source[held], "domain": "invented.example", "title": titles[held], "date_crawled": at},
        {"first_seen": at, "bullets": _lists(key % 3 == 0), "authors": _lists(key % 5 != 0), "tags": _lists(key < 0)},
        {"body": "The ferry was late again.", "access": "free", "word_count": 5, "rights": _lists(key < 0)},
        {"warnings": _lists(key < 0), "extractor": "invented 1", "run": "run00000", "month": "2026-11"},
        {"date": [None if one is None else dt.date(1970, 1, 1) + dt.timedelta(days=int(one)) for one in days]},
        {"date_published": np.where(key % 7 == 0, None, at.astype(object)), "language": "en"},
        {
            "section": np.where(key % 4 == 0, None, "news"),
            "image_url": np.where(key % 6 == 0, None, "https://i.example"),
        },
    )


def _runs(days: np.ndarray) -> np.ndarray:
    return np.array([f"run{day:05}" for day in days])


def _lists(filled: np.ndarray) -> list[list[str]]:
    return [["one"] if one else [] for one in filled]


def _table(table: Table, count: int, *columns: dict[str, object]) -> pa.Table:
    """Rows of ``table``: a value counts for all rows, what is not named is null."""
    given = {name: value for part in columns for name, value in part.items()}
    arrays = []
    for field in table.schema:
        value = given.get(field.name)
        if value is None or isinstance(value, str | int):
            arrays.append(pa.repeat(pa.scalar(value, field.type), count))
        else:
            arrays.append(pa.array(value, type=field.type, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=table.schema)


if __name__ == "__main__":
    invent(Path(sys.argv[1]), sources=int(sys.argv[2]), days=int(sys.argv[3]), a_day=float(sys.argv[4]))
