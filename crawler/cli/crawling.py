"""Commands that ask sites: ``init``, ``add``, ``crawl``, ``demo``."""

from __future__ import annotations

import datetime as dt
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from crawler.cli.options import (
    CONFIG,
    DAY,
    DURATION,
    SIZE,
    check_days,
    config_option,
    exits,
    log_option,
    on_option,
    spread_of,
    tasks_option,
)
from crawler.config import load, template
from crawler.terminal import console, escaped, say_on
from pipelines import forks

P = ParamSpec("P")


def stoppable(command: Callable[P, int]) -> Callable[P, int]:
    """Make SIGTERM and Ctrl-C end a command with one line and code 3, until the crawl itself looks after signals."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> int:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            click.echo("broadsheet: stopped before the crawl began; nothing was asked", err=True)
            return 3

    return wrapped


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The file to write.",
)
@exits
def init(output: Path) -> int:
    """Write a commented configuration.

    It has an example of everything. Put your contact and your sources into it; it is refused until you do.

    \b
      broadsheet init
      broadsheet init --output papers.toml
    """
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        click.echo(f"broadsheet: {output} is there already; name another file with --output, or remove it", err=True)
        return 2
    except OSError as error:
        click.echo(f"broadsheet: {output} cannot be written: {error.strerror}", err=True)
        return 2
    click.echo(f"Wrote {output}. Put in your contact and your sources, then run: broadsheet crawl")
    return 0


@click.command()
@click.argument("url")
@config_option
@click.option("--name", metavar="NAME", help="The source's name; by default it is made from the address.")
@click.option("--contact", metavar="ADDRESS", help="Whom the site may write to, where no configuration says so yet.")
@click.option("--dry-run", is_flag=True, help="Print the proposed block; write nothing.")
@log_option
@exits
def add(url: str, config: Path, name: str | None, contact: str | None, dry_run: bool, log_level: str) -> int:
    """Look a site over and add it to the configuration as a source.

    It asks robots.txt, the front page, the feeds and sitemaps that these name or that stand in usual places, and a few
    sections, with the delays of a crawl; measures what each announces and how fresh it is; tries three articles of
    each; and writes a [[source]] block whose comments give its reasons. Exits with 1 where no entrance is worth it.

    \b
      broadsheet add https://www.daily.example/ --dry-run
      broadsheet add https://www.daily.example/ --name daily
    """
    from crawler.commands import add as view

    return view.add(url, config, name, contact, dry_run=dry_run, log_level=log_level)


@click.command()
@config_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="Crawl this source only; may be repeated.")
@click.option(
    "--limit", type=click.IntRange(min=0), metavar="N", help="Fetch at most N articles; the rest is deferred."
)
@click.option("--budget-bytes", type=SIZE, metavar="SIZE", help="Receive about so much ('2 GB'); the rest is deferred.")
@click.option("--budget-time", type=DURATION, metavar="TIME", help="End after so long (12m); the rest is deferred.")
@click.option(
    "--since", type=DAY, metavar="DAY", help="Backfill: only articles that appeared on this day or later (YYYY-MM-DD)."
)
@click.option("--until", type=DAY, metavar="DAY", help="Backfill: only articles that appeared on this day or earlier.")
@click.option("--oldest-first", is_flag=True, help="Backfill from the oldest day on, in place of the newest.")
@click.option("--now", is_flag=True, help="Ask every entrance, also those that are not due by [crawl] poll.")
@on_option
@tasks_option
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="Override a Scrapy setting, as scrapy does.")
@log_option
@click.option(
    "--log-format",
    type=click.Choice(("auto", "json", "text")),
    default="auto",
    show_default=True,
    help="Standard error as JSON, an event a line, or as text; auto is text on a terminal only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the run's summary as JSON in place of the closing lines.")
@exits
@stoppable
def crawl(
    config: Path,
    names: tuple[str, ...],
    limit: int | None,
    budget_bytes: int | None,
    budget_time: dt.timedelta | None,
    since: dt.date | None,
    until: dt.date | None,
    oldest_first: bool,
    now: bool,
    on: str | None,
    tasks: int | None,
    settings: tuple[str, ...],
    log_level: str,
    log_format: str,
    as_json: bool,
) -> int:
    """Crawl the configured sources into the archive.

    Safe to repeat: what is known and not due is not asked for again. Safe to kill: the next run puts right what a
    killed one left. A source that another run is crawling is left out.

    With --since or --until it goes back through sitemap indexes, archive pages and further pages of lists for the
    articles of those days. The same command again goes on where it was stopped:

    \b
      broadsheet crawl --source daily --since 2019-01-01 --until 2019-12-31

    With --on the sources are shared out among tasks on a Ray cluster, each with a run of its own; what is told of them
    is told as of one crawl. A task whose machine is lost is begun again.

    \b
      broadsheet crawl --on ray://head.internal:10001
    """
    spread = spread_of(on, tasks)
    loaded = load(config)
    if spread is None:
        # What the workers need is loaded beside all that the crawl itself needs.
        forks.begin()
    # It looks through the whole stack of calls when it is loaded; where that is as short as here, 0.4 seconds less.
    from scrapy.core.downloader import contextfactory  # noqa: F401

    from crawler.commands.crawl import closing_lines, run
    from crawler.commands.metrics import exporter
    from crawler.config import check_archive_path, check_names
    from crawler.crawled import Crawled
    from crawler.events import Events, Formatter
    from crawler.plan import Plan
    from crawler.progress import Views, view_for
    from crawler.session import Session
    from crawler.summary import as_json as written
    from crawler.summary import summary

    plan = Plan(
        since=since,
        until=until,
        oldest_first=oldest_first,
        now=now,
    )
    check_days(since, until)
    if oldest_first and not plan.backfill:
        raise click.BadParameter(
            "it orders a backfill; name its days with --since and --until", param_hint="--oldest-first"
        )
    check_archive_path(loaded)
    overrides = pairs_of(settings)
    check_names(loaded, names)
    err, out = console(stderr=True), console()
    wanted = [source for source in loaded.sources if not names or source.name in names]
    if not wanted:
        for source in loaded.disabled:
            click.echo(f"broadsheet: {source.error}", err=True)
        click.echo("broadsheet: no source is left to crawl; mend the blocks named above", err=True)
        return 2

    events = Events(err.file) if log_format == "json" or (log_format == "auto" and not err.is_terminal) else None
    say = events.notice if events is not None else say_on(err)
    budget = loaded.crawl.budget
    if budget_bytes is not None:
        budget = replace(budget, bytes=budget_bytes)
    if budget_time is not None:
        budget = replace(budget, seconds=budget_time.total_seconds())
    metrics = exporter(loaded)
    session: Crawled
    if spread is not None:
        from crawler.commands.crawl_spread import crawl as crawl_spread

        code, session = crawl_spread(
            loaded,
            wanted,
            spread,
            limit=limit,
            budget=budget,
            plan=plan,
            log_level=log_level,
            settings=overrides,
            console=err,
            events=events,
            metrics=metrics,
        )
    else:
        code, session = run(
            lambda: Session.open(loaded, names=names or None, limit=limit, budget=budget, plan=plan, say=say),
            console=err,
            log_level=log_level,
            overrides=overrides,
            view=Views(events or view_for(err), metrics),
            formatter=Formatter() if events is not None else None,
        )
    metrics.ended(session, code)
    if events is not None:
        events.ended(session, code)
    if as_json:
        click.echo(escaped(written(summary(session, code))))
        return code
    for line in closing_lines(session):
        say_on(out)(line)
    return code


@click.command()
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("archive"),
    show_default=True,
    help="The archive to crawl into.",
)
@click.option("--serve", is_flag=True, help="Only serve the newspapers, to look at in a browser, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="The port for --serve.")
@log_option
@exits
def demo(archive: Path, serve: bool, port: int, log_level: str) -> int:
    """Crawl invented newspapers, served on this machine, into an archive, and show what came of it.

    They are a daily, a blog, and papers in several languages and encodings, with feeds, sitemaps, robots.txt, a
    paywall, a consent wall and whatever else a crawl meets.

    \b
      broadsheet demo
      broadsheet demo --serve --port 8765
    """
    if serve:
        from crawler.demo.server import DemoServer

        try:
            server = DemoServer(port)
            server.start()
        except OSError as error:
            click.echo(f"broadsheet: port {port} cannot be used ({error.strerror}); name another with --port", err=True)
            return 2
        with server:
            click.echo(
                f"Serving on {server.proxy_url}; as a proxy it serves every paper: http_proxy={server.proxy_url}"
            )
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                return 0
    from crawler.commands.demo import demo as run_demo

    return run_demo(archive, out=console(), err=console(stderr=True), log_level=log_level)


def pairs_of(settings: tuple[str, ...]) -> dict[str, str]:
    for setting in settings:
        if "=" not in setting:
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="-s")
    pairs = dict(setting.split("=", 1) for setting in settings)
    if "USER_AGENT" in pairs:
        # Sites have a right to know who asks: docs/manners.md promises it.
        problem = "USER_AGENT always names Broadsheet and whoever runs it; write [crawl] contact in the configuration"
        raise click.BadParameter(problem, param_hint="-s")
    return pairs
