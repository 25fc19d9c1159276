"""An S3 server on loopback (moto's), a proxy in front of it that fails where a test wants it to, and places there."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import places
from storage.remote import Remote
from tests.storage.object_storage.faulty import Faulty, answers, free_port

# What runs in the core's ten minutes; the other tests start processes, wait for leases to expire, and take minutes.
CORE = frozenset(
    {
        "test_no_archive_there_is_said",
        "test_passing_faults_cost_nothing[lost]",
        "test_what_was_written_and_not_uploaded_can_be_read_again",
    }
)
BUCKET = "papers"
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all but the core's tests of this folder to ``make test-all``."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.name not in CORE:
            item.add_marker(pytest.mark.extras)


@pytest.fixture(scope="session")
def _moto() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            answers(process, port, "PUT", f"/{BUCKET}")
            yield port
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def _proxy(_moto: int) -> Iterator[Faulty]:
    with Faulty(_moto) as proxy:
        yield proxy


@pytest.fixture
def s3(_proxy: Faulty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Faulty]:
    """The proxy, without faults; the environment names it and credentials for it, and a state folder of its own."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", _proxy.url)
    monkeypatch.setenv("AWS_REGION", "eu-test-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    _proxy.heal()
    yield _proxy
    _proxy.heal()


@pytest.fixture
def where(s3: Faulty) -> str:  # noqa: ARG001 - it sets the environment
    """The address of a prefix that nobody used yet."""
    return f"s3://{BUCKET}/tests/archive-{next(_numbers)}"


@pytest.fixture
def folder(where: str, tmp_path: Path) -> Remote:
    """That prefix, with a spool below ``tmp_path``."""
    found = places.place(where, spool=tmp_path / "spool")
    assert isinstance(found, Remote)
    return found
