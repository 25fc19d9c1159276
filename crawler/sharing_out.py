"""A crawl in parts: which sources go together, and what each part may cost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.config import BudgetConfig, Config, SourceConfig
from crawler.job import Job
from crawler.plan import Plan
from pipelines.urls import registered_domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One task of a crawl: the configuration of its sources alone, and its share of what the crawl may cost.

    ``until`` is when the time of the whole is up, None where it is not bounded. ``job`` is whose task it is.
    ``json`` is whether lines are told as events. ``settings`` are Scrapy's.
    """

    config: Config
    job: Job
    limit: int | None
    budget: BudgetConfig
    until: dt.datetime | None
    plan: Plan
    log_level: str
    settings: tuple[tuple[str, str], ...]
    json: bool


def groups(sources: Sequence[SourceConfig]) -> list[list[str]]:
    """The names of ``sources``, those together that share a registered domain.

    A host's pace is kept by the one run that asks it, and an article's addresses lie within one such domain.
    """
    group: dict[str, list[str]] = {}
    for source in sources:
        # One list for all that these domains lead to, in the order of the configuration.
        joined: list[str] = []
        domains = {registered_domain(f"http://{host}/") for host in source.hosts}
        for found in {id(group[domain]): group[domain] for domain in sorted(domains) if domain in group}.values():
            joined += found
        domains |= {domain for domain, names in group.items() if set(names) & set(joined)}
        joined.append(source.name)
        group.update(dict.fromkeys(domains, joined))
    return list({id(names): names for names in group.values()}.values())


def spread(sources: Sequence[SourceConfig], count: int) -> list[tuple[str, ...]]:
    """``sources`` shared out among at most ``count`` parts of about as many each; what goes together stays together."""
    parts: list[list[str]] = [[] for _ in range(count)]
    for names in sorted(groups(sources), key=len, reverse=True):
        min(parts, key=len).extend(names)
    return [tuple(part) for part in parts if part]


def cut(whole: Part, sources: Sequence[SourceConfig], count: int) -> list[Part]:
    """``whole`` as ``count`` parts at most that have all ``sources`` and share its bounds.

    Each carries its own sources only, not what all have: the configuration of thousands would travel with every task.
    Nor are there more parts than a bound can be divided among.
    """
    most = [bound for bound in (whole.budget.pages, whole.budget.bytes) if bound]
    shares = spread(sources, min([count, *most]))
    sizes = [len(names) for names in shares]
    bounds = budgets(whole.budget, sizes)
    limits = [None] * len(shares) if whole.limit is None else share(whole.limit, sizes)
    parts = [frozenset(names) for names in shares]
    configs = [
        dataclasses.replace(whole.config, sources=tuple(one for one in sources if one.name in part), disabled=())
        for part in parts
    ]
    return [
        dataclasses.replace(whole, config=config, budget=bound, limit=limit)
        for config, bound, limit in zip(configs, bounds, limits, strict=True)
    ]


def share(whole: int, sizes: Sequence[int]) -> list[int]:
    """``whole`` divided in proportion to ``sizes``; what they come to is ``whole``."""
    of = sum(sizes)
    edges = [whole * sum(sizes[:number]) // of for number in range(len(sizes) + 1)]
    return [later - one for one, later in itertools.pairwise(edges)]


def budgets(whole: BudgetConfig, sizes: Sequence[int]) -> list[BudgetConfig]:
    """The shares of ``whole`` of parts of these sizes, which come to ``whole``.

    0 is no bound, so the least share of a bound is 1, and a bound has to be one that goes round.
    """
    return [
        dataclasses.replace(whole, pages=pages, bytes=received)
        for pages, received in zip(_bounds(whole.pages, sizes), _bounds(whole.bytes, sizes), strict=True)
    ]


def _bounds(whole: int, sizes: Sequence[int]) -> list[int]:
    if not whole:
        return [0] * len(sizes)
    return [1 + more for more in share(whole - len(sizes), sizes)]
