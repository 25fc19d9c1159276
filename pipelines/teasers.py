"""The shape of a list of articles: headlines that are links, each with a line or two below it.

An article is one run of text under one headline; a front page, a section, the result of a search is many short ones.
The page is cut at each linked headline; what stands until the next one is a teaser where it is short, running text
where it is long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pipelines.blocks import HEADINGS, Block, Layout
from pipelines.layout import prose, size

# A linked line of fewer letters is a menu's, of more a teaser that is a link as a whole.
_SHORTEST: Final = 22
_LONGEST: Final = 400
# Below a headline stand at most so many letters of a teaser, in so many paragraphs.
_TEASER: Final = 600
_PARAGRAPHS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much of a page is list and how much is text, in letters (see :func:`pipelines.layout.size`).

    ``headlines`` counts the linked headlines, ``headings`` those of them in a heading element, ``teasers`` the
    paragraphs of the body that are teasers below a headline, ``teased`` their letters; ``running`` is the letters of
    the body's paragraphs that are not, ``longest`` those of its longest run without a headline in between.
    """

    headlines: int
    headings: int
    teasers: int
    teased: int
    running: int
    longest: int


def shape(layout: Layout, body: Collection[str]) -> Shape:
    """The shape of ``layout`` whose page has the paragraphs ``body``."""
    headlines = headings = teasers = teased = running = longest = 0
    run: list[int] = []
    below = False

    def close() -> None:
        nonlocal teasers, teased, running, longest
        mass = sum(run)
        longest = max(longest, mass)
        if below and mass <= _TEASER and len(run) <= _PARAGRAPHS:
            teasers += bool(run)
            teased += mass
        else:
            running += mass
        run.clear()

    for block in layout.blocks:
        if is_headline(block):
            close()
            below = True
            headlines += 1
            headings += _in_heading(layout, block)
        elif block.text in body:
            mass = size(block.text)
            if prose(block) or block.tag not in HEADINGS:
                run.append(mass)
    close()
    return Shape(
        headlines=headlines, headings=headings, teasers=teasers, teased=teased, running=running, longest=longest
    )


def is_headline(block: Block) -> bool:
    """Whether a block is one link with the length of a headline."""
    return (
        block.linked > 0
        and block.linked * 5 >= len(block.text) * 4
        and 1 <= block.links <= 2
        and _SHORTEST <= size(block.text) <= _LONGEST
    )


def _in_heading(layout: Layout, block: Block) -> bool:
    if block.tag in HEADINGS:
        return True
    above = layout.regions[block.region].parent
    return above >= 0 and layout.regions[above].tag in HEADINGS
