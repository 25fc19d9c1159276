"""The figures that may not fall: ``python -m tests.quality.floors --raise`` after an improvement.

Without a flag it prints the figures beside their floors. ``--raise`` lifts the floors that were passed and touches no
other; ``--lower REASON`` writes all figures as they are, also those that fell, and the reason beside them, for a
reviewer to accept.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.quality import pages

FILE = Path(__file__).with_name("floors.json")
#: A figure may vary by so much: one page of the largest set.
TOLERANCE = 0.002
# A reason has at least so many words.
_WORDS = 3

Figures = dict[str, dict[str, float]]


def load() -> tuple[str, Figures]:
    """The digest of the data and the floors."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return stored["data"], stored["floors"]


def fallen(floors: Figures, figures: Figures) -> list[str]:
    """A line for each figure that is worse than its floor by more than the tolerance, or gone."""
    lines = []
    for name, rows in floors.items():
        for figure, floor in rows.items():
            now = figures.get(name, {}).get(figure)
            if now is None or _gain(figure, floor, now) < -TOLERANCE:
                lines.append(f"{name} {figure}: {now} where the floor is {floor}")
    return lines


def raised(floors: Figures, figures: Figures) -> Figures:
    """The floors, with each figure that is better in place of the old one."""
    return {
        name: {
            figure: now if figure not in floors.get(name, {}) or _gain(figure, floors[name][figure], now) > 0
            else floors[name][figure]
            for figure, now in rows.items()
        }
        for name, rows in figures.items()
    }  # fmt: skip


def _gain(figure: str, floor: float, now: float) -> float:
    return floor - now if figure in pages.FALLING else now - floor


def write(file: Path, floors: Figures, reason: str | None, down: list[str]) -> None:
    """Write ``floors`` with the digest of the data, and ``reason`` for those that went ``down`` after all before it."""
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    lowered = [*stored.get("lowered", []), *([{"why": reason, "what": down}] if reason else [])]
    content = {"data": pages.digest(), "floors": floors, "lowered": lowered}
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = cli.add_mutually_exclusive_group()
    how.add_argument("--raise", action="store_true", dest="lift", help="write the figures that are better")
    how.add_argument("--lower", metavar="REASON", help="write all figures, also those that fell, and why they may fall")
    options = cli.parse_args(arguments)
    if options.lower is not None and len(options.lower.split()) < _WORDS:
        cli.error("--lower wants the reason in a sentence, such as --lower 'two pages of the truth were wrong'")
    figures = pages.figures()
    floors = load()[1] if FILE.exists() else {}
    for name, rows in figures.items():
        for figure, now in rows.items():
            print(f"{name:14s} {figure:13s} {now:.4f}  floor {floors.get(name, {}).get(figure, float('nan')):.4f}")
    down = fallen(floors, figures)
    if options.lift or options.lower:
        write(FILE, figures if options.lower else raised(floors, figures), options.lower, down)
    return 1 if down and not options.lower else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
