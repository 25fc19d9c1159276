"""The owner's example, put into a page of the blog template, comes out as the record that it shows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from crawler.demo.layouts import saltmarsh
from crawler.demo.model import read_article
from pipelines.process import process
from storage.records import Article, Page

SEEDS = sorted((Path(__file__).parents[2] / "shared" / "seed").glob("*.txt"))

pytestmark = pytest.mark.skipif(not SEEDS, reason="the example is not beside this checkout")


def fold(text: str) -> str:
    """White space as one blank, so that no-break spaces of the source make no difference."""
    return " ".join(text.split())


def test_the_example() -> None:
    day, title, *rest = [block for block in SEEDS[0].read_text(encoding="utf-8").split("\n\n") if block.strip()]
    bullets = [line.strip().removeprefix("•").strip() for line in rest[0].splitlines()]
    end = next(number for number, block in enumerate(rest) if block.strip() == "Leave a Reply")
    paragraphs = rest[1:end]
    date = dt.datetime.strptime(day.strip(), "%B %d, %Y").date()  # noqa: DTZ007 - a day has no zone
    head = "\n".join(
        [
            'paper = "saltmarsh"',
            f'path = "/{date:%Y/%m/%d}/example/"',
            f"title = {json.dumps(title.strip())}",
            f"published = {date.isoformat()}T16:20:00-04:00",
            'authors = ["Nora Whitcombe"]',
            'section = "World"',
            f"bullets = {json.dumps(bullets)}",
            'traits = ["comments"]',
        ]
    )
    article = read_article(f"+++\n{head}\n+++\n" + "\n\n".join(paragraphs), "example")
    html = saltmarsh.article(article)
    assert "Leave a Reply" in html
    assert "Your email address will not be published" in html
    page = Page(url=article.url, body=html.encode(), fetched_at=dt.datetime(2024, 6, 18, 9, tzinfo=dt.UTC))

    record = process(page)

    assert isinstance(record, Article), record
    assert record.date == dt.date(2024, 6, 17)
    assert record.title == title.strip()
    assert [fold(bullet) for bullet in record.bullets] == [fold(bullet) for bullet in bullets]
    assert len(record.bullets) == 3
    body = [fold(paragraph) for paragraph in record.body.split("\n\n")]
    assert body == [fold(paragraph) for paragraph in paragraphs]
    assert "Leave a Reply" not in record.body
    assert "will not be published" not in record.body
