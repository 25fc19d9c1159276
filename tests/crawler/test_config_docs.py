"""docs/configuration.md and the list of keys say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.config import KEYS, ConfigError, parse
from crawler.config.__main__ import main
from crawler.config.docs import refreshed

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert refreshed(text) == text


def test_the_page_names_every_key_with_its_default() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for key in KEYS:
        (row,) = re.findall(rf"(?m)^\| `{key.name}` \| {re.escape(key.type)} \| .*$", _section(text, key.table))
        assert (key.default or ("required" if key.required else "none")) in row


def _section(text: str, table: str) -> str:
    headings = {"": "### Top of the file"} | {name: f"### `[{name}]`" for name in ("archive", "crawl", "metrics")}
    return text.split(headings.get(table, "### `[[source]]`"))[1].split("###")[0]


def test_the_example_of_the_page_is_sound() -> None:
    example = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    found = parse(example, Path("broadsheet.toml"))
    assert [source.name for source in found.sources] == ["daily-example"]
    assert found.disabled == ()


def test_the_quoted_sentences_are_the_programs_own() -> None:
    quoted = PAGE.read_text(encoding="utf-8").split("```\n")[-2].strip().splitlines()
    with pytest.raises(ConfigError) as caught:
        parse("[crawl]\ncontcat = 'a'\n", Path("broadsheet.toml"))
    text = "[crawl]\ncontact = 'a@b.test'\n[[source]]\nname = 'courier'\ntimezone = 'Berlin'\nentrances = ['http://a.test']"
    disabled = parse(text, Path("sources/north.toml")).disabled
    assert quoted == [str(caught.value), str(disabled[0].error)]


def test_the_command_refreshes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- keys: begin -->\nstale\n<!-- keys: end -->\nafter\n")
    assert main([str(page)]) == 0
    assert "stale" not in page.read_text()
    assert '| `robots_max_age` | duration | `"24h"` |' in page.read_text()
    assert main([]) == 2


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="lacks"):
        main([str(page)])
    assert page.read_text() == "nothing"
