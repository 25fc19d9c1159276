"""The Ray cluster that tasks run on: how to reach it, and whether its nodes can do our work.

Ray is imported only here and in :mod:`pipelines.executors.ray`, inside functions: it is an extra.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import io
import os
import platform
import re
import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipelines.executors import inside
from storage.errors import ArchiveError

SCHEME: Final = "ray"
CLIENT: Final = "ray://"
# Seconds in which a node has to answer whether it can work; its first process imports what is slow to import.
LOOK: Final = 120.0
# How often a cluster is asked to let a client in: its head starts a process for each, and gives up on a slow start.
TRIES: Final = 2
# Bytes of Ray's object store on a cluster of this machine's own; what tasks return is small. Ray's least is 78 MB.
STORE: Final = 100 * 2**20
OWN: Final = (
    "no Ray cluster runs on this machine, and RAY_ADDRESS names none: a cluster of this command's own is begun on this "
    "machine's cores; to use another, write --on ray://HOST:PORT"
)
"""What is said where ``--on ray`` finds no cluster to join."""
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")


class ClusterError(ArchiveError):
    """A cluster cannot be reached, or a node of it cannot do our work; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster that this process has joined. ``version`` and ``python`` are what its nodes have to have."""

    address: str
    version: str
    python: str

    @property
    def nodes(self) -> dict[str, str]:
        """The living nodes that have cores for tasks: id and address."""
        import ray

        alive = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        return {node["NodeID"]: node["NodeManagerAddress"] for node in alive}

    @property
    def cores(self) -> int:
        """Cores of all nodes together, one at least."""
        import ray

        return max(1, int(ray.cluster_resources().get("CPU", 0)))

    def fits(self, *, cores: int, memory: int) -> None:
        """Raise ClusterError where no node has room for a task of so many cores and bytes: it would wait for ever."""
        import ray

        room = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        if not any(one.get("CPU", 0) >= cores and one.get("memory", 0) >= memory for one in room):
            raise ClusterError(
                f"no node of the cluster {self.address} has {cores} cores and {memory / 1e9:.1f} GB for a task; start "
                "nodes with more (`ray start --num-cpus N --memory BYTES`), or ask for fewer --workers"
            )

    def check(self, probe: Callable[..., str | None], *arguments: object) -> None:
        """Ask every node whether it can work: for the same Broadsheet, and then for what ``probe`` says.

        Raises:
            ClusterError: a node cannot; the message names it and says why.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        packed = ray.cloudpickle.dumps((probe, arguments))
        ask = ray.remote(num_cpus=0, max_calls=1)(inside.look)
        asked: dict[Any, str] = {}
        for node, address in self.nodes.items():
            there = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
            asked[ask.options(scheduling_strategy=there).remote(self.version, self.python, packed)] = address
        if not asked:
            raise ClusterError(
                f"the cluster {self.address} has no node with a core to spare; start one with --num-cpus"
            )
        ready, late = ray.wait(list(asked), num_returns=len(asked), timeout=LOOK)
        for one in ready:
            try:
                problem = ray.get(one)
            except ray.exceptions.RayError as error:
                problem = f"it could not be asked: {_reason(error)}"
            if problem is not None:
                raise ClusterError(f"node {asked[one]} of the cluster cannot work: {problem}")
        if late:
            raise ClusterError(
                f"node {asked[late[0]]} of the cluster did not answer within {LOOK:g} s; look whether it is well with "
                "`ray status`, or take it out"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where tasks run: ``on`` which cluster, in how many ``tasks`` (None: as many as it has cores for)."""

    on: str
    tasks: int | None = None

    def count(self, cluster: Cluster, *, cores: int = 1, most: int) -> int:
        """How many tasks to make of ``cores`` each; ``most`` unless the operator asked for more."""
        return self.tasks or max(1, min(most, cluster.cores // cores))


class _Heard(io.TextIOBase):
    """Takes what Ray prints on standard output, where a command's own output belongs, and tells what is worth it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def write(self, text: str) -> int:
        for line in text.splitlines():
            # Further lines quote Ray's own logs.
            if "(raylet)" in line:
                self._say(f"Ray: {_ESCAPES.sub('', line).partition('(raylet)')[2].strip():.250}")
        return len(text)


@contextlib.contextmanager
def joined(where: str, *, say: Callable[[str], None] = lambda _: None) -> Iterator[Cluster]:
    """Join the cluster that ``where`` names, and leave it at the end. ``say`` is told of nodes and processes lost.

    ``ray`` is the one that ``RAY_ADDRESS`` names or that runs on this machine, else one of this process' own;
    ``ray://HOST:PORT`` one that is reached from outside.

    Raises:
        ClusterError: Ray is not installed, or there is no such cluster.
    """
    # Ray sends figures about its use to its makers unless it is told not to, before it is imported.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Nor may a call that comes when the cluster has been left begin one of its own accord.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise ClusterError("--on ray needs the extra [ray]; install it with: pip install 'broadsheet[ray]'") from None
    ray.cloudpickle.register_pickle_by_value(inside)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    own = _join(where, say)
    # Ray has the signal end the process; who joins it decides what signals do.
    for number, handler in before.items():
        signal.signal(number, handler)
    try:
        with contextlib.redirect_stdout(_Heard(say)):
            yield Cluster(
                address=where,
                version=importlib.metadata.version("broadsheet"),
                python=".".join(platform.python_version_tuple()[:2]),
            )
    finally:
        ray.shutdown()
        own.close()


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """Have a cluster that is begun inside let in only who has a token: this process and those it starts."""
    inner = importlib.import_module("ray._raylet")

    def refresh() -> None:
        # Ray reads both once; in this order, or a thread that still goes on misses its token.
        inner.Config.initialize("")
        inner.AuthenticationTokenLoader.instance().reset_cache()

    names = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    refresh()
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)
        refresh()


def _join(where: str, say: Callable[[str], None]) -> contextlib.ExitStack:
    """Join, and hand back what is to be closed once the cluster has been left."""
    import ray

    after = contextlib.ExitStack()

    quiet: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if where.startswith(CLIENT):
        for tries in range(TRIES, 0, -1):
            try:
                ray.init(where, **quiet)
            except (ConnectionError, RuntimeError, ValueError, ImportError) as error:
                # What a try that failed leaves behind would have every later one fail.
                ray.shutdown()
                if tries == 1 or not isinstance(error, ConnectionAbortedError):
                    raise ClusterError(
                        f"the cluster {where} cannot be joined: {_reason(error)}; see that it runs, that its port for "
                        "clients (10001 by default) can be reached, and that it has this Ray and this Python"
                    ) from None
            else:
                return after
    try:
        ray.init("auto", **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        if os.environ.get("RAY_ADDRESS"):
            raise ClusterError(
                f"the cluster {os.environ['RAY_ADDRESS']}, which RAY_ADDRESS names, cannot be joined: "
                f"{_reason(error)}; start it, or unset RAY_ADDRESS"
            ) from None
        say(OWN)
        after.enter_context(_kept())
        try:
            ray.init("local", include_dashboard=False, object_store_memory=STORE, **quiet)
        except BaseException:
            after.close()
            raise
    return after


def address_of(text: str) -> str:
    """``text`` where it names a cluster. Raises ValueError with what to write instead."""
    host, _, port = text.removeprefix(CLIENT).rpartition(":")
    if text == SCHEME or (text.startswith(CLIENT) and host and port.isdecimal()):
        return text
    raise ValueError(f"{text!r} names no cluster; write ray, or ray://HOST:PORT such as ray://head.internal:10001")


def _reason(error: Exception) -> str:
    """What an error says in its first line, or in its last where the first only leads up to it."""
    lines: Sequence[str] = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[-1 if lines[0].endswith(":") else 0][:300].rstrip(".;")
