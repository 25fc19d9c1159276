"""A Ray cluster of several nodes on this machine, whose nodes may be killed, and the S3 server of the other tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from crawler.demo import DemoServer
from pipelines.executors.ray import RayExecutor, Standing, Watch
from tests.crash.harness import hurry
from tests.on_ray.work import Hold
from tests.storage.object_storage.faulty import answers, free_port

BUCKET = "papers"
STORE = 80 * 2**20
# Seconds in which a killed node is known to be gone, on a machine that is busy.
PATIENCE = 100


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ray is an extra, a cluster takes ten seconds to start, and a lease two minutes to expire."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.extras)
            item.add_marker(pytest.mark.timeout(600))
            # Ray's processes and sockets outlive what started them by a moment.
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"))


@dataclass
class Nodes:
    """A cluster with a head that takes no tasks and two nodes of one core, which share this machine's disk."""

    cluster: Any
    client: str
    workers: list[Any] = field(default_factory=list)

    def add(self) -> None:
        """One node more."""
        self.workers.append(self.cluster.add_node(num_cpus=1, object_store_memory=STORE, memory=4 * 10**9))

    @contextlib.contextmanager
    def killed_once(self, hold: Hold) -> Iterator[None]:
        """Kill a node inside, and all that it runs, while a task on either is held; at the end another takes its place.

        Nothing is left to chance: the tasks wait for the kill, and the other one goes on when what ran on the node is
        dead.
        """
        ended = threading.Event()
        met: set[int | None] = set()
        begin = RayExecutor.__init__

        def beginning(executor: RayExecutor, cluster: Any, *, watch: Watch = lambda _: False, **options: Any) -> None:
            def seen(standing: Standing) -> bool:
                met.update(one.process for one in standing.working)
                return watch(standing)

            begin(executor, cluster, watch=seen, **options)

        def kill() -> None:
            # Whoever looks after the tasks is to know both, or it has nothing to miss.
            while len(held := hold.waiting() & met) < 2:
                if ended.wait(0.05):
                    return
            self.cluster.remove_node(self.workers.pop(0), allow_graceful=False)
            while hold.waiting() >= held:
                if ended.wait(0.05):
                    return
            hold.release()

        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        try:
            with mock.patch.object(RayExecutor, "__init__", beginning):
                yield
        finally:
            ended.set()
            thread.join()
            hold.release()
            missing = 2 - len(self.workers)
            for _ in range(missing):
                self.add()
            self.cluster.wait_for_nodes(timeout=PATIENCE)
        assert missing == 1, "no two tasks were held, so that no node was killed"


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """Where tasks of this test wait until a node is killed."""
    folder = tmp_path / "hold"
    folder.mkdir()
    return Hold(folder)


@pytest.fixture(scope="package")
def papers() -> Iterator[DemoServer]:
    """The demo newspapers, which ask for no delay."""
    with DemoServer() as server:
        hurry(server)
        yield server


@pytest.fixture(scope="package")
def nodes(papers: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """The cluster, its environment set for an S3 server on loopback and for the demo newspapers."""
    port = free_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-test-1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
        "http_proxy": papers.proxy_url,
        "no_proxy": "127.0.0.1",
        # A driver that joins through Ray's client does not hand on where it imports from.
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ.update(told)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as moto:
        try:
            answers(moto, port, "PUT", f"/{BUCKET}")
            from ray.cluster_utils import Cluster

            client = free_port()
            # A node is taken for dead after eight seconds, not after half a minute.
            quick = {
                "health_check_initial_delay_ms": 0,
                "health_check_period_ms": 1000,
                "health_check_failure_threshold": 8,
            }
            head = {
                "num_cpus": 0,
                "include_dashboard": False,
                "object_store_memory": STORE,
                "_system_config": quick | {"health_check_timeout_ms": 8000},
            }
            cluster = Cluster(initialize_head=True, head_node_args=head | {"ray_client_server_port": client})
            found = Nodes(cluster=cluster, client=f"ray://127.0.0.1:{client}")
            found.add()
            found.add()
            os.environ["RAY_ADDRESS"] = cluster.address
            yield found
            cluster.shutdown()
        finally:
            moto.terminate()
            os.environ.clear()
            os.environ.update(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
