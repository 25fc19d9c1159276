"""The reference pages of ``docs/`` that are written from the code: ``python -m crawler.reference docs``.

A test holds the pages to what this module would write, so that none of them can fall behind.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from crawler import discovery, failures, reasons
from crawler.cli import main
from pipelines import codes, policy
from pipelines.importing import reasons as imports
from storage.health import CODES as HEALTH
from storage.schema import data_dictionary
from storage.verify import CODES
from storage.warc import DAMAGE_REASONS

REGENERATE = "Written by `make docs`; change the code, not this page."


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {"data-dictionary.md": data_dictionary(), "reasons.md": reason_codes(), "commands.md": commands()}


def reason_codes() -> str:
    """Every stable code: of outcomes, of rejections, of warnings, of damage."""
    parts = [
        "# Codes",
        "",
        f"{REGENERATE} A code never changes its meaning.",
        "",
        "## Outcomes",
        "",
        "The column `outcome` of `captures`: what became of a URL.",
        "",
        *_table(reasons.OUTCOMES),
        "## Reasons of the crawl",
        "",
        "The column `reason` of `captures`.",
        "",
        *_table({**reasons.CRAWL, "http_NNN": reasons.HTTP}),
        "## Reasons of failed downloads",
        "",
        "The column `reason` of `captures` where `outcome` is `failed`.",
        "",
        *_table(failures.REASONS),
        "## Reasons of rights",
        "",
        "The column `reason` of `captures` where `outcome` is `refused` because of what is reserved; see",
        "[rights.md](rights.md).",
        "",
        *_table(policy.REASONS),
        "## Reasons of imports",
        "",
        "In the column `tallies` of `runs` where `outcome` is `skipped`: why `broadsheet import` left a record out.",
        "Where it is `damaged`, the reason is one of [damage](#damage).",
        "",
        *_table(imports.REASONS),
        "## Reasons of entrances",
        "",
        "The column `reason` of `captures` where `kind` is `entrance`.",
        "",
        *_table(discovery.REASONS),
        "## Reasons of rejections",
        "",
        "The column `reason` of `captures` where `outcome` is `rejected`: no article, or none that can be read.",
        "",
        *_table(codes.REASONS),
        "## Warnings",
        "",
        "The column `warnings` of `articles`. A parameter may follow a colon.",
        "",
        *_table(codes.WARNINGS),
        "## Damage",
        "",
        "What a WARC reader says of a record that it cannot give back.",
        "",
        *_table(DAMAGE_REASONS),
        "## Health",
        "",
        "What `broadsheet health`, and the end of a run, say of a source that fell out; see [health](health.md).",
        "What a run found stands in its row's `tallies` under the outcome `health`.",
        "",
        *_table(HEALTH),
        "## Problems",
        "",
        "What `broadsheet verify` finds wrong with an archive; see [maintenance](maintenance.md).",
        "",
        *_table(CODES),
    ]
    return "\n".join(parts).rstrip() + "\n"


def commands() -> str:
    """Every command with its help, as a terminal of 100 columns shows it."""
    parts = ["# Commands", "", REGENERATE, "", *_help(main, "broadsheet")]
    for name, command in sorted(main.commands.items()):
        parts += [f"## `broadsheet {name}`", "", *_help(command, f"broadsheet {name}")]
    return "\n".join(parts).rstrip() + "\n"


def _help(command: click.Command, name: str) -> list[str]:
    context = click.Context(
        command, info_name=name, max_content_width=100, terminal_width=100, help_option_names=["-h", "--help"]
    )
    return ["```text", command.get_help(context), "```", ""]


def _table(codes_of: Mapping[str, str]) -> list[str]:
    return [
        "| code | meaning |",
        "|---|---|",
        *(f"| `{code}` | {text} |" for code, text in sorted(codes_of.items())),
        "",
    ]


def write(folder: Path) -> None:
    """Write every page into ``folder``."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
