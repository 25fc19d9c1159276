"""A page as a reader meets it: blocks of running text in order, and the regions that hold them.

One walk over the tree, without recursion and without changing it. A *region* is a block-level element; a *block* is a
run of text between two block boundaries (start or end of a block-level element, or two line breaks in a row). Inline
markup is flattened: words are neither lost nor glued.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from pipelines import cues
from pipelines.normalise import clean

# Elements that begin and end a block: the HTML Standard's rendering section, "display: block" and its kin, and tables.
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section summary "
    "table caption colgroup col tbody td tfoot th thead tr ul amp-sidebar"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
# Elements whose text is not prose, or is not shown.
_SKIPPED_NAMES = (
    "script style noscript template svg iframe object embed applet canvas audio video button select option textarea "
    "input map head title meta link datalist math picture progress meter amp-ad amp-iframe amp-video amp-analytics "
    "amp-consent"
)
SKIPPED_TAGS = frozenset(_SKIPPED_NAMES.split())
MEDIA_TAGS = frozenset(("picture", "video", "iframe", "audio", "object", "embed", "amp-video", "amp-iframe"))
CONTROL_TAGS = frozenset(("button", "input", "select", "textarea"))
EMPHASIS_TAGS = frozenset(("b", "strong", "em", "i"))
_TAG_CUES = {
    "nav": cues.NAVIGATION,
    "aside": cues.ASIDE,
    "footer": cues.FOOTER,
    "header": cues.HEADER,
    "form": cues.FORM,
    "figcaption": cues.CAPTION,
    "h1": cues.HEADLINE,
    "dialog": cues.HIDDEN,
    "address": cues.BYLINE,
}
_ROLE_CUES = {
    "navigation": cues.NAVIGATION,
    "complementary": cues.ASIDE,
    "contentinfo": cues.FOOTER,
    "banner": cues.HEADER,
    "dialog": cues.HIDDEN,
    "search": cues.FORM,
    "toolbar": cues.SHARE,
    "menu": cues.NAVIGATION,
    "menubar": cues.NAVIGATION,
}
_ITEMPROP_CUES = {
    "articlebody": cues.BODY,
    "caption": cues.CAPTION,
    "headline": cues.HEADLINE,
    "author": cues.BYLINE,
    "datepublished": cues.DATE,
    "datemodified": cues.DATE,
    "comment": cues.COMMENTS,
}
# Stands for a line break until a block is complete: a control character, which no decoded page keeps.
_LINE = "\x1e"
# A line of so many characters that ends so is a sentence; a break after it separates paragraphs.
_SENTENCE = 60
_STOPS = (".", "!", "?", "…", ".”", '."', ".»", ".“", "”", "。", "！", "？", "」", "؟", "۔", "।")
# A notice for readers without JavaScript is shorter (characters).
_NOTICE = 600
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
    of it, where there are several; ``continues`` says that only a line break separates it from the block before.
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


@dataclass(slots=True, eq=False)
class Layout:
    """The blocks and the regions of one page, both in document order; ``regions[0]`` is the root.

    ``prose`` holds each block's characters of running text (:func:`pipelines.layout.prose`); ``cut`` says that the page
    goes on beyond ``MOST_BLOCKS`` or ``MOST_REGIONS``, where reading stopped.
    """

    blocks: list[Block] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    prose: list[float] = field(default_factory=list)
    cut: bool = False


# What an attribute may betray of its element.
_CLASS, _ID, _ROLE, _ITEMPROP, _HIDDEN, _ARIA, _STYLE, _TEST_ID = range(1, 9)
_ATTRIBUTES = {
    "class": _CLASS,
    "id": _ID,
    "role": _ROLE,
    "itemprop": _ITEMPROP,
    "hidden": _HIDDEN,
    "aria-hidden": _ARIA,
    "style": _STYLE,
    "data-testid": _TEST_ID,
}


def own_cues(element: HtmlElement, tag: str) -> tuple[int, str, tuple[str, ...]]:
    """What an element's tag, class, id, role, itemprop and visibility say of it; its class; its ids."""
    return _own(tag, tuple([pair for pair in element.items() if pair[0] in _ATTRIBUTES]))


# The elements of one template repeat on a page and on all pages of a site: seven in ten are known already on a page of
# a site that was never seen.
@lru_cache(maxsize=16_384)
def _own(tag: str, attributes: tuple[tuple[str, str], ...]) -> tuple[int, str, tuple[str, ...]]:
    """:func:`own_cues` of an element with these ``attributes``, all of which betray something."""
    found = _TAG_CUES.get(tag, 0)
    name = ""
    ids: tuple[str, ...] = ()
    for key, value in attributes:
        kind = _ATTRIBUTES[key]
        if kind == _CLASS:
            name = value
            found |= cues.of(value)
        elif kind == _ID:
            found |= cues.of(value)
            ids += (value,)
        elif kind == _TEST_ID:
            ids += (value,)
        elif kind == _ROLE:
            found |= _ROLE_CUES.get(value.lower(), 0)
        elif kind == _ITEMPROP:
            found |= _ITEMPROP_CUES.get(value.lower(), 0)
        elif (
            kind == _HIDDEN
            or (kind == _ARIA and value == "true")
            or (kind == _STYLE and len(value) < 400 and "display:none" in value.replace(" ", ""))
        ):
            found |= cues.HIDDEN
    return found, name, ids


# What an element means to the walk, by its tag; any other is inline and means nothing.
_BLOCK, _LINK, _EMPHASIS, _SPAN, _BREAK, _IMAGE, _MEDIA, _CONTROL, _NOSCRIPT, _SKIPPED, _RAISED = range(1, 12)
_KINDS = {
    **dict.fromkeys(SKIPPED_TAGS, _SKIPPED),
    **dict.fromkeys(MEDIA_TAGS, _MEDIA),
    **dict.fromkeys(CONTROL_TAGS, _CONTROL),
    **dict.fromkeys(BLOCK_TAGS, _BLOCK),
    **dict.fromkeys(EMPHASIS_TAGS, _EMPHASIS),
    "a": _LINK,
    "span": _SPAN,
    "br": _BREAK,
    "img": _IMAGE,
    "noscript": _NOSCRIPT,
    "sup": _RAISED,
}
# A number that is raised is none that follows: "10⁶", "m²", the mark of a note.
_DIGITS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_RAISABLE = frozenset("0123456789+-−")
_RAISED_LENGTH = 4


def read(root: HtmlElement) -> Layout:
    """The layout of a tree (see the module)."""
    return _Reader(root).layout


class _Reader:
    """The state of one walk."""

    def __init__(self, root: HtmlElement) -> None:
        self.layout = Layout()
        self.pieces: list[str] = []
        self.linked = self.links = self.strong = 0
        self.media = self.controls = self.seen = 0
        self.continues = False
        self.breaks = 0
        # Where the last line begins in the pieces: to join all of them at each break would take the square of a page.
        self.line = 0
        self.region = Region(0, -1, _tag(root), 0, 0, 0)
        self._walk(root)

    def _walk(self, root: HtmlElement) -> None:
        # Every element of the page comes by here twice, and most are blocks: what is asked of each is written out, in
        # local names, and its kind is kept until its end instead of asking for its tag again.
        layout, pieces, kind_of = self.layout, self.pieces, _KINDS.get
        regions, blocks = layout.regions, layout.blocks
        region = self.region
        regions.append(region)
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        next(walk)
        kinds: list[int | None] = [None]
        in_link = in_strong = 0
        text = root.text
        if text and not text.isspace():
            pieces.append(text)
        for event, element in walk:
            if event == "start":
                tag = element.tag
                kind = kind_of(tag)
                kinds.append(kind)
                if kind is not None:
                    if kind == _BLOCK:
                        if pieces or self.links or self.breaks:
                            self._flush()
                        if len(regions) >= MOST_REGIONS or len(blocks) >= MOST_BLOCKS:
                            layout.cut = True
                            break
                        own, name, ids = own_cues(element, tag)
                        region = self.region = Region(
                            len(regions),
                            region.index,
                            tag,
                            own,
                            region.inherited | region.cues,
                            len(blocks),
                            -1,
                            -self.media,
                            -self.controls,
                            name,
                            ids,
                        )
                        regions.append(region)
                    elif kind == _LINK:
                        in_link += 1
                        self.links += 1
                    elif kind == _EMPHASIS:
                        in_strong += 1
                    elif self._skips(element, kind):
                        walk.skip_subtree()
                        kinds[-1] = _SKIPPED
                        continue
                text = element.text
            else:
                if event == "end":
                    kind = kinds.pop()
                    if not kinds:
                        break
                    if kind is not None:
                        if kind == _BLOCK:
                            if pieces or self.links or self.breaks:
                                self._flush()
                            region.last = len(blocks)
                            region.media += self.media
                            region.controls += self.controls
                            region = self.region = regions[region.parent]
                        elif kind == _LINK:
                            in_link -= 1
                        elif kind == _EMPHASIS:
                            in_strong -= 1
                text = element.tail
            if not text or not (pieces or not text.isspace()):
                continue
            pieces.append(text)
            if (in_link or in_strong or self.breaks) and (size := len(text.strip())):
                self.breaks = 0
                if in_link:
                    self.linked += size
                if in_strong:
                    self.strong += size
        self._flush()
        while region.parent >= 0:
            region.last = len(blocks)
            region.media += self.media
            region.controls += self.controls
            region = regions[region.parent]
        region.last = len(blocks)
        region.media, region.controls = self.media, self.controls

    def _skips(self, element: HtmlElement, kind: int) -> bool:
        """Whether an inline element's subtree is no text; pictures, controls and line breaks are noted."""
        if kind == _SPAN:
            special = _special(element)
            if special == "br":
                self._break()
            return special is not None
        if kind == _BREAK:
            self._break()
            return False
        if kind == _IMAGE:
            self.media += 1
            return False
        if kind == _NOSCRIPT:
            return not _holds_text(element)
        if kind == _RAISED:
            number = "".join(itertools.islice(element.itertext(), _RAISED_LENGTH)).strip()
            if not 0 < len(number) <= _RAISED_LENGTH or not set(number) <= _RAISABLE:
                return False
            self.pieces.append(number.translate(_DIGITS))
            return True
        if kind == _MEDIA:
            self.media += 1
        elif kind == _CONTROL:
            self.controls += 1
        return True

    def _break(self) -> None:
        """A line break: one after a full sentence, or two in a row, begin a new block; any other is a space."""
        self.breaks += 1
        if self.breaks > 1:
            self._flush()
            return
        line = "".join(self.pieces[self.line :]).strip()
        if len(line) >= _SENTENCE and line.endswith(_STOPS):
            self._flush()
            self.continues = True
            self.breaks = 1
        elif line:
            self.pieces.append(_LINE)
            self.line = len(self.pieces)

    def _flush(self) -> None:
        if self.pieces:
            raw = "".join(self.pieces)
            lines: tuple[str, ...] = ()
            if _LINE in raw:
                lines = tuple(line for line in map(clean, raw.split(_LINE)) if line)
                text = " ".join(lines)
            else:
                text = clean(raw)
            if text:
                self._add(text, lines)
            self.pieces.clear()
            self.line = 0
        self.linked = self.links = self.strong = self.breaks = 0
        self.continues = False

    def _add(self, text: str, lines: tuple[str, ...]) -> None:
        region = self.region
        blocks = self.layout.blocks
        if len(blocks) >= MOST_BLOCKS:
            self.layout.cut = True
            return
        length, linked, strong = len(text), self.linked, self.strong
        blocks.append(
            Block(
                len(blocks),
                region.index,
                region.tag,
                text,
                linked if linked < length else length,
                self.links,
                strong if strong < length else length,
                self.media > self.seen,
                region.cues | region.inherited,
                lines if len(lines) > 1 else (),
                self.continues,
            )
        )
        self.seen = self.media


def _holds_text(noscript: HtmlElement) -> bool:
    """Whether a ``<noscript>`` holds the article itself, or was never closed: more than a notice or a picture."""
    return sum(map(len, itertools.islice(noscript.itertext(), _NOTICE))) > _NOTICE


def _tag(element: HtmlElement) -> str:
    return element.tag if isinstance(element.tag, str) else ""


_UNSEEN = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "u-visually-hidden")
)


def _special(element: HtmlElement) -> str | None:
    """``unseen`` for a span with words for screen readers only (“opens in a new tab”), ``br`` for one that breaks."""
    name = element.get("class")
    special = _meaning(name) if name else None
    return None if special == "br" and (len(element) or element.text) else special


@lru_cache(maxsize=16_384)
def _meaning(name: str) -> str | None:
    if len(name) > 200:
        return None
    parts = name.lower().split()
    if not _UNSEEN.isdisjoint(parts):
        return "unseen"
    return "br" if "br" in parts else None
