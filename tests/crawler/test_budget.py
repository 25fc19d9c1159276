"""What a run may cost, in all and for each source."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.budget import Budget
from crawler.config import BudgetConfig, SourceConfig
from storage.records import SiteRules


def source(name: str, **bounds: float) -> SourceConfig:
    budget = BudgetConfig(**bounds)  # type: ignore[arg-type]
    url = f"http://{name}.test/"
    return SourceConfig(
        file=Path("b.toml"),
        rules=SiteRules(name=name),
        entrances=(url,),
        hosts=frozenset({f"{name}.test"}),
        budget=budget,
    )


def refusals(budget: Budget, name: str) -> tuple[str | None, str | None]:
    return budget.refusal(name, article=False), budget.refusal(name, article=True)


@pytest.mark.parametrize("whole", [True, False], ids=["the run's", "the source's"])
@pytest.mark.parametrize(
    ("bounds", "pages", "received", "elapsed", "expected"),
    [
        pytest.param({}, 10**6, 10**12, 10**6, (None, None), id="no bound"),
        pytest.param({"pages": 3}, 2, 0, 0, (None, None), id="pages left"),
        pytest.param({"pages": 3}, 3, 0, 0, (None, "budget_pages"), id="entrances are no pages"),
        pytest.param({"bytes": 100}, 0, 99, 0, (None, None), id="bytes left"),
        pytest.param({"bytes": 100}, 0, 100, 0, ("budget_bytes", "budget_bytes"), id="bytes"),
        pytest.param({"seconds": 60.0}, 0, 0, 59, (None, None), id="time left"),
        pytest.param({"seconds": 60.0}, 0, 0, 60, ("budget_time", "budget_time"), id="time"),
    ],
)
def test_bounds(
    whole: bool,
    bounds: dict[str, float],
    pages: int,
    received: int,
    elapsed: float,
    expected: tuple[str | None, str | None],
) -> None:
    now = 0.0
    run = BudgetConfig(**bounds) if whole else BudgetConfig()  # type: ignore[arg-type]
    share = {} if whole else bounds
    budget = Budget(run, [source("harbour", **share), source("island")], clock=lambda: now)
    budget.spend("harbour", pages=pages, received=received)
    now = float(elapsed)
    assert refusals(budget, "harbour") == expected
    assert refusals(budget, "island") == (expected if whole else (None, None))


def test_the_command_lines_limit_has_its_own_reason() -> None:
    budget = Budget(BudgetConfig(), [source("harbour")], limit=2)
    budget.spend("harbour", pages=2)
    assert refusals(budget, "harbour") == (None, "limit")


def test_what_was_not_asked_for_after_all_is_given_back() -> None:
    budget = Budget(BudgetConfig(pages=1), [source("harbour")])
    budget.spend("harbour", pages=1)
    budget.spend("harbour", pages=-1)
    assert refusals(budget, "harbour") == (None, None)


def test_alarms_name_whose_time_is_up() -> None:
    budget = Budget(BudgetConfig(seconds=90.0), [source("harbour", seconds=5.0), source("island")])
    assert budget.alarms == ((90.0, None), (5.0, "harbour"))
