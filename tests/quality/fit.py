"""Fit the weights of the two readings anew: ``python -m tests.quality.fit`` writes ``pipelines/weights.py``.

``--check N`` writes nothing: it fits on all but every N-th site and reports the figures on the sites left out, which is
what pages of unknown publishers will see.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import numpy as np

from pipelines import document, features, places, scoring
from pipelines.document import Document
from pipelines.features import Features, Known
from pipelines.fields import about, authors, body, bullets, title
from pipelines.urls import registered_domain
from tests.quality import labels, pages
from tests.quality.labels import Labels

FILE = Path(document.__file__).with_name("weights.py")
# The strength of the prior that holds the weights small (its inverse; sklearn's C), of the first and second reading.
LOOSE = (0.3, 0.3)
# A feature must be seen on so many sites; a weight below the least is left out.
SITES = 3
LEAST = 0.02
STEPS = 30
Example = tuple[Features, int, float, str]
Weights = Mapping[str, float]


@dataclass(slots=True)
class Sample:
    """One page that is learnt from: its blocks' looks and what is right for them."""

    saved: pages.Saved
    site: str
    read: Document
    known: Known
    right: Labels
    looks: list[Features]


def samples() -> Iterable[Sample]:
    """Every saved page of which something is known."""
    seen: set[str] = set()
    for saved in pages.saved():
        read = document.read(saved.read())
        if not isinstance(read, Document):
            continue
        stated = labels.longest_stated([node.article_body for node in read.evidence.articles])
        strong = "body" in saved.expect or "paragraphs" in saved.expect
        right = labels.of(read.layout, saved.expect, None if strong or saved.url in seen else stated)
        if right is None:
            continue
        seen.add(saved.url)
        known = features.known(
            title.choose(read).value,
            about.description(read).value,
            authors.choose(read).value or (),
            stated if strong else None,
        )
        site = registered_domain(saved.url) if urlsplit(saved.url).netloc else saved.id
        yield Sample(saved, site, read, known, right, features.first_look(read.layout, known))


def fit(examples: Sequence[Example], loose: float) -> dict[str, float]:
    """A logistic regression with a normal prior, by Newton's method; the bias has no prior."""
    sites: dict[str, set[str]] = {}
    for look, _, _, site in examples:
        for name in look:
            sites.setdefault(name, set()).add(site)
    names = sorted(name for name, on in sites.items() if len(on) >= SITES)
    index = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(examples), len(names) + 1), dtype=np.float32)
    table[:, -1] = 1
    for row, (look, _, _, _) in enumerate(examples):
        for name, value in look.items():
            if name in index:
                table[row, index[name]] = value
    right = np.array([label for _, label, _, _ in examples], dtype=np.float64)
    mass = np.array([weight for _, _, weight, _ in examples], dtype=np.float64)
    mass /= mass.mean()
    prior = np.full(len(names) + 1, 1 / loose)
    prior[-1] = 1e-6
    found = np.zeros(len(names) + 1)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -30, 30)))
        slope = table.T @ (mass * (chance - right)) + prior * found
        curve = (table * (mass * chance * (1 - chance))[:, None]).T @ table + np.diag(prior)
        step = np.linalg.solve(curve, slope)
        found -= step
        if float(np.abs(step).max()) < 1e-4:
            break
    weights = {name: round(float(found[index[name]]), 3) for name in names if abs(found[index[name]]) >= LEAST}
    return {"bias": round(float(found[-1]), 3), **weights}


def both(data: Sequence[Sample]) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of the first and of the second reading."""
    first = fit([example for one in data for example in _examples(one, dict(enumerate(one.looks)))], LOOSE[0])
    second: list[Example] = []
    for one in data:
        layout = one.read.layout
        chances = scoring.likelihoods(one.looks, first)
        main = scoring.main_region(layout, chances)
        looks = places.second_look(layout, one.known, one.looks, chances, main)
        second += [
            example
            for example in _examples(one, looks)
            if one.saved.set != "trafilatura" or not _standfirst(example[0])
        ]
    return first, fit(second, LOOSE[1])


def _standfirst(look: Features) -> bool:
    """Whether a block is a standfirst outside the body, which a set of snippets counts in and we do not."""
    return "outside.before" in look and ("description.same" in look or "description.like" in look)


def _examples(one: Sample, looks: Mapping[int, Features]) -> Iterable[Example]:
    right = labels.pairs(one.right)
    for index, look in looks.items():
        label, weight = right[index]
        if weight > 0:
            yield look, label, weight, one.site


def fold(site: str, folds: int) -> int:
    """The part that a site falls into; all its pages fall into one."""
    return int(hashlib.blake2b(site.encode(), digest_size=4).hexdigest(), 16) % folds


def check(data: Sequence[Sample], folds: int) -> None:
    """Print the figures of the text on sites that the weights were not fitted to."""
    score = pages.scorer()
    sets: dict[str, Any] = {}
    for part in range(folds):
        first, second = both([one for one in data if fold(one.site, folds) != part])
        with mock.patch.multiple(scoring, FIRST=first, SECOND=second):
            for one in data:
                if fold(one.site, folds) == part:
                    scores = sets.setdefault(one.saved.set, score.Scores())
                    score.judge(scores, _of_text(one.saved.expect), score.answer(_answer(one.read)), None)
    for name, scores in sorted(sets.items()):
        row = scores.row()
        print(name, {key: round(row[key], 4) for key in ("body.f1", "para.f1", "snip.f1") if key in row})


def _of_text(expect: dict[str, Any]) -> dict[str, Any]:
    return {key: expect[key] for key in ("body", "paragraphs", "headings", "with", "without") if key in expect}


def _answer(read: Document) -> dict[str, Any]:
    headline = title.choose(read).value
    points = bullets.choose(read, title=headline).value or ()
    text = body.extract(
        read,
        title=headline,
        description=about.description(read).value,
        bullets=points,
        authors=authors.choose(read).value or (),
    )
    return {"bullets": list(points), "paragraphs": list(text.paragraphs)}


def module(first: Weights, second: Weights) -> str:
    """The text of ``pipelines/weights.py``."""
    return f'''"""The fitted weights of both readings of :mod:`pipelines.scoring`, by feature.

Made by ``python -m tests.quality.fit``: logistic regressions (L2 penalty) on the blocks of saved news pages with known
answers, each page counting alike. Do not edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, float]:
    return {{name: float(value) for name, _, value in (item.rpartition("=") for item in text.split())}}


FIRST: Mapping[str, float] = _table("""
{_lines(first)}
""")

SECOND: Mapping[str, float] = _table("""
{_lines(second)}
""")
'''


def _lines(weights: Weights) -> str:
    items = " ".join(f"{name}={value}" for name, value in sorted(weights.items()))
    return "\n".join(textwrap.wrap(items, 110, break_long_words=False, break_on_hyphens=False))


def main(arguments: list[str]) -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--check", type=int, metavar="N", help="leave out every N-th site in turn and report on those")
    options = cli.parse_args(arguments)
    data = list(samples())
    if options.check:
        check(data, options.check)
    else:
        FILE.write_text(module(*both(data)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
