"""What several commands share: options, exit codes, and the archive that they name."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

import storage
from crawler.config import ConfigError, archive_of, load
from crawler.config.units import duration, size
from crawler.place import PlaceType
from crawler.terminal import clean, escaped
from pipelines.executors.cluster import Spread, address_of
from pipelines.executors.ray import TaskLost
from storage.errors import ArchiveError
from storage.health.model import Expectations
from storage.places import Address

P = ParamSpec("P")
T = TypeVar("T")
CONFIG = "broadsheet.toml"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def exits(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn a command's return value into its exit code, and an operator's mistake into one line and code 2.

    A task on a cluster that could not be done, however often it was begun, gets a line and code 1.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except (ConfigError, ArchiveError) as error:
            click.echo(f"broadsheet: {error}", err=True)
            code = 2
        except TaskLost as error:
            click.echo(f"broadsheet: {error}; what was committed stays, and the same command goes on", err=True)
            code = 1
        sys.exit(code or 0)

    return wrapped


class Written(click.ParamType[T]):
    """A value as people write it; ``read`` raises ValueError or OverflowError; ``usage`` says what to write."""

    def __init__(self, name: str, read: Callable[[str], T], usage: str) -> None:
        self.name = name
        self._read = read
        self._usage = usage

    def convert(self, value: str | T, param: click.Parameter | None, ctx: click.Context | None) -> T:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is {self._usage}", param, ctx)


DURATION = Written(
    "duration",
    lambda text: dt.timedelta(seconds=duration(text)),
    "no length of time; write 7d, 12h or 30m",
)
DAY = Written(
    "YYYY-MM-DD",
    lambda text: dt.datetime.strptime(text, "%Y-%m-%d").date(),  # noqa: DTZ007 - a day has no zone
    "no day; write YYYY-MM-DD, such as 2026-11-22",
)
SIZE = Written(
    "size",
    lambda text: size(int(text) if text.isdecimal() else text),
    "no size; write 500 MB, 2 GB or a number of bytes",
)


def _on(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else address_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def spread_of(on: str | None, tasks: int | None) -> Spread | None:
    """Where tasks run, None for here."""
    if on is None and tasks is not None:
        raise click.BadParameter("tasks run on a cluster; name it with --on", param_hint="--tasks")
    return None if on is None else Spread(on=on, tasks=tasks)


config_option = click.option(
    "-c",
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The configuration file.",
)
archive_option = click.option(
    "--archive",
    type=PlaceType(),
    metavar="PLACE",
    help="This archive: a folder, or s3://bucket/prefix; no configuration is needed then.",
)
as_of_option = click.option(
    "--as-of",
    "as_of",
    metavar="NAME|INSTANT",
    help="Read the archive as it stood: at a snapshot's name, or at an instant such as 2026-11-22T08:00 (UTC).",
)
on_option = click.option(
    "--on",
    callback=_on,
    metavar="CLUSTER",
    help="Run tasks on a Ray cluster: 'ray' (RAY_ADDRESS, or this machine's), or ray://HOST:PORT.",
)
tasks_option = click.option(
    "--tasks",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --on: so many tasks; by default one for each core of the cluster.",
)
log_option = click.option(
    "--log-level",
    type=click.Choice(LEVELS, case_sensitive=False),
    default="WARNING",
    show_default=True,
    help="What is logged to standard error.",
)


def check_days(since: dt.date | None, until: dt.date | None) -> None:
    """Raise where the last day that is wanted comes before the first."""
    if since is not None and until is not None and since > until:
        raise click.BadParameter("it is before --since; give the earlier one first", param_hint="--until")


def check_asked(*, answered: bool, to: str) -> None:
    """Raise where a question would wait for nobody; ``to`` is what --yes would do, such as ``remove it``."""
    if not (answered or sys.stdin.isatty()):
        raise click.UsageError(f"nobody is there to be asked; write --yes to {to}, --dry-run to see it only")


def show(lines: Iterable[str], *, err: bool) -> None:
    """Print ``lines``, which may quote a page, on standard output or error."""
    for line in lines:
        click.echo(escaped(clean(line)), err=err)


def expected(config: Path, archive: Address | None) -> tuple[dict[str, Expectations], list[str] | None]:
    """What the configuration declares of its sources, and their names; of an ``archive`` that is named, nothing."""
    if archive is not None:
        return {}, None
    sources = load(config).sources
    return {one.name: one.expect for one in sources if one.expect is not None}, [one.name for one in sources]


def opened_archive(config: Path, archive: Address | None, as_of: str | None = None) -> storage.Archive:
    """The archive at ``archive``, or else the configuration's, as it stood at ``as_of`` (None: as it stands now)."""
    if archive is not None:
        return storage.open_archive(archive, as_of=as_of)
    wanted = archive_of(config)
    return storage.open_archive(wanted.path, as_of=as_of, spool=wanted.spool)
