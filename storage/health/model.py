"""What health finds: codes, findings, and what an operator declared or knows already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "entrance": "An entrance that used to answer fails, or announces nothing any more.",
        "silent": "None of the source's entrances can be read any more.",
        "errors": "Pages fail that used to come.",
        "walls": "Walls (for robots, consent, log-in, payment) stand where articles did.",
        "rejected": "Pages are refused as no articles that used to be some.",
        "offsite": "What the entrances announce lies on hosts that are not the source's.",
        "articles": "Far fewer articles come than at such a time of the week.",
        "date": "Articles have no date of publication any more.",
        "date_source": "Pages do not state their date any more; it comes from the entrance, the address or the text.",
        "authors": "Articles name no author any more.",
        "bullets": "Articles have no key points any more.",
        "length": "Texts are far shorter than they were.",
        "expect_articles_per_day": "Fewer articles a day than `[source.expect]` declares, over seven days.",
        "expect_date": "A smaller share with a date than `[source.expect]` declares, over seven days.",
        "expect_authors": "A smaller share with an author than `[source.expect]` declares, over seven days.",
        "expect_bullets": "A smaller share with key points than `[source.expect]` declares, over seven days.",
        "expect_words": "Shorter texts (median) than `[source.expect]` declares, over seven days.",
    }
)
"""Every code of a finding, gravest first; what stands further down may be a consequence of what stands further up."""

ROOTS = frozenset({"silent", "errors", "walls", "rejected", "offsite", "entrance"})
"""Codes that explain why articles stay away; the code ``articles`` beside one of them is its consequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which a source fell out.

    ``now`` and ``past`` are the measure (a share, articles, words) in what came since ``since`` and before; ``seen`` is
    how many pages, polls or articles ``now`` is made of. ``chance`` is how likely this is where nothing is wrong; None
    for what was declared. ``cause`` is a clause for people, None where nothing is known; ``fresh`` tells that the run
    before did not find it.
    """

    source: str
    code: str
    since: dt.datetime
    now: float
    past: float
    seen: int
    chance: float | None = None
    cause: str | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What an operator declared of a source: articles a day, shares (0 to 1), median of words; None is no demand."""

    articles_per_day: float | None = None
    date: float | None = None
    authors: float | None = None
    bullets: float | None = None
    words: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the sources stood ``at`` an instant: what fell out, and what the run before found and this one does not.

    ``judged`` are the sources that were looked at; ``recovered`` are pairs of source and code.
    """

    at: dt.datetime
    judged: tuple[str, ...]
    findings: tuple[Finding, ...]
    recovered: tuple[tuple[str, str], ...] = ()
