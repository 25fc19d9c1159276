"""The table of docs/extraction.md is the one that the kept results give."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
BENCHMARK = ROOT / "tests" / "benchmarks" / "extraction"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that writes the section, imported as the benchmark imports it."""
    monkeypatch.syspath_prepend(str(BENCHMARK))
    for name in ("peers", "results", "table"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("table")


def test_the_page_shows_the_kept_results(table: ModuleType) -> None:
    results = importlib.import_module("results").load()
    assert set(results) == {peer.name for peer in table.PEERS}, "measure the missing with make bench-extraction PEERS=…"
    assert table.render(results) in table.PAGE.read_text(encoding="utf-8"), "write it with make bench-extraction"


def test_every_adapter_is_there(table: ModuleType) -> None:
    assert [peer.name for peer in table.PEERS if not (BENCHMARK / "adapters" / f"{peer.adapter}.py").exists()] == []


@pytest.mark.parametrize(
    ("values", "less", "expected"),
    [
        pytest.param([0.5, 0.25], False, "| x | **0.50** | 0.25 |", id="the most is best"),
        pytest.param([0.5, 0.25], True, "| x | 0.50 | **0.25** |", id="the least is best"),
        pytest.param([0.501, 0.499, 0.1], False, "| x | **0.50** | **0.50** | 0.10 |", id="a tie as printed"),
        pytest.param([None, 0.0, 0.1], True, "| x | – | **0.00** | 0.10 |", id="no field is not a nought"),
        pytest.param([None, 0.5], False, "| x | – | 0.50 |", id="best of one is no feat"),
        pytest.param([None, None], False, "| x | – | – |", id="nobody has the field"),
    ],
)
def test_the_best_of_a_row_is_bold(table: ModuleType, values: list[float | None], less: bool, expected: str) -> None:
    assert table.row("x", values, ".2f", less=less) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("# A\n\n{0}old{1}\n\n# B\n", "# A\n\nnew\n\n# B\n", id="replaced where it stands"),
        pytest.param("# A\n", "# A\n\nnew\n", id="added at the end"),
        pytest.param("# A\n\n{0}torn\n", "# A\n\n{0}torn\n\nnew\n", id="nothing is dropped without an end"),
    ],
)
def test_only_the_section_is_written(table: ModuleType, page: str, expected: str) -> None:
    markers = (table.BEGIN, table.END)
    assert table.splice(page.format(*markers), "new\n") == expected.format(*markers)
