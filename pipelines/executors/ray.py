"""Tasks on the nodes of a Ray cluster: begun again where a node or a process is lost, looked after while they run."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic

from pipelines.executors import inside
from pipelines.executors.base import Ended, Item, Result
from pipelines.executors.cluster import Cluster, ClusterError

RETRIES: Final = 5
"""How often a task is begun again whose process or node was lost. An exception is no reason: it would come again."""
MEMORY: Final = 1_500_000_000
"""Bytes that a task of one core reserves: two processes of some 300 MB, a batch, and a page at its limit of 1 GB, which
few pages come near. Ray does not hold a task to it; it places no more tasks on a node than fit."""
STALL: Final = 300.0
"""Seconds without progress after which a task is named: longer than a page's time limit and a commit's repetitions."""
GRACE: Final = 120.0
"""Seconds that tasks have to end in once they are asked to; what they have committed stays in any case."""
BEAT: Final = 2.0
TICK: Final = 0.5


class TaskLost(RuntimeError):
    """A task's process or node was lost again and again; the message says how it ended last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """A task that was begun: its number, what it works at, its node and process (None: not begun yet), what it counts.

    ``silent`` are the seconds since any of its counts changed.
    """

    task: int
    item: str
    node: str | None
    process: int | None
    counts: dict[str, int]
    silent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far all tasks are: how many have ended, those under way, and the counts of all together."""

    ended: int
    working: tuple[Working, ...]
    counts: dict[str, int]

    @property
    def nodes(self) -> int:
        """Nodes that a task is at work on."""
        return len({one.node for one in self.working if one.node is not None})


Watch = Callable[[Standing], bool]
"""Shown how far all tasks are, twice a second; whether they are to end."""


@dataclass(slots=True)
class _Flight(Generic[Item]):
    item: Item
    number: int
    name: str
    node: str | None
    process: int | None
    counts: dict[str, int]
    changed: float
    named: float


class RayExecutor:
    """Runs each task in a process of its own on ``cluster``, ``cores`` and ``memory`` (bytes) reserved for it.

    ``at_once`` tasks are given out at most, twice as many as there are cores for by default: the rest waits here.
    ``name`` tells an item in words. ``say`` gets the lines that tasks tell, and who stalls for ``stall`` seconds.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        cores: int = 1,
        memory: int = MEMORY,
        at_once: int | None = None,
        name: Callable[[Any], str] = str,
        say: Callable[[str], None] = lambda _: None,
        watch: Watch = lambda _: False,
        stall: float = STALL,
        grace: float = GRACE,
    ) -> None:
        self._cluster = cluster
        self._cores = cores
        self._memory = memory
        self._at_once = at_once
        self._name = name
        self._say = say
        self._watch = watch
        self._stall = stall
        self._grace = grace

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Ended[Item, Result]]:
        """See :meth:`pipelines.executors.Executor.map`. A task whose node lacks Broadsheet ends in a ClusterError."""
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._cluster.fits(cores=self._cores, memory=self._memory)
        # With its driver, whose end is the job's: no other node that is lost takes it along.
        here = NodeAffinitySchedulingStrategy(node_id=ray.get_runtime_context().get_node_id(), soft=True)
        board: Any = ray.remote(num_cpus=0, max_restarts=-1, scheduling_strategy=here)(inside.Board)
        board = board.remote()
        run = ray.remote(
            num_cpus=self._cores,
            memory=self._memory,
            # A process that crawled cannot crawl again, and none hands on what it holds.
            max_calls=1,
            max_retries=RETRIES,
            retry_exceptions=False,
            scheduling_strategy="SPREAD",
        )(inside.run)
        waiting = enumerate(items)
        flying: dict[Any, _Flight[Item]] = {}
        flown: Counter[str] = Counter()
        ended, stopped = 0, None
        try:
            while True:
                while stopped is None and len(flying) < self._room():
                    number, item = next(waiting, (0, None))
                    if item is None:
                        break
                    packed = ray.cloudpickle.dumps((work, item))
                    told = self._cluster.version, self._cluster.python
                    now = time.monotonic()
                    flight = _Flight(item, number, self._name(item), None, None, {}, now, now)
                    flying[run.remote(*told, packed, board, number, BEAT)] = flight
                if not flying:
                    break
                ready, _ = ray.wait(list(flying), num_returns=1, timeout=TICK)
                self._look(board, flying)
                if self._watch(_standing(ended, flying, flown)) and stopped is None:
                    stopped = time.monotonic()
                    for one in [one for one, flight in flying.items() if flight.node is None]:
                        ray.cancel(one)
                if stopped is not None:
                    board.stop.remote()
                if stopped is not None and time.monotonic() - stopped > self._grace:
                    self._say(f"{len(flying)} tasks have not ended within {self._grace:g} s; they are killed")
                    break
                for one in ready:
                    flight = flying.pop(one)
                    ended += 1
                    flown.update(flight.counts)
                    came: Ended[Item, Result] | None = self._ended(one, flight)
                    if came is not None:
                        yield came
        finally:
            # Where the cluster was left already there is nothing to end, and asking would begin another one.
            if ray.is_initialized():
                for one in flying:
                    ray.cancel(one, force=True)
                ray.kill(board)

    def _room(self) -> int:
        return self._at_once or 2 * max(1, self._cluster.cores // self._cores)

    def _ended(self, one: Any, flight: _Flight[Item]) -> Ended[Item, Result] | None:
        """What came of a task; None where it was called off before it began."""
        import ray

        try:
            problem, result = ray.get(one)
        except ray.exceptions.TaskCancelledError:
            return None
        except ray.exceptions.RayTaskError as error:
            cause = error.cause if isinstance(error.cause, Exception) else error
            return Ended(item=flight.item, error=cause)
        except ray.exceptions.RayError as error:
            lost = TaskLost(f"{flight.name}: {type(error).__name__} after {RETRIES} further tries: {error!s:.300}")
            return Ended(item=flight.item, error=lost)
        if problem is not None:
            where = flight.node or "one of its nodes"
            return Ended(item=flight.item, error=ClusterError(f"{where} cannot do {flight.name}: {problem}"))
        return Ended(item=flight.item, result=result)

    def _look(self, board: Any, flying: dict[Any, _Flight[Item]]) -> None:
        """Take in what the tasks told, and name those who stall."""
        import ray

        told: dict[int, tuple[str, int, dict[str, int]]] = {}
        lines: list[tuple[int, str]] = []
        # Where the actor's node was lost it begins anew elsewhere, and the tasks tell it all again.
        with contextlib.suppress(ray.exceptions.RayError):
            told, lines = ray.get(board.take.remote(), timeout=inside.PATIENCE)
        now = time.monotonic()
        for _, line in lines:
            self._say(line)
        for flight in flying.values():
            found = told.get(flight.number)
            if found is not None and found != (flight.node, flight.process, flight.counts):
                if flight.process is not None and found[:2] != (flight.node, flight.process):
                    self._say(
                        f"{flight.name} was lost with process {flight.process} on {flight.node}; "
                        f"begun again as process {found[1]} on {found[0]}"
                    )
                flight.node, flight.process, flight.counts = found
                flight.changed = flight.named = now
            elif flight.process is not None and now - flight.named >= self._stall:
                flight.named = now
                self._say(
                    f"task {flight.number + 1} ({flight.name}) stalls: no progress for "
                    f"{now - flight.changed:.0f} s, process {flight.process} on {flight.node}"
                )


def _standing(ended: int, flying: dict[Any, _Flight[Item]], flown: Counter[str]) -> Standing:
    now = time.monotonic()
    working = tuple(
        Working(
            task=flight.number,
            item=flight.name,
            node=flight.node,
            process=flight.process,
            counts=flight.counts,
            silent=now - flight.changed,
        )
        for flight in flying.values()
    )
    counts = Counter(flown)
    for one in working:
        counts.update(one.counts)
    return Standing(ended=ended, working=working, counts=dict(counts))
