"""Broadsheet: `process` with nothing but the bytes and the address."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters import Answer
from pipelines.process import process
from storage.records import Article, Page


def extract(html: bytes, url: str) -> Answer | None:
    """Return the article, or None where the page is rejected."""
    result = process(Page(url=url or "http://unknown.example/", body=html, fetched_at=datetime.now(UTC)))
    if not isinstance(result, Article):
        return None
    return Answer(
        title=result.title,
        published=result.date_published or result.date,
        authors=list(result.authors),
        bullets=list(result.bullets),
        paragraphs=[paragraph for paragraph in result.body.split("\n\n") if paragraph.strip()],
    )
