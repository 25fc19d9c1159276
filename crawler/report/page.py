"""What was found, put into the template: one HTML file that asks the network for nothing and runs no script.

Every text of the archive goes through :func:`crawler.terminal.clean` and Jinja's escaping; what a page wrote cannot
become markup, and an address becomes a link only where it is http or https.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from crawler.report import GENERATOR, charts, words
from crawler.terminal import clean
from storage.coverage import CAPTURED
from storage.report.fields import FIELDS
from storage.report.model import Report
from storage.report.samples import LONGEST

_BARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One way in which a source fell out, in words; ``known`` says until when and why it was acknowledged."""

    source: str
    sentence: str
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What fell out among so many ``judged`` sources; ``left`` more are not listed."""

    judged: int
    listed: tuple[Alarm, ...]
    left: int = 0


def page(report: Report, *, title: str, alarms: Alarms | None = None) -> str:
    """The report as an HTML document; ``alarms`` is None where the sources were not judged."""
    style = _read("report.css")
    template = _environment().from_string(_read("report.html"))
    made = template.render(
        report=report,
        alarms=alarms,
        rows={line.source: index for index, line in enumerate(report.coverage.sources)},
        by_span=lambda cells: {cell.span: cell for cell in cells},
        title=title,
        asked=(
            *(argument for name in report.chosen for argument in ("--source", name)),
            *("--since", str(report.period.since), "--until", str(report.period.until)),
        ),
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        generator=Markup(GENERATOR),
        version=version("broadsheet"),
        fields=tuple(FIELDS),
        longest=LONGEST,
        figures=_figures(report),
        w=words,
    )
    return made.lstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The charts, each None where it has nothing to show."""

    articles: Markup | None
    revisions: Markup | None
    growth: Markup | None
    fates: Markup | None
    slowest: Markup | None
    failing: Markup | None


def _figures(report: Report) -> Figures:
    when = report.period

    def timed(name: str, values: Sequence[float]) -> charts.Series:
        days = [words.span(when, span) for span in range(when.spans)]
        bars = [
            charts.Bar(label=day, value=value, row=f"s-{span}")
            for span, (day, value) in enumerate(zip(days, values, strict=True))
        ]
        return charts.Series(name=name, bars=bars)

    def columns(title: str, series: Sequence[charts.Series], shown: Callable[[float], str]) -> Markup | None:
        ticks = [words.day(when.first(span)) for span in range(when.spans)]
        full = any(bar.value for one in series for bar in one.bars)
        return charts.columns(title, series, ticks=ticks, shown=shown) if full else None

    def ranking(title: str, bars: Sequence[charts.Bar], shown: Callable[[float], str]) -> Markup | None:
        return charts.ranking(title, bars, shown=shown) if bars else None

    return Figures(
        articles=columns("New articles", [timed("articles", [one.articles for one in report.spans])], words.number),
        revisions=columns("Revisions", [timed("revisions", [one.revisions for one in report.spans])], words.number),
        growth=columns(
            "Size of the archive",
            [
                timed("WARC", [one.warc for one in report.spans]),
                timed("tables (estimate)", [one.parquet for one in report.spans]),
            ],
            words.size,
        ),
        fates=ranking(
            "Addresses that are not captured, by fate",
            [
                charts.Bar(label=words.fate(line.fate), value=line.fate.count, row=f"f-{index}")
                for index, line in enumerate(report.coverage.fates)
                if line.fate.outcome not in CAPTURED
            ][:_BARS],
            words.number,
        ),
        slowest=ranking(
            "Seconds from one answer to the next",
            [
                charts.Bar(label=line.host, value=line.pace or 0.0, row=f"h-{index}")
                for index, line in enumerate(report.hosts.slowest)
            ],
            words.seconds,
        ),
        failing=ranking(
            "Failures by host",
            [
                charts.Bar(label=line.host, value=line.failures, row=f"e-{index}")
                for index, line in enumerate(report.hosts.failing)
            ],
            words.number,
        ),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalize, trim_blocks=True, lstrip_blocks=True
    )


def _finalize(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
