"""Who joins which cluster, and who was first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from pipelines.clusters.likeness import DECLARED, SAME, Likeness, estimated
from pipelines.clusters.members import Ints, Members
from pipelines.clusters.signatures import estimates

Compare = Callable[[int, int], Likeness]


@dataclass(slots=True)
class Joined:
    """What a batch came to: clusters that changed, and how many that stood in the table went into another."""

    touched: set[int] = field(default_factory=set)
    merged: int = 0


def join(
    members: Members, pairs: Iterable[tuple[int, int]], declared: Iterable[tuple[int, int]], like: Compare
) -> Joined:
    """Unite the clusters of the articles that are copies, the most alike of ``pairs`` first.

    ``declared`` are pairs of a reprint and what it names as its original; less likeness is enough for them. A pair that
    would unite two clusters of more than one needs their firsts, too, to have something in common: two reports that a
    round-up holds are no copies of each other.
    """
    done = Joined()
    parent: dict[int, int] = {}

    def find(code: int) -> int:
        while code in parent:
            code = parent[code]
        return code

    for left, right, named in [*((*pair, True) for pair in declared), *((*pair, False) for pair in pairs)]:
        one, other = find(int(members.cluster[left])), find(int(members.cluster[right]))
        if one == other:
            continue
        found = like(left, right)
        if not (found.copies or (named and found.contained >= DECLARED)):
            continue
        firsts = members.firsts[one], members.firsts[other]
        if set(firsts) != {left, right} and not _same(members, *firsts):
            continue
        kept, gone = _older(members, one, other)
        done.merged += members.settled[gone]
        parent[gone] = kept
        members.firsts[kept] = members.earlier(*firsts)
        done.touched |= {kept, gone}
    if parent:
        into = np.arange(len(members.names))
        for code in parent:
            into[code] = find(code)
        members.cluster = into[members.cluster]
    done.touched = {find(code) for code in done.touched}
    return done


def changed(members: Members, clusters: Iterable[int]) -> Ints:
    """The articles of these clusters whose rows no longer say what is so: another cluster, or another first."""
    wanted = np.zeros(len(members.names), np.bool_)
    wanted[list(clusters)] = True
    at = np.flatnonzero(wanted[members.cluster] & members.here)
    firsts = np.array(members.firsts)[members.cluster[at]]
    return np.asarray(at[(members.written[at] != members.cluster[at]) | (members.written_first[at] != firsts)])


def _older(members: Members, one: int, other: int) -> tuple[int, int]:
    """Which of two clusters keeps its name: one that stands in the table, then the one that was founded earlier."""
    ranked = sorted((one, other), key=lambda code: (not members.settled[code], members.names[code]))
    return ranked[0], ranked[1]


def _same(members: Members, one: int, other: int) -> bool:
    alike = float(estimates(members.signatures[[one]], members.signatures[[other]])[0])
    return estimated(alike, int(members.sizes[one]), int(members.sizes[other])).contained >= SAME
