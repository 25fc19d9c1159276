"""What each block of a page shows: named numbers, most of them 0 and left out, that the fitted weights are applied to.

This is the first look, at a block for itself: its size, links, punctuation, markup, cues and notices, and how far below
the headline it stands. The second, :mod:`pipelines.places`, sees it among the others. Values lie between 0 and 1.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipelines import cues, phrases, tokens
from pipelines.blocks import BLOCK_TAGS, HEADINGS, Block, Layout
from pipelines.layout import size
from pipelines.stated_text import StatedText

Features = dict[str, float]

_STEPS: Final = (20, 40, 70, 110, 170, 260, 400)
_STEP_NAMES: Final = (*(f"size<{bound}" for bound in _STEPS), "size")
_TAG_NAMES: Final = {tag: f"tag.{tag}" for tag in BLOCK_TAGS}
_STOPS: Final = tuple('.!?…;"”»“)。！？」؟।۔')
_DATE = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}|\d{1,2}[年月日]")
_DIGITS: Final = b"0123456789"
# A block of fewer characters may be a label or a notice.
_SHORT: Final = 200
# A link of fewer characters that is all of its block is a label.
_LABEL: Final = 80
_NAMES: Final = tuple(
    (value, name.lower())
    for name, value in sorted(vars(cues).items())
    if name.isupper() and not name.startswith("_") and isinstance(value, int)
)


def signature(layout: Layout, block: Block) -> tuple[str, str, str, str]:
    """The markup that a block is set in: its element's tag and class, and those of the element around it."""
    region = layout.regions[block.region]
    above = layout.regions[max(region.parent, 0)]
    return (region.tag, region.name, above.tag, above.name)


Words = tuple[str, ...]


def words(text: str) -> Words:
    """The words of ``text``, case folded: a key that neither punctuation nor white space changes."""
    return tuple(tokens.split(text.casefold()))


@dataclass(slots=True, kw_only=True)
class Known:
    """What the other fields have found already, as words: a body repeats none of it.

    ``article`` is the text that the page's linked data states; a block of more than ``longest`` characters
    is none of the rest.
    """

    title: Words
    description: Words
    others: frozenset[Words]
    article: StatedText
    longest: int


def known(
    title: str | None, description: str | None, others: tuple[str, ...] = (), article_body: str | None = None
) -> Known:
    """The keys of a page's title, description, bullets and authors; ``article_body`` is what its linked data states."""
    return Known(
        title=words(title or ""),
        description=words(description or ""),
        others=frozenset(map(words, others)),
        article=StatedText(article_body or ""),
        longest=2 * max(map(len, (title or "", description or "", *others))) + 20,
    )


def first_look(layout: Layout, about: Known) -> list[Features]:
    """The features of every block for itself; a link that is all of a short block has ``label`` alone."""
    blocks, regions = layout.blocks, layout.regions
    repeats = Counter(block.text for block in blocks)
    shares: dict[tuple[str, str, str, str], int] = {}
    for block, mass in zip(blocks, layout.prose, strict=True):
        if mass:
            mark = signature(layout, block)
            shares[mark] = shares.get(mark, 0) + int(mass)
    total = sum(layout.prose) + 1
    known = _Recogniser(about)
    result: list[Features] = []
    for block in blocks:
        if is_label(block):
            result.append({"label": 1.0})
            continue
        region = regions[block.region]
        features = _place(region.cues, region.inherited).copy()
        _text(block, features)
        if repeats[block.text] > 1:
            features["repeated"] = 1
        share = shares.get(signature(layout, block), 0) / total
        features["signature"] = share
        features["signature<.05" if share < 0.05 else "signature<.3" if share < 0.3 else "signature>.3"] = 1
        known.look(block, features)
        result.append(features)
    _after_title(layout, result)
    return result


def is_label(block: Block) -> bool:
    """Whether a block is a short link and nothing else, as in menus and lists of teasers."""
    return len(block.text) < _LABEL and block.linked * 10 >= len(block.text) * 9


def _after_title(layout: Layout, looks: list[Features]) -> None:
    """How far below the headline each block stands: an article follows its title."""
    heads = [block.index for block in layout.blocks if block.tag in HEADINGS]
    titled = [index for index in heads if "title.same" in looks[index] or "title.like" in looks[index]]
    firsts = [index for index in heads if layout.blocks[index].tag == "h1"]
    both = [index for index in titled if layout.blocks[index].tag == "h1"]
    same = [] if titled else [index for index, look in enumerate(looks) if "title.same" in look]
    headline = next(iter(both or titled or same or firsts), None)
    if headline is None:
        for look in looks:
            look["headline.none"] = 1
        return
    passed = 0.0
    place = layout.blocks[headline].place
    for block, look, mass in zip(layout.blocks, looks, layout.prose, strict=True):
        distance = block.place - place
        if distance < 0:
            look["headline.above"] = 1
            continue
        look[_DISTANCE_NAMES[bisect_right(_DISTANCES, distance)]] = 1
        look[_PASSED_NAMES[bisect_right(_PASSED, passed)]] = 1
        passed += mass


_DISTANCES: Final = (6, 15, 40, 100)
_DISTANCE_NAMES: Final = ("headline<6", "headline<15", "headline<40", "headline<100", "headline.far")
_PASSED: Final = (300, 3000)
_PASSED_NAMES: Final = ("headline.prose<300", "headline.prose<3000", "headline.prose>3000")


def dated(text: str) -> bool:
    """Whether a short text holds a date or a time of day."""
    return _DATE.search(text) is not None


def _text(block: Block, features: Features) -> None:
    text, tag = block.text, block.tag
    length = size(text)
    features[_STEP_NAMES[bisect_right(_STEPS, length)]] = 1
    features[_TAG_NAMES.get(tag) or f"tag.{tag}"] = 1
    short = length < _SHORT
    if text.endswith(_STOPS):
        features["stops.short" if length < 80 else "stops.long"] = 1
    else:
        features["open.short" if length < 80 else "open.long"] = 1
    if block.linked:
        features["linked"] = linked = block.linked / len(text)
        if linked > 0.9:
            features["all_link.short" if short else "all_link.long"] = 1
        elif linked > 0.4:
            features["half_link.short" if short else "half_link.long"] = 1
        if block.links > 2:
            features["many_links"] = 1
    if block.strong:
        if block.strong > 0.9 * len(text):
            features["emphasis.short" if length < 100 else "emphasis.long"] = 1
        elif text.find(":", 0, 60) >= 1:
            features["emphasis.lead"] = 1
    if block.media:
        features["media.short" if short else "media.long"] = 1
    ascii_only = text.isascii()
    commas = text.count(",") if ascii_only else text.count(",") + text.count("،") + text.count("、")
    features["commas"] = commas / 6 if commas < 6 else 1.0
    if short:
        _short(text, length, features, ascii_only=ascii_only)
    if "@" in text:
        features["at"] = 1
    if "©" in text or "(c)" in text:
        features["copyright"] = 1
    if "http" in text or "www." in text:
        features["address"] = 1
    first = text[0]
    if first.islower():
        features["lower"] = 1
    elif first in "\"'“„«»‘「":
        features["quote"] = 1
    if tag in HEADINGS:
        features["heading"] = 1


def _short(text: str, length: int, features: Features, *, ascii_only: bool) -> None:
    """What only a label or a notice shows; a paragraph may hold any of it."""
    digits = len(text) - len(text.encode().translate(None, _DIGITS)) if ascii_only else sum(map(str.isdigit, text))
    if digits:
        features["digits"] = digits / len(text)
        if length < 90 and dated(text):
            features["date"] = 1
    if "|" in text or (not ascii_only and ("•" in text or "·" in text or "›" in text)):
        features["bar"] = 1
    if "/" in text:
        features["slash"] = 1
    if text[0] in "([{":
        features["bracket"] = 1
    elif text[0] in "-–—•*►▶→»>+#":
        features["dash"] = 1
    for name in phrases.found(text):
        features[name if length >= 90 else name + ".short"] = 1
    if text.endswith(":"):
        features["colon"] = 1
    elif text.endswith("?"):
        features["question"] = 1
    if text.isupper():
        features["capitals"] = 1


@lru_cache(maxsize=8192)
def _place(own: int, around: int) -> Features:
    """The cues of a region and of what is around it, as features; to be copied, not changed."""
    return {
        f"{where}.{name}": 1.0 for where, bits in (("own", own), ("in", around)) for bit, name in _NAMES if bits & bit
    }


class _Recogniser:
    """What tells the blocks that repeat what another field holds."""

    def __init__(self, about: Known) -> None:
        self.about = about
        self.title_words = set(about.title)
        told = about.description
        self.told = told if len(told) > 4 or len("".join(told)) > 20 else ()
        # A block of fewer letters can be none of what is known: most are told by their length alone.
        sizes = [len("".join(other)) for other in about.others]
        if about.title:
            shared = math.ceil(0.75 * len(self.title_words))
            sizes += [len("".join(about.title)), sum(sorted(map(len, self.title_words))[:shared])]
        if self.told:
            sizes.append(sum(sorted(map(len, told))[:8]) if len(told) > 8 else sum(map(len, told)))
        self.shortest = min(sizes, default=math.inf)
        self.marks = self._marks()

    def _marks(self) -> tuple[str, ...]:
        """Words of which a block holds at least one if it repeats anything: most blocks are told by that."""
        about, told = self.about, self.told
        if () in about.others:
            return ("",)
        marks = [max(other, key=len) for other in about.others]
        # Three quarters of the title's words are in a block that is like it.
        by_length = sorted(self.title_words, key=len, reverse=True)
        marks += by_length[: len(by_length) // 4 + 1]
        # A block that begins like the description has its first word, and a part of nine words each ninth one.
        marks += (*told[:1], *told[8::9])
        return tuple(dict.fromkeys(marks))

    def look(self, block: Block, features: Features) -> None:
        """Add to ``features`` what ``block`` repeats."""
        about, title_words, told = self.about, self.title_words, self.told
        if len(block.text) > about.longest:
            return
        folded = block.text.casefold()
        if len(folded) < self.shortest:
            return
        for mark in self.marks:
            if mark in folded:
                break
        else:
            return
        key = tuple(tokens.split(folded))
        if title_words and len(key) < 2 * len(about.title) + 4:
            if key == about.title or (block.lines and words(block.lines[0]) == about.title):
                features["title.same"] = 1
            else:
                mine = set(key)
                both = len(mine & title_words)
                if both >= 0.75 * len(title_words) and both >= 0.6 * len(mine):
                    features["title.like"] = 1
        if told:
            if key == told or (len(told) > 8 and key[: len(told) - 1] == told[:-1] and len(key) < 1.5 * len(told)):
                features["description.same"] = 1
            elif len(key) > 8 and (key[:10] == told[:10] or _within(key, told)):
                features["description.like"] = 1
        if key in about.others:
            features["known"] = 1


def _within(key: Words, told: Words) -> bool:
    """Whether ``key`` is a part of ``told``."""
    start = told.index(key[0]) if key[0] in told else -1
    return start >= 0 and told[start : start + len(key)] == key
