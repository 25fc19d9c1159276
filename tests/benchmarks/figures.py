"""Figures of a benchmark, put between its markers in docs/performance.md."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path

DOC = Path(__file__).parents[2] / "docs" / "performance.md"


def where(*packages: str) -> str:
    """When and on what it was measured: month, cores, how busy they were, versions."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    today, load = dt.datetime.now(dt.UTC), os.getloadavg()[2]
    cores = os.cpu_count() or 1
    busy = f" shared with other work (load {load:.0f})" if load > cores else ""
    return f"Measured in {today:%B %Y}, {cores} cores{busy}, Python {platform.python_version()}, {versions}:"


def put(name: str, lines: Sequence[str]) -> None:
    """Write ``lines`` between ``<!-- name: begin -->`` and its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = DOC.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    DOC.write_text("\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"]), encoding="utf-8")
