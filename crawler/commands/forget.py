"""``broadsheet forget``: remove pages from an archive on request, and keep them out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass

from pipelines import forgotten
from pipelines.pool import Pool
from pipelines.recovery import recover
from pipelines.urls import identity
from storage import repair
from storage.archive import Archive
from storage.forget import Named, Plan, Removed, Unwanted, carry_out, matching, resume, survey

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: addresses, or a pattern that addresses match, or whatever came ``again``; and why."""

    urls: tuple[str, ...] = ()
    pattern: str | None = None
    again: bool = False
    reason: str | None = None


def check(request: Request) -> None:
    """Raise :class:`Unwanted` for an address that is none, or a pattern that matches everything."""
    for url in request.urls:
        if not url.startswith(("http://", "https://")):
            raise Unwanted(f"{url!r} is no address; write it with http:// or https://")
    if request.pattern is not None:
        matching(request.pattern)


def look(archive: Archive, request: Request, *, say: Callable[[str], None]) -> Plan:
    """What there is to remove; nothing is changed and no lock is taken."""
    return survey(
        archive,
        same=identity,
        mentions=forgotten.mentions,
        urls=request.urls,
        pattern=matching(request.pattern) if request.pattern is not None else None,
        again=request.again,
        reason=request.reason,
        say=say,
    )


def run(
    archive: Archive, request: Request, *, say: Callable[[str], None], agree: Callable[[Plan], bool]
) -> tuple[Plan, Removed | None]:
    """Remove what ``request`` asks for, once ``agree`` has seen what that is; None where it does not agree.

    Runs that died are put right first, and removals that were not ended are.

    Raises:
        ArchiveBusy: a run or another maintenance is under way.
        ArchiveError: a table is damaged, or the archive cannot be written.
    """
    pool = Pool(os.cpu_count() or 1)
    with archive.lock_maintenance("removing pages"), archive.writing():
        try:
            recover(archive, submit=pool.submit, say=say)
        finally:
            pool.stop()
        with archive.lock_recovery():
            repair.nobody_writes(archive)
            resume(archive, identity, say=say)
            plan = look(archive, request, say=say)
            if not agree(plan):
                return plan, None
            return plan, carry_out(archive, plan, identity, say=say)


def lines(plan: Plan) -> list[str]:
    """What would go, as a person reads it."""
    told = [
        f"{one.date or '':<10}  {one.title}  {one.url}"
        + (f"  ({one.revisions} revisions)" if one.revisions > 1 else "")
        for one in plan.articles[:SHOWN]
    ]
    if len(plan.articles) > SHOWN:
        told.append(f"and {len(plan.articles) - SHOWN} more articles; --json tells all")
    told.append(
        f"{len(plan.articles)} articles, {plan.captures} rows of captures, {plan.pages} WARC records of pages and "
        f"{plan.lists} of lists that name them, {plan.bytes / 1e6:.1f} MB; {plan.addresses} addresses are kept out"
    )
    if plan.unreadable:
        told.append(f"{plan.unreadable} damaged stretches of the WARC cannot be read: what they hold stays as it is")
    told += [f"stays, but names one of these as its original, whose address goes: {url}" for url in plan.copies[:SHOWN]]
    told += [f"stays, but has the text of one of these: {url}" for url in plan.alike[:SHOWN]]
    return told


def done(removed: Removed) -> list[str]:
    """What went, as a person reads it."""
    return [
        f"Removed {removed.rows} rows and {removed.records} WARC records ({removed.bytes / 1e6:.1f} MB); "
        f"{removed.files} Parquet files were rewritten or removed. The tombstone is {removed.name}.",
        "Copies and backups of the archive hold the pages still. See that nothing remains: broadsheet verify",
    ]


def as_json(plan: Plan, removed: Removed | None) -> str:
    """The plan, and what was removed (null where nothing was), as one JSON object."""
    told = asdict(plan)
    stone = told.pop("tombstone")
    told["pages_hashed"] = sorted(stone["pages"])
    return json.dumps(
        {"plan": told, "removed": asdict(removed) if removed is not None else None}, ensure_ascii=False, indent=2
    )


def _article(one: Named) -> str:
    revisions = f"  ({one.revisions} revisions)" if one.revisions > 1 else ""
    return f"{one.date or '':<10}  {one.title}  {one.url}{revisions}"
