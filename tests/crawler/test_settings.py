"""What a crawl loads: nothing that it does not use, and its workers nothing of its command line."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from rich.console import Console
from scrapy.extension import ExtensionManager
from scrapy.settings import Settings

from crawler.cli import main
from crawler.commands.crawl import run
from crawler.session import Session


def test_what_would_listen_to_others_is_not_even_loaded() -> None:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("EXTENSIONS", {"scrapy.extensions.debug.StackTraceDump": 1}, priority="cmdline")
    loaded = {str(one) for one in ExtensionManager._get_mwlist_from_settings(settings)}
    assert {"scrapy.extensions.corestats.CoreStats", "scrapy.extensions.debug.StackTraceDump"} <= loaded
    assert not [one for one in loaded if "remote_control" in one]


@pytest.mark.parametrize("is_ours", [pytest.param(True, id="its script"), pytest.param(False, id="another program")])
def test_a_worker_does_not_load_the_script_of_the_command_line(
    monkeypatch: pytest.MonkeyPatch, *, is_ours: bool
) -> None:
    script = ModuleType("__main__")
    script.__file__ = "bin/broadsheet"
    if is_ours:
        vars(script)["main"] = main
    monkeypatch.setitem(sys.modules, "__main__", script)
    assert CliRunner().invoke(main, ["init", "--help"]).exit_code == 0
    assert ("__file__" not in vars(script)) == is_ours


def test_no_record_is_made_of_what_nobody_wants_to_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Opened(Exception):
        pass

    def opened() -> Session:
        raise Opened

    root, scrapy = logging.getLogger(), logging.getLogger("scrapy")
    monkeypatch.setattr(root, "handlers", [])
    before = root.level, scrapy.level
    try:
        with (tmp_path / "log").open("w") as file, pytest.raises(Opened):
            run(opened, console=Console(file=file))
        assert not logging.getLogger("scrapy.core.engine").isEnabledFor(logging.INFO)
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(logging.WARNING)
    finally:
        root.setLevel(before[0])
        scrapy.setLevel(before[1])
