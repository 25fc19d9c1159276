"""The rows that one page makes: mostly one, and more where it is not only the page of the address asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines import moves
from pipelines.history import KNOWN_ARTICLE, History
from pipelines.outcomes import settle
from pipelines.urls import article_id
from storage.records import Article, Capture, Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One row of ``captures``, and the article to keep with it.

    A row that is not ``counted`` is nobody's fate: it lets an address lead to an article.
    """

    row: Capture
    article: Article | None = None
    counted: bool = True


def fates(
    history: History,
    capture: Capture,
    result: Article | Rejection,
    *,
    before: Article | None = None,
    found: Article | Rejection | None = None,
) -> Iterator[Fate]:
    """What becomes of a page that ``capture`` brought and that reads as ``result``.

    ``history`` is to take in each row before the next is asked for. ``before`` is as for :meth:`History.verdict`.
    ``found`` is the page read as that of its final address, where :meth:`History.leads_elsewhere` says so: then the
    known article is gone, and the page is what it is.
    """
    if found is not None:
        known = history.get(capture.requested_url)
        yield Fate(row=moves.gone(capture, known.id if known else None, capture.url or ""))
        capture, result, before = moves.found(capture), found, None
    known = history.get(capture.requested_url)
    verdict = history.verdict(capture.requested_url, result, before=before)
    row = settle(capture, verdict, result, known=known)
    yield Fate(row=row, article=verdict.article)
    declared = _declared(history, row, result)
    if declared is not None:
        yield Fate(row=declared, counted=False)


def _declared(history: History, row: Capture, result: Article | Rejection) -> Capture | None:
    """The row by which an address leads to the known article that declares it as its own one, or None.

    Such an address is new where the article got its id before it moved there: announced later, it is that article's.
    One that the archive knows, or that is another article's by its id, is not taken.
    """
    if not isinstance(result, Article) or row.outcome not in KNOWN_ARTICLE or row.id != result.id:
        return None
    url, named = result.canonical_url, article_id(result.canonical_url)
    if named == row.id or history.article(named) is not None or history.get(url) is not None:
        return None
    return Capture(
        kind=row.kind,
        source=row.source,
        requested_url=url,
        at=row.at,
        outcome="unchanged",
        reason="alias",
        url=row.requested_url,
        id=row.id,
        run=row.run,
    )
