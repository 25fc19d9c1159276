"""The saved pages beside the checkout, what is right for them, and what we make of them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.workers import Workers, settle
from storage.records import Article, Page, Rejection

BENCH = Path(__file__).resolve().parents[3] / "shared" / "bench"
DATA = BENCH / "dev"
# The pages are old; relative dates and dates in the future are read against a day that no longer moves.
READ_AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)

#: What a page may take of a worker: seconds by the clock, and bytes.
SECONDS = 2.0
MEMORY = 10**9
# Pages handed to the worker before it is waited for.
_AHEAD = 20


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved page: the benchmark it comes from, its id there, its address, its file and what is expected of it."""

    set: str
    id: str
    url: str
    html: str
    expect: dict[str, Any]

    @property
    def key(self) -> str:
        """The page's digest: what a list in the repository may hold of it."""
        return hashlib.blake2b(f"{self.set}|{self.id}".encode(), digest_size=8).hexdigest()

    def read(self) -> Page:
        """The page as a crawl would hand it over."""
        body = gzip.decompress((DATA / self.html).read_bytes())
        return Page(url=self.url or "http://unknown.example/", body=body, fetched_at=READ_AT)


def saved() -> Iterator[Saved]:
    """Every saved page of the development half."""
    with (DATA / "truth.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Saved(row["set"], row["id"], row["url"] or "", row["html"], row["expect"])


def digest() -> str:
    """The digest of the truth that figures were taken with, and of the pages that it is about."""
    machine = hashlib.blake2b((DATA / "truth.jsonl").read_bytes(), digest_size=16)
    for name in sorted({page.html for page in saved()}):
        machine.update(name.encode() + b"\0" + hashlib.blake2b((DATA / name).read_bytes()).digest())
    return machine.hexdigest()


def scorer() -> ModuleType:
    """The scoring program, as a module."""
    spec = importlib.util.spec_from_file_location("bench_score", BENCH / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def outcomes() -> dict[str, Article | Rejection]:
    """What a worker with :data:`SECONDS` for each page makes of every page, by its key; worked out once."""
    workers = Workers(1, timeout=SECONDS, memory=MEMORY)
    try:
        under_way: dict[str, Future[Article | Rejection]] = {}
        found: dict[str, Article | Rejection] = {}
        for page in saved():
            under_way[page.key] = workers.submit(page.read())
            while len(under_way) > _AHEAD:
                key = next(iter(under_way))
                found[key] = _settled(key, under_way.pop(key))
        found.update((key, _settled(key, future)) for key, future in under_way.items())
    finally:
        workers.stop()
    return found


def _settled(key: str, future: Future[Article | Rejection]) -> Article | Rejection:
    error = future.exception()
    return future.result() if error is None else settle(Page(url=f"http://{key}/", body=b"", fetched_at=READ_AT), error)


def figures() -> dict[str, dict[str, float]]:
    """The figures of every set, as the scoring program works them out."""
    score = scorer()
    sets: dict[str, Any] = {}
    for page in saved():
        scores = sets.setdefault(page.set, score.Scores())
        score.judge(scores, page.expect, score.answer(_answer(outcomes()[page.key])), None)
    return {
        name: {figure: round(float(value), 5) for figure, value in scores.row().items() if figure in FIGURES}
        for name, scores in sorted(sets.items())
    }


FIGURES = (
    "body.f1",
    "para.f1",
    "snip.f1",
    "title",
    "date.day",
    "date.instant",
    "authors.f1",
    "bullets.f1",
    "bullets.page",
    "bullets.leak",
)
# Of these, less is better.
FALLING = frozenset(("bullets.leak",))


def _answer(outcome: Article | Rejection) -> dict[str, Any] | None:
    if isinstance(outcome, Rejection):
        return None
    return {
        "title": outcome.title,
        "published": outcome.date_published or outcome.date,
        "authors": list(outcome.authors),
        "bullets": list(outcome.bullets),
        "paragraphs": [text for text in outcome.body.split("\n\n") if text.strip()],
    }
