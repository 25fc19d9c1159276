"""The measured section of docs/extraction.md, written from the results."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from peers import PEERS, Peer
from results import Result

PAGE = Path(__file__).parents[3] / "docs" / "extraction.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
SETS = {
    "aeb": "article-extraction-benchmark",
    "fundus-tests": "fundus' parser tests, of 40 countries",
    "trafilatura": "trafilatura's evaluation",
    "htmldate": "htmldate's evaluation",
    "postlight": "Postlight Parser's fixtures",
    "bullets": "key points, marked by hand",
}
FIGURES = (
    ("aeb", "body.f1", "body, 4-word shingles, F1"),
    ("fundus-tests", "para.f1", "body, whole paragraphs, F1"),
    ("fundus-tests", "body.f1", "body, 4-word shingles, F1"),
    ("fundus-tests", "title", "title, share right"),
    ("fundus-tests", "date.day", "day of publication, share right"),
    ("fundus-tests", "date.instant", "instant of publication, share right to the minute"),
    ("fundus-tests", "authors.f1", "authors, F1"),
    ("trafilatura", "snip.f1", "snippets that must and must not stand in the text, F1"),
    ("htmldate", "date.day", "day of publication, share right"),
    ("postlight", "title", "title, share right"),
    ("postlight", "date.day", "day of publication, share right"),
    ("postlight", "authors.f1", "authors, F1"),
    ("bullets", "bullets.f1", "key points, F1"),
    ("bullets", "bullets.page", "key points, share of pages right as a whole"),
    ("bullets", "bullets.leak", "key points that stand in the body, share (less is better)"),
)
LESS_IS_BETTER = {"bullets.leak"}
INTRODUCTION = """\
## Measured

{pages:,} saved news pages with known answers:

{sets}

The pages are other people's, so they lie beside the repository (`../shared/bench`), not in it. These are the pages that
Broadsheet's rules were tried on; on pages of other publishers its figures will be lower, the other columns much the
same. The truth is what each benchmark's authors wrote down.
"""
OUTRO = """\
“–”: the extractor has no such field, or not as it is called here. In bold: the best of the row. A page that raises or
takes more than 30 s of processor time counts as an empty answer. Speed is the ratio of two sums over the same pages,
the extractor and trafilatura in turn, page by page, in one process and one run; the median of three rounds.

How each is called, on the bytes and the address of the page, without network:

{calls}

newspaper4k's tokenizer of Korean wants a sentence model that NLTK downloads; where it is not installed, an empty one
stands in, which changes no count of words.

`make bench-extraction` measures all of this again and writes this section;
`make bench-extraction PEERS=broadsheet,trafilatura` measures some columns and keeps the others.
"""


def lacks(peer: Peer, figure: str) -> bool:
    """Whether the extractor has no field for the figure."""
    return any(figure == prefix or figure.startswith(f"{prefix}.") for prefix in peer.lacks)


def row(label: str, values: list[float | None], form: str, *, less: bool = False) -> str:
    """One line of the table: "–" for None, the best in bold: as it is printed, so that all of a tie are."""
    cells = [None if value is None else format(value, form) for value in values]
    known = [float(cell) for cell in cells if cell is not None]
    best = (min if less else max)(known) if len(set(known)) > 1 else None
    shown = ("–" if cell is None else f"**{cell}**" if float(cell) == best else cell for cell in cells)
    return f"| {label} | {' | '.join(shown)} |"


def item(text: str) -> str:
    """One item of a list, wrapped as the other pages are."""
    return textwrap.fill(
        text, 120, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def render(results: Mapping[str, Result]) -> str:
    """The section in Markdown, markers included, of the extractors that were measured."""
    columns = [(peer, results[peer.name]) for peer in PEERS if peer.name in results]
    versions = [f"{peer.title} {result.version}" for peer, result in columns]
    lines = [f"| set | figure | {' | '.join(versions)} |", "|---|---|" + "---:|" * len(columns)]
    for name, figure, label in FIGURES:
        values = [None if lacks(peer, figure) else result.sets[name].get(figure) for peer, result in columns]
        lines.append(row(f"{name} | {label}", values, ".3f", less=figure in LESS_IS_BETTER))
    failures = [sum(figures.get("crashes", 0.0) for figures in result.sets.values()) for _, result in columns]
    lines.append(row("all | pages that raise or take too long", list(failures), ".0f", less=True))
    lines.append(row("all | times as fast as trafilatura", [result.speed for _, result in columns], ".2f"))
    runs: dict[str, list[str]] = {}
    for peer, result in columns:
        runs.setdefault(f"{result.date} on Python {result.python}", []).append(peer.title)
    measured = "; ".join(f"{run}: {', '.join(titles)}" for run, titles in runs.items())
    sizes = {name: int(columns[0][1].sets[name]["pages"]) for name in SETS} if columns else dict.fromkeys(SETS, 0)
    introduction = INTRODUCTION.format(
        pages=sum(sizes.values()),
        sets="\n".join(f"- `{name}`: {text}, {sizes[name]} pages" for name, text in SETS.items()),
    )
    outro = OUTRO.format(calls="\n".join(item(f"**{peer.title}**: {peer.call}") for peer, _ in columns))
    return "\n".join([BEGIN, introduction, *lines, "", f"Measured {measured}.", "", outro.rstrip(), END]) + "\n"


def splice(page: str, section: str) -> str:
    """The page with its section replaced, or with the section at its end where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        return before + section.rstrip("\n") + after
    return f"{page.rstrip()}\n\n{section}"


def write(results: Mapping[str, Result], path: Path = PAGE) -> None:
    """Write the section into the page, which is begun where it is missing."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Extraction: from a page to its fields\n"
    path.write_text(splice(page, render(results)), encoding="utf-8")
