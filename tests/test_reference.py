"""The reference pages say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from crawler import reference
from crawler.cli import main
from crawler.reasons import CRAWL, OUTCOMES, REASONS, explain
from pipelines.outcomes import RETRIED
from storage.schema import TABLES

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_page_is_what_the_code_would_write(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == reference.pages()[name], "run `make docs`"


def test_every_option_of_every_command_stands_in_the_docs() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"## `broadsheet {name}`" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(option in text for option in parameter.opts), (name, parameter.opts)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_every_command_has_an_example(name: str) -> None:
    command = main.commands[name]
    text = command.get_help(click.Context(command, info_name=f"broadsheet {name}"))
    assert re.search(rf"^ {{2,}}(?:[^:\n]+: +)?broadsheet {name}\b", text, flags=re.MULTILINE), text


def test_every_column_has_a_description() -> None:
    for table in TABLES:
        for field in table.schema:
            assert len(field.metadata[b"description"]) > 8, (table.name, field.name)


def test_every_reason_has_one_meaning() -> None:
    assert all(text.endswith(".") or text[0].islower() for text in REASONS.values())
    assert not set(OUTCOMES) & set(REASONS)


def test_codes_written_in_the_crawler_are_registered() -> None:
    """A literal reason in the sources is one of the registry."""
    root = Path(__file__).parent.parent
    files = [*(root / "crawler").rglob("*.py"), root / "pipelines" / "outcomes.py", root / "pipelines" / "history.py"]
    used = {
        code
        for file in files
        if "demo" not in file.parts
        for code in re.findall(r'reason="([a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert used, "the pattern finds nothing any more"
    assert {code for code in used if explain(code) is None} == set()


def test_every_retried_code_is_registered() -> None:
    assert {code for code in RETRIED if explain(code) is None} == set()


@pytest.mark.parametrize(
    ("code", "known"),
    [
        pytest.param("http_503", True, id="a status"),
        pytest.param("http_", False, id="no status"),
        pytest.param("alias", True, id="of the crawl"),
        pytest.param("never_heard", False, id="none of ours"),
    ],
)
def test_explain(code: str, known: bool) -> None:
    assert (explain(code) is not None) is known
    assert CRAWL
