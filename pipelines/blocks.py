"""A page as a reader meets it: blocks of running text in order, and the regions that hold them.

A *region* is a block-level element; a *block* is a run of text between two block boundaries (start or end of a
block-level element, or two line breaks in a row). :mod:`pipelines.walk` makes them of a tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Elements that begin and end a block: the HTML Standard's rendering section, "display: block" and its kin, and tables.
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section summary "
    "table caption colgroup col tbody td tfoot th thead tr ul amp-sidebar"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: More than ten times what any of 1,414 saved news pages has (1,719 blocks, 2,657 regions); a page stops costing here.
MOST_BLOCKS = 20_000
MOST_REGIONS = 40_000


@dataclass(slots=True, eq=False)
class Region:
    """A block-level element: its place in the tree of regions, what it may be, and the blocks that stand in it.

    ``cues`` are its own, ``inherited`` those of its ancestors; ``first`` and ``last`` the half-open range of the
    indexes of the blocks in its subtree; ``media`` counts its pictures, videos and frames, ``controls`` its buttons
    and fields; ``name`` is its class, ``ids`` its id and its id for tests. The element is not kept: holding on to
    every element of a page costs more than to read its attributes.
    """

    index: int
    parent: int
    tag: str
    cues: int
    inherited: int
    first: int
    last: int = -1
    media: int = 0
    controls: int = 0
    name: str = ""
    ids: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Block:
    """A run of text: normalised, never empty.

    ``linked`` and ``strong`` count its characters in links and in bold or italics, ``links`` the links; ``media`` says
    whether a picture, video or frame stands between it and the block before; ``lines`` are the lines that breaks make
    of it, where there are several; ``continues`` says that only a line break separates it from the block before;
    ``place`` is its index, were each link that was passed over a block.
    """

    index: int
    region: int
    tag: str
    text: str
    linked: int
    links: int
    strong: int
    media: bool
    cues: int
    lines: tuple[str, ...] = ()
    continues: bool = False
    place: int = 0


@dataclass(slots=True, eq=False)
class Layout:
    """The blocks and the regions of one page, both in document order; ``regions[0]`` is the root.

    ``prose`` holds each block's characters of running text (:func:`pipelines.layout.prose`); ``cut`` says that the page
    goes on beyond ``MOST_BLOCKS`` or ``MOST_REGIONS``, where reading stopped; ``whole`` that nothing was passed over
    (:func:`pipelines.walk.read`).
    """

    blocks: list[Block] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    prose: list[float] = field(default_factory=list)
    cut: bool = False
    whole: bool = True
