"""Where the address of a known article leads now: to that article still, or to another page that took its place."""

from __future__ import annotations

import dataclasses
import re

from pipelines.states import ArticleState, folded
from pipelines.urls import article_id, canonical, identity, is_front
from storage.records import Article, Capture, Page

REDIRECTED = "redirected_elsewhere"
# Two texts are one story's where whole sentences with so much of the shorter one stand in the other word for word. An
# edit leaves most sentences alone; two stories of one house share its boilerplate and little else.
SHARED = 0.5
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")


def is_elsewhere(
    result: Article, *, requested_url: str, given: str, known: ArticleState | None, before: Article | None
) -> bool:
    """Whether a redirect from the address of the known article ``given`` brought a page that is not that article.

    It is that article where its own address names it, its headline is the same, or much of its text (:data:`SHARED`).
    ``known`` is what the archive knows of the article, ``before`` what today's extractor reads from its last capture.
    """
    if identity(result.url) == identity(requested_url):
        return False
    if given in (article_id(canonical(result.url)), article_id(result.canonical_url)):
        return False
    if result.id != given:
        return True
    if known is None or known.revision == result.revision:
        return False
    titles = {known.title, folded(before.title) if before is not None else None}
    if folded(result.title) in titles:
        return False
    return before is None or shared(before.body, result.body) < SHARED


def is_same_story(one: ArticleState | None, other: ArticleState | None) -> bool:
    """Whether two articles of the archive are one story: the same text or headline; so where none is known."""
    if one is None or other is None or one.revision == other.revision:
        return True
    return one.title is None or other.title is None or one.title == other.title


def leads_to_front(requested_url: str, target: str) -> bool:
    """Whether a redirect leads from a page to a site's front page, as many sites answer for what they removed."""
    return is_front(target) and not is_front(requested_url)


def shared(one: str, other: str) -> float:
    """How much of the shorter of two texts, 0 to 1 by characters, is in sentences that the other has word for word."""
    short, long = sorted((_sentences(one), _sentences(other)), key=lambda found: sum(map(len, found)))
    size = sum(map(len, short))
    return sum(len(sentence) for sentence in short & long) / size if size else 0.0


def _sentences(text: str) -> frozenset[str]:
    return frozenset(" ".join(part.split()) for part in _SENTENCE_END.split(text) if part.strip())


def as_found(page: Page) -> Page:
    """``page`` as that of its final address: without the id, and the announcement, of the one that led there."""
    return dataclasses.replace(page, requested_url=page.url, announcement=None, id=None)


def gone(capture: Capture, id: str | None, target: str) -> Capture:  # noqa: A002
    """The row of a known article's address that leads to another page, whose own row names the record."""
    return dataclasses.replace(
        unfetched(capture), outcome="gone", reason=REDIRECTED, detail=f"leads to {target[:200]}", url=None, id=id
    )


def unfetched(capture: Capture) -> Capture:
    """``capture`` without what an answer brought."""
    return dataclasses.replace(
        capture, status=None, etag=None, last_modified=None, payload_digest=None, payload_bytes=None,
        warc_file=None, warc_offset=None, warc_length=None,
    )  # fmt: skip


def found(capture: Capture) -> Capture:
    """The row of an answer, as that of its final address, which no entrance announced."""
    return dataclasses.replace(
        capture, requested_url=capture.url or capture.requested_url, announced_by=None, announced_kind=None,
        announced_at=None, announced_title=None, announced_date=None, announced_modified=None, announced_language=None,
    )  # fmt: skip
