"""Charts as SVG inside the page: drawn by pygal, without its script and style, for the page brings its own.

Each chart is drawn twice, wide and narrow, and the style sheet shows the one that fits: a chart that is scaled down to
a phone's width cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.style import Style

from crawler.terminal import clean

# pygal puts a finder for plug-ins with maps behind every later import, of a kind that Python warns of each time.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
# pygal leaves as much room for a text as these sizes need; the style sheet sets the same.
_FONT = 12
_STYLE = Style(label_font_size=_FONT, major_label_font_size=_FONT, legend_font_size=_FONT, font_family="sans-serif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A drawing's width and height in CSS pixels, how many labels fit below it, and how many letters beside it."""

    name: str
    width: int
    height: int
    labels: int
    letters: int


SIZES = (
    Size(name="wide", width=1060, height=260, labels=10, letters=34),
    Size(name="narrow", width=330, height=230, labels=4, letters=16),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A value with the name of what it is of, and the id of the row behind it."""

    label: str
    value: float
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Bars of one colour."""

    name: str
    bars: Sequence[Bar]


def columns(title: str, series: Sequence[Series], *, ticks: Sequence[str], shown: Callable[[float], str]) -> Markup:
    """Columns side by side in time, those of several series on top of each other.

    ``ticks`` are the short names below them, and ``shown`` writes a value.
    """
    return Markup("").join(_one(pygal.StackedBar, title, series, ticks, shown, size) for size in SIZES)


def ranking(title: str, bars: Sequence[Bar], *, shown: Callable[[float], str]) -> Markup:
    """Bars from the left, the first of ``bars`` on top."""
    ordered = Series(name=title, bars=list(reversed(bars)))
    return Markup("").join(
        _one(
            pygal.HorizontalBar,
            title,
            [ordered],
            [f"{_cut(bar.label, size.letters)}  {shown(bar.value)}" for bar in ordered.bars],
            shown,
            replace(size, height=60 + 26 * len(bars), labels=len(bars)),
        )
        for size in SIZES
    )


def _one(
    kind: type[Any],
    title: str,
    series: Sequence[Series],
    ticks: Sequence[str],
    shown: Callable[[float], str],
    size: Size,
) -> Markup:
    chart = kind(
        style=_STYLE,
        css=[],
        js=[],
        width=size.width,
        height=size.height,
        margin=6,
        spacing=6,
        explicit_size=False,
        truncate_label=-1,
        truncate_legend=-1,
        disable_xml_declaration=True,
        show_legend=len(series) > 1,
        legend_at_bottom=True,
        max_scale=6,
        min_scale=2,
        value_formatter=shown,
        x_labels_major_every=max(1, ceil(len(ticks) / size.labels)),
        show_minor_x_labels=False,
        include_x_axis=True,
        order_min=0,
    )
    chart.x_labels = [clean(tick) for tick in ticks]
    told = []
    for one in series:
        chart.add(one.name, [{"value": bar.value, "xlink": {"href": f"#{bar.row}"}} for bar in one.bars])
        kind_ = f" {one.name}" if len(series) > 1 else ""
        told.append([clean(f"{bar.label}: {shown(bar.value)}{kind_}") for bar in one.bars])
    root = etree.fromstring(chart.render())
    _trim(root, told)
    root.set("class", f"chart {size.name}")
    root.set("role", "group")
    root.set("aria-label", title)
    title_ = root.find(f"{_SVG}title")
    if title_ is not None:
        root.remove(title_)
    # Made of nothing but what pygal drew and lxml escaped.
    return Markup(etree.tostring(root, encoding="unicode"))


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _trim(root: Any, names: Sequence[Sequence[str]]) -> None:
    """Take out scripts, styles, ids, empty bars and pygal's own tooltips; a bar gets its name as a title instead."""
    for comment in list(root.iter(etree.Comment)):
        comment.getparent().remove(comment)
    for definitions in list(root.iter(f"{_SVG}defs")):
        definitions.getparent().remove(definitions)
    for group in list(root.iter(f"{_SVG}g")):
        if "overlay" in (group.get("class") or ""):
            group.getparent().remove(group)
    for number, told in enumerate(names):
        for series in root.iter(f"{_SVG}g"):
            if (series.get("class") or "").startswith(f"series serie-{number} "):
                _name([group for group in series.iter(f"{_SVG}g") if group.get("class") == "bar"], told)
    for element in root.iter():
        element.attrib.pop("id", None)
        if element.get("class") == "":
            del element.attrib["class"]
        for attribute in ("x", "y", "width", "height"):
            if (number_ := element.get(attribute)) is not None:
                element.set(attribute, f"{float(number_):.1f}".removesuffix(".0"))
        target = element.attrib.pop(_XLINK, None)
        if target is not None:
            element.set("href", target)
            element.attrib.pop("target", None)
    etree.cleanup_namespaces(root)


def _name(bars: Sequence[Any], told: Sequence[str]) -> None:
    for bar, text in zip(bars, told, strict=True):
        for description in list(bar.iter(f"{_SVG}desc")):
            description.getparent().remove(description)
        (rect,) = bar.iter(f"{_SVG}rect")
        if not float(rect.get("height")) or not float(rect.get("width")):
            bar.getparent().remove(bar)
            continue
        title = etree.Element(f"{_SVG}title")
        title.text = text
        rect.getparent().insert(0, title)
