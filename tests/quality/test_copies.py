"""What copies are found, what is taken for one, and the owner's example: the figures may not fall."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pipelines.clusters import cluster
from storage.archive import Archive
from storage.schema import ARTICLES
from tests.archive_samples import NOON, article
from tests.quality import copies

SEEDS = sorted((Path(__file__).parents[3] / "shared" / "seed").glob("*.txt"))
# What docs/clusters.md says that it cannot tell.
HARD = {"15 % of words changed", "20 % of words changed"}
ALIKE = {"one of only two notices above the same foot", "the same long sentences with other figures"}


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> copies.Figures:
    return copies.measure(copies.samples(), tmp_path_factory.mktemp("copies"), batch=400)


def test_copies_are_found(figures: copies.Figures) -> None:
    assert figures.recalled >= 0.71
    poor = {sort: hits for sort, hits in figures.recall.items() if hits[0] < 0.95 * hits[1]}
    assert set(poor) <= HARD, poor


def test_what_only_looks_alike_is_no_copy(figures: copies.Figures) -> None:
    assert figures.precision >= 0.95
    wrong = {sort: hits for sort, hits in figures.wrong.items() if hits[0]}
    assert set(wrong) <= ALIKE, wrong


def test_the_page_tells_figures_of_this_set(figures: copies.Figures) -> None:
    page = copies.PAGE.read_text(encoding="utf-8")
    for sort, (_, count) in {**figures.recall, **figures.wrong}.items():
        assert f"| {sort} | " in page
        assert f" of {count} |" in page
    assert copies.written(page, dataclasses.replace(figures, texts=7)) != page, "the marks are there"


@pytest.mark.skipif(not SEEDS, reason="the example is not beside this checkout")
def test_the_example_is_a_copy_of_the_report_that_it_reprints(tmp_path: Path) -> None:
    _, title, *rest = [block for block in SEEDS[0].read_text(encoding="utf-8").split("\n\n") if block.strip()]
    end = next(number for number, block in enumerate(rest) if block.strip() == "Leave a Reply")
    reprint = [" ".join(block.split()) for block in rest[1:end]]
    # The paper that it was taken from: a dateline, a paragraph that the blog left out, a word here and there.
    original = ["WASHINGTON — " + reprint[0], *reprint[1:-1], "More on this story was not yet known.", reprint[-1]]
    original = [part.replace(" said ", " told reporters ") for part in original]
    archive = Archive.create(tmp_path / "archive")
    rows = [
        article(1, source="paper", body="\n\n".join(original), date_published=NOON),
        article(2, source="blog", title=title, body="\n\n".join(reprint), date_published=NOON.replace(hour=20)),
        article(3, source="blog", body=copies.samples()[0].body),
    ]
    archive.append(ARTICLES, rows, run="example", number=1)
    cluster(archive)
    told = {int(row["id"], 16): row for row in archive.clusters().to_table().to_pylist()}
    assert told[1]["cluster"] == told[2]["cluster"] != told[3]["cluster"]
    assert [told[number]["role"] for number in (1, 2, 3)] == ["first", "copy", "first"]
    assert told[2]["contained"] > 0.8
