"""What every test may use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawler.demo import DemoServer
from storage.archive import Archive


@pytest.fixture(scope="session")
def _demo() -> Iterator[DemoServer]:
    with DemoServer() as server:
        yield server


@pytest.fixture
def demo_server(_demo: DemoServer) -> DemoServer:
    """The demo newspapers on loopback, as they are printed: edits of an earlier test are undone."""
    _demo.reset()
    return _demo


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A new, empty archive."""
    return Archive.create(tmp_path / "archive")
