"""An import in parts, one for each task: each takes the pages of some sites, out of all files.

What becomes of a page hangs on what is known of its address and of its article, and an article's addresses lie within
one registered domain. So parts by registered domain know all that they need, and bring together what one import brings.
Sites that one configured source holds together stay together. Each part reads every file: 0.6 ms for each page of
240 KB that is another's, a fortieth of what it takes to extract one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from pipelines.importing.task import NAMED, FileReport, Report, Task
from pipelines.importing.wanted import Part, Source
from pipelines.urls import canonical, registered_domain
from storage.records import Tally
from storage.warc.headers import clean_url, first
from storage.warc.reader import Record

MOST: Final = 32
"""Parts that an import is cut into at most unless more are asked for: by then nearly half of the work is reading."""
# From what counts most to what counts least, of the outcomes that the parts of one file had.
_RANKS: Final = ("broken", "failed", "refused", "unreadable", "stopped", "done", "already")


class Share:
    """Which records a part takes: those of its sites; the first part also those that belong to no site."""

    def __init__(self, part: Part, sources: Iterable[Source]) -> None:
        self._part = part
        self._family = families(sources)
        self._hosts: dict[str, bool] = {}

    @property
    def first(self) -> bool:
        """Whether what belongs to nobody is counted here."""
        return self._part.number == 0

    def takes(self, record: Record) -> bool:
        """Whether ``record`` is to be looked at here."""
        url = clean_url((first(record.fields, "WARC-Target-URI") or "").removeprefix("<").removesuffix(">"))
        if not url.lower().startswith(("http://", "https://")):
            return self.first
        host = url.partition("://")[2].partition("/")[0]
        taken = self._hosts.get(host)
        if taken is None:
            taken = self._hosts[host] = self.owns(url)
        return taken

    def owns(self, url: str) -> bool:
        """Whether the page at ``url`` is one of this part's."""
        domain = registered_domain(canonical(url))
        return number_of(self._family.get(domain, domain), self._part.of) == self._part.number

    def has(self, source: Source) -> bool:
        """Whether pages of that configured source are this part's."""
        return self._part.of == 1 or any(self.owns(f"http://{host}/") for host in source.hosts)


def families(sources: Iterable[Source]) -> dict[str, str]:
    """Registered domains that a configured source holds together, each with the name of its family."""
    family: dict[str, set[str]] = {}
    for source in sources:
        joined = {registered_domain(f"http://{host}/") for host in source.hosts}
        for domain in list(joined):
            joined |= family.get(domain, set())
        family.update(dict.fromkeys(joined, joined))
    return {domain: min(joined) for domain, joined in family.items()}


def number_of(family: str, count: int) -> int:
    """Which of ``count`` parts has the sites of ``family``; the same on every machine."""
    return int.from_bytes(hashlib.blake2b(family.encode(), digest_size=8).digest()) % count


def cut(task: Task, count: int) -> list[Task]:
    """``task`` in ``count`` parts; a limit is divided among them."""
    return [
        dataclasses.replace(
            task,
            part=Part(number=number, of=count),
            limit=None if task.limit is None else task.limit // count + (number < task.limit % count),
        )
        for number in range(count)
    ]


def merged(task: Task, reports: Sequence[Report]) -> Report:
    """What the parts of ``task`` came to, as one import tells it; the files in their order."""
    found: dict[str, list[FileReport]] = {file.address: [] for file in task.inputs}
    for report in reports:
        for told in report.files:
            found[told.input.address].append(told)
    return Report(
        files=tuple(_whole(told) for told in found.values() if told),
        busy=tuple(sorted({name for report in reports for name in report.busy})),
        stopped=any(report.stopped for report in reports),
    )


def _whole(parts: Sequence[FileReport]) -> FileReport:
    worst = min(parts, key=lambda part: _RANKS.index(part.outcome))
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for part in parts:
        counts.update({(one.source, one.outcome, one.reason): one.count for one in part.tallies})
    damage = sorted((one for part in parts for one in part.damage), key=lambda one: one.offset)
    return FileReport(
        input=worst.input,
        outcome=worst.outcome,
        run=worst.run,
        read=max(part.read for part in parts),
        tallies=tuple(
            Tally(source=source, outcome=outcome, reason=reason, count=count)
            for (source, outcome, reason), count in sorted(counts.items(), key=str)
        ),
        damage=tuple(damage[:NAMED]),
        detail=worst.detail,
    )
