"""What a rebuild is to read again, and what it need not, for this extractor has read it by the same rules."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from pipelines.process import EXTRACTOR
from storage.archive import Archive
from storage.records import SiteRules

COMMAND = "rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be made again: all sources or those named, of pages fetched on these days (UTC, both included).

    ``rules`` are those of the configuration, None where each page is read by those it was captured with; a source that
    the configuration no longer has is read so, too. ``without`` are sources to leave alone. With ``again``, pages are
    read that this extractor has read.
    """

    sources: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    again: bool = False
    rules: tuple[SiteRules, ...] | None = None
    samples: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which pages of one source are read again, and by which rules (None: those each was captured with).

    Pages fetched from ``since`` to ``until`` (days in UTC, both included). Unless ``again`` is set, pages that this
    extractor has read by these rules are left out: all of runs that began before ``covered``, and articles whose row
    names it and whose run read by the same rules; ``versions`` tell from which run on that was so. Runs are compared
    by their names, which sort by their start.
    """

    source: str
    rules: SiteRules | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    again: bool = False
    covered: str | None = None
    versions: tuple[tuple[str, bool], ...] = ()

    def holds(self, at: dt.datetime) -> bool:
        """Whether a page that was fetched at that instant is in question."""
        day = at.date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def is_current(self, run: str, extractor: str | None) -> bool:
        """Whether a page of ``run`` was read as it would be now; ``extractor`` is what its article's row names."""
        if self.again or extractor not in (None, EXTRACTOR):
            return False
        if self.covered is not None and run < self.covered:
            return True
        if extractor is None:
            return False
        in_force = [same for since, same in self.versions if since <= run]
        return self.rules is None or (bool(in_force) and in_force[-1])


def covers(source: str, rules: SiteRules | None, before: str) -> str:
    """What a rebuild notes in ``runs``: all of ``source`` of runs that began ``before`` was read, by these rules."""
    return f"{_reading(source, rules)} {before}"


def _reading(source: str, rules: SiteRules | None) -> str:
    """What tells one set of rules from another, in words of the row in ``runs``."""
    shape = "as captured" if rules is None else hashlib.blake2b(repr(rules).encode(), digest_size=8).hexdigest()
    return f"rules of {source}: {shape}, runs before"


def scopes(seen: Archive, wanted: Sequence[str], request: Request) -> dict[str, Scope]:
    """What of each source is to be read again, and by which rules."""
    rules = rules_of(request)
    covered = _covered(seen)
    versions: dict[str, list[tuple[str, bool]]] = {}
    rows = seen.sources().to_table(["source", "run", "timezone", "language", "rules"]).sort_by("run").to_pylist()
    for row in rows:
        today = rules.get(row["source"])
        if today is not None:
            then = (row["timezone"], row["language"], json.loads(row["rules"] or "{}"))
            # The table does not tell until when a selector was valid.
            same = today.valid_until is None and then == (today.timezone, today.language, _selectors(today))
            versions.setdefault(row["source"], []).append((row["run"], same))
    return {
        name: Scope(
            source=name,
            rules=rules.get(name),
            since=request.since,
            until=request.until,
            again=request.again,
            covered=covered.get(_reading(name, rules.get(name))),
            versions=tuple(versions.get(name, ())),
        )
        for name in wanted
    }


def _covered(seen: Archive) -> dict[str, str]:
    """Before which run this extractor has read everything of a source, for each source and its rules."""
    found: dict[str, str] = {}
    rebuilds = seen.runs().to_table(["versions"], filter=pc.field("command") == COMMAND)["versions"].to_pylist()
    for versions in rebuilds:
        if f"extractor {EXTRACTOR}" in versions:
            for text in versions:
                reading, _, before = text.rpartition(" ")
                found[reading] = max(before, found.get(reading, ""))
    return found


def _selectors(rules: SiteRules) -> dict[str, list[str]]:
    """The selectors of ``rules`` as the table ``sources`` has them."""
    told = {
        "title": rules.title,
        "date": rules.date,
        "bullets": rules.bullets,
        "body": rules.body,
        "remove": rules.remove,
    }
    return {name: list(selectors) for name, selectors in told.items() if selectors}


def rules_of(request: Request) -> dict[str, SiteRules]:
    """The rules of today by their source's name."""
    return {rules.name: rules for rules in request.rules or ()}
