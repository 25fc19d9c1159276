"""Commands that read an archive: ``show``, ``diff``, ``status``, ``coverage``, ``inspect``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

import storage
from crawler.cli.options import (
    DAY,
    archive_option,
    as_of_option,
    check_days,
    config_option,
    exits,
    opened_archive,
)
from crawler.config import Config, ConfigError, load
from crawler.terminal import clean, console, escaped
from storage.places import Address


@click.command()
@click.argument("url")
@config_option
@archive_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@exits
def show(url: str, config: Path, archive: Address | None, as_of: str | None, as_json: bool) -> int:
    """Show the article behind URL as a person reads it.

    URL may be any address under which the article was met: as announced, after redirects, canonical, or with tracking
    parameters. Where the page is no article of the archive, its fate is told and the exit code is 1.

    \b
      broadsheet show https://www.daily.example/storm
      broadsheet show https://www.daily.example/storm --as-of paper-2026 --json
    """
    from crawler.commands import show as view

    opened = opened_archive(config, archive, as_of)
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
    for label, value in [*view.facts(article), *filter(None, [view.copied(opened, article)])]:
        out.print(f"{label:<10} {value}", soft_wrap=True)
    return 0


@click.command()
@click.argument("url")
@config_option
@archive_option
@as_of_option
@click.option("--rev", "names", multiple=True, metavar="REV", help="A revision: its number or hash; give two.")
@click.option("--list", "only_list", is_flag=True, help="Only list the revisions.")
@click.option("--json", "as_json", is_flag=True, help="Print revisions and changes as JSON.")
@exits
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

    opened = opened_archive(config, archive, as_of)
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


@click.command()
@config_option
@archive_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
def status(config: Path, archive: Address | None, as_of: str | None, as_json: bool) -> int:
    """Say what the archive holds: sources, counts, and the last run.

    \b
      broadsheet status
      broadsheet status --archive my-copy --json
    """
    from rich.table import Table

    from crawler.commands import status as view

    opened = opened_archive(config, archive, as_of)
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


@click.command()
@config_option
@archive_option
@as_of_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="This source only; may be repeated.")
@click.option("--since", type=DAY, help="Announced on this day (UTC) or later.")
@click.option("--until", type=DAY, help="Announced on this day (UTC) or earlier.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with reasons by day.")
@exits
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

    check_days(since, until)
    opened = opened_archive(config, archive, as_of)
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


@click.command()
@click.argument("page", metavar="URL-OR-FILE")
@config_option
@archive_option
@as_of_option
@click.option("--url", metavar="URL", help="The address that a saved file came from.")
@click.option("--source", metavar="NAME", help="Apply the rules of this configured source.")
@click.option("--fetch", is_flag=True, help="Ask the site for the page even where the archive holds it.")
@click.option("--full", is_flag=True, help="Show every text whole instead of its first 100 characters.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
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
            found = sources.from_archive(storage.open_archive(folder, as_of=as_of), page, site=rules)
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
