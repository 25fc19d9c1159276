"""``broadsheet cluster``: what a run came to, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from pipelines.clusters import Clustered


def lines(done: Clustered) -> list[str]:
    """What a run came to, as a person reads it."""
    if done.run is None:
        return ["Every article was compared already; nothing has changed."]
    told = [f"Compared {_count(done.compared, 'article')}: {_count(done.copies, 'copy', 'copies')} among them."]
    if done.merged:
        told.append(f"{_count(done.merged, 'cluster')} went into an older one.")
    if done.retold:
        told.append(f"{_count(done.retold, 'earlier row')} changed: another cluster, or another first.")
    if done.gone:
        told.append(f"{_count(done.gone, 'row')} went: their articles are no more.")
    return told


def as_json(done: Clustered) -> str:
    """The same as one JSON object."""
    return json.dumps(asdict(done), indent=2)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
