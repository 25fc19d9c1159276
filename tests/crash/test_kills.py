"""``kill -9`` at random moments of a crawl: no page that reached the disk is lost, and no row stands twice.

``BROADSHEET_KILLS`` sets how many runs are killed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.demo import DemoServer
from tests.crash.harness import trials

KILLS = int(os.environ.get("BROADSHEET_KILLS", "6"))


@pytest.mark.timeout(120 + 20 * KILLS)
def test_a_killed_crawl_is_made_whole_by_the_next(demo_server: DemoServer, tmp_path: Path) -> None:
    found = list(trials(KILLS, seed=20261122, folder=tmp_path, server=demo_server))
    assert [wrong for trial in found for wrong in trial.wrong] == []
    assert sum(trial.kills for trial in found) >= KILLS // 2
    assert sum(trial.recovered for trial in found) >= KILLS // 3
