"""What is no article, and why."""

from __future__ import annotations

from pipelines.document import Document
from pipelines.fields.body import Body
from storage.records import Rejection

_SHORTEST = 100


def gate(document: Document) -> Rejection | None:
    """A Rejection of stage ``quality`` where the page as served cannot be an article; asked before the fields."""
    page = document.page
    if page.status >= 400:
        return Rejection(url=page.url, stage="quality", reason="http_error", detail=f"status {page.status}")
    return None


def judge(document: Document, *, title: str | None, date_known: bool, body: Body) -> Rejection | None:
    """A Rejection where the fields show that the page is no article; asked after them."""
    del title, date_known
    if sum(map(len, body.paragraphs)) < _SHORTEST:
        return Rejection(url=document.page.url, stage="quality", reason="too_short", detail="the text is too short")
    return None
