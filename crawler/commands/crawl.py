"""``broadsheet crawl``: run the spider over a session, show how far it is, say how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.logging import RichHandler
from scrapy import signals
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from crawler.commands.health import closing_lines as of_health
from crawler.crawled import Crawled
from crawler.progress import FATES, View, view_for, watch
from crawler.session import Session
from crawler.spiders.news import NewsSpider
from crawler.terminal import clean

DONE, FAILED, COULD_NOT_START, INCOMPLETE = 0, 1, 2, 3
# Why an entrance was not asked that says nothing against its source: a bound of the run, its end, the host's request.
NO_FAULT = frozenset(
    {"budget_bytes", "budget_pages", "budget_time", "disk_full", "limit", "not_before", "retry_after", "stopped"}
)


def run(
    open_session: Callable[[], Session],
    *,
    console: Console,
    log_level: str = "WARNING",
    overrides: dict[str, str] | None = None,
    spider: type[NewsSpider] = NewsSpider,
    view: View | None = None,
    formatter: logging.Formatter | None = None,
    **arguments: object,
) -> tuple[int, Session]:
    """Crawl what ``open_session`` opens; returns the exit code and the session.

    ``console`` is where progress and log lines go; ``overrides`` are Scrapy settings as ``-s`` gives them. The session
    is opened last, when nothing of the settings can be wrong any more, and closed whatever happens. ``spider`` is made
    with ``arguments``; ``view`` shows how far it is, by default a bar or lines; ``formatter`` makes the lines of
    the log, by default for people.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict({"LOG_LEVEL": log_level, "LOG_INSTALL_ROOT_HANDLER": False}, priority="project")
    settings.setdict(overrides or {}, priority="cmdline")
    _log_to(console, settings.get("LOG_LEVEL"), formatter)
    process = CrawlerProcess(settings)
    # Scrapy has its loggers make a record of every answer and item, whatever level is wanted.
    logging.getLogger("scrapy").setLevel(settings.get("LOG_LEVEL"))
    crawler = process.create_crawler(spider)
    session = open_session()
    view = view or view_for(console)
    watcher: list[asyncio.Task[None]] = []

    def opened() -> None:
        watcher.append(asyncio.ensure_future(watch(session, view)))

    def closed() -> None:
        for task in watcher:
            task.cancel()

    crawler.signals.connect(opened, signal=signals.spider_opened, weak=False)
    crawler.signals.connect(closed, signal=signals.engine_stopped, weak=False)
    try:
        process.crawl(crawler, session=session, **arguments)
        process.start()
    finally:
        with contextlib.suppress(IndexError):
            watcher.pop()
        if not session.closed:
            if process.bootstrap_failed:
                session.bugs.append("Scrapy could not start the crawl; the lines above say why")
            asyncio.run(session.close(reason="stopped"))
        view.close(session)
    return exit_code(session), session


def exit_code(session: Crawled) -> int:
    """1 where the run failed, 3 where it was stopped, or a source could not be crawled or fell out, else 0."""
    if session.bugs:
        return FAILED
    incomplete = (
        session.stopped or session.config.disabled or session.busy or silent_sources(session) or fell_out(session)
    )
    return INCOMPLETE if incomplete else DONE


def silent_sources(session: Crawled) -> list[str]:
    """Sources none of whose entrances could be read in this run, though at least one was to be."""
    well = ("entrance fetched", "entrance unchanged", "entrance resting")
    heard = {source for (source, what, _) in session.tallies if what in well}
    asked = {
        source
        for (source, what, reason) in session.tallies
        if what.startswith("entrance ") and not (what == "entrance deferred" and reason in NO_FAULT)
    }
    return sorted(asked - heard)


def fell_out(session: Crawled) -> bool:
    """Whether a source is unlike its own past that was not so when the run before ended, and nobody knew."""
    return session.health is not None and any(one.fresh for one in session.health.alarms)


def why_silent(session: Crawled, name: str) -> str:
    """What became of each of a source's entrances, in words."""
    fates = [
        f"{count} {what.removeprefix('entrance ')} ({reason})"
        for (source, what, reason), count in sorted(session.tallies.items(), key=str)
        if source == name and what.startswith("entrance ")
    ]
    return f"none of its entrances could be read: {', '.join(fates)}."


def closing_lines(session: Crawled) -> list[str]:
    """The tally: what was announced and what became of it, by reason, and what a person should know."""
    by_reason: dict[str, Counter[str]] = {fate: Counter() for fate in FATES}
    for (_, outcome, reason), count in session.tallies.items():
        if outcome in by_reason:
            by_reason[outcome][reason or ""] += count
    announced, resting = session.total("announced"), session.total("resting")
    lines = [f"{'announced':<10} {announced:>7}"]
    if resting:
        lines.append(f"{'known':<10} {resting:>7}   not due again; not asked for")
    if outside := session.total("outside"):
        lines.append(f"{'outside':<10} {outside:>7}   not of the days asked for; not asked for")
    for fate, reasons in by_reason.items():
        total = reasons.total()
        if total or fate in ("archived", "unchanged", "rejected", "refused", "failed"):
            named = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common() if reason)
            lines.append(f"{fate:<10} {total:>7}" + (f"   {named}" if named else ""))
    if not_due := sum(count for (_, _, why), count in session.tallies.items() if why == "not_due"):
        lines.append(f"Not due, and so not asked: {not_due} entrances; --now asks them all.")
    refused = by_reason["refused"].total()
    if announced and resting + refused == announced:
        why = " or ".join(["refused"] * bool(refused) + ["known and not due"] * bool(resting))
        lines.append(f"Nothing was fetched but the entrances: every announced page is {why}.")
    lines += entrance_lines(session)
    if session.stopped:
        lines.append("Stopped before its end; what is deferred has its turn in the next run.")
    lines += selector_lines(session)
    lines += [f"Source {name} is left out: {error}" for name, error in disabled(session)]
    if session.busy:
        lines.append(f"{counted(len(session.busy), 'source')} left out: another run is crawling them.")
    lines += [f"Source {name} is silent: {why_silent(session, name)}" for name in silent_sources(session)]
    if session.health is not None:
        lines += of_health(session.health)
    lines += [clean(warning) for warning in session.warnings]
    lines += [f"Failed: {clean(bug)}" for bug in session.bugs]
    return lines


def entrance_lines(session: Crawled) -> list[str]:
    """What was not asked of the entrances, and what they announced that nobody can ask for, by reason."""
    deferred: Counter[str] = Counter()
    unusable: Counter[str] = Counter()
    for (_, what, reason), count in session.tallies.items():
        if what == "entrance deferred" and reason in NO_FAULT:
            deferred[reason or ""] += count
        elif what == "unusable":
            unusable[reason or ""] += count
    lines = [
        f"{counted(count, 'entrance')} not asked ({reason}); the next runs begin with what has waited longest."
        for reason, count in deferred.most_common()
    ]
    if unusable:
        named = ", ".join(f"{count} {reason}" for reason, count in sorted(unusable.items()))
        one, several = "1 announced address leads to no page and has", "announced addresses lead to no page and have"
        count = unusable.total()
        lines.append(f"{one if count == 1 else f'{count} {several}'} no row: {named}.")
    return lines


def counted(number: int, noun: str) -> str:
    """``1 source was``, ``2 sources were``."""
    return f"{number} {noun} was" if number == 1 else f"{number} {noun}s were"


def selector_lines(session: Crawled) -> list[str]:
    """Sources whose selectors found nothing of use, or have expired, and on how many of their articles."""
    lines = []
    for (source, what, warning), count in sorted(session.tallies.items(), key=str):
        if what == "selector" and warning is not None:
            code, _, field = warning.partition(":")
            lines.append(f"Source {source}: selectors {_SELECTORS[code].format(field)} on {count} articles.")
    return lines


_SELECTORS = {
    "selector_unmatched": "for {} found nothing",
    "selector_unreadable": "for {} found what cannot be read",
    "selector_expired": "have passed their valid_until",
}


def disabled(session: Crawled) -> list[tuple[str, str]]:
    """The disabled sources and the mistake in each one's block."""
    return [(source.name, str(source.error)) for source in session.config.disabled]


def _log_to(console: Console, level: str | None, formatter: logging.Formatter | None) -> None:
    handler: logging.Handler
    if console.is_terminal and formatter is None:
        handler = RichHandler(console=console, show_path=False, markup=False)
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler(console.file)
        handler.setFormatter(formatter or logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(level or "WARNING")
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level or "WARNING")
