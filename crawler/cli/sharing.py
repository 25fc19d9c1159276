"""Commands that hand an archive on: ``export``, ``hydrate``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

import storage
from crawler.cli.crawling import stoppable
from crawler.cli.options import (
    DAY,
    SIZE,
    archive_option,
    as_of_option,
    config_option,
    exits,
    log_option,
    opened_archive,
)
from crawler.config.append import draft
from crawler.place import PlaceType
from crawler.terminal import console, escaped
from storage.errors import ArchiveNotFound
from storage.places import Address


@click.command()
@config_option
@archive_option
@as_of_option
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="The file to write (.parquet, .jsonl, .csv; the last two also .gz or .zst), or a folder.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("parquet", "jsonl", "csv", "huggingface")),
    help="The form of the files in a folder, parquet by default; a file's name says its own.",
)
@click.option("--since", type=DAY, help="Published on this day or later.")
@click.option("--until", type=DAY, help="Published on this day or earlier.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="This source only; may be repeated.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="In this language only, en with en-GB; may be repeated.",
)
@click.option("--columns", metavar="A,B,…", help="These columns only, in this order.")
@click.option("--where", metavar="CONDITION", help="Only rows for which it holds; docs/export.md has the grammar.")
@click.option("--as", "words", type=click.Choice(("schema.org",)), help="Name the fields as schema.org does.")
@click.option("--manifest", is_flag=True, help="No texts: addresses, hashes and WARC digests, for broadsheet hydrate.")
@click.option("--all-revisions", is_flag=True, help="Every revision of each article, not the current one.")
@click.option(
    "--copies",
    is_flag=True,
    help="Add who copied whom: cluster, role, similarity, contained, since; --columns and --where cannot name them.",
)
@click.option("--file-size", type=SIZE, metavar="SIZE", help="Make it a folder of files of about this size (256 MB).")
@click.option("--force", is_flag=True, help="Replace an earlier export.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON, with the files' SHA-256.")
@exits
def export(
    config: Path,
    archive: Address | None,
    as_of: str | None,
    output: str,
    form: str | None,
    since: dt.date | None,
    until: dt.date | None,
    sources: tuple[str, ...],
    languages: tuple[str, ...],
    columns: str | None,
    where: str | None,
    words: str | None,
    manifest: bool,
    all_revisions: bool,
    copies: bool,
    file_size: int | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write articles to a file or a folder, sorted by source, date and id: one consistent state, whole or not at all.

    \b
      broadsheet export -o all.parquet
      broadsheet export -o june.csv.gz --since 2025-06-01 --until 2025-06-30 --columns date,source,title,url
      broadsheet export -o harbour.jsonl --where "title contains 'harbour' and count(bullets) > 0" --as schema.org
      broadsheet export -o for-the-hub/ --format huggingface --as-of paper-2026
      broadsheet export -o paper.manifest.csv --manifest --as-of paper-2026
      broadsheet export -o stories.parquet --copies

    The same state gives the same bytes. Exits with 1 where no article matches; nothing is written then.
    """
    from crawler.commands import export as view
    from crawler.commands.coverage import check_names
    from storage.export import Wanted
    from storage.export import export as write

    place, chosen, size = view.form_of(output, next((one for one in view.FORMS if one == form), None), file_size)
    wanted = Wanted(
        form=chosen,
        since=since,
        until=until,
        sources=sources,
        languages=languages,
        where=where,
        columns=tuple(name.strip() for name in columns.split(",")) if columns is not None else (),
        all_revisions=all_revisions,
        terms=words is not None,
        manifest=manifest,
        copies=copies,
        file_size=size,
    )
    wanted.check()
    opened = opened_archive(config, archive, as_of)
    check_names(opened, sources)
    with view.Meter(console(stderr=True)) as meter:
        done = write(opened, wanted, place, force=force, said=meter.said)
    if as_json:
        click.echo(escaped(view.as_json(done)))
    else:
        click.echo("\n".join(view.lines(done, place)))
    return 0 if done.rows else 1


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    required=True,
    metavar="PLACE",
    help="The archive to fetch into: a folder, or s3://bucket/prefix; made where there is none.",
)
@config_option
@click.option("--contact", metavar="ADDRESS", help="Whom the sites may write to, where no configuration says so.")
@click.option("--check", is_flag=True, help="Ask nobody; only compare what is had with what is listed.")
@click.option("--json", "as_json", is_flag=True, help="Print the fate of every page as JSON.")
@log_option
@exits
@stoppable
def hydrate(
    manifest: Path,
    output: Address,
    config: Path,
    contact: str | None,
    check: bool,
    as_json: bool,
    log_level: str,
) -> int:
    """Fetch the pages that MANIFEST lists into an archive of your own, and check them against it.

    It is a crawl of exactly these pages, with all of a crawl's manners: robots.txt, delays, reserved rights, no
    private address. Contact, delays and the rules of sources of the same name are the configuration's. Safe to kill
    and to repeat: what is had is not asked for again.

    \b
      broadsheet hydrate paper.manifest.csv -o my-copy --contact mailto:me@institute.example

    Exit codes: 0 every page was had, unchanged or not; 3 some could not be had; 1 the run failed; 2 it could not start.
    """
    from crawler.commands import hydrate as view
    from storage.export.listed import BadManifest, listed

    pages = list(listed(manifest))
    if not pages:
        raise BadManifest(f"{manifest} lists no page; is it a manifest, as `broadsheet export --manifest` writes it?")
    code = 0
    if not check:
        from crawler.hydrate import fetch

        code = fetch(pages, output, draft(config, contact).config, origin=view.origin(manifest), log_level=log_level)
    try:
        opened = storage.open_archive(output)
    except ArchiveNotFound:
        if not check:
            raise
        raise ArchiveNotFound(f"there is no archive at {output}; run it once without --check") from None
    found = view.fates(opened, pages)
    click.echo(escaped(view.as_json(found)) if as_json else "\n".join(view.lines(found)))
    return code or view.code(found)
