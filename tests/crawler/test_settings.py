"""What a crawl loads: nothing that it does not use, and its workers nothing of its command line."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from click.testing import CliRunner
from scrapy.extension import ExtensionManager
from scrapy.settings import Settings

from crawler.cli import main


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
