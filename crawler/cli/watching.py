"""Commands that watch over sources: ``health``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from crawler.cli.options import DAY, archive_option, as_of_option, config_option, exits, expected, opened_archive
from crawler.terminal import console, escaped
from storage.places import Address


@click.command()
@config_option
@archive_option
@as_of_option
@click.option("--source", "names", multiple=True, metavar="NAME", help="This source only; may be repeated.")
@click.option("--ack", metavar="SOURCE", help="What SOURCE is found to lack is known: let it not alarm.")
@click.option("--until", type=DAY, help="Up to and on this day (UTC); goes with --ack. A day that has passed ends it.")
@click.option("--reason", metavar="TEXT", help="Why, for whoever reads it later; goes with --ack.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
def health(
    config: Path,
    archive: Address | None,
    as_of: str | None,
    names: tuple[str, ...],
    ack: str | None,
    until: dt.date | None,
    reason: str | None,
    as_json: bool,
) -> int:
    """Say which sources fell out, compared with their own past as the last run left them: since when, and why.

    Articles a day for the time of the week, shares with date, author and key points, length of texts, entrances that
    ceased, pages that fail, walls, pages that are no articles, links that lead elsewhere, and what [source.expect] in
    the configuration declares. docs/health.md says how it is measured. Exits with 3 where a source fell out.

    \b
    Which had fallen out by the last run before an earlier instant:
      broadsheet health --as-of 2026-11-01T08:00

    \b
    What is known does not alarm; another fault of the same source does:
      broadsheet health --ack daily --until 2026-12-31 --reason "their relaunch; selectors follow"
    """
    from crawler.commands import health as view
    from crawler.commands.coverage import check_names
    from crawler.health import report
    from storage.health import acks

    if as_of is not None and ack is not None:
        raise click.UsageError("what is known is told of the present; leave --as-of out with --ack")
    opened = opened_archive(config, archive, as_of)
    if (ack is None) != (until is None):
        raise click.UsageError("--ack SOURCE and --until DAY go together; write both")
    if reason is not None and ack is None:
        raise click.UsageError("--reason goes with --ack SOURCE and --until DAY")
    check_names(opened, [*names, *([ack] if ack else [])])
    declared, configured = expected(config, archive)
    told = report(opened, sources=names or configured, declared=declared)
    if ack is not None and until is not None:
        codes = view.codes_of(told.health.findings, ack)
        now = dt.datetime.now(dt.UTC)
        acks.write(opened, acks.Ack(source=ack, at=now, until=until, codes=codes, reason=reason))
        if until < now.date():
            click.echo(f"What was known of {ack} is known no more; it alarms again.")
            return 0
        known = f"it lacks now: {', '.join(codes)}" if codes else "it may lack"
        click.echo(f"Source {ack} does not alarm up to {until} for what {known}.")
        return 0
    if as_json:
        click.echo(escaped(view.as_json(told)))
    else:
        view.print_text(told, console())
    return 3 if told.alarms else 0
