"""What a run says of itself before it begins: the program, its packages, its sources, the room that its disk has.

For commands that crawl and for those that only write to the archive; nothing of Scrapy is imported.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import platform
import shutil
from typing import Final

from crawler.config import Config, SourceConfig
from storage.records import Label, SourceRecord

VERSION: Final = importlib.metadata.version("broadsheet")
SOFTWARE: Final = f"Broadsheet/{VERSION}"
_PACKAGES: Final = ("broadsheet", "scrapy", "trafilatura", "pyarrow", "deltalake", "lxml", "dateparser", "warcio")


def disk_lacks(config: Config) -> str | None:
    """The sentence that says how much room the archive's disk lacks below ``min_free``, or None where it has enough."""
    floor, path = config.archive.min_free, config.archive.folder
    free = shutil.disk_usage(path).free
    if free >= floor:
        return None
    return (
        f"the disk of {path} has {free // 10**6:,} MB free and [archive] min_free asks for {floor // 10**6:,} MB; "
        "make room, or write a smaller min_free"
    )


def source_record(source: SourceConfig) -> SourceRecord:
    """The row of a source for the table ``sources``."""
    rules = source.rules
    selectors = {
        name: list(getattr(rules, name))
        for name in ("title", "date", "bullets", "body", "remove")
        if getattr(rules, name)
    }
    return SourceRecord(
        source=source.name,
        digest=source.digest,
        since=dt.datetime.now(dt.UTC),
        entrances=source.entrances,
        hosts=tuple(sorted(source.hosts)),
        timezone=rules.timezone,
        language=rules.language,
        rules=json.dumps(selectors, ensure_ascii=False) if selectors else None,
        labels=tuple(Label(key=key, value=value) for key, value in source.labels),
    )


def versions() -> tuple[str, ...]:
    """The packages that shape a row, with their versions, and Python's."""
    return (
        *(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES),
        f"python {platform.python_version()}",
    )
