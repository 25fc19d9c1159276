"""Commands that keep an archive: ``compact``, ``snapshot``, ``verify``, ``migrate``, ``forget``."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from crawler.cli.options import (
    DURATION,
    archive_option,
    check_asked,
    config_option,
    exits,
    opened_archive,
    show,
)
from crawler.terminal import clean, console, escaped, say_on
from storage.places import Address


@click.command()
@config_option
@archive_option
@click.option(
    "--files", type=click.IntRange(min=1), metavar="N", help="Compact where there are more than N small files."
)
@click.option(
    "--grace", type=DURATION, metavar="TIME", help="Keep replaced files this long, 7d by default, 30d at most."
)
@click.option("--vacuum-now", is_flag=True, help="Remove replaced files at once; whoever is reading them fails.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
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
    report = view.run(
        opened_archive(config, archive),
        many=files or MANY,
        grace=dt.timedelta() if vacuum_now else grace or GRACE,
        dry_run=dry_run,
        say=say_on(console(stderr=True)),
    )
    click.echo(escaped(view.as_json(report) if as_json else "\n".join(view.lines(report))))
    return 0


@click.command()
@click.argument("name", required=False)
@config_option
@archive_option
@click.option("--list", "listing", is_flag=True, help="List what is pinned.")
@click.option("--drop", metavar="NAME", help="Let go of a snapshot; the next compact removes what only it held.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
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
    opened = opened_archive(config, archive)
    if drop is not None:
        view.drop(opened, drop)
        click.echo(f"Dropped {drop}.")
        return 0
    found = [view.pin(opened, name)] if name is not None else view.listed(opened.root)
    click.echo(view.as_json(found) if as_json else "\n".join(map(view.line, found)) or "Nothing is pinned.")
    return 0


@click.command()
@config_option
@archive_option
@click.option(
    "--quick", is_flag=True, help="Check logs, sizes and row counts only: no WARC record and no column is read."
)
@click.option("--repair", is_flag=True, help="Put right what can be, and keep aside whatever is taken out.")
@click.option("--json", "as_json", is_flag=True, help="Print every problem as JSON.")
@exits
def verify(config: Path, archive: Address | None, quick: bool, repair: bool, as_json: bool) -> int:
    """Check every WARC record, every Parquet file and every row against each other.

    Exit codes: 0 nothing is wrong; 4 something was, and all of it was put right; 1 something is wrong; 2 it could not
    start. Without --repair nothing is written. docs/reasons.md explains the codes of problems.

    \b
    Every month:                    broadsheet verify
    After a power cut:              broadsheet verify --repair
    """
    from crawler.commands import verify as view

    verdict = view.run(
        opened_archive(config, archive),
        quick=quick,
        repair=repair,
        workers=os.cpu_count() or 1,
        say=say_on(console(stderr=True)),
    )
    click.echo(escaped(view.as_json(verdict) if as_json else "\n".join(clean(line) for line in view.lines(verdict))))
    return verdict.code


@click.command()
@config_option
@archive_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@exits
def migrate(config: Path, archive: Address | None, dry_run: bool) -> int:
    """Bring an archive that an older Broadsheet wrote up to date, where it lies.

    A crawl does so by itself when it starts; the other commands that write ask for it. No row and no record is
    changed. Safe to kill and to repeat. An older Broadsheet refuses the archive from then on.

    \b
    broadsheet migrate --archive old-archive --dry-run
    """
    from storage.migrations import due
    from storage.migrations import migrate as bring_up

    opened = opened_archive(config, archive)
    if dry_run:
        steps = due(opened.root)
        for step in steps:
            click.echo(f"to format {step.to}: {step.what}")
    else:
        steps = bring_up(opened, say=say_on(console(stderr=True)))
    if not steps:
        click.echo("The archive is up to date.")
    elif not dry_run:
        click.echo(f"The archive has format {steps[-1].to} now.")
    return 0


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@config_option
@archive_option
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
@exits
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
    check_asked(answered=yes or dry_run, to="remove it")
    opened, say = opened_archive(config, archive), say_on(console(stderr=True))

    def agree(plan: Plan) -> bool:
        show(view.lines(plan), err=as_json)
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
