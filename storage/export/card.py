"""A dataset card for Hugging Face, filled from what was counted."""

from __future__ import annotations

import json
import re
from collections import Counter

import pyarrow as pa

from storage.export.cells import cell
from storage.export.census import Census

# The steps that Hugging Face knows, as the most rows of each.
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
_LARGEST = "10M<n<100M"
_TAG = re.compile(r"([a-z]{2,3})(?:-[A-Za-z0-9-]+)?")
# Sources and extractors that are listed; the rest is counted.
_LISTED = 200


def card(census: Census, schema: pa.Schema, *, state: str, selection: str) -> str:
    """The text of ``README.md``: the YAML that the hub reads, then what people read.

    ``state`` says which state of the archive it is, ``selection`` what of it, each in a sentence.
    """
    return "\n".join([*_header(census), *_about(census, state, selection), *_columns(census, schema), *_notes(census)])


def _header(census: Census) -> list[str]:
    size = next((name for most, name in _SIZES if census.rows < most), _LARGEST)
    tags = sorted({match[1] for tag in census.by["language"] if tag and (match := _TAG.fullmatch(tag))})
    languages = ["language:", *(f"- {json.dumps(tag)}" for tag in tags)] if tags else []
    return [
        "---",
        'pretty_name: "News articles, archived by Broadsheet"',
        # The texts are their publishers'; whoever publishes the folder has to say by what right.
        "license: other",
        *languages,
        "size_categories:",
        f"- {size}",
        "tags:",
        "- news",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/*.parquet",
        "---",
        "",
    ]


def _about(census: Census, state: str, selection: str) -> list[str]:
    period = f"{census.first} to {census.last}" if census.first else "undated"
    lines = [
        "# News articles, archived by Broadsheet",
        "",
        f"{_several(census.rows, 'article')} of {_several(len(census.by['source']), 'source')}, published {period}, "
        f"crawled until {census.crawled:%Y-%m-%d %H:%M} UTC. {state} {selection}",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'articles = load_dataset("parquet", data_files="data/*.parquet", split="train")',
        "```",
        "",
    ]
    for name, title in (("source", "Sources"), ("language", "Languages"), ("kind", "Kinds"), ("access", "Access")):
        lines += [f"## {title}", "", *_counted(census.by[name], name), ""]
    return lines


def _columns(census: Census, schema: pa.Schema) -> list[str]:
    lines = ["## Fields", "", "| field | type | filled | meaning |", "|---|---|---:|---|"]
    for field in schema:
        meaning = (field.metadata or {}).get(b"description", b"").decode()
        kind = str(field.type).replace("element: ", "").replace(" not null", "")
        lines.append(f"| `{field.name}` | {kind} | {percent(census.share(field.name))} | {meaning} |")
    return [*lines, ""]


def _notes(census: Census) -> list[str]:
    reserved = [f"| {_shown(name)} | {many:,} |" for name, many in sorted(census.rights.items())]
    rights = ["| reservation | articles |", "|---|---:|", *reserved] if reserved else ["None was met."]
    return [
        "## Extractor versions",
        "",
        *_counted(census.by["extractor"], "extractor"),
        "",
        "## Rights",
        "",
        "The texts belong to their publishers. Machine-readable reservations of rights that the pages or their servers",
        "declared when they were crawled, which bind whoever uses the texts:",
        "",
        *rights,
        "",
        "To share the set without its texts, export a manifest (`broadsheet export --manifest`).",
        "",
    ]


def _counted(counts: Counter[str | None], name: str) -> list[str]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0] or ""))
    lines = [f"| {name} | articles |", "|---|---:|"]
    lines += [f"| {_shown(value) if value else 'unknown'} | {many:,} |" for value, many in ordered[:_LISTED]]
    if len(ordered) > _LISTED:
        lines.append(f"| {len(ordered) - _LISTED:,} others | {sum(many for _, many in ordered[_LISTED:]):,} |")
    return lines


def percent(share: float) -> str:
    """A share with one decimal, rounded down, so that 100.0 % means all."""
    return f"{int(share * 1000) / 10:.1f} %"


def _shown(text: str) -> str:
    """A value from a page or a configuration, safe in a table of Markdown."""
    return "".join(
        f"\\{one}" if one in "\\`*_{}[]<>()#+!|~&" else one if one.isprintable() else " " for one in cell(text)
    )


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
