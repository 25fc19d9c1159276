"""Commands that make rows again from the pages in the WARC: ``rebuild``."""

from __future__ import annotations

import datetime as dt
import os
import signal
from pathlib import Path

import click
from click.core import ParameterSource

from crawler.cli.options import (
    DAY,
    archive_option,
    check_asked,
    check_days,
    config_option,
    exits,
    on_option,
    opened_archive,
    show,
    spread_of,
    tasks_option,
)
from crawler.terminal import console, escaped, say_on
from storage.places import Address


@click.command()
@config_option
@archive_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="Rebuild this source only; may be repeated.")
@click.option("--since", type=DAY, metavar="DAY", help="Only pages fetched on this day (UTC) or later (YYYY-MM-DD).")
@click.option("--until", type=DAY, metavar="DAY", help="Only pages fetched on this day (UTC) or earlier.")
@click.option("--all", "again", is_flag=True, help="Read also what this very extractor has read by the same rules.")
@on_option
@tasks_option
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--max-loss",
    type=click.FloatRange(min=0, max=100),
    default=2.0,
    show_default=True,
    metavar="PERCENT",
    help="Leave a source as it is where more of its articles would vanish, or lose a field.",
)
@click.option("--accept-loss", is_flag=True, help="Replace the rows however much is lost.")
@click.option(
    "--samples", type=click.IntRange(min=0), default=3, show_default=True, metavar="N", help="Show N of each change."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
@exits
def rebuild(
    ctx: click.Context,
    config: Path,
    archive: Address | None,
    names: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    again: bool,
    on: str | None,
    tasks: int | None,
    dry_run: bool,
    yes: bool,
    max_loss: float,
    accept_loss: bool,
    samples: int,
    as_json: bool,
) -> int:
    """Make the articles again from the pages in the WARC, with the extractor and the rules of today.

    No site is asked. Pages that were rejected or crashed the extractor are read again, too. First it shows what
    changes, by source and field, with samples; then it replaces the rows, in one commit of each table. Ids, first_seen
    and places stay; snapshots keep the old rows. Crawls go on meanwhile. Safe to kill and to repeat.

    A source that would lose more than --max-loss stays as it is; exit code 3 says so. Rules come from the
    configuration; with --archive alone, each page is read by those it was captured with.

    \b
    See what would change:   broadsheet rebuild --dry-run
    After an update:         broadsheet snapshot before-update && broadsheet rebuild
    From a scheduler:        broadsheet rebuild --yes --json
    On a Ray cluster:        broadsheet rebuild --on ray://head.internal:10001
    """
    from crawler.commands import rebuild as view
    from crawler.config import load
    from pipelines.differences import Loss
    from pipelines.rebuild import Preview
    from pipelines.scopes import Request

    check_days(since, until)
    check_asked(answered=yes or dry_run, to="replace the rows")
    spread = spread_of(on, tasks)
    by_config = archive is None or ctx.get_parameter_source("config") is ParameterSource.COMMANDLINE
    asked = Request(sources=names, since=since, until=until, again=again, samples=samples)
    loaded = load(config) if by_config else None
    request = view.request_of(asked, loaded)
    opened, err = opened_archive(config, archive), console(stderr=True)
    say = say_on(err)

    def agree(preview: Preview, losses: dict[str, tuple[Loss, ...]]) -> bool:
        show(view.lines(preview, losses), err=as_json)
        return yes or click.confirm("Replace the rows?", err=True)

    for source in loaded.disabled if loaded is not None else ():
        say(f"source {source.name} is left out: {source.error}")
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcome = view.run(
            opened,
            request,
            bound=max_loss / 100,
            accept_loss=accept_loss,
            dry_run=dry_run,
            workers=os.cpu_count() or 1,
            limits=loaded.crawl.limits if loaded is not None else None,
            agree=agree,
            say=say,
            spread=spread,
            err=err,
        )
    except KeyboardInterrupt:
        click.echo("broadsheet: stopped; the rows are as they were, or the next compact ends what was begun", err=True)
        return view.LEFT_OUT
    finally:
        signal.signal(signal.SIGTERM, before)
    if as_json:
        click.echo(escaped(view.as_json(outcome)))
        return outcome.code
    if outcome.rebuilt is None and not outcome.declined:
        show(view.lines(outcome.preview, outcome.losses), err=False)
    show(view.closing(outcome), err=False)
    return outcome.code
