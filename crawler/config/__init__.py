"""``broadsheet.toml`` as frozen values.

>>> config = load(Path("broadsheet.toml"))
>>> [source.name for source in config.sources]

What is wrong is told in one sentence: :class:`ConfigError` for the whole file, ``Config.disabled`` for one source.
``docs/configuration.md`` is kept in step with :data:`KEYS` by ``python -m crawler.config docs/configuration.md``.
"""

from crawler.config.errors import ConfigError
from crawler.config.keys import KEYS, Key
from crawler.config.model import ArchiveConfig, BudgetConfig, Config, CrawlConfig, DisabledSource, SourceConfig
from crawler.config.read import archive_of, check_archive_path, check_names, load, parse
from crawler.config.template import template
from crawler.config.values import PLACEHOLDER_CONTACT

__all__ = [
    "KEYS",
    "PLACEHOLDER_CONTACT",
    "ArchiveConfig",
    "BudgetConfig",
    "Config",
    "ConfigError",
    "CrawlConfig",
    "DisabledSource",
    "Key",
    "SourceConfig",
    "archive_of",
    "check_archive_path",
    "check_names",
    "load",
    "parse",
    "template",
]
