"""What people are told to type exists, and CI runs nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(guide: Path) -> None:
    named = re.findall(r"(?:`|^\$? *|&& )make ([a-z][a-z-]*)", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in named if name not in TARGETS] == []


def test_contributing_names_the_commands_of_ci() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    steps = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert steps[:2] == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."']
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert steps[2:] == ["make lint", "make test", "make test-all"]
    assert [step for step in steps[2:] if f"`{step}`" not in guide] == []


def test_every_target_says_what_it_does() -> None:
    told = re.findall(r"^([a-z][a-z-]*):.*## \S", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) == TARGETS


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("Apache License")
    assert "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
