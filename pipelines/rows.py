"""The rows of a page's tables: their short cells stand or fall together, and a heading row with the rows below it.

A cell by itself is a number or a word, which says little of where it belongs; read one by one, a year would be left out
of a row whose sum is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipelines.blocks import Block, Layout

CELLS: Final = frozenset(("td", "th"))
#: A cell of more characters is a text of its own, as in tables that lay out a page.
SHORT: Final = 100
_LIKELY: Final = 0.5


def row_of(layout: Layout, block: Block) -> int:
    """The index of the region of the row that ``block`` is a short cell of, or -1 where it is none."""
    if block.tag not in CELLS or len(block.text) >= SHORT:
        return -1
    row = layout.regions[block.region].parent
    return row if layout.regions[row].tag == "tr" else -1


def kept(layout: Layout, blocks: Sequence[Block], likely: Sequence[float]) -> dict[int, bool]:
    """By the index of each of ``blocks`` that is a short cell in a row of several, whether its row is body.

    ``likely`` holds the probability of every block of the page. A row is body where its cells, weighed by their length,
    are; a row of headings where most other rows of its table are.
    """
    rows: dict[int, list[Block]] = {}
    for block in blocks:
        if block.tag in CELLS and (row := row_of(layout, block)) >= 0:
            rows.setdefault(row, []).append(block)
    tables: dict[int, list[int]] = {}
    chances: dict[int, float] = {}
    for row, cells in rows.items():
        tables.setdefault(_table(layout, row), []).append(row)
        letters = sum(len(cell.text) for cell in cells)
        chances[row] = sum(likely[cell.index] * len(cell.text) for cell in cells) / letters
    verdicts: dict[int, bool] = {}
    for members in tables.values():
        heads = [row for row in members if all(cell.tag == "th" for cell in rows[row])]
        plain = [row for row in members if row not in heads]
        for row in plain:
            verdicts[row] = chances[row] > _LIKELY
        for row in heads:
            verdicts[row] = 2 * sum(verdicts[one] for one in plain) > len(plain) if plain else chances[row] > _LIKELY
    return {cell.index: verdicts[row] for row, cells in rows.items() if len(cells) > 1 for cell in cells}


def _table(layout: Layout, region: int) -> int:
    while region > 0 and layout.regions[region].tag != "table":
        region = layout.regions[region].parent
    return region
