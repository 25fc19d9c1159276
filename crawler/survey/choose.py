"""From what was measured to a proposal: the fewest entrances that announce what is new, and why not the others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crawler.survey.model import Candidate, Survey
from pipelines.history import key

# An entrance is worth polling where it announces this share of its articles alone.
WORTH = 0.1
# A sitemap with more articles than this, or with older ones, is a history: crawling it means crawling the whole past.
HISTORY_LINKS = 1_000
HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One candidate with the reason for its fate, a clause."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``entrances`` to poll, ``history`` for a backfill only, and ``left_out``."""

    entrances: tuple[Choice, ...]
    history: tuple[Choice, ...]
    left_out: tuple[Choice, ...]


def propose(survey: Survey, *, today: dt.date) -> Proposal:
    """The entrances that together announce what is new: news sitemaps first, then feeds, then pages, then sitemaps."""
    entrances: list[Choice] = []
    history: list[Choice] = []
    left_out: list[Choice] = []
    covered: set[str] = set()
    for candidate in sorted(survey.candidates, key=lambda one: _rank(one, today)):
        announced = {key(link.url) for link in candidate.links}
        fresh = announced - covered
        if candidate.problem is not None:
            left_out.append(Choice(candidate=candidate, reason=candidate.problem))
        elif not announced:
            left_out.append(Choice(candidate=candidate, reason="announces no article on this site"))
        elif candidate.tried and not candidate.good:
            said = ", ".join(sorted(set(candidate.reasons)))
            reason = f"none of the {len(candidate.tried)} articles that were tried can be read ({said})"
            left_out.append(Choice(candidate=candidate, reason=reason))
        elif _is_history(candidate, today):
            history.append(Choice(candidate=candidate, reason=measured(candidate, today)))
        elif len(fresh) < max(1.0, WORTH * len(announced)):
            left_out.append(Choice(candidate=candidate, reason="announces nothing that the others do not"))
        else:
            entrances.append(Choice(candidate=candidate, reason=measured(candidate, today)))
            covered |= announced
    if not entrances and history:
        entrances, history = history, []
    return Proposal(entrances=tuple(entrances), history=tuple(history), left_out=tuple(left_out))


def measured(candidate: Candidate, today: dt.date) -> str:
    """What was measured of it, in words."""
    kind = "news sitemap" if candidate.is_news_sitemap else "page" if candidate.kind == "front" else candidate.kind
    head = f"{kind}: {len(candidate.links)} articles"
    if candidate.children:
        head = f"index of {candidate.children} sitemaps: {len(candidate.links)} articles in those that were looked at"
    parts = [head]
    if candidate.newest is not None:
        parts.append(f"newest {candidate.newest}, {candidate.recent(today)} of the last 7 days")
    if candidate.tried:
        parts.append(f"{candidate.good} of {len(candidate.tried)} tried ones extract well")
    return ", ".join(parts)


def _is_history(candidate: Candidate, today: dt.date) -> bool:
    if candidate.kind != "sitemap" or candidate.is_news_sitemap:
        return False
    oldest = candidate.oldest
    aged = oldest is not None and (today - oldest).days > HISTORY_DAYS
    return candidate.children > 3 or len(candidate.links) > HISTORY_LINKS or aged


def _rank(candidate: Candidate, today: dt.date) -> tuple[int, int, int]:
    order = 0 if candidate.is_news_sitemap else {"feed": 1, "front": 2, "sitemap": 3}[candidate.kind]
    return order, -candidate.recent(today), -len(candidate.links)
