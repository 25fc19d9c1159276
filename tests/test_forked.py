"""A command that is forked, as most tests start theirs, is like one that is started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import broadsheet

MAIN = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')")


@pytest.mark.parametrize(("words", "code"), [(("init",), 0), (("crawl",), 2), (("crwl",), 2)])
def test_it_says_and_does_the_same(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    told = []
    for name, command in (("started", MAIN), ("forked", broadsheet())):
        folder = tmp_path / name
        folder.mkdir()
        env = {**os.environ, "COLUMNS": "100"}
        done = subprocess.run([*command, *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
        written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        told.append((done.returncode, done.stdout, done.stderr, written))
    assert told[0] == told[1]
    assert told[1][0] == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_it(number: signal.Signals, tmp_path: Path) -> None:
    words = ("demo", "--serve", "--port", "0")
    with subprocess.Popen([*broadsheet(), *words], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving on http://")
        process.send_signal(number)
        # The pipe ends when the command has: the client holds no end of it.
        assert process.stdout.read() == ""
    assert process.returncode == -number
