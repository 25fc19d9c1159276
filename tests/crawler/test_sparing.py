"""What the commands do without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive

ROOT = Path(__file__).parents[2]
STATUS = """
import contextlib, sys
from crawler.cli import main

with contextlib.suppress(SystemExit):
    main(["status", "--archive", sys.argv[1]], standalone_mode=False)
assert "pyarrow.dataset" in sys.modules
print("loaded:", *sorted({"pandas", "pyarrow.pandas_compat"} & sys.modules.keys()))
import pyarrow

print(type(pyarrow.table({"a": [1]}).to_pandas()).__name__)
"""


def test_a_command_loads_no_pandas_and_whoever_wants_it_later_has_it(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    Archive.create(tmp_path / "archive")
    done = subprocess.run(
        [sys.executable, "-c", STATUS, str(tmp_path / "archive")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == ["loaded:", "DataFrame"], done.stderr
