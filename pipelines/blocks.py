"""A page as a reader meets it: blocks of running text in order, and the regions that hold them.

One walk over the tree, without recursion and without changing it. A *region* is a block-level element; a *block* is a
run of text between two block boundaries (start or end of a block-level element, or two line breaks in a row). Inline
markup is flattened: words are neither lost nor glued.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

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


@dataclass(slots=True, eq=False)
class Region:
    """A block-level element: its place in the tree of regions, what it may be, and the blocks that stand in it.

    ``cues`` are its own, ``inherited`` those of its ancestors; ``first`` and ``last`` the half-open range of the
    indexes of the blocks in its subtree; ``media`` counts its pictures, videos and frames, ``controls`` its buttons
    and fields; ``name`` is its class.
    """

    index: int
    parent: int
    depth: int
    element: HtmlElement
    tag: str
    cues: int
    inherited: int
    first: int
    last: int = -1
    media: int = 0
    controls: int = 0
    name: str = ""


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

    ``prose`` holds each block's characters of running text (:func:`pipelines.layout.prose`).
    """

    blocks: list[Block] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    prose: list[float] = field(default_factory=list)
    deepest: int = 0


def own_cues(element: HtmlElement, tag: str) -> tuple[int, str]:
    """What an element's tag, class, id, role, itemprop and visibility say of it; and its class."""
    found = _TAG_CUES.get(tag, 0)
    name = ""
    for key, value in element.items():
        if key == "class":
            name = value
            found |= cues.of(value)
        elif key == "id":
            found |= cues.of(value)
        elif key == "role":
            found |= _ROLE_CUES.get(value.lower(), 0)
        elif key == "itemprop":
            found |= _ITEMPROP_CUES.get(value.lower(), 0)
        elif (
            key == "hidden"
            or (key == "aria-hidden" and value == "true")
            or (key == "style" and len(value) < 400 and "display:none" in value.replace(" ", ""))
        ):
            found |= cues.HIDDEN
    return found, name


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
        self.region = 0
        self._walk(root)

    def _walk(self, root: HtmlElement) -> None:
        regions, pieces = self.layout.regions, self.pieces
        regions.append(Region(0, -1, 0, root, _tag(root), 0, 0, 0))
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        in_link = in_strong = depth = deepest = 0
        skipping = False
        for event, element in walk:
            if event == "start":
                depth += 1
                if depth > deepest:
                    deepest = depth
                tag = element.tag
                if depth > 1:
                    if tag in BLOCK_TAGS:
                        self._open(element, tag)
                    elif self._skips(element, tag):
                        walk.skip_subtree()
                        skipping = True
                        continue
                    elif tag == "a":
                        in_link += 1
                        self.links += 1
                    elif tag in EMPHASIS_TAGS:
                        in_strong += 1
                text = element.text
            else:
                if event == "end":
                    depth -= 1
                    if depth == 0:
                        break
                    if skipping:
                        skipping = False
                    else:
                        tag = element.tag
                        if tag in BLOCK_TAGS:
                            self._close()
                        elif tag == "a":
                            in_link -= 1
                        elif tag in EMPHASIS_TAGS:
                            in_strong -= 1
                text = element.tail
            if not text or not (pieces or text.strip()):
                continue
            pieces.append(text)
            if (self.breaks or in_link or in_strong) and (size := len(text.strip())):
                self.breaks = 0
                if in_link:
                    self.linked += size
                if in_strong:
                    self.strong += size
        self._flush()
        self.layout.deepest = deepest
        regions[0].last = len(self.layout.blocks)
        regions[0].media, regions[0].controls = self.media, self.controls

    def _skips(self, element: HtmlElement, tag: object) -> bool:
        """Whether an inline element's subtree is no text; pictures, controls and line breaks are noted."""
        if tag in SKIPPED_TAGS:
            if tag in MEDIA_TAGS:
                self.media += 1
            elif tag in CONTROL_TAGS:
                self.controls += 1
            return tag != "noscript" or not _holds_text(element)
        if tag == "span":
            kind = _special(element)
            if kind == "br":
                self._break()
            return kind is not None
        if tag == "br":
            self._break()
        elif tag == "img":
            self.media += 1
        return False

    def _break(self) -> None:
        """A line break: one after a full sentence, or two in a row, begin a new block; any other is a space."""
        self.breaks += 1
        if self.breaks > 1:
            self._flush()
            return
        line = "".join(self.pieces).rpartition(_LINE)[2].strip()
        if len(line) >= _SENTENCE and line.endswith(_STOPS):
            self._flush()
            self.continues = True
            self.breaks = 1
        elif line:
            self.pieces.append(_LINE)

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
        self.linked = self.links = self.strong = self.breaks = 0
        self.continues = False

    def _add(self, text: str, lines: tuple[str, ...]) -> None:
        region = self.layout.regions[self.region]
        blocks = self.layout.blocks
        blocks.append(
            Block(
                len(blocks),
                self.region,
                region.tag,
                text,
                min(self.linked, len(text)),
                self.links,
                min(self.strong, len(text)),
                self.media > self.seen,
                region.cues | region.inherited,
                lines if len(lines) > 1 else (),
                self.continues,
            )
        )
        self.seen = self.media

    def _open(self, element: HtmlElement, tag: str) -> None:
        self._flush()
        regions = self.layout.regions
        above = regions[self.region]
        own, name = own_cues(element, tag)
        here = len(regions)
        around = above.inherited | above.cues
        first = len(self.layout.blocks)
        regions.append(
            Region(
                here,
                self.region,
                above.depth + 1,
                element,
                tag,
                own,
                around,
                first,
                -1,
                -self.media,
                -self.controls,
                name,
            )
        )
        self.region = here

    def _close(self) -> None:
        self._flush()
        region = self.layout.regions[self.region]
        region.last = len(self.layout.blocks)
        region.media += self.media
        region.controls += self.controls
        self.region = region.parent


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
    if not name or len(name) > 200:
        return None
    parts = name.lower().split()
    if not _UNSEEN.isdisjoint(parts):
        return "unseen"
    return "br" if "br" in parts and not len(element) and not element.text else None
