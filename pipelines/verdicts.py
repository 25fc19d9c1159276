"""What a page that came back means for the archive: a new article, an edit, or nothing new."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pipelines.states import ArticleState, UrlState, folded, key
from pipelines.urls import article_id, canonical
from storage.records import Article, Outcome, Rejection
from storage.rows import DEGRADED

# Walls behind which a page shows less than it did to others.
WALLS: frozenset[str] = frozenset({"paywalled", "registration"})
# Refusals of a page that is an article to others: where one is known, the page shows less than it did.
WALLED: frozenset[str] = frozenset(
    {"bot_wall", "consent_wall", "login_page", "needs_javascript", "paywall", "soft_error", "too_short", "empty"}
)
OWN_PAGE = "own_page"
REPLACES_TWIN = "replaces_twin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a processed page means for the archive: its fate, and the article to keep (None: keep nothing).

    ``id`` is set where it is another than the one that the page's own reading gives.
    """

    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    article: Article | None = None
    id: str | None = None


def refused(result: Rejection, known: UrlState | None) -> Verdict:
    """The verdict on a page that is no article: a known article behind a wall shows less, and replaces nothing."""
    if known is not None and known.is_article and result.reason in WALLED:
        return Verdict(outcome="unchanged", reason=DEGRADED, detail=result.reason)
    return Verdict(outcome="rejected", reason=result.reason, detail=result.detail or None)


def judged(
    result: Article, known: ArticleState | None, requested_url: str, before: Article | None = None
) -> Verdict | None:
    """The verdict on an article beside what is known of it; None where it is another one, which only says it is that.

    ``before`` is what today's extractor reads from the record of the URL's earlier capture, where there is one.
    """
    if known is None:
        return Verdict(outcome="archived", article=result)
    if known.revision == result.revision:
        return Verdict(outcome="unchanged", reason="same_text")
    if before is not None and before.revision == result.revision:
        return Verdict(outcome="unchanged", reason="same_text")
    if known.home == key(requested_url):
        return edited(result, known, before)
    return _twin(result, known, before)


def _twin(result: Article, known: ArticleState, before: Article | None) -> Verdict | None:
    """The verdict on another text of an article, under another address than the one that speaks for it."""
    if known.title not in (None, folded(result.title)) and article_id(canonical(result.url)) != result.id:
        return None
    own = key(result.canonical_url)
    if key(result.url) != own or known.home == own:
        return Verdict(outcome="unchanged", reason="alias")
    if before is not None:
        return edited(result, known, before)
    if lesser(result):
        return Verdict(outcome="unchanged", reason="alias")
    return Verdict(outcome="archived", reason=OWN_PAGE, article=kept_as(result, "archived", OWN_PAGE))


def edited(result: Article, known: ArticleState, before: Article | None = None) -> Verdict:
    """The verdict on another text of a known article: an edit, unless it shows less than the earlier one did."""
    if not lesser(result) or (before is not None and lesser(before)):
        return Verdict(outcome="revised", article=result)
    kept = degraded(result) if known.lesser != result.revision else None
    detail = None if kept is not None else "as it was at an earlier visit"
    return Verdict(outcome="unchanged", reason=DEGRADED, detail=detail, article=kept)


def lesser(article: Article) -> bool:
    """Whether a page shows less than the article: cut short, or behind a wall."""
    return bool({"cut_short", "truncated", DEGRADED}.intersection(article.warnings)) or article.access in WALLS


def as_itself(article: Article) -> Article:
    """``article`` under its own address: for a page that declares another article's as its canonical one."""
    own = canonical(article.url)
    warnings = (*article.warnings, "canonical_distrusted")
    return dataclasses.replace(article, id=article_id(own), canonical_url=own, warnings=warnings)


def named(article: Article, given: str) -> Article:
    """``article`` under the id that it was given before, which may be that of its own address."""
    if article.id == given:
        return article
    itself = as_itself(article)
    return itself if itself.id == given else dataclasses.replace(article, id=given)


def kept_as(article: Article, outcome: Outcome, reason: str | None) -> Article:
    """``article`` as a verdict of that outcome and reason keeps it."""
    if reason == OWN_PAGE:
        return dataclasses.replace(article, warnings=(*article.warnings, REPLACES_TWIN))
    return degraded(article) if outcome == "unchanged" and reason == DEGRADED else article


def degraded(article: Article) -> Article:
    """A later capture of an article, with the warning ``degraded``."""
    if DEGRADED in article.warnings:
        return article
    return dataclasses.replace(article, warnings=(*article.warnings, DEGRADED))
