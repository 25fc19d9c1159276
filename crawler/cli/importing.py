"""Commands that take in what others captured: ``import``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from crawler.cli.options import (
    DAY,
    archive_option,
    check_days,
    config_option,
    exits,
    on_option,
    spread_of,
    tasks_option,
)
from crawler.terminal import console, escaped
from storage.places import Address


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE|ADDRESS...")
@config_option
@archive_option
@click.option(
    "--source", "sources", multiple=True, metavar="NAME", help="Take pages of this source only; may be repeated."
)
@click.option("--known-only", is_flag=True, help="Take pages of configured sources only.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="Take articles in this language only, such as de; may be repeated.",
)
@click.option(
    "--mime",
    "mimes",
    multiple=True,
    metavar="TYPE",
    help="Take pages of this type only; may be repeated. By default text/html and application/xhtml+xml.",
)
@click.option(
    "--since", type=DAY, metavar="DAY", help="Take pages that were fetched on this day or later (YYYY-MM-DD)."
)
@click.option("--until", type=DAY, metavar="DAY", help="Take pages that were fetched on this day or earlier.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take at most N pages.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Extract in N processes; by default [crawl] workers, with --on 1 a task.",
)
@on_option
@tasks_option
@click.option("--dry-run", is_flag=True, help="Read the files and say what would be taken; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@exits
def import_(
    files: tuple[str, ...],
    config: Path,
    archive: Address | None,
    sources: tuple[str, ...],
    known_only: bool,
    languages: tuple[str, ...],
    mimes: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    limit: int | None,
    workers: int | None,
    on: str | None,
    tasks: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import WARC files that others wrote: Common Crawl's news, Heritrix, browsertrix, wget.

    FILE is a file, a folder, a pattern, an https:// or s3:// address, a prefix on S3, or a list of addresses such as
    Common Crawl's warc.paths.gz. A page's source is the configured one that has its host, or else its domain. Pages are
    copied into the archive's own WARC, and become articles as those of a crawl do, dated as they were fetched.

    Safe to repeat and to kill: what the archive has is not added again. A damaged file costs the damaged records only;
    they are named, and the exit code is 3.

    \b
      broadsheet import crawl/*.warc.gz --dry-run
      broadsheet import https://data.commoncrawl.org/crawl-data/CC-NEWS/2024/03/warc.paths.gz --language de
      broadsheet import s3://commoncrawl/crawl-data/CC-NEWS/2024/03/ --on ray://head.internal:10001
    """
    from crawler.commands import import_ as view
    from pipelines.importing.wanted import MIMES, Wanted

    check_days(since, until)
    spread = spread_of(on, tasks)
    if spread is not None and dry_run:
        raise click.BadParameter("a dry run only reads, and does so here; leave one of the two out", param_hint="--on")
    wanted = Wanted(
        sources=sources,
        known_only=known_only,
        languages=tuple(tag.partition("-")[0].lower() for tag in languages),
        mimes=tuple(mime.lower() for mime in mimes) or MIMES,
        since=since,
        until=until,
    )
    report = view.run(
        files,
        config=config,
        archive=archive,
        wanted=wanted,
        limit=limit,
        dry_run=dry_run,
        workers=workers,
        spread=spread,
        err=console(stderr=True),
    )
    click.echo(escaped(view.as_json(report) if as_json else "\n".join(view.lines(report))))
    return view.exit_code(report)
