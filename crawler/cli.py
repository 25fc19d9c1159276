"""The command ``broadsheet``: names, options and help; the work is done in :mod:`crawler.commands`.

Exit codes: 0 done; 1 a run that failed, or nothing found; 2 the command could not start; 3 done, but a source was left
out or is silent.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from crawler.config import Config, ConfigError, archive_of, load, template
from crawler.terminal import clean, console
from storage.archive import Archive, open_archive
from storage.errors import ArchiveError

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
    type=click.Path(path_type=Path, file_okay=False),
    help="Read this archive; no configuration is needed then.",
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
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="Override a Scrapy setting, as scrapy does.")
@_log_option
@_exits
def crawl(config: Path, names: tuple[str, ...], limit: int | None, settings: tuple[str, ...], log_level: str) -> int:
    """Crawl the configured sources into the archive.

    Safe to repeat: what is known and not due is not asked for again. Safe to kill: the next run puts right what a
    killed one left. A source that another run is crawling is left out.
    """
    from crawler.commands.crawl import closing_lines, run
    from crawler.config import check_archive_path, check_names
    from crawler.session import Session

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

    code, session = run(
        lambda: Session.open(loaded, names=names or None, limit=limit, say=say),
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
@_archive_option
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@_exits
def show(url: str, config: Path, archive: Path | None, as_json: bool) -> int:
    """Show the article behind URL as a person reads it.

    URL may be any address under which the article was met: as announced, after redirects, canonical, or with tracking
    parameters. Where the page is no article of the archive, its fate is told and the exit code is 1.
    """
    from crawler.commands import show as view

    opened = _open(config, archive)
    article, event = view.find(opened, url)
    if article is None:
        unknown = f"{url} is unknown to this archive; `broadsheet status` lists what it holds"
        click.echo(f"broadsheet: {view.fate(event) if event is not None else unknown}", err=True)
        return 1
    if as_json:
        click.echo(view.as_json(article))
        return 0
    out = console()
    out.print(view.as_text(article))
    for label, value in view.facts(article):
        out.print(f"{label:<10} {value}", soft_wrap=True)
    return 0


@main.command()
@_config_option
@_archive_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def status(config: Path, archive: Path | None, as_json: bool) -> int:
    """Say what the archive holds: sources, counts, and the last run."""
    from rich.table import Table

    from crawler.commands import status as view

    opened = _open(config, archive)
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
        click.echo(view.as_json(state))
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
@click.argument("page", metavar="URL-OR-FILE")
@_config_option
@_archive_option
@click.option("--url", metavar="URL", help="The address that a saved file came from.")
@click.option("--source", metavar="NAME", help="Apply the rules of this configured source.")
@click.option("--fetch", is_flag=True, help="Ask the site for the page even where the archive holds it.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_exits
def inspect(
    page: str,
    config: Path,
    archive: Path | None,
    url: str | None,
    source: str | None,
    fetch: bool,
    as_json: bool,
) -> int:
    """Show why a page is read as it is: every field's candidates with the winner marked (→), the paragraphs kept (+)
    and the blocks dropped (-) with the reason.

    A file is a saved HTML page, gzipped or not. A URL is read from the archive's WARC where it is there, else asked
    for once, where robots.txt allows it. Exits with 1 where the page is rejected.
    """
    from crawler.commands import inspect as view
    from pipelines.process import Inspection
    from pipelines.process import inspect as look
    from storage.records import Page, Rejection

    loaded = load(config) if source is not None or (archive is None and config.exists()) else None
    rules = next((one.rules for one in loaded.sources if one.name == source), None) if loaded and source else None
    if source is not None and rules is None:
        raise click.BadParameter(f"{config} has no source {source!r}", param_hint="--source")
    found: Page | Rejection | None = None
    if not page.startswith(("http://", "https://")):
        found = view.from_file(Path(page), url=url, site=rules)
    else:
        folder = archive or (loaded.archive.path if loaded else None)
        if folder is not None and not fetch and (archive is not None or folder.exists()):
            found = view.from_archive(open_archive(folder), page, site=rules)
        if found is None:
            from crawler.session import SOFTWARE

            contact = loaded.crawl.contact if loaded else "run by hand"
            found = view.from_web(page, agent=f"{SOFTWARE} (+{contact})", site=rules)
    inspection = Inspection(outcome=found) if isinstance(found, Rejection) else look(found)
    if as_json:
        click.echo(view.as_json(inspection))
    else:
        view.print_text(inspection, console())
    return 1 if isinstance(inspection.outcome, Rejection) else 0


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


def _open(config: Path, archive: Path | None) -> Archive:
    return open_archive(archive if archive is not None else archive_of(config).path)


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    for setting in settings:
        if "=" not in setting:
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="-s")
    return dict(setting.split("=", 1) for setting in settings)
