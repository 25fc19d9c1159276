"""The configuration as values: what ``broadsheet.toml`` says once it has been read and found sound."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from crawler.config.errors import ConfigError
from crawler.config.values import host_of
from pipelines.limits import MEMORY, TIMEOUT, Limits
from pipelines.policy import RightsPolicy
from storage.health.model import Expectations
from storage.places import Address, default_spool
from storage.records import SiteRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConfig:
    """Where the archive lies and how large its batches and WARC segments get (pages, seconds, bytes).

    ``min_free`` are the bytes that its disk must have free for a run to start and to go on; of an archive on S3 that of
    the spool, which is the user's own folder for that archive where ``spool`` is None.
    """

    path: Address
    batch_pages: int = 500
    batch_seconds: float = 60.0
    batch_bytes: int = 64 * 10**6
    segment_bytes: int = 10**9
    min_free: int = 10**9
    spool: Path | None = None

    @classmethod
    def at(cls, path: Address) -> ArchiveConfig:
        """The defaults for an archive there. A batch on S3 costs requests and makes a segment, so there are fewer."""
        if isinstance(path, Path):
            return cls(path=path)
        return cls(path=path, batch_pages=10_000, batch_seconds=300.0)

    @property
    def folder(self) -> Path:
        """The local folder that a run writes into: the archive's, or its spool."""
        return self.path if isinstance(self.path, Path) else self.spool or default_spool(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetConfig:
    """What a run may cost, in all or for one source: articles asked for, bytes received, seconds. 0 is no bound."""

    pages: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlConfig:
    """Manners and limits of a crawl: durations in seconds, sizes in bytes.

    ``delay`` is the pause between two requests to one host; a Crawl-delay beyond ``max_delay`` defers the host.
    ``concurrency`` counts hosts asked at once, ``retries`` further tries after the first. ``revisit`` are ages of an
    article at which it is asked for again; ``poll`` bounds the time between two polls of an entrance, from its first to
    its second. ``workers`` of 0 means one for each core. ``allow_private`` are hosts, with
    or without a port, that may lie on this machine or in a private network. ``render_timeout`` is what a browser gets
    for one page.
    """

    contact: str
    delay: float = 1.0
    max_delay: float = 60.0
    concurrency: int = 32
    timeout: float = 30.0
    retries: int = 2
    max_page: int = 20 * 10**6
    max_entrance: int = 60 * 10**6
    poll: tuple[float, float] = (600.0, 21600.0)
    revisit: tuple[float, ...] = (3600.0, 6 * 3600.0, 86400.0, 7 * 86400.0)
    robots_max_age: float = 86400.0
    workers: int = 0
    extract_timeout: float = TIMEOUT
    extract_memory: int = MEMORY
    budget: BudgetConfig = BudgetConfig()
    rights_policy: RightsPolicy = "record"
    obey_noarchive: bool = False
    allow_private: tuple[str, ...] = ()
    render_timeout: float = 20.0

    @property
    def limits(self) -> Limits:
        """What a page may cost where it is extracted."""
        return Limits(timeout=self.extract_timeout, memory=self.extract_memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConfig:
    """Where a crawl's metrics go: a file for the node exporter, an address (host, port) while it runs; None is none."""

    textfile: Path | None = None
    listen: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One news site: its entrances (absolute URLs), hosts, rules and labels.

    ``hosts`` are those of the entrances and the listed ones, lower case, with a port only where it is not the scheme's
    own. ``delay`` is in seconds; it, ``rights_policy`` and ``obey_noarchive`` are None where the crawl's apply.
    ``render`` tells that its pages need a browser. ``labels`` are pairs sorted by key. ``expect`` is what the operator
    declared of it. ``file`` is where the block stands.
    """

    file: Path
    rules: SiteRules
    entrances: tuple[str, ...]
    hosts: frozenset[str]
    delay: float | None = None
    budget: BudgetConfig = BudgetConfig()
    rights_policy: RightsPolicy | None = None
    obey_noarchive: bool | None = None
    render: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    expect: Expectations | None = None

    @property
    def name(self) -> str:
        """The source's name, a slug that is unique in the configuration."""
        return self.rules.name

    def rights(self, crawl: CrawlConfig) -> tuple[RightsPolicy, bool]:
        """The ``rights_policy`` and ``obey_noarchive`` that hold for it: its own, or else those of ``crawl``."""
        noarchive = crawl.obey_noarchive if self.obey_noarchive is None else self.obey_noarchive
        return self.rights_policy or crawl.rights_policy, noarchive

    def owns(self, url: str) -> bool:
        """Whether ``url`` lies on one of the source's hosts; ``www.`` in front makes no difference."""
        try:
            host = host_of(url)
        except ValueError:
            return False
        return fold_www(host) in {fold_www(own) for own in self.hosts}

    @property
    def digest(self) -> str:
        """Hash of all that shapes what is fetched from this source and how it is read; not of the file it stands in.

        Settings that are left open do not count, so that a new key changes no digest.
        """
        rules = {key: value for key, value in asdict(self.rules).items() if value not in (None, ())}
        shape = [rules, self.entrances, sorted(self.hosts), self.delay, self.labels]
        rights = [self.rights_policy, self.obey_noarchive]
        later = [*([] if rights == [None, None] else [rights]), *(["render"] if self.render else [])]
        return _digest([*shape, *later])


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledSource:
    """A source that does not run because of a mistake in its own block; ``name`` is ``#3`` where it has none."""

    name: str
    error: ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration. ``file`` is the main file; ``disabled`` are the sources with a mistake in their block."""

    file: Path
    archive: ArchiveConfig
    crawl: CrawlConfig
    sources: tuple[SourceConfig, ...] = ()
    disabled: tuple[DisabledSource, ...] = ()
    metrics: MetricsConfig = MetricsConfig()

    @property
    def digest(self) -> str:
        """Hash of every setting that shapes a run, the same on every machine: paths of files and archive stay out.

        Settings at their default do not count, so that a new key changes no digest.
        """
        defaults = asdict(ArchiveConfig.at(self.archive.path)) | asdict(CrawlConfig(contact=""))
        settings = asdict(self.archive) | {"spool": None} | asdict(self.crawl)
        chosen = {key: value for key, value in settings.items() if value != defaults[key]}
        sources = sorted([source.name, source.digest] for source in self.sources)
        return _digest([chosen, sources, sorted(source.name for source in self.disabled)])


def fold_www(host: str) -> str:
    """``host`` without a leading ``www.``."""
    return host.removeprefix("www.")


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
