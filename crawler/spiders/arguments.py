"""What ``scrapy crawl news -a name=value``, or a job of Scrapyd, asks for: text, made typed values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.config import ConfigError
from crawler.config.errors import suggestion
from crawler.plan import Plan

NAMES = ("config", "source", "limit", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The configuration file, the sources (None: all), the most articles (None: no bound), and the days."""

    config: Path
    names: tuple[str, ...] | None
    limit: int | None
    plan: Plan


def read(
    *, config: str, source: str | None, limit: str | int | None, since: str | None, until: str | None
) -> Arguments:
    """The arguments as values.

    Raises:
        ConfigError: one of them is no number or no day; the message says what to write instead.
    """
    plan = Plan(since=_day("since", since), until=_day("until", until))
    if plan.period.first > plan.period.last:
        raise _mistake("until", f"{until} is before since={since}", "write the later day last")
    names = tuple(name.strip() for name in source.split(",")) if source else None
    return Arguments(config=Path(config), names=names, limit=_count("limit", limit), plan=plan)


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise ConfigError where an argument is none of ours; a misspelt ``source`` would crawl all of them.

    Names that begin with ``_`` are a scheduler's own: Scrapyd gives ``_job``.
    """
    for name in names:
        if not name.startswith("_"):
            close = suggestion(name, NAMES)
            remedy = f"did you mean {close!r}?" if close else f"there are: {', '.join(NAMES)}"
            raise _mistake(name, "there is no such argument", remedy)


def _day(name: str, text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise _mistake(name, f"{text!r} is no day", "write YYYY-MM-DD, such as 2026-11-22") from None


def _count(name: str, text: str | int | None) -> int | None:
    try:
        count = int(text) if text is not None else None
    except ValueError:
        count = -1
    if count is not None and count < 0:
        raise _mistake(name, f"{text!r} is no number of articles", "write 0, 1, 2, …")
    return count


def _mistake(name: str, problem: str, remedy: str) -> ConfigError:
    return ConfigError(file=Path(f"-a {name}"), problem=problem, remedy=remedy)
