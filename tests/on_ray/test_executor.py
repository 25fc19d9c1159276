from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.executors.cluster import ClusterError, joined
from pipelines.executors.ray import RayExecutor, Standing
from tests.on_ray.conftest import Nodes
from tests.on_ray.work import Chore, do, refuses


@pytest.mark.usefixtures("nodes")
def test_tasks_are_begun_again_where_their_process_dies_and_only_there(tmp_path: Path) -> None:
    said: list[str] = []
    seen: list[Standing] = []
    chores = [Chore(what, tmp_path / what) for what in ("dies once", "raises", "stalls", "works")]
    with joined("ray") as cluster:
        assert (len(cluster.nodes), cluster.cores) == (2, 2)

        def watch(standing: Standing) -> bool:
            seen.append(standing)
            return False

        executor = RayExecutor(cluster, name=lambda chore: chore.what, say=said.append, watch=watch, stall=2)
        ended = {one.item.what: one for one in executor.map(do, chores)}
        with pytest.raises(ClusterError, match=r"^node [\d.]+ of the cluster cannot work: it has no bread$"):
            cluster.check(refuses, "bread")
    assert {what for what, one in ended.items() if one.error is not None} == {"raises"}
    with pytest.raises(ValueError, match="of no use"):
        ended["raises"].value()
    assert said.count("dies once is begun") >= 1
    assert len({ended[what].value() for what in ("dies once", "stalls", "works")}) == 3, "a process serves one task"
    assert any(
        re.search(r"task \d \(stalls\) stalls: no progress for \d+ s, process \d+ on [\d.]+$", line) for line in said
    )
    # What died counted, too, and counts anew; what is told at the last moment may be told too late.
    assert 4 <= seen[-1].counts["steps"] <= 7


def test_tasks_are_asked_to_end_and_others_not_begun(nodes: Nodes, tmp_path: Path) -> None:
    chores = [Chore("waits to be stopped", tmp_path)] * 6
    with joined(nodes.client) as cluster:

        def watch(standing: Standing) -> bool:
            return sum(one.node is not None for one in standing.working) == 2

        ended = list(RayExecutor(cluster, watch=watch).map(do, chores))
    assert [one.value() for one in ended] == ["stopped", "stopped"]
