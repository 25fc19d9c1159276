"""``broadsheet hydrate``: fetch what a manifest lists, and say of each page whether it is what was listed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

import pyarrow.compute as pc

from crawler.terminal import clean
from pipelines import forgotten
from pipelines.history import key
from pipelines.outcomes import GONE
from storage.archive import Archive
from storage.coverage import CAPTURED
from storage.export.listed import Listed

FATES: Mapping[str, str] = MappingProxyType(
    {
        "same_payload": "The page came byte for byte as it was listed.",
        "same_text": "The page shows the text that was listed.",
        "text_changed": "The article is there with another text.",
        "other_article": "The address shows another article.",
        "gone": "The page is no more (404 or 410).",
        "rejected": "The page is there and is no article any more; the reason says why.",
        "refused": "The page was not asked for, by rule; the reason says which.",
        "failed": "The page could not be had; a further run asks again.",
        "deferred": "The page was not asked for yet; a further run does.",
    }
)
HAD = ("same_payload", "same_text", "text_changed")
# Pages that are named one by one; --json names all.
SHOWN = 20
_COLUMNS = ("requested_url", "at", "outcome", "reason", "detail", "status", "id", "revision", "payload_digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one page of a manifest: a word of :data:`FATES`, and the reason in its row of ``captures``."""

    number: int
    url: str
    fate: str
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True)
class _Met:
    """What an archive knows of one address: all that it brought, and its last event."""

    ids: set[str] = field(default_factory=set)
    revisions: set[str] = field(default_factory=set)
    payloads: set[str] = field(default_factory=set)
    last: dict[str, object] = field(default_factory=dict)


def origin(manifest: Path) -> str:
    """What rows name as the entrance that announced them: the hash of the manifest, the same wherever it lies."""
    digest = hashlib.sha256()
    for file in sorted(manifest.glob("*.parquet")) if manifest.is_dir() else [manifest]:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return f"urn:broadsheet:manifest:{digest.hexdigest()[:32]}"


def fates(archive: Archive, listed: Sequence[Listed]) -> list[Fate]:
    """What became of each page that is ``listed``, by what the archive holds."""
    wanted = {key(one.requested_url) for one in listed}
    met: dict[str, _Met] = {}
    for batch in archive.captures().to_batches(_COLUMNS, pc.field("kind") == "article"):
        for row in batch.to_pylist():
            place = key(row["requested_url"])
            if place in wanted:
                _note(met.setdefault(place, _Met()), row)
    ids = {one for found in met.values() for one in found.ids}
    revisions: dict[str, set[str]] = {}
    for batch in archive.articles(all_revisions=True).to_batches(["id", "revision"]):
        for row in batch.to_pylist():
            if row["id"] in ids:
                revisions.setdefault(row["id"], set()).add(row["revision"])
    removed = forgotten.load(archive)
    return [
        Fate(number=one.number, url=one.requested_url, fate="refused", reason="forgotten")
        if removed.holds(one.requested_url)
        else _fate(one, met.get(key(one.requested_url)), revisions)
        for one in listed
    ]


def _note(found: _Met, row: dict[str, object]) -> None:
    if row["outcome"] in CAPTURED and row["id"] is not None:
        found.ids.add(str(row["id"]))
        found.payloads.update([str(row["payload_digest"])] if row["payload_digest"] else [])
        found.revisions.update([str(row["revision"])] if row["revision"] else [])
    if not found.last or str(row["at"]) >= str(found.last["at"]):
        found.last = row


def _fate(one: Listed, found: _Met | None, revisions: Mapping[str, set[str]]) -> Fate:
    if found is None:
        return Fate(number=one.number, url=one.requested_url, fate="deferred")
    held = found.revisions.union(*(revisions.get(each, set()) for each in found.ids))
    if found.ids:
        if one.payload_digest is not None and one.payload_digest in found.payloads:
            fate = "same_payload"
        elif one.revision in held:
            fate = "same_text"
        else:
            fate = "text_changed" if one.id is None or one.id in found.ids else "other_article"
        return Fate(number=one.number, url=one.requested_url, fate=fate)
    outcome, status = str(found.last["outcome"]), found.last["status"]
    reason, detail = (str(found.last[name]) if found.last[name] else None for name in ("reason", "detail"))
    fate = "gone" if status in GONE else "deferred" if outcome == "announced" else outcome
    return Fate(number=one.number, url=one.requested_url, fate=fate, reason=reason, detail=detail)


def lines(found: Sequence[Fate]) -> list[str]:
    """How many met which fate, in the order of :data:`FATES`, and the pages that could not be had or are others."""
    counts = Counter(one.fate for one in found)
    reasons = Counter((one.fate, one.reason) for one in found if one.reason)
    said = [f"{'listed':<14} {len(found):>7}"]
    for fate in FATES:
        if counts[fate]:
            named = ", ".join(f"{many} {why}" for (which, why), many in reasons.most_common() if which == fate)
            said.append(f"{fate:<14} {counts[fate]:>7}" + (f"   {named}" if named else ""))
    odd = [one for one in found if one.fate not in ("same_payload", "same_text")]
    said += [_line(one) for one in odd[:SHOWN]]
    if len(odd) > SHOWN:
        said.append(f"… and {len(odd) - SHOWN:,} more; --json names all.")
    return said


def _line(one: Fate) -> str:
    why = f" ({one.reason}{': ' + one.detail if one.detail else ''})" if one.reason else ""
    return clean(f"  {one.url}: {one.fate}{why}")


def as_json(found: Iterable[Fate]) -> str:
    """Every fate, and how many met which, as one JSON object."""
    told = list(found)
    counts = Counter(one.fate for one in told)
    return json.dumps(
        {"fates": {fate: counts[fate] for fate in FATES}, "pages": [asdict(one) for one in told]},
        ensure_ascii=False,
        indent=2,
    )


def code(found: Iterable[Fate]) -> int:
    """3 where a page could not be had, else 0; a text that has changed was had."""
    return 0 if all(one.fate in HAD for one in found) else 3
