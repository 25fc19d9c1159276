"""From the text of ``broadsheet.toml``, and of the files it includes, to a :class:`Config`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from crawler import browser
from crawler.config import values
from crawler.config.errors import ConfigError, suggestion
from crawler.config.keys import Place
from crawler.config.model import (
    ArchiveConfig,
    BudgetConfig,
    Config,
    CrawlConfig,
    DisabledSource,
    MetricsConfig,
    SourceConfig,
    fold_www,
)
from crawler.config.table import Table, keys_of
from crawler.guard import is_allowed, is_private, place_of
from pipelines.policy import POLICIES
from storage.health.model import Expectations
from storage.places import address
from storage.records import SiteRules


def load(path: Path) -> Config:
    """Read the configuration at ``path``. ConfigError where the file or a global setting is wrong."""
    return parse(text_of(path, remedy="write one with `broadsheet init`, or name another with --config"), path)


def parse(text: str, file: Path, *, empty: bool = False) -> Config:
    """Read a configuration from ``text``, which stands (or would stand) in ``file``: paths are relative to its folder.

    ``empty`` allows that there is no source in it yet.
    A mistake in one source's block puts that source into ``disabled``; any other raises ConfigError.
    """
    top = Table(_toml(text, file), file=file, place="", label="")
    top.refuse_unknown(keys_of(""))
    archive = _archive(_only(top, "archive"))
    crawl = _crawl(_only(top, "crawl"))
    metrics = _metrics(_only(top, "metrics"))
    blocks = [*_blocks(top), *_included(top)]
    if not blocks and not empty:
        raise top.error("source", "there is no source", "write a [[source]] block with a name and its entrances")
    sources, disabled = _sources(blocks, crawl.allow_private)
    return Config(file=file, archive=archive, crawl=crawl, sources=sources, disabled=disabled, metrics=metrics)


def check_archive_path(config: Config) -> None:
    """Raise ConfigError where the archive's folder is not there and cannot be made, or cannot be written to.

    Of an archive on S3 its store tells, when it is opened.
    """
    path = config.archive.path
    if not isinstance(path, Path):
        return

    def wrong(problem: str, remedy: str) -> ConfigError:
        return ConfigError(file=config.file, table="archive", key="path", problem=problem, remedy=remedy)

    if not path.exists():
        if not path.parent.is_dir():
            raise wrong(f"the folder {str(path.parent)!r} does not exist", "make it, or write another path")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise wrong(f"nothing may be written to {str(path.parent)!r}", "change its rights, or write another path")
    elif not path.is_dir():
        raise wrong(f"{str(path)!r} is a file", "write the path of a folder")
    elif not os.access(path, os.W_OK | os.X_OK):
        raise wrong(f"nothing may be written to {str(path)!r}", "change its rights, or write another path")


def archive_of(path: Path) -> ArchiveConfig:
    """The table [archive] alone, for commands that read: whatever else is wrong with the file is no matter to them."""
    remedy = "name the archive with --archive PATH, or write a configuration with `broadsheet init`"
    return _archive(_only(Table(_toml(text_of(path, remedy=remedy), path), file=path, place="", label=""), "archive"))


def check_names(config: Config, names: Iterable[str]) -> None:
    """Raise ConfigError where one of ``names`` is no source of ``config``, not even a disabled one."""
    known = sorted({source.name for source in config.sources} | {source.name for source in config.disabled})
    for name in names:
        if name not in known:
            close = suggestion(name, known)
            remedy = f"did you mean {close!r}?" if close else f"there are: {', '.join(known[:10])}"
            raise ConfigError(file=config.file, problem=f"there is no source {name!r}", remedy=remedy)


def text_of(path: Path, *, remedy: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(file=path, problem="there is no such file", remedy=remedy) from None
    except UnicodeDecodeError:
        raise ConfigError(file=path, problem="it is not in UTF-8", remedy="save it as UTF-8") from None
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
        raise ConfigError(file=path, problem=problem, remedy="name a file that can be read") from None


def _toml(text: str, file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        problem = f"it is not TOML: {str(error)[:1].lower()}{str(error)[1:]}"
        raise ConfigError(file=file, problem=problem, remedy="mend that line") from None
    except RecursionError:
        raise ConfigError(file=file, problem="its values nest too deep", remedy="write flat lists and tables") from None


def _only(top: Table, name: str) -> Table:
    value = top.values.get(name, {})
    if not isinstance(value, dict):
        found = f"[[{name}]] stands here" if isinstance(value, list) else "this is no table"
        raise top.error(name, found, f"write one table, [{name}]")
    places: dict[str, Place] = {"archive": "archive", "crawl": "crawl", "metrics": "metrics"}
    table = Table(value, file=top.file, place=places[name], label=name)
    table.refuse_unknown(keys_of(table.place))
    return table


def _archive(table: Table) -> ArchiveConfig:
    path = table.text("path")
    try:
        place = address("archive" if path is None else path)
    except ValueError as error:
        remedy = 'write a path, such as "archive", or "s3://bucket/prefix"'
        raise table.error("path", str(error), remedy) from None
    spool = table.text("spool")
    if spool is not None and (not spool.strip() or "://" in spool or "\0" in spool):
        raise table.error("spool", f"{spool!r} is not a folder", "write the path of a folder of this machine")
    default = ArchiveConfig.at(_local(table, "path", place) if isinstance(place, Path) else place)
    return ArchiveConfig(
        path=default.path,
        spool=_local(table, "spool", Path(spool)) if spool is not None else None,
        batch_bytes=table.size("batch_bytes", default.batch_bytes),
        batch_pages=table.number("batch_pages", default.batch_pages, low=1, high=1_000_000),
        batch_seconds=table.duration("batch_seconds", default.batch_seconds, above_zero=True),
        segment_bytes=table.size("segment_bytes", default.segment_bytes),
        min_free=table.size("min_free", default.min_free, least=0),
    )


def _local(table: Table, key: str, path: Path) -> Path:
    try:
        return table.file.parent / path.expanduser()
    except RuntimeError:
        raise table.error(key, f"no home is known for {str(path)!r}", "write an absolute path") from None


def _crawl(table: Table) -> CrawlConfig:
    contact = table.text("contact", values.contact)
    if contact is None:
        raise table.error("contact", "it is missing", 'write how to reach you: contact = "mailto:you@paper.example"')
    default = CrawlConfig(contact=contact)
    crawl = CrawlConfig(
        contact=contact,
        delay=table.duration("delay", default.delay),
        max_delay=table.duration("max_delay", default.max_delay),
        concurrency=table.number("concurrency", default.concurrency, low=1, high=1024),
        timeout=table.duration("timeout", default.timeout, above_zero=True),
        retries=table.number("retries", default.retries, low=0, high=20),
        max_page=table.size("max_page", default.max_page),
        max_entrance=table.size("max_entrance", default.max_entrance),
        poll=_poll(table, default.poll),
        revisit=table.durations("revisit", default.revisit),
        robots_max_age=table.duration("robots_max_age", default.robots_max_age),
        workers=table.number("workers", default.workers, low=0, high=1024),
        extract_timeout=table.duration("extract_timeout", default.extract_timeout, above_zero=True),
        extract_memory=table.size("extract_memory", default.extract_memory, least=100_000_000),
        budget=_budget(table),
        rights_policy=table.one_of("rights_policy", POLICIES) or default.rights_policy,
        obey_noarchive=table.truth("obey_noarchive") or False,
        allow_private=table.texts("allow_private", values.host),
        render_timeout=table.duration("render_timeout", default.render_timeout, above_zero=True),
    )
    if crawl.max_delay < crawl.delay:
        raise table.error("max_delay", "it is shorter than delay", "write one that is as long or longer")
    return crawl


def _metrics(table: Table) -> MetricsConfig:
    path, listen = table.text("textfile"), table.text("listen")
    host, colon, port = (listen or "").rpartition(":")
    if listen is not None and not (host and colon and port.isascii() and port.isdigit() and 0 <= int(port) < 65536):
        raise table.error("listen", f"{listen!r} is no host and port", 'write one such as "127.0.0.1:9109"')
    if path is not None and (not path.strip() or "\0" in path):
        raise table.error("textfile", f"{path!r} is no path", "write the path of a file")
    return MetricsConfig(
        textfile=_local(table, "textfile", Path(path)) if path is not None else None,
        listen=(host.strip("[]"), int(port)) if listen is not None else None,
    )


def _budget(table: Table) -> BudgetConfig:
    return BudgetConfig(
        pages=table.number("budget_pages", 0, low=0, high=10**9),
        bytes=table.size("budget_bytes", 0, least=0),
        seconds=table.duration("budget_time", 0.0),
    )


def _poll(table: Table, default: tuple[float, float]) -> tuple[float, float]:
    if "poll" not in table.values:
        return default
    match table.durations("poll"):
        case (shortest, longest) if shortest <= longest:
            return shortest, longest
        case _:
            remedy = 'write the shortest and the longest wait, such as ["10m", "6h"], or ["0s", "0s"] for every run'
            raise table.error("poll", "it is not two durations, the longer one last", remedy)


def _blocks(top: Table) -> Iterator[Table]:
    found = top.values.get("source", [])
    if not isinstance(found, list):
        raise top.error("source", "[source] stands here", "write [[source]], once for each site")
    for position, block in enumerate(found, 1):
        if not isinstance(block, dict):
            raise top.error("source", "this is no table", "write [[source]], once for each site")
        name = block.get("name")
        label = f"source {name!r}" if isinstance(name, str) and name else f"source #{position}"
        yield Table(block, file=top.file, place="source", label=label)


def _included(top: Table) -> Iterator[Table]:
    for pattern in top.texts("include", one=True):
        try:
            wanted = Path(pattern).expanduser()
            root = Path(wanted.anchor) if wanted.is_absolute() else top.file.parent
            rest = str(wanted.relative_to(wanted.anchor))
            files = sorted(file for file in root.glob(rest) if file.is_file()) if rest != "." else []
        except (ValueError, RuntimeError, OSError) as error:
            raise top.error("include", f"{pattern!r} is no pattern ({error})", "write a name or a pattern") from None
        if not files:
            raise top.error("include", f"{pattern!r} matches no file", "write a pattern that does, or take it out")
        for file in files:
            table = Table(_toml(text_of(file, remedy="take it out"), file), file=file, place="", label="")
            for key in table.values:
                if key != "source":
                    main = top.file.name
                    raise table.error(key, "an included file holds [[source]] blocks only", f"write this into {main}")
            yield from _blocks(table)


def _sources(
    blocks: list[Table], allowed: Collection[str]
) -> tuple[tuple[SourceConfig, ...], tuple[DisabledSource, ...]]:
    seen: dict[str, Path] = {}
    owners: dict[str, str] = {}
    sources: list[SourceConfig] = []
    disabled: list[DisabledSource] = []
    for position, block in enumerate(blocks, 1):
        name = block.values.get("name")
        if isinstance(name, str):
            if name in seen:
                problem = f"a source of this name stands in {seen[name]} already"
                raise block.error("name", problem, "give one of them another name")
            seen[name] = block.file
        try:
            source = _source(block, allowed)
            for host in sorted(source.hosts):
                if (owner := owners.get(fold_www(host))) is not None:
                    problem = f"the host {host!r} belongs to source {owner!r} already"
                    key = "hosts" if host in block.texts("hosts", values.host) else "entrances"
                    raise block.error(key, problem, "put all of a host's entrances into one [[source]]")
        except ConfigError as error:
            sound = isinstance(name, str) and name
            disabled.append(DisabledSource(name=str(name) if sound else f"#{position}", error=error))
            continue
        owners.update((fold_www(host), source.name) for host in source.hosts)
        sources.append(source)
    return tuple(sources), tuple(disabled)


def _source(table: Table, allowed: Collection[str]) -> SourceConfig:
    name = table.text("name", values.slug)
    if name is None:
        raise table.error("name", "it is missing", 'write one, such as name = "daily-example"')
    table.refuse_unknown(keys_of("source"))
    entrances = table.texts("entrances", values.entrance)
    if not entrances:
        example = 'entrances = ["https://www.paper.example/feed.xml"]'
        raise table.error("entrances", "there is none", f"write at least one: {example}")
    for url in entrances:
        if is_private(url) and not is_allowed(*place_of(url), allowed):
            place = values.host_of(url)
            problem = f"{place!r} lies on this machine or in a private network"
            raise table.error("entrances", problem, f'if that is meant, write allow_private = ["{place}"] in [crawl]')
    listed = table.texts("hosts", values.host)
    rules = SiteRules(
        name=name,
        timezone=table.text("timezone", values.timezone),
        language=table.text("language", values.language),
        title=table.texts("title", values.selector, one=True),
        date=table.texts("date", values.selector, one=True),
        bullets=table.texts("bullets", values.selector, one=True),
        body=table.texts("body", values.selector, one=True),
        remove=table.texts("remove", values.selector, one=True),
        valid_until=table.day("valid_until"),
    )
    return SourceConfig(
        file=table.file,
        rules=rules,
        entrances=entrances,
        hosts=frozenset((*(values.host_of(url) for url in entrances), *listed)),
        delay=table.duration("delay", 0.0) if "delay" in table.values else None,
        budget=_budget(table),
        rights_policy=table.one_of("rights_policy", POLICIES),
        obey_noarchive=table.truth("obey_noarchive"),
        render=_render(table),
        labels=table.labels("labels"),
        expect=_expect(table),
    )


def _expect(table: Table) -> Expectations | None:
    found = table.numbers("expect", {"articles_per_day": 1e6, "date": 1, "authors": 1, "bullets": 1, "words": 1e6})
    return Expectations(**found) if found else None


def _render(table: Table) -> bool:
    wanted = table.truth("render") or False
    lacking = browser.missing() if wanted else None
    if lacking is not None:
        raise table.error("render", f"it needs a browser, and {lacking}", f"{browser.INSTALL}, or take it out")
    return wanted
