"""The command that labels copies: ``cluster``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from crawler.cli.options import DAY, archive_option, config_option, exits, opened_archive
from crawler.terminal import console, say_on
from storage.places import Address


@click.command()
@config_option
@archive_option
@click.option("--since", type=DAY, help="Compare only articles that are known since this day, YYYY-MM-DD (UTC).")
@click.option("--all", "again", is_flag=True, help="Compare all of them anew, also those that were compared before.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@exits
def cluster(config: Path, archive: Address | None, since: dt.date | None, again: bool, as_json: bool) -> int:
    """Tell which articles are copies of which: reprints, edited copies, shortened agency reports.

    New articles are compared with all that are there, and the table clusters gets a row for each: its cluster, first or
    copy, and how alike it is to the first. Copies are labelled, never dropped. Crawls and readers go on meanwhile; safe
    to kill and to repeat.

    \b
    After each crawl:      broadsheet cluster
    To read it:            storage.open_archive("archive").clusters()
    One article:           broadsheet show URL
    """
    from crawler.commands import cluster as view
    from pipelines.clusters import cluster as compare

    done = compare(opened_archive(config, archive), since=since, again=again, say=say_on(console(stderr=True)))
    click.echo(view.as_json(done) if as_json else "\n".join(view.lines(done)))
    return 0
