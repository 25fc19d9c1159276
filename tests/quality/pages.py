"""The saved pages beside the checkout, what is right for them, and what we make of them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.process import process
from storage.records import Article, Page, Rejection

BENCH = Path(__file__).resolve().parents[3] / "shared" / "bench"
DATA = BENCH / "dev"
# The pages are old; relative dates and dates in the future are read against a day that no longer moves.
READ_AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


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
    """The digest of the truth that figures were taken with."""
    return hashlib.blake2b((DATA / "truth.jsonl").read_bytes(), digest_size=16).hexdigest()


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
    """What :func:`pipelines.process.process` makes of every page, by its key; worked out once."""
    return {page.key: process(page.read()) for page in saved()}


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
