"""Commands that make a page for people: ``report``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from crawler.cli.options import DAY, archive_option, as_of_option, config_option, exits, expected, opened_archive
from crawler.terminal import console
from storage.places import Address


@click.command()
@config_option
@archive_option
@as_of_option
@click.option("-o", "--output", required=True, metavar="FILE", help="The HTML file to write; an earlier report goes.")
@click.option("--since", type=DAY, help="From this day (UTC) on; by default two months.")
@click.option("--until", type=DAY, help="Up to and on this day (UTC); by default today.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="This source only; may be repeated.")
@click.option("--title", metavar="TEXT", help="The page's title; by default the archive's name.")
@exits
def report(
    config: Path,
    archive: Address | None,
    as_of: str | None,
    output: str,
    since: dt.date | None,
    until: dt.date | None,
    names: tuple[str, ...],
    title: str | None,
) -> int:
    """Write a page about the archive: coverage by source and day, articles, fields, fates, revisions, hosts, storage
    and alarms, each figure with the rows behind it.

    \b
      broadsheet report -o report.html
      broadsheet report -o october.html --since 2026-10-01 --until 2026-10-31 --title "October"

    One HTML file that needs no network and runs no script, for a browser, a mail or a paper's appendix. It is there
    whole or not at all, and nothing but an earlier report is replaced. It needs the extra [report].
    """
    from crawler.commands import report as view
    from crawler.commands.coverage import check_names

    place = view.check(output)
    opened = opened_archive(config, archive, as_of)
    check_names(opened, names)
    declared, configured = expected(config, archive)
    with view.Meter(console(stderr=True)) as meter:
        found = view.write(
            opened,
            place,
            title=title,
            since=since,
            until=until,
            sources=names,
            configured=configured,
            declared=declared,
            said=meter.said,
        )
    click.echo("\n".join(view.lines(found, place)))
    return 0
