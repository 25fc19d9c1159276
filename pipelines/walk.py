"""The walk that makes blocks and regions of a tree, without recursion and without changing it.

Inline markup is flattened: words are neither lost nor glued.
"""

from __future__ import annotations

import itertools

from lxml import etree
from lxml.html import HtmlElement

from pipelines import marks
from pipelines.blocks import MOST_BLOCKS, MOST_REGIONS, Block, Layout, Region
from pipelines.normalise import clean

# Stands for a line break until a block is complete: a control character, which no decoded page keeps.
_LINE = "\x1e"
# A line of so many characters that ends so is a sentence; a break after it separates paragraphs.
_SENTENCE = 60
_STOPS = (".", "!", "?", "…", ".”", '."', ".»", ".“", "”", "。", "！", "？", "」", "؟", "۔", "।")
# A notice for readers without JavaScript is shorter (characters).
_NOTICE = 600
# A number that is raised is none that follows: "10⁶", "m²", the mark of a note.
_DIGITS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_RAISABLE = frozenset("0123456789+-−")
_RAISED_LENGTH = 4


def read(root: HtmlElement, *, whole: bool = True) -> Layout:
    """The layout of the tree below ``root``.

    Without ``whole``, what leads through the site, searches it, or stands as the page's footer is passed over: a region
    without blocks stands for each. A third of a news page's elements lie in these, and next to none of its text.
    """
    return _Reader(root, whole=whole).layout


class _Reader:
    """The state of one walk."""

    def __init__(self, root: HtmlElement, *, whole: bool) -> None:
        self.layout = Layout()
        self.whole = whole
        self.passed = 0
        self.pieces: list[str] = []
        self.linked = self.links = self.strong = 0
        self.media = self.controls = self.seen = 0
        self.continues = False
        self.breaks = 0
        # Where the last line begins in the pieces: to join all of them at each break would take the square of a page.
        self.line = 0
        self.region = Region(0, -1, root.tag if isinstance(root.tag, str) else "", 0, 0, 0)
        self._walk(root)

    def _walk(self, root: HtmlElement) -> None:
        # Every element of the page comes by here twice, and most are blocks: what is asked of each is written out, in
        # local names, and its kind is kept until its end instead of asking for its tag again.
        layout, pieces, kind_of = self.layout, self.pieces, marks.KINDS.get
        block, link, emphasis, own_of = marks.BLOCK, marks.LINK, marks.EMPHASIS, marks.of
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
                    if kind == block:
                        if pieces or self.links or self.breaks:
                            self._flush()
                        if len(regions) >= MOST_REGIONS or len(blocks) >= MOST_BLOCKS:
                            layout.cut = True
                            break
                        own, name, ids, apart = own_of(element, tag)
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
                        if (apart or tag == "footer") and not self.whole and self._passes(element, apart=apart):
                            walk.skip_subtree()
                            continue
                    elif kind == link:
                        in_link += 1
                        self.links += 1
                    elif kind == emphasis:
                        in_strong += 1
                    elif self._skips(element, kind):
                        walk.skip_subtree()
                        kinds[-1] = marks.SKIPPED
                        continue
                text = element.text
            else:
                if event == "end":
                    kind = kinds.pop()
                    if not kinds:
                        break
                    if kind is not None:
                        if kind == block:
                            if pieces or self.links or self.breaks:
                                self._flush()
                            region.last = len(blocks)
                            region.media += self.media
                            region.controls += self.controls
                            region = self.region = regions[region.parent]
                        elif kind == link:
                            in_link -= 1
                        elif kind == emphasis:
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

    def _passes(self, element: HtmlElement, *, apart: bool) -> bool:
        """Whether the region at hand can hold no article; its links are counted, so that distances stay what they are.

        A footer is the page's where it is not that of a part. What holds an article is no mere navigation: it was never
        closed, or its role is a mistake.
        """
        regions, above = self.layout.regions, -1 if apart else self.region.parent
        while above >= 0 and regions[above].tag not in marks.SECTIONING:
            above = regions[above].parent
        held = [inner.tag for inner in element.iterdescendants("a", "article", "main")]
        links = held.count("a")
        if above >= 0 or links < len(held):
            return False
        self.layout.whole = False
        self.passed += links
        return True

    def _skips(self, element: HtmlElement, kind: int) -> bool:
        """Whether an inline element's subtree is no text; pictures, controls and line breaks are noted."""
        if kind == marks.SPAN:
            special = marks.special(element)
            if special == "br":
                self._break()
            return special is not None
        if kind == marks.BREAK:
            self._break()
            return False
        if kind == marks.IMAGE:
            self.media += 1
            return False
        if kind == marks.NOSCRIPT:
            return not _holds_text(element)
        if kind == marks.RAISED:
            number = "".join(itertools.islice(element.itertext(), _RAISED_LENGTH)).strip()
            if not 0 < len(number) <= _RAISED_LENGTH or not set(number) <= _RAISABLE:
                return False
            self.pieces.append(number.translate(_DIGITS))
            return True
        if kind == marks.MEDIA:
            self.media += 1
        elif kind == marks.CONTROL:
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
                len(blocks) + self.passed,
            )
        )
        self.seen = self.media


def _holds_text(noscript: HtmlElement) -> bool:
    """Whether a ``<noscript>`` holds the article itself, or was never closed: more than a notice or a picture."""
    return sum(map(len, itertools.islice(noscript.itertext(), _NOTICE))) > _NOTICE
