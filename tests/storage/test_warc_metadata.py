"""Capture metadata: one line of ASCII, ours only where it says so, and never guessed where it is broken."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from warc_samples import INFO

from storage.records import Announcement, SiteRules
from storage.warc import CaptureInfo
from storage.warc.metadata import MetadataError, from_header, to_header


def test_nothing_that_is_empty_is_written() -> None:
    info = CaptureInfo(kind="robots", source="kurier", requested_url="https://kurier.example/robots.txt")
    with_name = dataclasses.replace(info, rules=SiteRules(name="kurier"))
    line = '{"broadsheet":{"kind":"robots","source":"kurier","requested_url":"https://kurier.example/robots.txt"}}'
    assert to_header(info) == to_header(with_name) == line
    assert from_header(line) == info
    assert info.site == with_name.site == SiteRules(name="kurier")


def test_rules_of_another_name_are_written() -> None:
    info = dataclasses.replace(INFO, rules=SiteRules(name="kurier-sport"))
    assert from_header(to_header(info)) == info


def test_it_is_one_line_of_printable_ascii() -> None:
    text = "".join(map(chr, [*range(0x100), 0x2028, 0xD800, 0x1F600]))
    info = dataclasses.replace(INFO, source=text)
    line = to_header(info)
    assert all(0x20 <= ord(character) < 0x7F for character in line)
    assert from_header(line) == info


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"ipType":"Public"}', "not JSON", "[" * 100_000, '"x"', "1"])
def test_what_other_programs_write_is_not_ours(text: str) -> None:
    assert from_header(text) is None


@pytest.mark.parametrize(
    ("change", "match"),
    [
        pytest.param({"kind": "advert"}, "none of article", id="a kind that there is not"),
        pytest.param({"kind": None}, "kind is missing", id="no kind"),
        pytest.param({"source": 1}, "source is not text", id="a number for a text"),
        pytest.param({"requested_url": None}, "requested_url is missing", id="no URL"),
        pytest.param({"rights": "noai"}, "rights is not a list", id="a text for a list"),
        pytest.param({"rights": [1]}, "rights is not a list", id="numbers in a list"),
        pytest.param({"batch": "3"}, "batch is not a whole number", id="a text for a number"),
        pytest.param({"batch": True}, "batch is not a whole number", id="a truth for a number"),
        pytest.param({"announcement": []}, "announcement is not an object", id="a list for an object"),
        pytest.param({"announcement": {"entrance": "a", "kind": "feed"}}, "seen_at is missing", id="never seen"),
        pytest.param(
            {"announcement": {"entrance": "a", "kind": "feed", "seen_at": "today"}},
            "seen_at is not a date",
            id="no date",
        ),
        pytest.param(
            {"announcement": {"entrance": "a", "kind": "x", "seen_at": "2026-11-22"}}, "none of feed", id="no entrance"
        ),
        pytest.param({"rules": {"timezone": "UTC"}}, "name is missing", id="rules of nobody"),
    ],
)
def test_what_is_broken_is_named(change: dict[str, object], match: str) -> None:
    fields = json.loads(to_header(INFO))
    fields["broadsheet"].update(change)
    with pytest.raises(MetadataError, match=match):
        from_header(json.dumps(fields))


@pytest.mark.parametrize("text", ['{"broadsheet":{}}', '{"broadsheet":1}', '{"broadsheet":null}', '{"broadsheet":{"ki'])
def test_ours_without_content_is_broken(text: str) -> None:
    with pytest.raises(MetadataError):
        from_header(text)


def test_a_key_of_a_later_version_is_ignored() -> None:
    fields = json.loads(to_header(INFO))
    fields["broadsheet"]["mood"] = "cheerful"
    assert from_header(json.dumps(fields)) == INFO


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "warc.md").read_text()
    names = {field.name for record in (CaptureInfo, Announcement) for field in dataclasses.fields(record)}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
