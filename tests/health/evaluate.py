"""How many faults health finds, how soon, and how often it cries wolf: ``python -m tests.health.evaluate``."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from storage.health import Finding, Health
from storage.health.judge import judge, tallies
from tests.health.invented import BREAKS, PAPERS, Paper, Told, history

PAGE = Path(__file__).parents[2] / "docs" / "health.md"
BEGINS, ENDS = "<!-- figures: begin -->", "<!-- figures: end -->"


def walk(told: Told, ends: Sequence[dt.datetime], begin: int) -> Iterator[tuple[int, Health]]:
    """Let the runs end one after the other, each with its row, and judge from the run ``begin`` on."""
    for number, end in enumerate(ends):
        listed = [{"source": paper.name, "outcome": "archived", "reason": None, "count": 1} for paper in told.papers]
        began = end - dt.timedelta(minutes=20)
        if number >= begin:
            health = judge(told, at=end, began=began)
            yield number, health
            listed += [
                {"source": one.source, "outcome": one.outcome, "reason": one.reason, "count": one.count}
                for one in tallies(health)
            ]
        told.ended.append(
            {"run": str(number), "command": "crawl", "outcome": "done", "started_at": began, "finished_at": end,
             "config_digest": None, "versions": [], "batches": 1, "tallies": listed, "detail": None}
        )  # fmt: skip


def healthy(papers: Sequence[Paper], *, days: int, runs_a_day: int, seed: int) -> list[tuple[int, Finding]]:
    """What is raised over ``days`` healthy days after ten weeks of history."""
    told, ends = history(papers, days=days + 70, runs_a_day=runs_a_day, seed=seed)
    return [
        (number, one) for number, health in walk(told, ends, 70 * runs_a_day) for one in health.findings if one.fresh
    ]


def until_found(paper: Paper, name: str, *, runs_a_day: int, seed: int, most: int) -> int | None:
    """The run, counted from 1, at whose end a break is found; None where ``most`` runs do not do it."""
    change, codes = BREAKS[name]
    start, days = 71 * runs_a_day, -(-most // runs_a_day)
    # The last days of the history, from a Tuesday on, are broken; the other papers go on as ever.
    told, ends = history(
        PAPERS, days=71 + days, runs_a_day=runs_a_day, seed=seed, breaks={paper.name: change}, broken=days
    )
    for number, health in walk(told, ends[: start + most], start - 1):
        if number >= start and any(one.source == paper.name and one.code in codes for one in health.findings):
            return number - start + 1
    return None


def tables(days: int, seed: int, tries: int, most: int) -> Iterator[str]:
    """The Markdown of both figures: false alarms of healthy days, and the runs until each break is found."""
    yield "| healthy days | runs a day | sources | judged | false alarms |"
    yield "|---:|---:|---:|---:|---:|"
    for runs_a_day in (1, 4):
        raised = healthy(PAPERS, days=days, runs_a_day=runs_a_day, seed=seed)
        for number, one in raised:
            print(f"raised at run {number}: {one}", file=sys.stderr)
        yield f"| {days} | {runs_a_day} | {len(PAPERS)} | {days * runs_a_day * len(PAPERS)} | {len(raised)} |"
    yield ""
    for runs_a_day in (1, 4):
        when = "once a day" if runs_a_day == 1 else f"{runs_a_day} times a day"
        yield f"Runs {when}:"
        yield ""
        yield "| what breaks, by articles a day |" + "".join(f" {paper.a_day:g} |" for paper in PAPERS)
        yield "|---|" + "---:|" * len(PAPERS)
        for name in BREAKS:
            cells = []
            for paper in PAPERS:
                found = [
                    until_found(paper, name, runs_a_day=runs_a_day, seed=seed + number, most=most)
                    for number in range(tries)
                ]
                cells.append(", ".join(str(one or f"> {most}") for one in sorted(found, key=lambda one: one or 99)))
            yield f"| {name} | " + " | ".join(cells) + " |"
        yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=200, help="healthy days after ten weeks of history")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--tries", type=int, default=2, help="histories in which each break is tried")
    parser.add_argument("--most", type=int, default=8, help="runs after which a break counts as missed")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/health.md")
    wanted = parser.parse_args()
    lines = []
    for line in tables(wanted.days, wanted.seed, wanted.tries, wanted.most):
        print(line, flush=True)
        lines.append(line)
    if wanted.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
        _, _, after = rest.partition(ENDS)
        text = "\n".join(lines).strip()
        PAGE.write_text(f"{before}{BEGINS}\n\n{text}\n\n{ENDS}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
