"""The command ``broadsheet``: names, options and help; the work is done in :mod:`crawler.commands`.

Exit codes: 0 done; 1 a run that failed, or nothing found; 2 the command could not start; 3 done, but a source was left
out or is silent.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from crawler.config import Config, ConfigError, archive_of, load, template
from crawler.config.units import duration, size
from crawler.place import PlaceType
from crawler.terminal import clean, console, escaped
from storage.archive import Archive, open_archive
from storage.errors import ArchiveError
from storage.places import Address

P = ParamSpec("P")
CONFIG = "broadsheet.toml"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _exits(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn a command's return value into its exit code, and an operator's mistake into one line and code 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except (ConfigError, ArchiveError) as error:
            click.echo(f"broadsheet: {error}", err=True)
            code = 2
        sys.exit(code or 0)

    return wrapped


class _Duration(click.ParamType[dt.timedelta]):
    """A length of time as people write it: ``7d``, ``12h``."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.timedelta:
        if isinstance(value, dt.timedelta):
            return value
        try:
            return dt.timedelta(seconds=duration(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no length of time; write 7d, 12h or 30m", param, ctx)


class _Day(click.ParamType[dt.date]):
    """A day as ISO 8601 writes it: ``2026-11-22``."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is no day; write YYYY-MM-DD, such as 2026-11-22", param, ctx)


class _Size(click.ParamType[int]):
    """A number of bytes as people write it: ``2 GB``, ``500 MB``."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return size(value if not isinstance(value, str) or not value.isdecimal() else int(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no size; write 500 MB, 2 GB or a number of bytes", param, ctx)


def _stoppable(command: Callable[P, int]) -> Callable[P, int]:
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


_DURATION, _DAY = _Duration(), _Day()
_config_option = click.option(
    "-c",
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The configuration file.",
)
_archive_option = click.option(
    "--archive",
    type=PlaceType(),
    metavar="PLACE",
    help="This archive: a folder, or s3://bucket/prefix; no configuration is needed then.",
)
_as_of_option = click.option(
    "--as-of",
    "as_of",
    metavar="NAME|INSTANT",
    help="Read the archive as it stood: at a snapshot's name, or at an instant such as 2026-11-22T08:00 (UTC).",
)
_log_option = click.option(
    "--log-level",
    type=click.Choice(LEVELS, case_sensitive=False),
    default="WARNING",
    show_default=True,
    help="What is logged to standard error.",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 the run failed, or nothing was found; 2 the command could not start; "
    "3 done, but a source was left out or is silent.",
)
@click.version_option(package_name="broadsheet", message="%(prog)s %(version)s")
def main() -> None:
    """Archive news: crawl sites politely, keep every page as it was served (WARC), and turn each one into a row of a
    Parquet archive.

    \b
    A first archive of your own:
      broadsheet init              writes broadsheet.toml; put in your contact and sources
      broadsheet crawl             crawls them; run it again whenever you like
      broadsheet status            says what is there
      broadsheet show URL          shows one article
      broadsheet diff URL          shows what its publisher changed
    """


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The file to write.",
)
@_exits
def init(output: Path) -> int:
    """Write a commented configuration.

    It has an example of everything. Put your contact and your sources into it; it is refused until you do.
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


@main.command()
@_config_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="Crawl this source only; may be repeated.")
@click.option(
    "--limit", type=click.IntRange(min=0), metavar="N", help="Fetch at most N articles; the rest is deferred."
)
@click.option(
    "--budget-bytes", type=_Size(), metavar="SIZE", help="Receive about so much ('2 GB'); the rest is deferred."
)
@click.option("--budget-time", type=_DURATION, metavar="TIME", help="End after so long (12m); the rest is deferred.")
@click.option(
    "--since", type=_DAY, metavar="DAY", help="Backfill: only articles that appeared on this day or later (YYYY-MM-DD)."
)
@click.option("--until", type=_DAY, metavar="DAY", help="Backfill: only articles that appeared on this day or earlier.")
@click.option("--oldest-first", is_flag=True, help="Backfill from the oldest day on, in place of the newest.")
@click.option("--now", is_flag=True, help="Ask every entrance, also those that are not due by [crawl] poll.")
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="Override a Scrapy setting, as scrapy does.")
@_log_option
@_exits
@_stoppable
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
    settings: tuple[str, ...],
    log_level: str,
) -> int:
    """Crawl the configured sources into the archive.

    Safe to repeat: what is known and not due is not asked for again. Safe to kill: the next run puts right what a
    killed one left. A source that another run is crawling is left out.

    With --since or --until it goes back through sitemap indexes, archive pages and further pages of lists for the
    articles of those days. The same command again goes on where it was stopped:

    \b
      broadsheet crawl --source daily --since 2019-01-01 --until 2019-12-31
    """
    from crawler.commands.crawl import closing_lines, run
    from crawler.config import check_archive_path, check_names
    from crawler.plan import Plan
    from crawler.session import Session

    plan = Plan(
        since=since,
        until=until,
        oldest_first=oldest_first,
        now=now,
    )
    if plan.period.first > plan.period.last:
        raise click.BadParameter("it is before --since; write the later day last", param_hint="--until")
    if oldest_first and not plan.backfill:
        raise click.BadParameter(
            "it orders a backfill; name its days with --since and --until", param_hint="--oldest-first"
        )
    loaded = load(config)
    check_archive_path(loaded)
    overrides = _pairs(settings)
    check_names(loaded, names)
    err, out = console(stderr=True), console()
    wanted = [source for source in loaded.sources if not names or source.name in names]
    if not wanted:
        for source in loaded.disabled:
            click.echo(f"broadsheet: {source.error}", err=True)
        click.echo("broadsheet: no source is left to crawl; mend the blocks named above", err=True)
        return 2

    def say(line: str) -> None:
        err.print(line, soft_wrap=True)

    budget = loaded.crawl.budget
    if budget_bytes is not None:
        budget = replace(budget, bytes=budget_bytes)
    if budget_time is not None:
        budget = replace(budget, seconds=budget_time.total_seconds())
    code, session = run(
        lambda: Session.open(loaded, names=names or None, limit=limit, budget=budget, plan=plan, say=say),
        console=err,
        log_level=log_level,
        overrides=overrides,
    )
    for line in closing_lines(session):
        out.print(line, soft_wrap=True)
    return code


@main.command()
@click.argument("url")
@_config_option
@click.option("--name", metavar="NAME", help="The source's name; by default it is made from the address.")
@click.option("--contact", metavar="ADDRESS", help="Whom the site may write to, where no configuration says so yet.")
@click.option("--dry-run", is_flag=True, help="Print the proposed block; write nothing.")
@_log_option
@_exits
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


@main.command()
@click.argument("url")
@_config_option
@_archive_option
@_as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@_exits
def show(url: str, config: Path, archive: Address | None, as_of: str | None, as_json: bool) -> int:
    """Show the article behind URL as a person reads it.

    URL may be any address under which the article was met: as announced, after redirects, canonical, or with tracking
    parameters. Where the page is no article of the archive, its fate is told and the exit code is 1.
    """
    from crawler.commands import show as view

    opened = _open(config, archive, as_of)
    article, event = view.find(opened, url)
    if article is None:
        unknown = f"{clean(url)} is unknown to this archive; `broadsheet status` lists what it holds"
        click.echo(f"broadsheet: {view.fate(event) if event is not None else unknown}", err=True)
        return 1
    if as_json:
        click.echo(escaped(view.as_json(article)))
        return 0
    out = console()
    out.print(view.as_text(article))
    for label, value in view.facts(article):
        out.print(f"{label:<10} {value}", soft_wrap=True)
    return 0


@main.command()
@click.argument("url")
@_config_option
@_archive_option
@_as_of_option
@click.option("--rev", "names", multiple=True, metavar="REV", help="A revision: its number or hash; give two.")
@click.option("--list", "only_list", is_flag=True, help="Only list the revisions.")
@click.option("--json", "as_json", is_flag=True, help="Print revisions and changes as JSON.")
@_exits
def diff(
    url: str,
    config: Path,
    archive: Address | None,
    as_of: str | None,
    names: tuple[str, ...],
    only_list: bool,
    as_json: bool,
) -> int:
    """Show what the publisher changed in the article behind URL, by word: in colour, or marked [-gone-] {+new+}.

    Without --rev the last edit is shown. Revisions are numbered from 1, the oldest; -1 is the newest:

    \b
      broadsheet diff https://www.daily.example/storm
      broadsheet diff https://www.daily.example/storm --rev 1 --rev -1

    Exits with 1 where the archive has no such article or revision, or only one.
    """
    from crawler.commands import diff as view

    opened = _open(config, archive, as_of)
    if len(names) > 2:
        raise click.BadParameter("give it twice at most: the older revision and the newer", param_hint="--rev")
    out = console()
    try:
        found = view.revisions(opened, url)
        if only_list and not as_json:
            for line in view.listing(found):
                out.print(line, soft_wrap=True)
            return 0
        old, new = view.choose(found, names[0] if names else None, names[1] if len(names) > 1 else None)
    except view.DiffError as error:
        click.echo(f"broadsheet: {clean(str(error))}", err=True)
        return 1
    changes = view.compare(old, new)
    if as_json:
        click.echo(escaped(view.as_json(found, old, new, changes)))
        return 0
    for line in view.listing(found):
        out.print(line, soft_wrap=True)
    out.print()
    for text in view.as_text(changes, color=out.is_terminal):
        out.print(text, soft_wrap=not out.is_terminal)
    if not changes:
        out.print("Title, bullets, body and dates are the same.")
    return 0


@main.command()
@_config_option
@_archive_option
@_as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def status(config: Path, archive: Address | None, as_of: str | None, as_json: bool) -> int:
    """Say what the archive holds: sources, counts, and the last run."""
    from rich.table import Table

    from crawler.commands import status as view

    opened = _open(config, archive, as_of)
    mistake: ConfigError | None = None
    loaded: Config | None = None
    if archive is None:
        try:
            loaded = load(config)
        except ConfigError as error:
            mistake = error
    configured = [source.name for source in loaded.sources] if loaded else []
    state = view.status(opened, configured)
    if as_json:
        click.echo(escaped(view.as_json(state)))
        return 0
    out = console()
    out.print(
        f"{state.archive}: {state.articles} articles, {state.revisions} revisions, {state.captures} captures",
        soft_wrap=True,
    )
    last = state.last_run
    if last is not None:
        out.print(f"last run {last.run} ({last.command}) {last.outcome} at {last.finished_at:%Y-%m-%d %H:%M} UTC")
        if last.detail:
            out.print(clean(last.detail), soft_wrap=True)
    table = Table(box=None)
    for name, side in (("source", "left"), ("announced", "right"), ("articles", "right"), ("newest", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    table.add_column("last fetch (UTC)")
    for row in state.sources:
        fetched = f"{row.last_fetch:%Y-%m-%d %H:%M}" if row.last_fetch else ""
        table.add_row(row.source, str(row.announced), str(row.articles), str(row.newest or ""), fetched)
    out.print(table)
    for source in loaded.disabled if loaded else ():
        out.print(f"Source {source.name} is disabled: {source.error}", soft_wrap=True)
    if mistake is not None:
        out.print(f"No crawl can start: {mistake}", soft_wrap=True)
    return 0


@main.command()
@_config_option
@_archive_option
@_as_of_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="This source only; may be repeated.")
@click.option("--since", type=_DAY, help="Announced on this day (UTC) or later.")
@click.option("--until", type=_DAY, help="Announced on this day (UTC) or earlier.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with reasons by day.")
@_exits
def coverage(
    config: Path,
    archive: Address | None,
    as_of: str | None,
    names: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    as_json: bool,
) -> int:
    """Say how complete the archive is: what was announced, by source and day, and what became of it.

    \b
    The share of last month, for a paper:
      broadsheet coverage --since 2026-10-01 --until 2026-10-31 --json

    Captured is what the archive holds as an article. docs/coverage.md defines every column. Exits with 1 where nothing
    was announced in that time.
    """
    from crawler.commands import coverage as view
    from pipelines.history import key
    from storage.coverage import coverage as count

    opened = _open(config, archive, as_of)
    view.check_names(opened, names)
    found = count(
        opened.captures(),
        sources=names or None,
        since=since,
        until=until,
        same=key,
    )
    if as_json:
        click.echo(escaped(view.as_json(found)))
    else:
        view.print_text(found, console())
    return 0 if found else 1


@main.command()
@click.argument("page", metavar="URL-OR-FILE")
@_config_option
@_archive_option
@_as_of_option
@click.option("--url", metavar="URL", help="The address that a saved file came from.")
@click.option("--source", metavar="NAME", help="Apply the rules of this configured source.")
@click.option("--fetch", is_flag=True, help="Ask the site for the page even where the archive holds it.")
@click.option("--full", is_flag=True, help="Show every text whole instead of its first 100 characters.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def inspect(
    page: str,
    config: Path,
    archive: Address | None,
    as_of: str | None,
    url: str | None,
    source: str | None,
    fetch: bool,
    full: bool,
    as_json: bool,
) -> int:
    """Show why a page is read as it is: every field's candidates with the winner marked (→), the paragraphs kept (+)
    and the blocks dropped (-) with the reason.

    A file is a saved HTML page, gzipped or not. A URL is read from the archive's WARC where it is there, else asked
    for once, with the manners of a crawl: robots.txt, no private address, limits of time and size. The time and memory
    of a crawl's worker bound this too. Exits with 1 where the page is rejected.

    \b
    A page that you saved, with every paragraph whole:
      broadsheet inspect saved.html --url https://paper.example/news/1 --full
    """
    from crawler.commands import inspect as sources
    from crawler.commands import inspection as view
    from crawler.config.model import CrawlConfig
    from pipelines.process import Inspection
    from pipelines.workers import inspect_apart
    from storage.records import Page, Rejection

    loaded = load(config) if source is not None or (archive is None and config.exists()) else None
    rules = next((one.rules for one in loaded.sources if one.name == source), None) if loaded and source else None
    if source is not None and rules is None:
        raise click.BadParameter(f"{config} has no source {source!r}", param_hint="--source")
    limits = loaded.crawl if loaded else CrawlConfig(contact="run by hand")
    found: Page | Rejection | None = None
    if not page.startswith(("http://", "https://")):
        found = sources.from_file(Path(page), url=url, site=rules)
    else:
        folder = archive or (loaded.archive.path if loaded else None)
        there = archive is not None or not isinstance(folder, Path) or folder.exists()
        if folder is not None and not fetch and there:
            found = sources.from_archive(open_archive(folder, as_of=as_of), page, site=rules)
        if found is None:
            from crawler.onepage import fetch as fetch_page

            found = fetch_page(page, limits, site=rules)
    if isinstance(found, Rejection):
        inspection = Inspection(outcome=found)
    else:
        rules = found.site
        inspection = inspect_apart(found, timeout=limits.extract_timeout, memory=limits.extract_memory)
    if as_json:
        click.echo(escaped(view.as_json(inspection, rules=rules)))
    else:
        view.print_text(inspection, console(), rules=rules, full=full)
    return 1 if isinstance(inspection.outcome, Rejection) else 0


@main.command()
@_config_option
@_archive_option
@click.option(
    "--files", type=click.IntRange(min=1), metavar="N", help="Compact where there are more than N small files."
)
@click.option(
    "--grace", type=_DURATION, metavar="TIME", help="Keep replaced files this long, 7d by default, 30d at most."
)
@click.option("--vacuum-now", is_flag=True, help="Remove replaced files at once; whoever is reading them fails.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def compact(
    config: Path,
    archive: Address | None,
    files: int | None,
    grace: dt.timedelta | None,
    vacuum_now: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Merge small files into large ones, sorted, and drop rows that stand twice.

    Partitions with more than 50 files of less than 64 MB are rewritten. Crawls and readers go on meanwhile; safe to
    kill and to repeat. Files that were replaced a week ago are removed, never those of a snapshot.

    \b
    Every night:      broadsheet compact
    For plain Parquet readers, when nobody reads:
                      broadsheet compact --vacuum-now
    """
    from crawler.commands import compact as view
    from storage.compact import MANY
    from storage.vacuum import GRACE, LOG_RETENTION

    if vacuum_now and grace is not None:
        raise click.UsageError("--vacuum-now keeps nothing, --grace does; give one of them")
    if grace is not None and grace > LOG_RETENTION:
        raise click.BadParameter(f"at most {LOG_RETENTION.days}d; to keep a version longer, pin it with snapshot")
    err = console(stderr=True)
    report = view.run(
        _open(config, archive),
        many=files or MANY,
        grace=dt.timedelta() if vacuum_now else grace or GRACE,
        dry_run=dry_run,
        say=lambda line: err.print(line, soft_wrap=True),
    )
    click.echo(escaped(view.as_json(report) if as_json else "\n".join(view.lines(report))))
    return 0


@main.command()
@click.argument("name", required=False)
@_config_option
@_archive_option
@click.option("--list", "listing", is_flag=True, help="List what is pinned.")
@click.option("--drop", metavar="NAME", help="Let go of a snapshot; the next compact removes what only it held.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def snapshot(
    name: str | None, config: Path, archive: Address | None, listing: bool, drop: str | None, as_json: bool
) -> int:
    """Pin the archive as it stands under NAME, to be read again however it changes.

    It costs no copy, but its files stay until it is dropped.

    \b
    broadsheet snapshot paper-2026                    pins it
    broadsheet status --as-of paper-2026              reads it
    storage.open_archive("archive", as_of="paper-2026")
    """
    from crawler.commands import snapshot as view

    if sum((name is not None, listing, drop is not None)) != 1:
        raise click.UsageError("give a NAME to pin, or --list, or --drop NAME")
    opened = _open(config, archive)
    if drop is not None:
        view.drop(opened, drop)
        click.echo(f"Dropped {drop}.")
        return 0
    found = [view.pin(opened, name)] if name is not None else view.listed(opened.root)
    click.echo(view.as_json(found) if as_json else "\n".join(map(view.line, found)) or "Nothing is pinned.")
    return 0


@main.command()
@_config_option
@_archive_option
@click.option(
    "--quick", is_flag=True, help="Check logs, sizes and row counts only: no WARC record and no column is read."
)
@click.option("--repair", is_flag=True, help="Put right what can be, and keep aside whatever is taken out.")
@click.option("--json", "as_json", is_flag=True, help="Print every problem as JSON.")
@_exits
def verify(config: Path, archive: Address | None, quick: bool, repair: bool, as_json: bool) -> int:
    """Check every WARC record, every Parquet file and every row against each other.

    Exit codes: 0 nothing is wrong; 4 something was, and all of it was put right; 1 something is wrong; 2 it could not
    start. Without --repair nothing is written. docs/reasons.md explains the codes of problems.

    \b
    Every month:                    broadsheet verify
    After a power cut:              broadsheet verify --repair
    """
    from crawler.commands import verify as view

    err = console(stderr=True)
    verdict = view.run(
        _open(config, archive),
        quick=quick,
        repair=repair,
        workers=os.cpu_count() or 1,
        say=lambda line: err.print(line, soft_wrap=True),
    )
    click.echo(escaped(view.as_json(verdict) if as_json else "\n".join(clean(line) for line in view.lines(verdict))))
    return verdict.code


@main.command()
@_config_option
@_archive_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@_exits
def migrate(config: Path, archive: Address | None, dry_run: bool) -> int:
    """Bring an archive that an older Broadsheet wrote up to date, where it lies.

    A crawl does so by itself when it starts; the other commands that write ask for it. No row and no record is
    changed. Safe to kill and to repeat. An older Broadsheet refuses the archive from then on.

    \b
    broadsheet migrate --archive old-archive --dry-run
    """
    from storage.migrations import due
    from storage.migrations import migrate as bring_up

    opened, err = _open(config, archive), console(stderr=True)
    if dry_run:
        steps = due(opened.root)
        for step in steps:
            click.echo(f"to format {step.to}: {step.what}")
    else:
        steps = bring_up(opened, say=lambda line: err.print(line, soft_wrap=True))
    if not steps:
        click.echo("The archive is up to date.")
    elif not dry_run:
        click.echo(f"The archive has format {steps[-1].to} now.")
    return 0


@main.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@_config_option
@_archive_option
@click.option(
    "--match",
    "pattern",
    metavar="PATTERN",
    help="Every page whose whole address matches; * stands for any characters, all others for themselves.",
)
@click.option("--again", is_flag=True, help="Whatever has come back since of pages that were removed before.")
@click.option("--reason", metavar="TEXT", help="Why, as the log of removals is to say it; name nobody.")
@click.option("--dry-run", is_flag=True, help="Show what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def forget(
    urls: tuple[str, ...],
    config: Path,
    archive: Address | None,
    pattern: str | None,
    again: bool,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Remove pages for good, with all their revisions, and keep them out.

    Rows go from the tables, their earlier versions and snapshots; captured bytes are overwritten in the WARC, and with
    them stored feeds, sitemaps and front pages that name a page. Only a keyed hash of each address stays, so that the
    page is not crawled again under any of its addresses. It cannot be undone. Safe to kill: the next start ends it.

    \b
    See what would go:   broadsheet forget https://www.daily.example/storm --dry-run
    All of a section:    broadsheet forget --match 'www.daily.example/people/*' --reason 'request 12'
    """
    from crawler.commands import forget as view
    from storage.forget import Plan

    if sum((bool(urls), pattern is not None, again)) != 1:
        raise click.UsageError("give addresses, or --match PATTERN, or --again")
    request = view.Request(urls=urls, pattern=pattern, again=again, reason=reason)
    view.check(request)
    if not (yes or dry_run or sys.stdin.isatty()):
        raise click.UsageError("nobody is there to be asked; write --yes to remove it, --dry-run to see it only")
    opened, err = _open(config, archive), console(stderr=True)

    def say(line: str) -> None:
        err.print(line, soft_wrap=True)

    def agree(plan: Plan) -> bool:
        for line in view.lines(plan):
            click.echo(escaped(clean(line)), err=as_json)
        return yes or click.confirm("Remove all of it? It cannot be undone", err=True)

    if dry_run:
        plan = view.look(opened, request, say=say)
        click.echo(
            escaped(view.as_json(plan, None) if as_json else "\n".join(clean(line) for line in view.lines(plan)))
        )
        return 0
    plan, removed = view.run(opened, request, say=say, agree=agree)
    if as_json:
        click.echo(escaped(view.as_json(plan, removed)))
    elif removed is not None:
        click.echo("\n".join(view.done(removed)))
    return 0 if removed is not None else 1


@main.command()
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("archive"),
    show_default=True,
    help="The archive to crawl into.",
)
@click.option("--serve", is_flag=True, help="Only serve the newspapers, to look at in a browser, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="The port for --serve.")
@_log_option
@_exits
def demo(archive: Path, serve: bool, port: int, log_level: str) -> int:
    """Crawl invented newspapers, served on this machine, into an archive, and show what came of it.

    They are a daily, a blog, and papers in several languages and encodings, with feeds, sitemaps, robots.txt, a
    paywall, a consent wall and whatever else a crawl meets.
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


def _open(config: Path, archive: Address | None, as_of: str | None = None) -> Archive:
    if archive is not None:
        return open_archive(archive, as_of=as_of)
    wanted = archive_of(config)
    return open_archive(wanted.path, as_of=as_of, spool=wanted.spool)


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    for setting in settings:
        if "=" not in setting:
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="-s")
    pairs = dict(setting.split("=", 1) for setting in settings)
    if "USER_AGENT" in pairs:
        # Sites have a right to know who asks: docs/manners.md promises it.
        problem = "USER_AGENT always names Broadsheet and whoever runs it; write [crawl] contact in the configuration"
        raise click.BadParameter(problem, param_hint="-s")
    return pairs
