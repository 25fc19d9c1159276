"""``broadsheet health``, and what a run's closing lines say of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from crawler.health import NOT_YET, Report, sentence
from crawler.terminal import clean
from storage.health import Finding
from storage.health.acks import Ack

# More lines than that would bury the rest of a run's end.
_LINES = 20


def closing_lines(told: Report) -> list[str]:
    """What is news at the end of a run, in full; what is not, in one line; what is well again."""
    fresh = [one for one in told.alarms if one.fresh]
    lines = [f"Source {clean(one.source)} fell out: {sentence(one)}." for one in fresh[:_LINES]]
    if len(fresh) > _LINES:
        lines.append(f"And {len(fresh) - _LINES} more; `broadsheet health` lists them.")
    names = {one.source for one in fresh}
    if len(names) >= 3 and 2 * len(names) > len(told.health.judged):
        lines.append(
            f"{len(names)} of {len(told.health.judged)} sources fell out at once: look for the fault on this side."
        )
    old = sorted({one.source for one in told.alarms if not one.fresh} - names)
    if old:
        listed = ", ".join(old[:10]) + (", …" if len(old) > 10 else "")
        lines.append(f"Not well yet, as told before: {clean(listed)}; `broadsheet health` says why.")
    for source, code in told.health.recovered:
        lines.append(f"Source {clean(source)} is well again: {code}.")
    return lines


def print_text(told: Report, console: Console) -> None:
    """A line for each finding, what is known below, and how many sources are well."""
    for one in told.alarms:
        console.print(f"{clean(one.source)}: {sentence(one)}", soft_wrap=True)
    for one, ack in told.known:
        why = f": {clean(ack.reason)}" if ack.reason else ""
        console.print(f"{clean(one.source)}: known until {ack.until}{why} ({sentence(one)})", soft_wrap=True)
    ill = {one.source for one in told.alarms} | {one.source for one, _ in told.known}
    well = len(set(told.health.judged) - ill)
    of = len(told.health.judged)
    if not of:
        console.print(NOT_YET, soft_wrap=True)
        return
    console.print(f"{well} of {of} sources as ever, at {told.health.at:%Y-%m-%d %H:%M} UTC.")


def as_json(told: Report) -> str:
    """The report as one JSON object: ``at``, ``judged``, ``findings`` with code, numbers, sentence and ``known``."""
    acks = {id(one): ack for one, ack in told.known}
    findings: list[dict[str, object]] = [
        {
            **{key: value for key, value in asdict(one).items() if key != "fresh"},
            "sentence": sentence(one),
            "known": _known(acks.get(id(one))),
        }
        for one in told.health.findings
    ]
    return json.dumps(
        {"at": told.health.at, "judged": told.health.judged, "findings": findings},
        ensure_ascii=False,
        indent=2,
        default=lambda value: value.isoformat(),
    )


def _known(ack: Ack | None) -> dict[str, object] | None:
    return None if ack is None else {"until": ack.until, "reason": ack.reason}


def codes_of(findings: Sequence[Finding], source: str) -> tuple[str, ...]:
    """The codes that are found of a source."""
    return tuple(dict.fromkeys(one.code for one in findings if one.source == source))
