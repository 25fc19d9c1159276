"""What was measured, kept as JSON so that some rows can be measured again and the others stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One extractor's figures."""

    version: str
    date: str
    """The day of the measurement, ISO 8601."""
    python: str
    data: str
    """SHA-256 of the file of right answers; figures on different pages are not put side by side."""
    speed: float
    """Times as fast as trafilatura's defaults, the two in turn in one run."""
    sets: Mapping[str, Mapping[str, float]]
    """The scoring program's figures by set; `pages` counts, `crashes` counts, all others are shares from 0 to 1."""


def load(path: Path = RESULTS) -> dict[str, Result]:
    """Read the results by name of the extractor; none where the file is missing."""
    if not path.exists():
        return {}
    return {name: Result(**row) for name, row in json.loads(path.read_text(encoding="utf-8")).items()}


def save(results: Mapping[str, Result], path: Path = RESULTS) -> None:
    """Write the results in one step."""
    text = json.dumps({name: asdict(result) for name, result in results.items()}, indent=1, sort_keys=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)
