"""What a publisher changed, as people and programs see it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from crawler.cli import main
from crawler.commands import diff
from storage.archive import Archive
from tests.archive_samples import HOST, article, begin, capture, minutes

BODY = "The ferry was late again.\n\nNobody on the quay was surprised by it."


def edited(archive: Archive, *changes: dict[str, Any]) -> None:
    """An article with a revision for each of ``changes``, an hour apart."""
    run = begin(archive)
    for number, change in enumerate(({}, *changes), 1):
        at = minutes(60 * number)
        fields: dict[str, Any] = {
            "row": f"20261122T{12 + number}0000.000000Z-0",
            "revision": f"{number:x}" * 32,
            "body": BODY,
            "date_crawled": at,
        }
        outcome = "archived" if number == 1 else "revised"
        run.record(capture(1, at=at, outcome=outcome, revision=f"{number:x}" * 32), article(1, **fields | change))
    run.finish()


def shown(archive: Archive, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diff", f"{HOST}/1", "--archive", str(archive.root), *options])
    return result.exit_code, result.output


def test_words_that_went_and_came_are_marked(archive: Archive) -> None:
    edited(archive, {"body": BODY.replace("late", "early"), "title": "Ferry number 1 is early"})
    code, text = shown(archive)
    assert code == 0
    assert "The ferry was [-late -]{+early +}again." in text
    assert "Ferry number 1 is [-late-]{+early+}" in text
    assert "[-Nobody" not in text
    assert "2 " in text.splitlines()[1]


@pytest.mark.parametrize(
    ("change", "field", "needle"),
    [
        pytest.param({"title": "Ferries"}, "title", "Ferries", id="title"),
        pytest.param({"bullets": ("It was late",)}, "bullets", "It was late", id="bullets"),
        pytest.param({"body": BODY + "\n\nA third paragraph."}, "body", "A third paragraph.", id="body"),
        pytest.param({"date_published": minutes(1)}, "date_published", "12:01", id="date of publication"),
        pytest.param({"date_modified": minutes(2)}, "date_modified", "12:02", id="date of change"),
    ],
)
def test_every_field_that_differs_is_told(archive: Archive, change: dict[str, Any], field: str, needle: str) -> None:
    edited(archive, change)
    code, text = shown(archive, "--json")
    assert code == 0
    found = json.loads(text)
    assert [one["field"] for one in found["changes"]] == [field]
    added = "".join(part["text"] for part in found["changes"][0]["parts"] if part["change"] == "added")
    assert needle in added
    assert [one["number"] for one in found["revisions"]] == [1, 2]


def test_both_texts_can_be_put_together_from_the_parts(archive: Archive) -> None:
    edited(archive, {"body": "Nobody was late.\n\nThe quay, it was said, was surprised.\n\nAgain!"})
    old, new = diff.revisions(archive, f"{HOST}/1")
    (body,) = diff.compare(old, new)
    assert "".join(part.text for part in body.parts if part.change != "added") == old.body
    assert "".join(part.text for part in body.parts if part.change != "removed") == new.body


@pytest.mark.parametrize(
    ("options", "pair"),
    [
        pytest.param((), (2, 3), id="the last edit"),
        pytest.param(("--rev", "1"), (1, 3), id="since one of them"),
        pytest.param(("--rev", "1", "--rev", "2"), (1, 2), id="by number"),
        pytest.param(("--rev", "1", "--rev", "-1"), (1, 3), id="the newest"),
        pytest.param(("--rev", "1111", "--rev", "22222"), (1, 2), id="by hash"),
    ],
)
def test_revisions_are_named(archive: Archive, options: tuple[str, ...], pair: tuple[int, int]) -> None:
    edited(archive, {"title": "Two"}, {"title": "Three"})
    code, text = shown(archive, "--json", *options)
    assert code == 0, text
    found = json.loads(text)
    assert (found["old"]["number"], found["new"]["number"]) == pair


def test_a_degraded_revision_is_no_edit(archive: Archive) -> None:
    edited(archive, {"title": "Two"}, {"title": "A wall", "warnings": ("degraded",)})
    code, text = shown(archive)
    assert code == 0
    assert "{+Two+}" in text
    assert "{+A wall" not in text
    assert "degraded" in text


@pytest.mark.parametrize(
    ("changes", "options", "needle"),
    [
        pytest.param(0, (), "one revision only", id="never edited"),
        pytest.param(1, ("--rev", "7"), "there is no revision '7'", id="no such number"),
        pytest.param(1, ("--rev", "abcd"), "1 to 2", id="no such hash"),
    ],
)
def test_what_cannot_be_compared_is_said(archive: Archive, changes: int, options: tuple[str, ...], needle: str) -> None:
    edited(archive, *({"title": f"{number}"} for number in range(changes)))
    code, text = shown(archive, *options)
    assert code == 1
    assert needle in text


def test_an_unknown_address_is_said(archive: Archive) -> None:
    result = CliRunner().invoke(main, ["diff", "http://nowhere.test/", "--archive", str(archive.root)])
    assert result.exit_code == 1
    assert "no article of this archive" in result.output


def test_a_page_cannot_steer_the_terminal(archive: Archive) -> None:
    edited(archive, {"title": "Two \x1b[2J\u202e"})
    code, text = shown(archive)
    assert code == 0
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_terminal_gets_colour(archive: Archive) -> None:
    edited(archive, {"title": "Two"})
    old, new = diff.revisions(archive, f"{HOST}/1")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", markup=False)
    for line in diff.as_text(diff.compare(old, new), color=True):
        console.print(line)
    assert "\x1b[32m" in stream.getvalue()
    assert "{+" not in stream.getvalue()


def test_revisions_are_listed(archive: Archive) -> None:
    edited(archive, {"title": "Two"})
    code, text = shown(archive, "--list")
    assert code == 0
    assert [line.split()[0] for line in text.splitlines()] == ["1", "2"]
