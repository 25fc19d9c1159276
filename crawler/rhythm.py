"""How often each entrance is asked: as often as it really changes, learned from the ``captures`` of earlier polls."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from crawler.discovery import Discovery
from pipelines.urls import canonical
from storage.archive import Archive

# What a poll that brought nothing new multiplies the wait by, and one that did. With these an entrance is asked about
# 2.7 times for each change (ln 2 / ln 1.5 of the polls bring nothing), and a wait grows to a third of the time for
# which nothing has changed.
GROWTH, SHRINK = 1.5, 0.5
# Polls that are this many longest waits old say nothing about today.
MEMORY = 8
# A child sitemap whose index says that it has not changed is asked all the same once a week: some never say.
TRUST = dt.timedelta(days=7)
# Rows whose entrance may have announced more than was noted: a poll must read it again.
UNNOTED = frozenset({"recovered", "out_of_range"})

_COLUMNS = ("requested_url", "at", "outcome", "reason", "status", "payload_digest", "revision", "announced_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One answer of an entrance: when it came, and a hash of what it announced (None: the same as before)."""

    at: dt.datetime
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What earlier polls say of one entrance: when it is due, and whether its last poll brought something new."""

    last: dt.datetime
    due: dt.datetime
    changed: bool


class Rhythms:
    """The rhythms of the entrances of some sources."""

    def __init__(self, rhythms: Mapping[str, Rhythm], parents: Iterable[str] = ()) -> None:
        self._rhythms = rhythms
        self._parents = frozenset(parents)

    @classmethod
    def load(
        cls, archive: Archive, sources: Sequence[str], *, now: dt.datetime, shortest: float, longest: float
    ) -> Rhythms:
        """Read them from the archive's ``captures``; ``shortest`` and ``longest`` are seconds between two polls."""
        begin = now - MEMORY * dt.timedelta(seconds=max(longest, 3600.0))
        wanted = (
            (pc.field("kind") == "entrance")
            & (pc.field("at") >= pa.scalar(begin, pa.timestamp("us", "UTC")))
            & pc.field("source").isin(pa.array(sorted(sources), pa.string()))
        )
        table = archive.captures().to_table(list(_COLUMNS), filter=wanted).sort_by("at")
        polls: dict[str, list[Poll]] = {}
        parents: set[str] = set()
        unnoted: set[str] = set()
        for batch in table.to_batches(max_chunksize=50_000):
            columns = (batch[name].to_pylist() for name in _COLUMNS)
            for url, at, outcome, reason, status, digest, revision, parent in zip(*columns, strict=True):
                place = canonical(url)
                if parent is not None:
                    parents.add(canonical(parent))
                if outcome not in ("fetched", "unchanged", "rejected"):
                    continue
                (unnoted.add if reason in UNNOTED else unnoted.discard)(place)
                polls.setdefault(place, []).append(Poll(at=at, digest=None if status == 304 else revision or digest))
        return cls(
            {
                place: rhythm(found, shortest=shortest, longest=longest)
                for place, found in polls.items()
                if place not in unnoted
            },
            parents,
        )

    def due(self, url: str, now: dt.datetime) -> bool:
        """Whether a configured entrance is to be asked. One that names further ones always is: theirs hang on it."""
        place = canonical(url)
        known = self._rhythms.get(place)
        return known is None or known.due <= now or place in self._parents

    def child_due(
        self, url: str, modified: dt.datetime | None, now: dt.datetime, *, read: dt.datetime | None = None
    ) -> bool:
        """Whether an entrance that another one names, changed at ``modified`` as that says, is to be asked.

        ``read`` is when all that it announced was last noted. A date of change is believed for as long as it proves
        true: after one that brought nothing new the entrance's own rhythm counts.
        """
        known = self._rhythms.get(canonical(url))
        last = known.last if known is not None else read
        if last is None:
            return True
        if modified is not None and latest(modified) < last:
            return now - last >= TRUST
        return known is None or known.due <= now or (modified is not None and known.changed)


def rhythm(polls: Sequence[Poll], *, shortest: float, longest: float) -> Rhythm:
    """The rhythm that ``polls`` (in order, at least one) show.

    After a single poll nothing is known, and the next is due at once. The wait then begins as the time between the
    first two, within ``shortest`` and ``longest`` seconds; each poll halves it or lets it grow by half, though never
    beyond the time for which nothing has changed.
    """
    low, high = dt.timedelta(seconds=shortest), dt.timedelta(seconds=longest)
    last_change = polls[0].at
    digest, changed = polls[0].digest, True
    wait: dt.timedelta | None = None
    for before, poll in pairwise(polls):
        changed = poll.digest is not None and poll.digest != digest
        digest = poll.digest or digest
        last_change = poll.at if changed else last_change
        wait = (wait if wait is not None else poll.at - before.at) * (SHRINK if changed else GROWTH)
        wait = min(max(low, wait if changed else min(wait, poll.at - last_change)), high)
    return Rhythm(last=polls[-1].at, due=polls[-1].at + (wait or dt.timedelta()), changed=changed)


def digest_of(found: Discovery) -> str:
    """A hash of what an entrance announces, whatever its order and whatever else stands in it."""
    links = [f"{link.url} {link.modified or ''}" for link in found.links]
    children = [
        f"{url} {modified or ''}" for url, modified in zip(found.entrances, found.entrances_modified, strict=True)
    ]
    text = "\n".join(sorted(links + children))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def latest(modified: dt.datetime) -> dt.datetime:
    """The last instant that a date of change may mean: a day alone lasts until midnight twelve hours west of UTC."""
    if modified.tzinfo is not None:
        return modified
    end = dt.timedelta(days=1) if modified.time() == dt.time() else dt.timedelta()
    return (modified + end).replace(tzinfo=dt.timezone(dt.timedelta(hours=-12)))
