"""What every test may use."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawler.demo import DemoServer
from storage.archive import Archive

# Tests start processes by the hundred; where no bytecode may be kept, each of them would compile the project anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


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


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A sound archive of two runs (see ``tests.damaged_archives``), for everybody: not to be changed."""
    from tests.damaged_archives import sound

    return sound(Archive.create(tmp_path_factory.mktemp("whole") / "archive"))


@pytest.fixture
def copy(whole: Archive, tmp_path: Path) -> Archive:
    """A copy of ``whole``, to be changed."""
    shutil.copytree(whole.root, tmp_path / "archive")
    return Archive(tmp_path / "archive")
