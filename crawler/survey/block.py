"""The proposed ``[[source]]`` block as TOML: every word of the site is quoted, or bound into one comment line."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections import Counter

from crawler.survey.choose import Choice, Proposal
from crawler.survey.model import Survey
from crawler.terminal import clean

_LONGEST = 200
_MOST = 20


def block(name: str, survey: Survey, proposal: Proposal, *, today: dt.date) -> str:
    """The block for a source called ``name``, with the reasons as comments."""
    lines = [
        "[[source]]",
        _comment(f"Proposed on {today} by: broadsheet add {survey.url}"),
        f"name = {quoted(name)}",
        "entrances = [",
    ]
    for choice in proposal.entrances:
        lines += [_comment(f"{choice.reason}{_example(choice)}", indent="    "), f"    {quoted(choice.candidate.url)},"]
    lines.append("]")
    elsewhere: Counter[str] = Counter()
    for choice in proposal.entrances:
        elsewhere.update(choice.candidate.elsewhere)
    for host, count in elsewhere.most_common(3):
        lines += [_comment(f"{count} links lead to {host}; if it is the site's own: hosts = [{quoted(host)}]")]
    if proposal.history:
        lines.append(_comment("For a backfill with --since and --until add to the entrances:"))
        for choice in proposal.history:
            lines.append(_comment(f"    {quoted(choice.candidate.url)},  {choice.reason}"))
    if proposal.left_out:
        lines.append(_comment("Left out:"))
        for choice in proposal.left_out[:_MOST]:
            lines.append(_comment(f"    {choice.candidate.url} {choice.reason}"))
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """``text`` as a TOML basic string in ASCII: JSON's escapes are TOML's, but DEL and surrogate pairs are not."""
    return "".join(
        f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else _quoted(character) for character in text
    ).join('""')


def _quoted(character: str) -> str:
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def _comment(text: str, indent: str = "") -> str:
    """One comment line: no character of ``text`` can end it, steer a terminal or reorder what is shown."""
    safe = "".join(" " if unicodedata.category(character) in ("Zl", "Zp") else character for character in clean(text))
    return f"{indent}# {safe if len(safe) <= _LONGEST + 200 else safe[: _LONGEST + 200] + '…'}"


def _example(choice: Choice) -> str:
    title = next((link.title for link in choice.candidate.links if link.title), None)
    return f"; such as: {title[:_LONGEST]}" if title else ""
